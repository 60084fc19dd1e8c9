// What is left to do after a change of buffers: scopes whose levels are gone through, a chunk at a time, under a lease.
// Decides nothing; knows rules only by their scope.
import type { BufferScope } from '../domain/buffer.ts';
import type { Tx } from './transaction.ts';

/** A scope whose category is '' is that of items without one. */
export type BufferTask = BufferScope & {
  id: number;
  /** Of a tuning: those whose percentage is another one. */
  categories: string[] | null;
  ruleId: string | null;
  ruleVersion: number | null;
  afterItemId: number;
  afterLocationId: number;
};

export type LevelName = { itemId: number; locationId: number; sku: string; location: string };

type TaskRow = {
  id: number;
  location_id: number | null;
  category: string | null;
  item_id: number | null;
  categories: string[] | null;
  rule_id: string | null;
  rule_version: number | null;
  after_item_id: number;
  after_location_id: number;
};

/** How long a process may take for a chunk before another takes over. */
const LEASE_SECONDS = 30;

/** In the transaction of the change. What was left for an older version of the same rule is part of it. */
export async function addRuleTask(
  tx: Tx,
  scope: BufferScope,
  rule: { id: string; version: number } | null,
): Promise<void> {
  if (rule !== null) {
    await tx.run('buffer_tasks.supersede', 'DELETE FROM buffer_tasks WHERE rule_id = $1', [rule.id]);
  }
  await tx.run(
    'buffer_tasks.add',
    `INSERT INTO buffer_tasks (location_id, category, item_id, rule_id, rule_version)
     VALUES ($1, $2, $3, $4, $5)`,
    [scope.locationId, scope.category, scope.itemId, rule?.id ?? null, rule?.version ?? null],
  );
}

/**
 * After a tuning: the levels of these categories at a location ('': items without one). What was left of the tuning
 * before is part of it, so that a location is never waited for twice. The caller has locked the rules.
 */
export async function addTuningTask(
  tx: Tx,
  locationId: number,
  categories: readonly string[],
): Promise<void> {
  const left = await tx.run<{ categories: string[] }>(
    'buffer_tasks.supersede_tuning',
    'DELETE FROM buffer_tasks WHERE location_id = $1 AND categories IS NOT NULL RETURNING categories',
    [locationId],
  );
  const all = new Set([...categories, ...left.flatMap((task) => task.categories)]);
  await tx.run(
    'buffer_tasks.add_tuning',
    'INSERT INTO buffer_tasks (location_id, categories) VALUES ($1, $2::text[])',
    [locationId, [...all]],
  );
}

/**
 * The task that is most pressing of those that nobody works on, leased by the database's clock; null when there is
 * none. Narrow scopes come first: a recalled item does not wait for a rule about everything, nor for a tuning.
 */
export async function takeTask(tx: Tx): Promise<BufferTask | null> {
  const [row] = await tx.run<TaskRow>(
    'buffer_tasks.take',
    `UPDATE buffer_tasks t SET leased_until = clock_timestamp() + interval '${LEASE_SECONDS} s'
     WHERE id = (SELECT id FROM buffer_tasks WHERE leased_until IS NULL OR leased_until < clock_timestamp()
                 ORDER BY item_id IS NULL, categories IS NOT NULL, location_id IS NULL, category IS NULL, id
                 LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, location_id, category, item_id, categories, rule_id, rule_version, after_item_id, after_location_id`,
    [],
  );
  return row === undefined
    ? null
    : {
        id: row.id,
        locationId: row.location_id,
        category: row.category,
        itemId: row.item_id,
        categories: row.categories,
        ruleId: row.rule_id,
        ruleVersion: row.rule_version,
        afterItemId: row.after_item_id,
        afterLocationId: row.after_location_id,
      };
}

/**
 * The levels of a task's scope after where it stands, in (item, location) order. Each way walks one index from there on
 * and stops at the end of the page, whatever PostgreSQL knows of the tables by then.
 */
