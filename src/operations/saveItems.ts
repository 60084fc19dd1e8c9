// Keeps descriptions of items, any number at once: the PUT, the batch, the import and the demo all come here.
// What is not different is not written: no new version, no event.
import {
  describeItem,
  type ItemDescription,
  type ItemInput,
  type ItemRecord,
  sameItem,
  showItem,
} from '../domain/item.ts';
import { Problem } from '../domain/problem.ts';
import type { Guard, Saved } from '../domain/saved.ts';
import { addItemTasks, type Recategorised } from '../queries/bufferItems.ts';
import { insertEvents } from '../queries/events.ts';
import { type ItemWrite, insertItems, lockItems, updateItems } from '../queries/items.ts';
import type { Tx } from '../queries/transaction.ts';

export type SaveItem = { sku: string; input: ItemInput; guard?: Guard };

type Verdict = { at: number; outcome: 'created' | 'updated' | 'unchanged' | Problem };

/** What a batch does to one item: all of its rows, decided one after another. */
type Decision = {
  sku: string;
  stored: ItemRecord | null;
  /** As the batch leaves it; null when there was nothing and every row was refused. */
  description: ItemDescription | null;
  version: number;
  verdicts: Verdict[];
};

/** Saves one item; throws the Problem that refuses it. */
export async function saveItem(tx: Tx, row: SaveItem, now: Date) {
  const [saved] = await saveItems(tx, [row], now);
  if (saved === undefined) throw new Error('no outcome for the item');
  if (saved.outcome === 'rejected') throw saved.problem;
  return saved;
}

/**
 * Saves the items as if one after another, with an outcome for each, in order; one that its guard refuses spoils no
 * other. A sku that comes twice is saved twice, so the last one stands; both outcomes, and the one event, then show
 * the item as it is in the end. Inputs have passed `itemInputSchema`, skus `skuSchema`.
 */
export async function saveItems(tx: Tx, rows: readonly SaveItem[], now: Date): Promise<Saved<ItemRecord>[]> {
  const results = new Map<number, Saved<ItemRecord>>();
  const changed: ItemRecord[] = [];
  let open = positionsBySku(rows);
  while (open.size > 0) {
    const stored = bySku(await lockItems(tx, [...open.keys()]));
    const decisions = [...open].map(([sku, positions]) =>
      decide(rows, sku, positions, stored.get(sku) ?? null),
    );
    const written = await write(tx, decisions, now);
    changed.push(...written.values());
    const lost = new Map<string, number[]>();
    for (const decision of decisions) {
      const record = written.get(decision.sku) ?? decision.stored;
      // Between the lock and the insert another transaction added the sku: decide again, with its row locked.
      if (record === null && decision.description !== null) {
        lost.set(decision.sku, open.get(decision.sku) ?? []);
      } else {
        for (const verdict of decision.verdicts) results.set(verdict.at, savedOf(verdict, record));
      }
    }
    open = lost;
  }
  await insertEvents(tx, changed.map(itemChanged));
  return rows.map((_, at) => results.get(at) ?? missing(at));
}

function decide(
  rows: readonly SaveItem[],
  sku: string,
  positions: readonly number[],
  stored: ItemRecord | null,
): Decision {
  const decision: Decision = {
    sku,
    stored,
    description: stored,
    version: stored?.version ?? 0,
    verdicts: [],
  };
  for (const at of positions) {
    const row = rows[at] ?? missing(at);
    decision.verdicts.push({ at, outcome: apply(decision, row) });
  }
  return decision;
}

function apply(decision: Decision, { input, guard }: SaveItem): Verdict['outcome'] {
  const before = decision.description;
  try {
    guard?.(before === null ? null : decision.version);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  const after = describeItem(input);
  if (before !== null && sameItem(before, after)) return 'unchanged';
  decision.description = after;
  decision.version += 1;
  return before === null ? 'created' : 'updated';
}

/** Writes what changed, and returns it by sku. A new item that another transaction added first is not among them. */
async function write(tx: Tx, decisions: readonly Decision[], now: Date): Promise<Map<string, ItemRecord>> {
  const inserts: ItemWrite[] = [];
  const updates: ItemWrite[] = [];
  for (const { sku, stored, description, version } of decisions) {
    if (description === null || version === stored?.version) continue;
    (stored === null ? inserts : updates).push({ ...description, sku, version, at: now });
  }
  const inserted = inserts.length > 0 ? await insertItems(tx, inserts) : [];
  const updated = updates.length > 0 ? await updateItems(tx, updates) : [];
  await addItemTasks(tx, recategorised(decisions));
  return bySku([...inserted, ...updated]);
}

/** Other buffer rules may govern their levels now. A new item has none. */
function recategorised(decisions: readonly Decision[]): Recategorised[] {
  return decisions.flatMap(({ stored, description }) => {
    if (stored === null || description === null || stored.category === description.category) return [];
    return [stored.category, description.category].map((category) => ({ itemId: stored.id, category }));
  });
}

function savedOf({ outcome }: Verdict, record: ItemRecord | null): Saved<ItemRecord> {
  if (outcome instanceof Problem) return { outcome: 'rejected', problem: outcome };
  if (record === null) throw new Error('an item was accepted but not written');
  return { outcome, record };
}

function itemChanged(item: ItemRecord) {
  return {
    type: 'item.changed' as const,
    occurredAt: item.updatedAt,
    location: null,
    subject: item.sku,
    version: item.version,
    data: showItem(item),
  };
}

function positionsBySku(rows: readonly SaveItem[]): Map<string, number[]> {
  const positions = new Map<string, number[]>();
  for (const [at, { sku }] of rows.entries()) {
    const known = positions.get(sku);
    if (known === undefined) positions.set(sku, [at]);
    else known.push(at);
  }
  return positions;
}

function bySku(items: readonly ItemRecord[]): Map<string, ItemRecord> {
  return new Map(items.map((item) => [item.sku, item]));
}

function missing(at: number): never {
  throw new Error(`no row at ${at}`);
}
