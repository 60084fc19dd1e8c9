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

/** Writes what a batch decided about levels that it has locked. */
export async function updateLevels(tx: Tx, levels: readonly Level[], now: Date): Promise<void> {
  if (levels.length === 0) return;
  await tx.run(
    'levels.update',
    `UPDATE levels l
     SET on_hand = n.on_hand, reserved = n.reserved, version = n.version, updated_at = $14,
         buffer = n.buffer, buffer_rule = n.buffer_rule, silence_buffer = n.silence_buffer, incoming = n.incoming,
         counted_at = n.counted_at, counted_rank = n.counted_rank, counted_source = n.counted_source,
         counted_event_id = n.counted_event_id
     FROM unnest($1::int[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::text[], $8::int[], $9::int[],
                 $10::timestamptz[], $11::int[], $12::text[], $13::text[])
       AS n (item_id, location_id, on_hand, reserved, version, buffer, buffer_rule, silence_buffer, incoming,
             counted_at, counted_rank, counted_source, counted_event_id)
     WHERE l.item_id = n.item_id AND l.location_id = n.location_id`,
    [
      levels.map((level) => level.itemId),
      levels.map((level) => level.locationId),
      levels.map((level) => level.onHand),
      levels.map((level) => level.reserved),
      levels.map((level) => level.version),
      levels.map((level) => level.buffer),
      levels.map((level) => level.bufferRule),
      levels.map((level) => level.silenceBuffer),
      levels.map((level) => level.incoming),
      levels.map((level) => level.counted?.at ?? null),
      levels.map((level) => level.counted?.rank ?? 0),
      levels.map((level) => level.counted?.source ?? null),
      levels.map((level) => level.counted?.eventId ?? null),
      now,
    ],
  );
}