export async function levelsOfTask(tx: Tx, task: BufferTask, limit: number): Promise<LevelName[]> {
  const { afterItemId, afterLocationId, locationId, category, itemId, categories } = task;
  const [name, text, place] =
    locationId === null
      ? (['everywhere', LEVELS_EVERYWHERE, afterLocationId] as const)
      : (['at_location', LEVELS_AT_LOCATION, locationId] as const);
  return tx.run<LevelName>(`buffer_tasks.levels_${name}`, text, [
    afterItemId,
    place,
    category,
    itemId,
    limit,
    categories,
  ]);
}

const ITEM_ID_MAX = 2_147_483_647;
const OF_SCOPE = `($3::text IS NULL OR coalesce(i.category, '') = $3) AND ($4::int IS NULL OR i.id = $4)
  AND ($6::text[] IS NULL OR coalesce(i.category, '') = ANY ($6))`;
// OFFSET 0 keeps the planner from sorting all of a location's levels for each page (17 ms instead of 1 of 5,000).
const LEVELS_AT_LOCATION = `
  SELECT l.item_id AS "itemId", l.location_id AS "locationId", i.sku, o.code AS location
  FROM levels l
  CROSS JOIN LATERAL (SELECT id, sku, category FROM items WHERE id = l.item_id OFFSET 0) i
  CROSS JOIN LATERAL (SELECT code FROM locations WHERE id = l.location_id OFFSET 0) o
  WHERE l.location_id = $2 AND l.item_id > $1 AND l.item_id BETWEEN coalesce($4::int, 0) AND coalesce($4::int, ${ITEM_ID_MAX}) AND ${OF_SCOPE}
  ORDER BY l.item_id LIMIT $5`;
const LEVELS_EVERYWHERE = `
  SELECT l.item_id AS "itemId", l.location_id AS "locationId", i.sku, o.code AS location
  FROM items i
  CROSS JOIN LATERAL (
    SELECT item_id, location_id FROM levels
    WHERE item_id = i.id AND (i.id > $1 OR location_id > $2)
    ORDER BY location_id LIMIT $5
  ) l
  JOIN locations o ON o.id = l.location_id
  WHERE i.id >= greatest($1::int, coalesce($4::int, 0)) AND ${OF_SCOPE}
  ORDER BY i.id, l.location_id LIMIT $5`;

/** Notes how far a task is and keeps it; false when it was superseded or taken over from further on. */
export async function advanceTask(
  tx: Tx,
  task: BufferTask,
  to: { itemId: number; locationId: number },
): Promise<boolean> {
  const rows = await tx.run(
    'buffer_tasks.advance',
    `UPDATE buffer_tasks
     SET after_item_id = $2, after_location_id = $3, leased_until = clock_timestamp() + interval '${LEASE_SECONDS} s'
     WHERE id = $1 AND (after_item_id, after_location_id) < ($2, $3) RETURNING id`,
    [task.id, to.itemId, to.locationId],
  );
  return rows.length > 0;
}

/** Lets another process go on from where the task stands. */
export async function releaseTask(tx: Tx, task: BufferTask): Promise<void> {
  await tx.run('buffer_tasks.release', 'UPDATE buffer_tasks SET leased_until = NULL WHERE id = $1', [
    task.id,
  ]);
}

/** Ends a task; its rule, where it is still the same version, is applied everywhere. One transaction. */
export async function endTask(tx: Tx, task: BufferTask, now: Date): Promise<void> {
  await tx.run(
    'buffer_tasks.end',
    `WITH ended AS (DELETE FROM buffer_tasks WHERE id = $1 RETURNING rule_id, rule_version)
     UPDATE buffer_rules b SET applied_at = $2 FROM ended WHERE b.id = ended.rule_id AND b.version = ended.rule_version`,
    [task.id, now],
  );
}
