// Locations as rows: found by code, listed by code or by distance, written set-based. Decides nothing.
import type { Coordinates, LocationDescription, LocationKind, LocationRecord } from '../domain/location.ts';
import type { Tx } from './transaction.ts';

type LocationRow = {
  id: number;
  code: string;
  kind: LocationKind;
  name: string;
  address: LocationRecord['address'];
  latitude: number;
  longitude: number;
  time_zone: string;
  opening_hours: LocationRecord['openingHours'];
  pickup: LocationRecord['pickup'];
  replenished_from: string | null;
  lead_time_days: number | null;
  cut_off: string | null;
  version: number;
  created_at: Date;
  updated_at: Date;
};

/** What is written of a location; `at` is when it is written. */
export type LocationWrite = LocationDescription & { code: string; version: number; at: Date };

export type LocationFilter = {
  kind: LocationKind | null;
  /** Null: every location. */
  codes: readonly string[] | null;
};

const COLUMNS = `l.id, l.code, l.kind, l.name, l.address, l.latitude, l.longitude, l.time_zone, l.opening_hours,
  l.pickup, s.code AS replenished_from, l.lead_time_days, l.cut_off, l.version, l.created_at, l.updated_at`;
const TABLE = 'locations l LEFT JOIN locations s ON s.id = l.replenished_from';

export async function findLocation(tx: Tx, code: string): Promise<LocationRecord | null> {
  const [location] = await findLocations(tx, [code]);
  return location ?? null;
}

/** In no particular order; a code that is unknown is not among them. */
export async function findLocations(tx: Tx, codes: readonly string[]): Promise<LocationRecord[]> {
  const rows = await tx.run<LocationRow>(
    'locations.find',
    `SELECT ${COLUMNS} FROM ${TABLE} WHERE l.code = ANY ($1::text[])`,
    [codes],
  );
  return rows.map(locationFromRow);
}

/** Every location, for what keeps them in memory. */
export async function allLocations(tx: Tx): Promise<LocationRecord[]> {
  const rows = await tx.run<LocationRow>(
    'locations.all',
    `SELECT ${COLUMNS} FROM ${TABLE} ORDER BY l.code`,
    [],
  );
  return rows.map(locationFromRow);
}

/** A listed location; `distanceKm` is 0 where no point was given to measure from. */
export type ListedLocation = { location: LocationRecord; distanceKm: number };

/** By code, after `after`. */
export async function listLocations(
  tx: Tx,
  filter: LocationFilter,
  page: { after: string | null; limit: number },
): Promise<ListedLocation[]> {
  const rows = await tx.run<LocationRow>(
    'locations.list',
    `SELECT ${COLUMNS} FROM ${TABLE}
     WHERE ($1::text IS NULL OR l.kind = $1::text) AND ($2::text[] IS NULL OR l.code = ANY ($2::text[]))
       AND ($3::text IS NULL OR l.code > $3::text)
     ORDER BY l.code LIMIT $4::int`,
    [filter.kind, filter.codes, page.after, page.limit],
  );
  return rows.map((row) => ({ location: locationFromRow(row), distanceKm: 0 }));
}

/** How far along the list by distance a page went. */
export type DistancePosition = { distanceKm: number; code: string };

/**
 * By great-circle distance from `near`, then by code, after `after`. Every location is measured: 20,000 of them take
 * some 40 ms, which a list for people and back offices can afford; shoppers' searches have their own index.
 */
export async function listLocationsNear(
  tx: Tx,
  filter: LocationFilter,
  near: Coordinates,
  page: { after: DistancePosition | null; limit: number },
): Promise<ListedLocation[]> {
  const rows = await tx.run<LocationRow & { distance_km: number }>(
    'locations.list_near',
    `WITH near AS (
       SELECT p.id, d.distance_km
       FROM locations p,
       LATERAL (SELECT sin(radians(p.latitude - $3::float8) / 2) AS y,
                       sin(radians(p.longitude - $4::float8) / 2) AS x) h,
       LATERAL (SELECT 12742 * asin(sqrt(least(1, h.y * h.y +
         cos(radians(p.latitude)) * cos(radians($3::float8)) * h.x * h.x))) AS distance_km) d
       WHERE ($1::text IS NULL OR p.kind = $1::text) AND ($2::text[] IS NULL OR p.code = ANY ($2::text[]))
         AND ($5::float8 IS NULL OR (d.distance_km, p.code) > ($5::float8, $6::text))
       ORDER BY d.distance_km, p.code LIMIT $7::int
     )
     SELECT ${COLUMNS}, n.distance_km FROM near n JOIN locations l ON l.id = n.id
     LEFT JOIN locations s ON s.id = l.replenished_from
     ORDER BY n.distance_km, l.code`,
    [
      filter.kind,
      filter.codes,
      near.latitude,
      near.longitude,
      page.after?.distanceKm ?? null,
      page.after?.code ?? null,
      page.limit,
    ],
  );
  return rows.map((row) => ({ location: locationFromRow(row), distanceKm: row.distance_km }));
}

