// The level rows: made, locked and written for a whole batch at once.
// Decides nothing; the lock order (item, location) is this file's promise.
import type { GoverningCount, Level } from '../domain/level.ts';
import type { Tx } from './transaction.ts';

export type LevelKey = { itemId: number; locationId: number };

export type LevelRow = {
  itemId: number;
  locationId: number;
  onHand: number;
  reserved: number;
  buffer: number;
  bufferRule: string | null;
  silenceBuffer: number;
  incoming: number;
  counted: GoverningCount | null;
  version: number;
};

type LockedRow = {
  item_id: number;
  location_id: number;
  on_hand: number;
  reserved: number;
  buffer: number;
  buffer_rule: string | null;
  silence_buffer: number;
  incoming: number;
  counted_at: Date | null;
  counted_rank: number;
  counted_source: string | null;
  counted_event_id: string | null;
  version: number;
};

/**
 * Makes the rows that are not there yet, empty. Runs outside the batch's transaction: a row inserted while
 * levels are locked would be locked out of order, and two batches could wait for each other.
 */
export async function ensureLevels(tx: Tx, keys: readonly LevelKey[]): Promise<void> {
  await tx.run(
    'levels.ensure',
    `INSERT INTO levels (item_id, location_id)
     SELECT k.item_id, k.location_id
     FROM unnest($1::int[], $2::int[]) AS k (item_id, location_id)
     WHERE NOT EXISTS (SELECT 1 FROM levels l WHERE l.item_id = k.item_id AND l.location_id = k.location_id)
     ORDER BY 1, 2
     ON CONFLICT DO NOTHING`,
    [keys.map((key) => key.itemId), keys.map((key) => key.locationId)],
  );
}

/**
 * Locks the levels of a batch until it ends, always in (item, location) order, so that two batches that share
 * levels queue up instead of deadlocking. FOR NO KEY UPDATE: the key never changes, and lines that refer to a
 * level may be inserted meanwhile. A level that has no row is not in the answer: it has no stock to lock.
 */
export async function lockLevels(tx: Tx, keys: readonly LevelKey[]): Promise<LevelRow[]> {
  const rows = await tx.run<LockedRow>(
    'levels.lock',
    `SELECT l.item_id, l.location_id, l.on_hand, l.reserved, l.buffer, l.buffer_rule, l.silence_buffer,
            l.incoming, l.counted_at, l.counted_rank, l.counted_source, l.counted_event_id, l.version
     FROM unnest($1::int[], $2::int[]) AS k (item_id, location_id)
     JOIN levels l ON l.item_id = k.item_id AND l.location_id = k.location_id
     ORDER BY l.item_id, l.location_id
     FOR NO KEY UPDATE OF l`,
    [keys.map((key) => key.itemId), keys.map((key) => key.locationId)],
  );
  return rows.map((row) => ({
    itemId: row.item_id,
    locationId: row.location_id,
    onHand: row.on_hand,
    reserved: row.reserved,
    buffer: row.buffer,
    bufferRule: row.buffer_rule,
    silenceBuffer: row.silence_buffer,
    incoming: row.incoming,
    counted: governingCount(row),
    version: row.version,
  }));
}

function governingCount(row: LockedRow): GoverningCount | null {
  if (row.counted_at === null || row.counted_source === null || row.counted_event_id === null) return null;
  return {
    at: row.counted_at,
    rank: row.counted_rank,
    source: row.counted_source,
    eventId: row.counted_event_id,
  };
}

const WRITTEN = {
  item_id: 'int',
  location_id: 'int',
  on_hand: 'int',
  reserved: 'int',
  version: 'int',
  buffer: 'int',
  buffer_rule: 'text',
  silence_buffer: 'int',
  incoming: 'int',
  counted_at: 'timestamptz',
  counted_rank: 'int',
  counted_source: 'text',
  counted_event_id: 'text',
  updated_at: 'timestamptz',
};
const COLUMNS = Object.keys(WRITTEN);
const TYPES = Object.values(WRITTEN);
const SET = COLUMNS.slice(2);

/** For the reason in insertInto.ts: as arrays, the level of a lone hold was a fifth of what PostgreSQL did for it. */
const UPDATE_ONE = `
  UPDATE levels SET ${SET.map((column, at) => `${column} = $${at + 3}`).join(', ')}
  WHERE item_id = $1 AND location_id = $2`;
const UPDATE = `
  UPDATE levels l SET ${SET.map((column) => `${column} = n.${column}`).join(', ')}
  FROM unnest(${TYPES.map((type, at) => `$${at + 1}::${type}[]`).join(', ')}) AS n (${COLUMNS.join(', ')})
  WHERE l.item_id = n.item_id AND l.location_id = n.location_id`;

/** Writes what a batch decided about levels that it has locked. */
export async function updateLevels(tx: Tx, levels: readonly Level[], now: Date): Promise<void> {
  const rows = levels.map((level) => [
    ...[level.itemId, level.locationId, level.onHand, level.reserved, level.version],
    ...[level.buffer, level.bufferRule, level.silenceBuffer, level.incoming],
    ...[level.counted?.at ?? null, level.counted?.rank ?? 0],
    ...[level.counted?.source ?? null, level.counted?.eventId ?? null, now],
  ]);
  const [first] = rows;
  if (first === undefined) return;
  if (rows.length === 1) await tx.run('levels.update_one', UPDATE_ONE, first);
  else await tx.run('levels.update', UPDATE, columnsOf(rows));
}

function columnsOf(rows: readonly (readonly unknown[])[]): unknown[][] {
  return TYPES.map((_, at) => rows.map((row) => row[at]));
}
