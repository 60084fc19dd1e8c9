// What keeps the event table in order: removal of old events, and the repair after a restore elsewhere.
// Owns the SQL of that; knows neither schedules nor readers.
import type { TransactionOptions, Tx } from './transaction.ts';

const PURGE_LOCK = 7_266_740;

// Oldest transaction first, and only up to the first event that is still to be kept: what was removed is then told by
// two numbers. A page ends there even if later rows are older, which clocks that differ by a moment can bring about.
const PURGE = `
  WITH page AS (
    SELECT id, xid, bool_and(occurred_at < $1) OVER (ORDER BY xid, id) AS is_old
    FROM (
      SELECT id, xid, occurred_at FROM events
      WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY xid, id
      LIMIT $2
    ) AS oldest
  ), gone AS (
    DELETE FROM events USING page WHERE events.id = page.id AND is_old
    RETURNING events.id, events.xid
  ), noted AS (
    UPDATE feed_state SET
      purged_xid = greatest(purged_xid, (SELECT xid FROM gone ORDER BY xid DESC LIMIT 1)),
      purged_id = greatest(purged_id, (SELECT max(id) FROM gone))
    WHERE EXISTS (SELECT FROM gone)
  )
  SELECT count(*) AS removed FROM gone`;

/**
 * Removes at most `limit` events that occurred before `before`, the oldest first, and notes how far; returns how many.
 * Run it in a transaction. 0 also while another process is at it. The lock keeps two from doing the same work.
 */
export async function purgeEvents(tx: Tx, before: Date, limit: number): Promise<number> {
  const [lock] = await tx.run<{ free: boolean }>(
    'lock_event_purge',
    'SELECT pg_try_advisory_xact_lock($1) AS free',
    [PURGE_LOCK],
  );
  if (lock?.free !== true) return 0;
  const [row] = await tx.run<{ removed: number }>('purge_events', PURGE, [before, limit]);
  return row?.removed ?? 0;
}

// Nothing that is visible can have a transaction id that was not given out yet: such a row was written elsewhere.
// Nor can one that was removed, which is all there is to go by where the events were not restored. greatest() takes
// no notice of NULL.
const FROM_ELSEWHERE = `
  SELECT greatest((SELECT xid FROM events ORDER BY xid DESC LIMIT 1), purged_xid)
    >= pg_snapshot_xmax(pg_current_snapshot()) AS from_elsewhere
  FROM feed_state FOR UPDATE`;

// All of them, not only those above: what a running transaction of this cluster happens to share must not stay either.
const REWRITE = "UPDATE events SET xid = '1'";

const NEXT_EPOCH = `
  UPDATE feed_state SET epoch = epoch + 1,
    purged_xid = CASE WHEN purged_id > 0 THEN '1'::xid8 ELSE '0'::xid8 END`;

/** Once in the life of a restored database, all events at once: longer than a statement may otherwise take. */
export const REPAIR_LIMITS: TransactionOptions = { statementMilliseconds: 30 * 60_000 };

/**
 * To be run once at start, with REPAIR_LIMITS, before anything reads or writes events: after a restore into a cluster whose transaction
 * ids are lower, the events would wait for ids that come in years, and cursors would name other transactions. They get
 * an id below all, and the epoch rises, so that every cursor from before has expired. Returns whether it did so.
 */
export async function repairEpoch(tx: Tx): Promise<boolean> {
  const [row] = await tx.run<{ from_elsewhere: boolean }>('find_foreign_events', FROM_ELSEWHERE, []);
  if (row?.from_elsewhere !== true) return false;
  await tx.run('rewrite_foreign_events', REWRITE, []);
  await tx.run('next_feed_epoch', NEXT_EPOCH, []);
  return true;
}

/**
 * Tells this cluster's transaction ids from another's, for cursors: PostgreSQL's system identifier, shortened. A dump
 * restored elsewhere keeps the epoch and not this.
 */
export async function clusterTag(tx: Tx): Promise<string> {
  const [row] = await tx.run<{ tag: string }>(
    'cluster_tag',
    'SELECT (system_identifier % 2176782336)::text AS tag FROM pg_control_system()',
    [],
  );
  return Math.abs(Number(row?.tag ?? 0)).toString(36);
}
