// The event table: facts go in with their transaction and come out in windows between two snapshots.
// Owns the SQL of the feed; knows neither consumers nor cursors as text.
import type { EventType, NewEvent } from '../domain/event.ts';
import type { EventRow, EventWindow } from '../domain/feedEvent.ts';
import { type Purged, parseSnapshot, type Snapshot, upToLast } from '../domain/feedPosition.ts';
import { copyLine } from './copy.ts';
import type { Tx } from './transaction.ts';

export type { NewEvent } from '../domain/event.ts';

const INSERT = `
  INSERT INTO events (type, occurred_at, location, subject, version, data)
  SELECT type, occurred_at, location, subject, version, data::json
  FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::int[], $6::text[])
    WITH ORDINALITY AS event (type, occurred_at, location, subject, version, data, position)
  ORDER BY position`;

const COPY = 'COPY events (type, occurred_at, location, subject, version, data) FROM STDIN';
/**
 * From so many on: a fifth less for PostgreSQL than the arrays of INSERT, whose quotes cost us 2 µs an event to escape. A
 * lone hold has two.
 */
const COPIED_MIN = 8;

/**
 * Records facts in the transaction that makes them true, in the order given. The transaction must hold the lock of
 * each subject's row before it calls this: ids are taken here, and their order per subject is the order of commit.
 */
export async function insertEvents(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  if (tx.copy !== undefined && events.length >= COPIED_MIN) {
    await tx.copy('copy_events', COPY, events.map(lineOf).join(''));
    return;
  }
  await tx.run('insert_events', INSERT, [
    events.map((event) => event.type),
    events.map((event) => event.occurredAt.toISOString()),
    events.map((event) => event.location),
    events.map((event) => event.subject),
    events.map((event) => event.version),
    events.map((event) => JSON.stringify(event.data)),
  ]);
}

function lineOf({ type, occurredAt, location, subject, version, data }: NewEvent): string {
  return copyLine([type, occurredAt, location, subject, version, JSON.stringify(data)]);
}

/** Beyond every transaction id. A parameter, not left out: the planner then expects a narrow range and takes the index. */
const XID_MAX = '18446744073709551615';

const STATE = 'feed_state.epoch, purged_xid::text, purged_id';

// Must run on the primary: a standby's pg_current_snapshot() leaves out what is running (PostgreSQL up to 18).
const PRESENT = `${STATE},
  pg_current_snapshot()::text AS snapshot,
  (SELECT xid::text FROM events ORDER BY events.xid DESC LIMIT 1) AS last_xid,
  (SELECT last_value FROM events_id_seq) AS top`;

const COLUMNS = 'id, type, occurred_at, location, subject, version';

/** What `$1` (its xmax) and `$2` (what ran then) leave out, below the transaction id `$3`. */
const unseen = (columns: string) => `
  SELECT ${columns} FROM events WHERE xid >= $1::xid8 AND xid < $3::xid8
  UNION ALL
  SELECT ${columns} FROM events WHERE xid = ANY ($2::xid8[])`;

// `id + 0` keeps min() from walking the primary key, from the oldest event on, to the first one that fits.
const FIRST_UNSEEN = `
  SELECT ${PRESENT}, (
      SELECT min(id + 0) FROM (${unseen('id, xid')}) AS unseen WHERE xid <> ALL ($4::xid8[])
    ) AS first_id
  FROM feed_state`;

export type FeedState = { epoch: number; purged: Purged };

export type Present = FeedState & {
  /** What has ended now, as a position keeps it. */
  snapshot: Snapshot;
  /** The highest id that any of it can have. */
  top: number;
};

/** The lowest id of an event that committed after `seen` and until `to`; null when there is none. */
export type Unseen = Present & { firstId: number | null };

type StateRow = { epoch: number; purged_xid: string; purged_id: number };
type PresentRow = StateRow & { snapshot: string; last_xid: string | null; top: number };

