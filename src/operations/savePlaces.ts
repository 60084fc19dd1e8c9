// Notes where items stand in a location, many at once. One that is unknown spoils no other.
import type { PlaceInput } from '../domain/place.ts';
import { Problem } from '../domain/problem.ts';
import { findItemHeads } from '../queries/items.ts';
import { deletePlaces, savePlaces as writePlaces } from '../queries/places.ts';
import type { Tx } from '../queries/transaction.ts';

export type PlaceOutcome =
  | { sku: string; outcome: 'updated' | 'unchanged' }
  | { sku: string; outcome: 'rejected'; problem: Problem };

/** An outcome for each, in order. A sku that comes twice stands where it was named last; both outcomes tell that. */
export async function savePlaces(
  tx: Tx,
  locationId: number,
  places: readonly PlaceInput[],
  now: Date,
): Promise<PlaceOutcome[]> {
  const last = new Map(places.map(({ sku, aisle }) => [sku, aisle]));
  const heads = await findItemHeads(tx, [...last.keys()]);
  const known = heads.map(({ id, sku }) => ({ itemId: id, sku, aisle: last.get(sku) ?? null }));
  const placed = known.flatMap(({ aisle, ...item }) => (aisle === null ? [] : [{ ...item, aisle }]));
  const removed = known.filter(({ aisle }) => aisle === null);
  const changed = new Set([
    ...(await writePlaces(tx, locationId, placed, now)),
    ...(await deletePlaces(tx, locationId, removed)),
  ]);
  const skus = new Set(known.map(({ sku }) => sku));
  return places.map(({ sku }) => {
    if (skus.has(sku)) return { sku, outcome: changed.has(sku) ? 'updated' : 'unchanged' };
    const problem = new Problem('unknown-item', `There is no item with the sku ${sku}.`, { sku });
    return { sku, outcome: 'rejected', problem };
  });
}
