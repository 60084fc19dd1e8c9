// What is where, for whom and when: the questions of the shop's site, answered from memory (architecture §6).
// Reads may lag behind the database by the feed's delay; a reservation never relies on them.
import type { CartLine } from '../domain/cart.ts';
import type { LocationRecord } from '../domain/location.ts';
import { Problem } from '../domain/problem.ts';
import type { BufferRules } from './bufferRules.ts';
import { CartSearch, type Found, type Place, type SearchQuery } from './cartSearch.ts';
import type { Catalogue } from './catalogue.ts';
import type { Incoming, OnItsWay } from './incoming.ts';
import type { ItemLevels } from './itemLevels.ts';
import type { Levels } from './levels.ts';
import type { Locations, Slot } from './locations.ts';
import type { OpenOrders } from './openOrders.ts';
import type { Promises } from './promises.ts';
import type { Staleness } from './staleness.ts';

export type AvailabilityViews = {
  locations: Locations;
  catalogue: Catalogue;
  levels: Levels;
  openOrders: OpenOrders;
  promises: Promises;
  incoming: Incoming;
  bufferRules: BufferRules;
  staleness: Staleness;
  /** For how long a committed change may have waited to be seen here. */
  lagSeconds: () => number;
};

/** A place that could serve a cart which another place cannot. */
export type Alternative = {
  location: Pick<LocationRecord, 'code' | 'name' | 'address' | 'coordinates' | 'timeZone'>;
  distanceKm: number;
  promise: { readyAt: Date };
  /** Since when what is known of it is out of date; null: it is not. */
  staleSince: Date | null;
};

/** The available units of one item at one location. */
export type UnitsAt = { location: LocationRecord; available: number };

const RADIUS_KM_MAX = 20_000;

export class Availability {
  readonly #views: AvailabilityViews;

  constructor(views: AvailabilityViews) {
    this.#views = views;
  }

  /** Places for a cart (merged lines), the best first. Throws `unknown-item`. */
  async search(lines: readonly CartLine[], query: SearchQuery, now: Date): Promise<Found> {
    return (await this.cartSearch(lines, now)).find(query);
  }