/** Looks for events that committed after `seen` and until `to`. */
export async function findUnseen(tx: Tx, seen: Snapshot, to: Snapshot): Promise<Unseen> {
  type Row = PresentRow & { first_id: number | null };
  const [row] = await tx.run<Row>('find_unseen_events', FIRST_UNSEEN, [
    seen.xmax,
    seen.running,
    to.xmax,
    to.running,
  ]);
  if (row === undefined) throw new Error('feed_state has no row');
  return { ...presentOf(row), firstId: row.first_id };
}

// `id + 0` as above. Whole rows, which a backlog pays for once: fetched by id afterwards, the planner expects many and reads
// the table. Over six spans the server takes 0.09 ms for it; for the first id and then a page 0.12 ms, and two trips.
const NEWS = `
  SELECT ${PRESENT}, news.*
  FROM feed_state LEFT JOIN LATERAL (
    SELECT ${COLUMNS}, data::text AS data FROM (${unseen(`${COLUMNS}, data`)}) AS unseen
    ORDER BY id + 0 LIMIT $4
  ) AS news ON true
  ORDER BY news.id`;

/**
 * What committed after `seen` and until now: the first `limit` events of it, by id; fewer than that: it is all. One
 * statement, so that `snapshot` is exactly what the rows were taken from.
 */
export async function readNews(
  tx: Tx,
  seen: Snapshot,
  limit: number,
): Promise<Present & { rows: EventRow[] }> {
  const values = [seen.xmax, seen.running, XID_MAX, limit];
  const found = await tx.run<PresentRow & MaybeEvent>('read_news', NEWS, values);
  const [first] = found;
  if (first === undefined) throw new Error('feed_state has no row');
  return { ...presentOf(first), rows: eventsOf(found) };
}

// The conditions on xid are IS TRUE so that only the primary key can serve: it gives the page's order and stops at its
// end, where the xid index would sort a whole window (a day's events) for each page. The state comes with the rows,
// from one snapshot, so that a page that was removed meanwhile cannot pass for an empty one.
const PAGE = `
  SELECT ${STATE}, page.*
  FROM feed_state LEFT JOIN LATERAL (
    SELECT ${COLUMNS}, data::text AS data
    FROM events
    WHERE id > $1 AND id <= $2
      AND (xid >= $3::xid8 OR xid = ANY ($4::xid8[])) IS TRUE
      AND (xid < $5::xid8 AND xid <> ALL ($6::xid8[])) IS TRUE
    ORDER BY id
    LIMIT $7
  ) AS page ON true
  ORDER BY page.id`;

/** The next events of a window after id `after`, by id, at most `limit`; fewer than that: the window ends. */
export async function readPage(
  tx: Tx,
  { seen, to, top }: Omit<EventWindow, 'epoch'>,
  after: number,
  limit: number,
): Promise<FeedState & { rows: EventRow[] }> {
  const values = [after, top, seen.xmax, seen.running, to.xmax, to.running, limit];
  const found = await tx.run<StateRow & MaybeEvent>('read_events', PAGE, values);
  const [first] = found;
  if (first === undefined) throw new Error('feed_state has no row');
  return { ...stateOf(first), rows: eventsOf(found) };
}

/** All null where there was no event to join. */
type MaybeEvent = {
  id: number | null;
  type: EventType;
  occurred_at: Date;
  location: string | null;
  subject: string;
  version: number;
  data: string;
};

function eventsOf(rows: readonly MaybeEvent[]): EventRow[] {
  return rows.flatMap(({ id, occurred_at, type, location, subject, version, data }) =>
    id === null ? [] : [{ id, type, occurredAt: occurred_at, location, subject, version, data }],
  );
}

function stateOf(row: StateRow): FeedState {
  return { epoch: row.epoch, purged: { xid: Number(row.purged_xid), id: row.purged_id } };
}

function presentOf(row: PresentRow): Present {
  const state = stateOf(row);
  const last = Math.max(Number(row.last_xid ?? 0), state.purged.xid);
  return { ...state, snapshot: upToLast(parseSnapshot(row.snapshot), last), top: row.top };
}
