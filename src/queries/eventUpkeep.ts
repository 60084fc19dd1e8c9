// What keeps the event table in order: spans of it are opened ahead and dropped when they are old, and the repair after
// a restore elsewhere. Owns the SQL of that; knows neither schedules nor readers.
import { sql } from 'drizzle-orm';
import type { Database, TransactionOptions, Tx } from './transaction.ts';

const UPKEEP_LOCK = 7_266_740;

/** Ids a partition, as `events_make_span` (migrations/0014) has it: never used up between two leaps. */
const SPAN_IDS = 10_000_000_000;

/**
 * A partition can be dropped only while nobody reads or writes its table. Whoever comes meanwhile waits behind us, so
 * that we do not wait long: a step that got no chance is tried again.
 */
const LOCK_MILLISECONDS_MAX = 200;

/** Keeps two processes from doing the same work; false: another is at it. Until the transaction ends. */
async function takeUpkeep(tx: Tx): Promise<boolean> {
  const [lock] = await tx.run<{ free: boolean }>(
    'lock_event_upkeep',
    `SELECT pg_try_advisory_xact_lock($1) AS free, set_config('lock_timeout', $2, true)`,
    [UPKEEP_LOCK, String(LOCK_MILLISECONDS_MAX)],
  );
  return lock?.free === true;
}

/** The span that ids are taken from, and when its first event occurred. */
const SPAN_IN_USE = `
  SELECT span, (
      SELECT occurred_at FROM events WHERE id >= span * $1::bigint AND id < (span + 1) * $1::bigint
      ORDER BY id LIMIT 1
    ) AS began_at
  FROM (SELECT last_value / $1::bigint AS span FROM events_id_seq) AS here`;

/**
 * Opens the next span where the first event of the one in use occurred before `before`: from then on ids are taken from
 * the next. Ids still rise, so that the order per subject stays. Returns whether it did.
 */
export async function openNextSpan(database: Database, before: Date): Promise<boolean> {
  // A sequence's leap is seen at once, a partition when its transaction commits: so the next one is there before.
  const next = await database.transaction(async (tx) => {
    if (!(await takeUpkeep(tx))) return null;
    const [row] = await tx.run<{ span: number; began_at: Date | null }>('event_span_in_use', SPAN_IN_USE, [
      SPAN_IDS,
    ]);
    if (row === undefined || row.began_at === null || row.began_at >= before) return null;
    await tx.run(
      'make_event_spans',
      'SELECT events_make_span($1::bigint), events_make_span($1::bigint + 1)',
      [row.span + 1],
    );
    return row.span + 1;
  });
  if (next === null) return false;
  return database.transaction(async (tx) => {
    if (!(await takeUpkeep(tx))) return false;
    // Never back: another process may have leapt since.
    const leapt = await tx.run(
      'leap_to_event_span',
      "SELECT setval('events_id_seq', $1::bigint, false) FROM events_id_seq WHERE last_value < $1::bigint",
      [next * SPAN_IDS],
    );
    return leapt.length > 0;
  });
}

// The last thousand by id stand for all: clocks that differ by a moment put a few out of order, not more.
const OLDEST_SPAN = `
  SELECT span, last.id AS last_id,
    (SELECT xid::text FROM events WHERE id < (span + 1) * $1::bigint ORDER BY events.xid DESC LIMIT 1) AS last_xid
  FROM (
    SELECT min(substr(c.relname, 8)::bigint) AS span
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass
  ) AS oldest
  CROSS JOIN LATERAL (
    SELECT max(id) AS id, max(occurred_at) AS occurred_at
    FROM (SELECT id, occurred_at FROM events WHERE id < (span + 1) * $1::bigint ORDER BY id DESC LIMIT 1000) AS tail
  ) AS last
  WHERE span < (SELECT last_value / $1::bigint FROM events_id_seq) AND coalesce(last.occurred_at < $2, true)`;

const ENDED = 'SELECT $1::xid8 < pg_snapshot_xmin(pg_current_snapshot()) AS ended';

const NOTE_PURGED = `
  UPDATE feed_state SET purged_xid = greatest(purged_xid, $1::xid8), purged_id = greatest(purged_id, $2)`;

/**
 * Drops the oldest span when it is no longer in use and its last events occurred before `before`, and notes how far
 * events are gone; returns whether it did. Run it in a transaction that is tried again. False also while another process
 * is at it. A transaction that has written to the span or is about to holds its lock, so that none of its events go.
 */
export async function dropOldestSpan(tx: Tx, before: Date): Promise<boolean> {
  if (!(await takeUpkeep(tx))) return false;
  if ((await oldestSpan(tx, before)) === null) return false;
  // The whole before its parts, as readers and writers lock them. Nobody has the span open now: what is seen is all.
  await tx.drizzle.execute(sql`LOCK TABLE ONLY events IN ACCESS EXCLUSIVE MODE`);
  const oldest = await oldestSpan(tx, before);
  if (oldest === null) return false;
  await tx.drizzle.execute(sql`DROP TABLE ${sql.identifier(`events_${oldest.span}`)}`);
  if (oldest.last_xid !== null)
    await tx.run('note_purged_events', NOTE_PURGED, [oldest.last_xid, oldest.last_id]);
  return true;
}

type Span = { span: number; last_id: number | null; last_xid: string | null };

/** The oldest span where it can go; null: it cannot yet. */
async function oldestSpan(tx: Tx, before: Date): Promise<Span | null> {
  const [oldest] = await tx.run<Span>('find_oldest_event_span', OLDEST_SPAN, [SPAN_IDS, before]);
  if (oldest === undefined || oldest.last_xid === null) return oldest ?? null;
  // Readers start anew where what is gone is not below every transaction that is open.
  const [row] = await tx.run<{ ended: boolean }>('event_span_ended', ENDED, [oldest.last_xid]);
  return row?.ended === true ? oldest : null;
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
