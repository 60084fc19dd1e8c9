// What the local inventory feed is made of: available units of items at a store and at what replenishes it.
// Reads only, in pages by (store, item). What the units mean to a shopping site is domain/localInventory.ts.
import type { Price } from '../domain/item.ts';
import { dueUnits } from './dueHolds.ts';
import type { Tx } from './transaction.ts';

export type OfferUnits = {
  itemId: number;
  sku: string;
  price: Price | null;
  /** Available units, 0 where there is no level. */
  here: number;
  /** At the source; read only where nothing is here. */
  atSource: number;
};

/** The store whose rows are read: ids. */
export type StoreIds = { locationId: number; sourceId: number | null };

// OFFSET 0 keeps each part an index probe a row: planned as a join, a page of 2,000 could read all levels.
const UNITS = (location: string) => `
  SELECT greatest(0, l.on_hand - l.buffer - l.reserved + coalesce((${dueUnits('$1')}), 0))::int AS units
  FROM levels l WHERE l.item_id = k.item_id AND l.location_id = ${location} OFFSET 0`;

const OFFERS = `
  SELECT i.sku, i.price, coalesce(h.units, 0) AS here, coalesce(s.units, 0) AS "atSource", k.*
  FROM keys k
  CROSS JOIN LATERAL (SELECT sku, price FROM items WHERE id = k.item_id OFFSET 0) i
  LEFT JOIN LATERAL (${UNITS('k.location_id')}) h ON true
  LEFT JOIN LATERAL (${UNITS('(CASE WHEN coalesce(h.units, 0) < 1 THEN k.source_id END)')}) s ON true
  ORDER BY k.place`;

/**
 * The next items, by id after `after`, that have a level at any location of `among`; with their units at the store.
 * Each location's part of the page is read from its index, in order, and no further than the page.
 */
export async function listOffers(
  tx: Tx,
  store: StoreIds,
  among: readonly number[],
  page: { after: number; limit: number },
  now: Date,
): Promise<OfferUnits[]> {
  return tx.run<OfferUnits>(
    'local_inventory.page',
    `WITH found AS (
       SELECT DISTINCT f.item_id
       FROM unnest($4::int[]) AS a (location_id)
       CROSS JOIN LATERAL (
         SELECT item_id FROM levels
         WHERE location_id = a.location_id AND item_id > $5 ORDER BY item_id LIMIT $6
       ) f
       ORDER BY f.item_id LIMIT $6
     ), keys AS (
       SELECT item_id, item_id AS "itemId", item_id AS place, $2::int AS location_id, $3::int AS source_id FROM found
     ) ${OFFERS}`,
    [now, store.locationId, store.sourceId, among, page.after, page.limit],
  );
}

export type OfferKey = StoreIds & { itemId: number };

/** The units of these items at these stores, in order. An item that does not exist is not among them. */
export async function readOffers(
  tx: Tx,
  keys: readonly OfferKey[],
  now: Date,
): Promise<(OfferUnits & { locationId: number })[]> {
  return tx.run<OfferUnits & { locationId: number }>(
    'local_inventory.rows',
    `WITH keys AS (
       SELECT item_id, item_id AS "itemId", place, location_id, location_id AS "locationId", source_id
       FROM unnest($2::int[], $3::int[], $4::int[]) WITH ORDINALITY AS k (item_id, location_id, source_id, place)
     ) ${OFFERS}`,
    [now, keys.map((key) => key.itemId), keys.map((key) => key.locationId), keys.map((key) => key.sourceId)],
  );
}

/** Where these items have levels. */
export async function findStocked(
  tx: Tx,
  itemIds: readonly number[],
): Promise<{ itemId: number; locationId: number }[]> {
  return tx.run<{ itemId: number; locationId: number }>(
    'local_inventory.stocked',
    `SELECT item_id AS "itemId", location_id AS "locationId" FROM levels WHERE item_id = ANY ($1::int[])`,
    [itemIds],
  );
}