  /** A search over a cart (merged lines), to be used before the next await. Throws `unknown-item`. */
  async cartSearch(lines: readonly CartLine[], now: Date): Promise<CartSearch> {
    const levels = await this.levelsOf(lines.map((line) => line.sku));
    return new CartSearch(this.#views, { levels, requested: lines.map((line) => line.quantity), now });
  }

  /**
   * The locations nearest to `near`, itself left out, that have the whole cart (merged lines) on their shelves, at
   * any distance, with their promise. Empty when `near` is unknown. Throws `unknown-item`.
   */
  async findAlternatives(request: {
    lines: readonly CartLine[];
    /** A location's code. */
    near: string;
    limit: number;
    now: Date;
    /** False for locations that the caller may not know of. */
    sees?: (code: string) => boolean;
  }): Promise<Alternative[]> {
    const { lines, near, limit, now, sees = () => true } = request;
    const origin = await this.#views.locations.location(near);
    if (origin === null) return [];
    const search = await this.cartSearch(lines, now);
    const { locations } = this.#views;
    const places = search.nearestWithAll(origin.coordinates, RADIUS_KM_MAX, limit, (slot) => {
      const location = locations.at(slot);
      if (location === null || location.code === near) return false;
      return location.pickup.enabled && sees(location.code);
    });
    return places.flatMap((place) => alternativeOf(place));
  }

  /** Locations near by where nobody can collect anything: not among the answers, and people ask why. */
  withoutPickup(query: Pick<SearchQuery, 'near' | 'radiusKm' | 'sees'>, limit: number): LocationRecord[] {
    const { locations } = this.#views;
    const isOne = (slot: Slot) => {
      const location = locations.at(slot);
      return location?.pickup.enabled === false && query.sees(location.code);
    };
    const slots =
      query.near === null
        ? locations.inOrder().filter(isOne).slice(0, limit)
        : locations.nearest(query.near, query.radiusKm, limit, isOne);
    return slots.flatMap((slot) => locations.at(slot) ?? []);
  }

  /** The item's units at every location that `sees` lets through, by code. Throws `unknown-item`. */
  async everywhere(sku: string, sees: (code: string) => boolean, now: Date): Promise<UnitsAt[]> {
    const [levels] = await this.levelsOf([sku]);
    const { locations } = this.#views;
    const found: UnitsAt[] = [];
    for (const slot of locations.inOrder()) {
      const location = locations.at(slot);
      if (location === null || !sees(location.code)) continue;
      found.push({ location, available: levels?.available(slot, now.getTime()) ?? 0 });
    }
    return found;
  }

  /**
   * Available units of each item (in order; null: unknown) at each location (in order; null: unknown). A code that
   * is null itself is one that the caller may not know of.
   */
  async unitsOf(
    skus: readonly string[],
    codes: readonly (string | null)[],
    now: Date,
  ): Promise<((number | null)[] | null)[]> {
    const { catalogue, locations } = this.#views;
    const slots = codes.map((code) => {
      const location = code === null ? null : locations.find(code);
      return location === null ? null : locations.slotOf(location.code);
    });
    const items = await catalogue.items(skus);
    const known = [...items.keys()];
    const levels = await this.levelsOf(known);
    const levelsBySku = new Map(known.map((sku, place) => [sku, levels[place]]));
    return skus.map((sku) => {
      const entry = levelsBySku.get(sku);
      if (entry === undefined) return null;
      return slots.map((slot) => (slot === null ? null : entry.available(slot, now.getTime())));
    });
  }

  /** The instant whose stock the answers tell at `now`: everything that committed before it has been seen. */
  asOf(now: Date): Date {
    return new Date(now.getTime() - Math.round(this.#views.lagSeconds() * 1_000));
  }

  /** How much is in memory, for metrics. */
  usage(): { items: number; levels: number } {
    return this.#views.levels.usage();
  }

  /** Since when what is known of these locations (null stands for none) is out of date, as a source is silent; null: it is not. */
  staleSince(...codes: (string | null)[]): Date | null {
    return this.#views.staleness.since(codes);
  }

  /** Resolves when every change of stale locations and of buffer rules that the feed told of has been read. */
  async settled(): Promise<void> {
    await Promise.all([this.#views.staleness.settled(), this.#views.bufferRules.settled()]);
  }

  /**
   * When an order of `now` is ready at a location that has the goods: `promiseHere`, worked out once a minute. Hours and
   * time zones were 2.4 of 100 µs of a hold.
   */
  promiseAt(location: LocationRecord, now: Date): { readyAt: Date } | null {
    const { locations, promises } = this.#views;
    const readyAt = promises.here(locations.slotOf(location.code), location, now);
    return readyAt === null ? null : { readyAt: new Date(readyAt) };
  }

  /** Orders that stand before a new one at a location. */
  openOrders(code: string): number {
    return this.#views.openOrders.count(code);
  }

  /** What comes to a location and waits for nobody, the soonest first. */
  onItsWay(code: string, now: Date): OnItsWay[] {
    return this.#views.incoming.bringing(code, now);
  }

  /** How many more units than now may be promised of a level when so many have arrived. */
  promisedOf(levels: ItemLevels, location: LocationRecord, arriving: number, now: Date): number {
    const place = { slot: this.#views.locations.slotOf(location.code), locationId: location.id };
    return this.#views.bufferRules.promisedOf(levels, place, arriving, now.getTime());
  }

  /** True where a transfer brings all that is `missing` at a location (units of each line; none where it is not above zero). */
  bringsAll(
    levels: readonly ItemLevels[],
    location: LocationRecord,
    missing: readonly number[],
    way: OnItsWay,
    now: Date,
  ): boolean {
    const place = { slot: this.#views.locations.slotOf(location.code), locationId: location.id };
    return this.#views.bufferRules.bringsAll(levels, place, missing, way, now.getTime());
  }

  /** The levels of every item, from memory where they are there. Use them before the next await. */
  async levelsOf(skus: readonly string[]): Promise<readonly ItemLevels[]> {
    const { levels, catalogue } = this.#views;
    const known: ItemLevels[] = [];
    for (const sku of skus) {
      const entry = levels.get(sku);
      if (entry === null) break;
      known.push(entry);
    }
    if (known.length === skus.length) return known;
    const items = await catalogue.items(skus);
    return levels.load(skus.map((sku) => items.get(sku) ?? unknownItem(sku)));
  }
}

function unknownItem(sku: string): never {
  throw new Problem('unknown-item', `There is no item with the sku ${sku}.`, { sku });
}

function alternativeOf({ location, distanceKm, readyAt, staleSince }: Place): Alternative[] {
  if (distanceKm === null || readyAt === null) return [];
  const { code, name, address, coordinates, timeZone } = location;
  return [
    {
      location: { code, name, address, coordinates, timeZone },
      distanceKm: roundedKm(distanceKm),
      promise: { readyAt: new Date(readyAt) },
      staleSince,
    },
  ];
}

/** To ten metres: more would pretend to know where in the building the counter is. */
export function roundedKm(distanceKm: number): number {
  return Math.round(distanceKm * 100) / 100;
}