/**
 * Makes this transaction the only writer of locations until it ends. Whether supply goes round in a circle depends on
 * rows that the write does not touch, so row locks would not do: two writers could each close half of a circle.
 * Readers, and rows elsewhere that refer to a location, are not held up.
 */
export async function lockLocationsForWriting(tx: Tx): Promise<void> {
  await tx.run('locations.lock_table', 'LOCK TABLE locations IN SHARE ROW EXCLUSIVE MODE', []);
}

/** Every location's code, with the code that it is supplied from. */
export async function supplySources(tx: Tx): Promise<Map<string, string | null>> {
  const rows = await tx.run<{ code: string; source: string | null }>(
    'locations.supply',
    `SELECT l.code, s.code AS source FROM ${TABLE}`,
    [],
  );
  return new Map(rows.map((row) => [row.code, row.source]));
}

// unnest's columns, shared by the two writes.
const WRITES = `unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::text[],
  $8::text[], $9::text[], $10::text[], $11::int[], $12::text[], $13::int[], $14::timestamptz[])
  AS w (code, kind, name, address, latitude, longitude, time_zone, opening_hours, pickup, source, lead_time_days,
        cut_off, version, at)`;

/** Adds locations, as yet without their replenishment: their sources may be among them. */
export async function insertLocations(tx: Tx, locations: readonly LocationWrite[]): Promise<void> {
  await tx.run(
    'locations.insert',
    `INSERT INTO locations (code, kind, name, address, latitude, longitude, time_zone, opening_hours, pickup, version,
                            created_at, updated_at)
     SELECT w.code, w.kind, w.name, w.address::jsonb, w.latitude, w.longitude, w.time_zone, w.opening_hours::jsonb,
            w.pickup::jsonb, w.version, w.at, w.at
     FROM ${WRITES} ORDER BY w.code COLLATE "C"`,
    writeValues(locations),
  );
}

/** Overwrites locations, and says where they are supplied from. */
export async function updateLocations(tx: Tx, locations: readonly LocationWrite[]): Promise<void> {
  await tx.run(
    'locations.update',
    `UPDATE locations l
     SET kind = w.kind, name = w.name, address = w.address::jsonb, latitude = w.latitude, longitude = w.longitude,
         time_zone = w.time_zone, opening_hours = w.opening_hours::jsonb, pickup = w.pickup::jsonb,
         replenished_from = s.id, lead_time_days = w.lead_time_days, cut_off = w.cut_off,
         version = w.version, updated_at = w.at
     FROM ${WRITES} LEFT JOIN locations s ON s.code = w.source
     WHERE l.code = w.code`,
    writeValues(locations),
  );
}

function writeValues(locations: readonly LocationWrite[]): unknown[] {
  const column = (value: (location: LocationWrite) => unknown) => locations.map(value);
  return [
    column((l) => l.code),
    column((l) => l.kind),
    column((l) => l.name),
    column((l) => JSON.stringify(l.address)),
    column((l) => l.coordinates.latitude),
    column((l) => l.coordinates.longitude),
    column((l) => l.timeZone),
    column((l) => JSON.stringify(l.openingHours)),
    column((l) => JSON.stringify(l.pickup)),
    column((l) => l.replenishment?.from ?? null),
    column((l) => l.replenishment?.leadTimeDays ?? null),
    column((l) => l.replenishment?.cutOff ?? null),
    column((l) => l.version),
    column((l) => l.at),
  ];
}

function locationFromRow(row: LocationRow): LocationRecord {
  const { replenished_from: from, lead_time_days: leadTimeDays, cut_off: cutOff } = row;
  const supplied = from !== null && leadTimeDays !== null && cutOff !== null;
  return {
    id: row.id,
    code: row.code,
    kind: row.kind,
    name: row.name,
    address: row.address,
    coordinates: { latitude: row.latitude, longitude: row.longitude },
    timeZone: row.time_zone,
    openingHours: row.opening_hours,
    pickup: row.pickup,
    replenishment: supplied ? { from, leadTimeDays, cutOff } : null,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
