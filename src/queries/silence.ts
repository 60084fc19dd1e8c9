// Sources that should speak and do not, the locations that this makes stale, and what sold there before.
// Decides nothing: the figures are src/domain/buffer.ts, the rhythm is the job's.
import { SALES_DAYS } from '../domain/buffer.ts';
import type { Tx } from './transaction.ts';

/** A location belongs to a source that reported from it within so many days before its last message. */
const LOCATION_DAYS = 30;

export type SourceChange = {
  name: string;
  version: number;
  /** Null: it speaks. */
  silentSince: Date | null;
  lastMessageAt: Date;
  heartbeatSeconds: number | null;
  /** How many locations are stale with it. */
  locations: number;
};

/** When a source is silent unless it says something before. */
const UNTIL = `(last_message_at + heartbeat_seconds * interval '1 s')`;

/**
 * Notes which sources fell silent by `now`, and which spoke again (or are waited for no more). Each change is one
 * process's to tell: whoever comes second finds nothing left. A source that never spoke is not silent: nothing here
 * rests on it. One that is silent speaks again with a newer message only, so that two processes whose clocks differ
 * never take turns. A row that somebody writes just now is looked at the next time. The rows stay locked until the
 * transaction ends.
 */
export async function noteSilence(tx: Tx, now: Date): Promise<SourceChange[]> {
  return tx.run<SourceChange>(
    'silence.note',
    `WITH changed AS (
       SELECT name, ${UNTIL} AS until FROM sources
       WHERE last_message_at IS NOT NULL
         AND CASE WHEN silent_since IS NULL THEN ${UNTIL} < $1
                  ELSE heartbeat_seconds IS NULL OR (${UNTIL} > silent_since AND ${UNTIL} >= $1) END
       ORDER BY name FOR NO KEY UPDATE SKIP LOCKED
     )
     UPDATE sources s
     SET silent_since = CASE WHEN s.silent_since IS NULL THEN c.until END, version = s.version + 1, updated_at = $1
     FROM changed c
     WHERE s.name = c.name
     RETURNING s.name, s.version, s.silent_since AS "silentSince", s.last_message_at AS "lastMessageAt",
               s.heartbeat_seconds AS "heartbeatSeconds",
               (SELECT count(*)::int FROM source_locations l WHERE l.source = s.name
                  AND l.last_message_at > s.last_message_at - interval '${LOCATION_DAYS} days') AS locations`,
    [now],
  );
}

/** A location with a source that is silent; with several, the one that has been so for longest. */
export type StaleLocation = { locationId: number; location: string; staleSince: Date; lastMessageAt: Date };

export async function readStaleLocations(tx: Tx): Promise<StaleLocation[]> {
  return tx.run<StaleLocation>(
    'silence.stale_locations',
    `SELECT o.id AS "locationId", o.code AS location, min(s.silent_since) AS "staleSince",
            min(s.last_message_at) AS "lastMessageAt"
     FROM sources s
     JOIN source_locations l ON l.source = s.name
       AND l.last_message_at > s.last_message_at - interval '${LOCATION_DAYS} days'
     JOIN locations o ON o.id = l.location_id
     WHERE s.silent_since IS NOT NULL
     GROUP BY o.id, o.code ORDER BY o.id`,
    [],
  );
}

/** The step is due at once: something fell silent or spoke. */
export async function hastenSilenceStep(tx: Tx): Promise<void> {
  await tx.run('silence.hasten', 'UPDATE silence_state SET stepped_at = NULL', []);
}

/** True for the one process that takes the step now due; the next is `milliseconds` later. */
export async function takeSilenceStep(tx: Tx, now: Date, milliseconds: number): Promise<boolean> {
  const rows = await tx.run(
    'silence.take_step',
    `UPDATE silence_state SET stepped_at = $1
     WHERE (stepped_at IS NULL OR stepped_at <= $1::timestamptz - $2 * interval '1 ms')
       AND EXISTS (SELECT 1 FROM sources WHERE silent_since IS NOT NULL)
     RETURNING id`,
    [now, milliseconds],
  );
  return rows.length > 0;
}

export type SilentLevel = {
  itemId: number;
  sku: string;
  onHand: number;
  silenceBuffer: number;
  /** Units sold in the 28 days before the source's last message, whoever told of them. */
  sold: number;
};

/** Levels of a location that may need units kept for its silence, after `afterItemId`, by item. */
export async function readSilentLevels(
  tx: Tx,
  { locationId, lastMessageAt }: StaleLocation,
  afterItemId: number,
  limit: number,
): Promise<SilentLevel[]> {
  return tx.run<SilentLevel>(
    'silence.levels',
    `SELECT l.item_id AS "itemId", i.sku, l.on_hand AS "onHand", l.silence_buffer AS "silenceBuffer",
            coalesce(m.sold, 0)::int AS sold
     FROM (SELECT item_id, location_id, on_hand, silence_buffer FROM levels
           WHERE location_id = $1 AND item_id > $2 AND (on_hand > 0 OR silence_buffer > 0)
           ORDER BY item_id LIMIT $4) l
     JOIN items i ON i.id = l.item_id
     LEFT JOIN LATERAL (
       SELECT sum(-on_hand_delta) AS sold FROM movements
       WHERE item_id = l.item_id AND location_id = l.location_id AND type = 'sale'
         AND occurred_at > $3::timestamptz - interval '${SALES_DAYS} days' AND occurred_at <= $3
     ) m ON true
     ORDER BY l.item_id`,
    [locationId, afterItemId, lastMessageAt, limit],
  );
}

/** Levels that keep units for a silence at locations other than these: it is over there. */
export async function findSilenceOver(
  tx: Tx,
  staleIds: readonly number[],
  limit: number,
): Promise<{ sku: string; location: string }[]> {
  return tx.run<{ sku: string; location: string }>(
    'silence.over',
    `SELECT i.sku, o.code AS location
     FROM levels l JOIN items i ON i.id = l.item_id JOIN locations o ON o.id = l.location_id
     WHERE l.silence_buffer > 0 AND l.location_id <> ALL ($1::int[])
     ORDER BY l.location_id, l.item_id LIMIT $2`,
    [staleIds, limit],
  );
}
