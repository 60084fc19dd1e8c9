// Where else an article is: what the API says of stores around this one and of every location, in one list. Pure.

/** A place of `GET /v1/availability`. */
export type NearPlace = {
  location: { code: string; name: string; address?: { city?: string } };
  distanceKm: number | null;
  fulfilment: 'now' | 'transfer' | 'partial' | 'none';
  promise: { readyAt: string } | null;
  stale?: true;
  lines: { sku: string; available?: number }[];
};

/** A location of `GET /v1/items/{sku}/availability`. */
export type EveryPlace = {
  location: { code: string; name: string; kind: string };
  available?: number;
  stale?: true;
};

export type Place = {
  code: string;
  name: string;
  kind: 'store' | 'warehouse';
  city: string | null;
  distanceKm: number | null;
  available: number;
  /** Whether all that was asked for is there for a customer to collect. */
  canCollect: boolean;
  /** When it would be ready there; null where it cannot be collected. */
  readyAt: string | null;
  /** Its systems are silent: it may be less. */
  isStale: boolean;
};

/**
 * Every place but `own`, the nearest first; places whose distance nobody told (warehouses, stores that hand nothing
 * over) at the end.
 */
export function placesOf(near: readonly NearPlace[], every: readonly EveryPlace[], own: string): Place[] {
  const byCode = new Map<string, Place>();
  for (const { location, available = 0, stale } of every) {
    byCode.set(location.code, {
      code: location.code,
      name: location.name,
      kind: location.kind === 'warehouse' ? 'warehouse' : 'store',
      city: null,
      distanceKm: null,
      available,
      canCollect: false,
      readyAt: null,
      isStale: stale === true,
    });
  }
  for (const { location, distanceKm, fulfilment, promise, stale, lines } of near) {
    byCode.set(location.code, {
      code: location.code,
      name: location.name,
      kind: 'store',
      city: location.address?.city ?? null,
      distanceKm,
      available: lines[0]?.available ?? byCode.get(location.code)?.available ?? 0,
      canCollect: fulfilment === 'now',
      readyAt: fulfilment === 'now' ? (promise?.readyAt ?? null) : null,
      isStale: stale === true,
    });
  }
  byCode.delete(own);
  return [...byCode.values()].sort(
    (a, b) => (a.distanceKm ?? Infinity) - (b.distanceKm ?? Infinity) || a.name.localeCompare(b.name, 'fr'),
  );
}

/** The places that have some, and how many have none. */
export function withUnits(places: readonly Place[]): { found: Place[]; without: number } {
  const found = places.filter(({ available }) => available > 0);
  return { found, without: places.length - found.length };
}

/** The nearest `most` stores, and every warehouse: it sends to anywhere, however far it is. */
export function shortList(found: readonly Place[], most: number): Place[] {
  const stores = found.filter(({ kind }) => kind === 'store').slice(0, most);
  return [...stores, ...found.filter(({ kind }) => kind === 'warehouse')];
}

/** The path that asks for stores around a point; without a point by code. */
export function nearPath(sku: string, quantity: number, point: unknown): string {
  const items = `items=${encodeURIComponent(`${sku}:${quantity}`)}`;
  const at = pointIn(point);
  const near = at === null ? '' : `&near=${at.latitude},${at.longitude}&radiusKm=20000`;
  return `/v1/availability?${items}${near}&limit=${NEAR_MAX}`;
}

/** More than anybody reads, and than a customer would drive to. */
const NEAR_MAX = 40;

function pointIn(value: unknown): { latitude: number; longitude: number } | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!('latitude' in value) || !('longitude' in value)) return null;
  const { latitude, longitude } = value;
  return typeof latitude === 'number' && typeof longitude === 'number' ? { latitude, longitude } : null;
}
