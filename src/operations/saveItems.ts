// Keeps descriptions of items, any number at once: the PUT, the batch, the import and the demo all come here.
// What is not different is not written: no new version, no event.
import { describeItem, type ItemDescription, type ItemInput, type ItemRecord, sameItem, showItem } from '../domain/item.ts';
import { Problem } from '../domain/problem.ts';
import type { Guard, Saved } from '../domain/saved.ts';
import { insertEvents } from '../queries/events.ts';
import { insertItems, type ItemWrite, lockItems, updateItems } from '../queries/items.ts';
import type { Tx } from '../queries/transaction.ts';

export type SaveItem = { sku: string; input: ItemInput; guard?: Guard };

/** An item as the batch will leave it: `stored` is what is there, null when nothing is. */
type Draft = { stored: ItemRecord | null; description: ItemDescription; version: number };

type Verdict = 'created' | 'updated' | 'unchanged' | Problem;

/**
 * Saves the items as if one after another, with an outcome for each, in order; one that its guard refuses spoils no
 * other. A sku that comes twice is saved twice, so the last one stands; both outcomes and the one event then show
 * the item as it is in the end. Inputs have passed `itemInputSchema`, skus `skuSchema`.
 */
export async function saveItems(tx: Tx, rows: readonly SaveItem[], now: Date): Promise<Saved<ItemRecord>[]> {
  // Between the lock and the insert another transaction may add a sku. Then what this one has decided is dropped,
  // and decided again with that item locked. Items are never deleted, so the second look finds it.
  for (;;) {
    const drafts = await loadDrafts(tx, rows);
    const verdicts = rows.map((row) => decide(drafts, row));
    const written = await write(tx, drafts, now);
    if (written === null) continue;
    await insertEvents(tx, [...written.values()].map((item) => itemChanged(item, now)));
    return rows.map((row, at) => savedOf(verdicts[at], written.get(row.sku) ?? drafts.get(row.sku)?.stored));
  }
}
