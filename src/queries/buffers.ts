// Buffer rules as rows: found, kept, listed; the version that a batch decides by.
// Decides nothing: which rule governs is src/domain/buffer.ts.
import type { BufferRule, BufferWay, TunedPercent } from '../domain/buffer.ts';
import { insertEvents } from './events.ts';
import type { Tx } from './transaction.ts';

/** What a batch reads after its locks: the rules' version, and the categories of its items (null: it has none). */
export type BufferState = { version: number; categories: ReadonlyMap<number, string | null> };

type WayColumns = {
  quantity: number | null;
  percent: number | null;
  exclude: boolean | null;
  auto_percent_max: number | null;
};

/** One statement after the locks, so that whoever waited for them decides by what is true now. */
export async function readBufferState(tx: Tx, itemIds: readonly number[]): Promise<BufferState> {
  const rows = await tx.run<{ version: number; id: number | null; category: string | null }>(
    'buffers.read_state',
    `SELECT s.version, i.id, i.category
     FROM buffer_state s LEFT JOIN items i ON i.id = ANY ($1::int[])`,
    [itemIds],
  );
  const categories = new Map<number, string | null>();
  for (const { id, category } of rows) if (id !== null) categories.set(id, category);
  return { version: rows[0]?.version ?? 0, categories };
}

export type AllRules = { version: number; rules: BufferRule[]; tuned: TunedPercent[] };

/** Columns of equal length, a rule a place. */
type RuleColumns = {
  id: string[];
  location_id: (number | null)[];
  category: (string | null)[];
  item_id: (number | null)[];
  quantity: (number | null)[];
  percent: (number | null)[];
  exclude: (boolean | null)[];
  auto_percent_max: (number | null)[];
};

/** Every rule and tuning with their version, in one snapshot. 10,000 rules took 40 ms on two busy cores; as objects, 60. */
export async function readAllRules(tx: Tx): Promise<AllRules> {
  const [row] = await tx.run<{ version: number; rules: RuleColumns; tuned: TunedPercent[] }>(
    'buffers.read_all',
    `SELECT version,
            (SELECT json_build_object(
                      'id', coalesce(array_agg(id), '{}'), 'location_id', array_agg(location_id),
                      'category', array_agg(category), 'item_id', array_agg(item_id), 'quantity', array_agg(quantity),
                      'percent', array_agg(percent), 'exclude', array_agg(exclude),
                      'auto_percent_max', array_agg(auto_percent_max)) FROM buffer_rules) AS rules,
            (SELECT coalesce(json_agg(json_build_object(
                      'locationId', location_id, 'category', category, 'percent', percent)), '[]')
             FROM buffer_tunings WHERE percent > 0) AS tuned
     FROM buffer_state`,
    [],
  );
  if (row === undefined) throw new Error('buffer_state has no row');
  const { rules, tuned, version } = row;
  return { version, tuned, rules: rules.id.map((id, at) => ruleAt(rules, id, at)) };
}

function ruleAt(columns: RuleColumns, id: string, at: number): BufferRule {
  const way = wayOf({
    quantity: columns.quantity[at] ?? null,
    percent: columns.percent[at] ?? null,
    exclude: columns.exclude[at] ?? null,
    auto_percent_max: columns.auto_percent_max[at] ?? null,
  });
  return {
    id,
    locationId: columns.location_id[at] ?? null,
    category: columns.category[at] ?? null,
    itemId: columns.item_id[at] ?? null,
    way,
  };
}

function wayOf({ quantity, percent, exclude, auto_percent_max: percentMax }: WayColumns): BufferWay {
  if (quantity !== null) return { kind: 'quantity', quantity };
  if (percent !== null) return { kind: 'percent', percent };
  if (percentMax !== null) return { kind: 'auto', percentMax };
  if (exclude === true) return { kind: 'exclude' };
  throw new Error('a buffer rule says no way');
}

