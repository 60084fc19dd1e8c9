// Items that changed to or from a category that buffer rules look at: many at once, under a lease, beside the rules' own
// tasks, so that a catalogue that is sorted anew keeps no rule waiting. Decides nothing.
import type { LevelName } from './bufferTasks.ts';
import type { Tx } from './transaction.ts';

/** An item whose category changed, with the one that it had or the one that it has. */
export type Recategorised = { itemId: number; category: string | null };

/** Items under one lease, and the last of their levels that was gone through. */
export type TakenItems = {
  items: { itemId: number; changes: number }[];
  after: { itemId: number; locationId: number };
};

const LEASE = `clock_timestamp() + interval '30 s'`;

/**
 * In the transaction that changes the categories: rules that look at either may govern, or no longer govern, the levels.
 * So may a rule that has ended: its levels are gone through by the category that their items have by then.
 * With the rules locked against changes, or a rule made meanwhile would see the old category, and this not the rule.
 */
export async function addItemTasks(tx: Tx, changes: readonly Recategorised[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.run('buffer_items.share_rules', 'SELECT 1 FROM buffer_state FOR SHARE', []);
  await tx.run(
    'buffer_items.add',
    `INSERT INTO buffer_items AS b (item_id)
     SELECT DISTINCT c.item_id FROM unnest($1::int[], $2::text[]) AS c (item_id, category)
     WHERE EXISTS (SELECT 1 FROM buffer_rules b WHERE b.category = c.category OR b.auto_percent_max IS NOT NULL)
        OR EXISTS (SELECT 1 FROM buffer_tasks t WHERE t.category = c.category)
     ORDER BY c.item_id
     ON CONFLICT (item_id) DO UPDATE SET changes = b.changes + 1, leased_until = NULL`,
    [changes.map(({ itemId }) => itemId), changes.map(({ category }) => category)],
  );
}

/** The items that nobody works on, at most so many, leased by the database's clock; null when there are none. */
export async function takeItems(tx: Tx, limit: number): Promise<TakenItems | null> {
  const rows = await tx.run<{ item_id: number; changes: number }>(
    'buffer_items.take',
    `UPDATE buffer_items SET leased_until = ${LEASE}
     WHERE item_id = ANY (ARRAY (
       SELECT item_id FROM buffer_items WHERE leased_until IS NULL OR leased_until < clock_timestamp()
       ORDER BY item_id LIMIT $1 FOR UPDATE SKIP LOCKED))
     RETURNING item_id, changes`,
    [limit],
  );
  if (rows.length === 0) return null;
  const items = rows.map((row) => ({ itemId: row.item_id, changes: row.changes }));
  return { items, after: { itemId: 0, locationId: 0 } };
}

/** The next levels of these items, in (item, location) order. */
export async function levelsOfItems(
  tx: Tx,
  { items, after }: TakenItems,
  limit: number,
): Promise<LevelName[]> {
  return tx.run<LevelName>(
    'buffer_items.levels',
    `SELECT l.item_id AS "itemId", l.location_id AS "locationId", i.sku, o.code AS location
     FROM levels l JOIN items i ON i.id = l.item_id JOIN locations o ON o.id = l.location_id
     WHERE l.item_id = ANY ($1::int[]) AND (l.item_id, l.location_id) > ($2, $3)
     ORDER BY l.item_id, l.location_id LIMIT $4`,
    [idsOf(items), after.itemId, after.locationId, limit],
  );
}

/** Keeps the items for another page. */
export async function keepItems(tx: Tx, { items }: TakenItems): Promise<void> {
  await tx.run(
    'buffer_items.keep',
    `UPDATE buffer_items SET leased_until = ${LEASE} ${THESE}`,
    columns(items),
  );
}

/** Their levels are as they should be; but for items that changed again meanwhile, which stay to be done. */
export async function endItems(tx: Tx, { items }: TakenItems): Promise<void> {
  await tx.run('buffer_items.end', `DELETE FROM buffer_items ${THESE}`, columns(items));
}

/** Lets another process do them, from the start: they are few. */
export async function releaseItems(tx: Tx, { items }: TakenItems): Promise<void> {
  await tx.run(
    'buffer_items.release',
    `UPDATE buffer_items SET leased_until = NULL ${THESE}`,
    columns(items),
  );
}

/** By item, as addItemTasks locks them; those that it holds are changed again, and not ours any more. */
const THESE = `WHERE item_id = ANY (ARRAY (
  SELECT item_id FROM buffer_items WHERE (item_id, changes) IN (SELECT * FROM unnest($1::int[], $2::int[]))
  ORDER BY item_id FOR UPDATE SKIP LOCKED))`;

function columns(items: TakenItems['items']): [number[], number[]] {
  return [idsOf(items), items.map(({ changes }) => changes)];
}

function idsOf(items: TakenItems['items']): number[] {
  return items.map(({ itemId }) => itemId);
}
