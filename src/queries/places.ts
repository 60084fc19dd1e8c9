// Where items stand in a location, as rows. Decides nothing.
import type { Place } from '../domain/place.ts';
import type { Tx } from './transaction.ts';

/** By sku, after `after`; `skus` null: all that have a place. */
export async function listPlaces(
  tx: Tx,
  location: string,
  page: { skus: readonly string[] | null; after: string | null; limit: number },
): Promise<Place[]> {
  return tx.run<Place>(
    'item_places.list',
    `SELECT i.sku, p.aisle
     FROM locations l JOIN item_places p ON p.location_id = l.id JOIN items i ON i.id = p.item_id
     WHERE l.code = $1::text AND ($2::text[] IS NULL OR i.sku = ANY ($2::text[]))
       AND ($3::text IS NULL OR i.sku > $3::text)
     ORDER BY i.sku LIMIT $4::int`,
    [location, page.skus, page.after, page.limit],
  );
}

/**
 * Notes places, in the order of their items so that two writers queue up; what is as it was is not written. Answers the
 * skus that changed.
 */
export async function savePlaces(
  tx: Tx,
  locationId: number,
  places: readonly { itemId: number; sku: string; aisle: string }[],
  at: Date,
): Promise<string[]> {
  const rows = await tx.run<{ item_id: number }>(
    'item_places.save',
    `INSERT INTO item_places AS p (location_id, item_id, aisle, updated_at)
     SELECT $1::int, n.item_id, n.aisle, $4::timestamptz
     FROM unnest($2::int[], $3::text[]) AS n (item_id, aisle)
     ORDER BY n.item_id
     ON CONFLICT ON CONSTRAINT item_places_pkey DO UPDATE SET aisle = excluded.aisle, updated_at = excluded.updated_at
     WHERE p.aisle <> excluded.aisle
     RETURNING p.item_id`,
    [locationId, places.map((place) => place.itemId), places.map((place) => place.aisle), at],
  );
  const changed = new Set(rows.map((row) => row.item_id));
  return places.filter((place) => changed.has(place.itemId)).map((place) => place.sku);
}

/** Answers the skus that had a place. */
export async function deletePlaces(
  tx: Tx,
  locationId: number,
  items: readonly { itemId: number; sku: string }[],
): Promise<string[]> {
  const rows = await tx.run<{ item_id: number }>(
    'item_places.delete',
    `DELETE FROM item_places p USING (
       SELECT item_id FROM item_places WHERE location_id = $1::int AND item_id = ANY ($2::int[])
       ORDER BY item_id FOR UPDATE
     ) gone
     WHERE p.location_id = $1::int AND p.item_id = gone.item_id
     RETURNING p.item_id`,
    [locationId, items.map((item) => item.itemId)],
  );
  const gone = new Set(rows.map((row) => row.item_id));
  return items.filter((item) => gone.has(item.itemId)).map((item) => item.sku);
}