/** A rule as it is kept, by the retailer's own names. */
export type StoredRule = {
  id: string;
  location: string | null;
  category: string | null;
  sku: string | null;
  way: BufferWay;
  version: number;
  appliedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

type StoredRow = WayColumns & {
  id: string;
  location: string | null;
  category: string | null;
  sku: string | null;
  version: number;
  applied_at: Date | null;
  created_at: Date;
  updated_at: Date;
};

const STORED = `
  SELECT b.id, o.code AS location, b.category, i.sku, b.quantity, b.percent, b.exclude, b.auto_percent_max, b.version,
         b.applied_at, b.created_at, b.updated_at
  FROM buffer_rules b LEFT JOIN locations o ON o.id = b.location_id LEFT JOIN items i ON i.id = b.item_id`;

function storedOf(row: StoredRow): StoredRule {
  const { id, location, category, sku, version } = row;
  return {
    id,
    location,
    category,
    sku,
    way: wayOf(row),
    version,
    appliedAt: row.applied_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export async function findRule(tx: Tx, id: string): Promise<StoredRule | null> {
  const [row] = await tx.run<StoredRow>('buffers.find', `${STORED} WHERE b.id = $1`, [id]);
  return row === undefined ? null : storedOf(row);
}

/** The rule of exactly this scope. */
export async function findRuleOfScope(
  tx: Tx,
  scope: { locationId: number | null; category: string | null; itemId: number | null },
): Promise<StoredRule | null> {
  const [row] = await tx.run<StoredRow>(
    'buffers.find_by_scope',
    `${STORED} WHERE b.location_id IS NOT DISTINCT FROM $1::int AND b.category IS NOT DISTINCT FROM $2::text
       AND b.item_id IS NOT DISTINCT FROM $3::int`,
    [scope.locationId, scope.category, scope.itemId],
  );
  return row === undefined ? null : storedOf(row);
}

export type RuleFilters = {
  location: string | null;
  category: string | null;
  sku: string | null;
  /** Codes the caller may see; null: all. Rules without a location concern everybody. */
  visible: readonly string[] | null;
};

/** By id, which is by age; `after` is the id where the page before ended. */
export async function listRules(
  tx: Tx,
  filters: RuleFilters,
  after: string | null,
  limit: number,
): Promise<StoredRule[]> {
  const rows = await tx.run<StoredRow>(
    'buffers.list',
    `${STORED}
     WHERE ($1::text IS NULL OR o.code = $1) AND ($2::text IS NULL OR b.category = $2)
       AND ($3::text IS NULL OR i.sku = $3)
       AND ($4::text[] IS NULL OR b.location_id IS NULL OR o.code = ANY ($4))
       AND ($5::text IS NULL OR b.id > $5)
     ORDER BY b.id LIMIT $6`,
    [filters.location, filters.category, filters.sku, filters.visible, after, limit],
  );
  return rows.map(storedOf);
}

/**
 * Makes changes of rules wait for each other until the transaction ends; the number of rules there are. Batches read
 * the version without this lock: a change shows to them when it commits, and to those after it never later.
 */
export async function lockRules(tx: Tx): Promise<number> {
  await tx.run('buffers.lock', 'SELECT id FROM buffer_state FOR UPDATE', []);
  // A statement of its own: one that waits for a lock goes on with what it saw before it waited.
  const [row] = await tx.run<{ rules: number }>(
    'buffers.count',
    'SELECT count(*)::int AS rules FROM buffer_rules',
    [],
  );
  return row?.rules ?? 0;
}

/** With the change that it counts: from its commit on, no batch decides by the rules of before. Views are told. */
export async function raiseRulesVersion(tx: Tx, now: Date): Promise<void> {
  const [row] = await tx.run<{ version: number }>(
    'buffers.raise',
    'UPDATE buffer_state SET version = version + 1 RETURNING version',
    [],
  );
  if (row === undefined) throw new Error('buffer_state has no row');
  const { version } = row;
  await insertEvents(tx, [
    { type: 'buffers.changed', occurredAt: now, location: null, subject: 'buffers', version, data: {} },
  ]);
}

/** A rule that tunes itself waits for its figures: they are taken at the job's next look. */
export async function askForTuning(tx: Tx): Promise<void> {
  await tx.run('buffers.ask_for_tuning', 'UPDATE buffer_state SET tuned_at = NULL', []);
}

export type RuleWrite = {
  id: string;
  locationId: number | null;
  category: string | null;
  itemId: number | null;
  way: BufferWay;
  version: number;
  at: Date;
};

/** Writes a rule under its id, new or changed; it is applied nowhere yet. */
export async function writeRule(tx: Tx, rule: RuleWrite): Promise<void> {
  const { way } = rule;
  await tx.run(
    'buffers.write',
    `INSERT INTO buffer_rules (id, location_id, category, item_id, quantity, percent, exclude, auto_percent_max,
                               version, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
     ON CONFLICT (id) DO UPDATE
     SET quantity = excluded.quantity, percent = excluded.percent, exclude = excluded.exclude,
         auto_percent_max = excluded.auto_percent_max, version = excluded.version, applied_at = NULL,
         updated_at = excluded.updated_at`,
    [
      rule.id,
      rule.locationId,
      rule.category,
      rule.itemId,
      way.kind === 'quantity' ? way.quantity : null,
      way.kind === 'percent' ? way.percent : null,
      way.kind === 'exclude' ? true : null,
      way.kind === 'auto' ? way.percentMax : null,
      rule.version,
      rule.at,
    ],
  );
}

/** Removes a rule; the scope that it had, or null when there is none. */
export async function removeRule(
  tx: Tx,
  id: string,
): Promise<{ locationId: number | null; category: string | null; itemId: number | null } | null> {
  const [row] = await tx.run<{ location_id: number | null; category: string | null; item_id: number | null }>(
    'buffers.remove',
    'DELETE FROM buffer_rules WHERE id = $1 RETURNING location_id, category, item_id',
    [id],
  );
  return row === undefined
    ? null
    : { locationId: row.location_id, category: row.category, itemId: row.item_id };
}
