// How far a reader of the feed has come, and the cursor that says so. Knows no event and no table.
//
// Neither sequence numbers nor transaction ids are in the order of commit, so a position is a snapshot: the set of
// transactions that had ended when it was taken. What two snapshots differ by is a window; it holds exactly what
// committed between them. Whoever waited for a subject's lock ends after the one who held it, so of two facts about one
// subject the later is never in an earlier window, and within a window ids, taken under that lock, order them.
// A plain horizon ("every transaction below xmin") cannot do this: B waits with a low xid for A, an unrelated C in
// between stays open, A and B commit, and the horizon parts B from A. It also stalls for as long as C is open.
import { Problem } from './problem.ts';

/** What had ended at one instant: every transaction below `xmax`, but for those that were still running. */
export type Snapshot = {
  /** In a position: just above the last transaction that told something. */
  readonly xmax: number;
  /** Ascending, all below `xmax`. At most as long as the list of connections that were writing; mostly empty. */
  readonly running: readonly number[];
};

export type Position = {
  /** Which database's transaction ids these are: another one's mean nothing here. */
  readonly epoch: string;
  /** Every event of a transaction that had ended here was delivered. */
  readonly seen: Snapshot;
  /** Set in the middle of a window: of what ended between `seen` and `to`, ids up to `id` were delivered. */
  readonly window: Window | null;
};

export type Window = {
  readonly to: Snapshot;
  readonly id: number;
  /** No id in the window is higher: where a search by id may stop. */
  readonly top: number;
};

/** Before everything. */
export const NOTHING_SEEN: Snapshot = { xmax: 0, running: [] };

/** The oldest transaction that had not ended. */
export function xmin(snapshot: Snapshot): number {
  return snapshot.running[0] ?? snapshot.xmax;
}

/**
 * The same events, without the ids above the last transaction that told one. A position must not count those as seen:
 * PostgreSQL gives the ids of transactions that were rolled back out again after a crash, and what is told under them
 * then would be skipped. Ids below are safe, because that one's COMMIT reached the disk. (Seen on 15: three rollbacks,
 * kill -9, and the next three transactions had their ids.)
 * @param last the highest transaction id of any event that is visible to the snapshot or was removed
 */
export function upToLast({ running }: Snapshot, last: number): Snapshot {
  return { xmax: last + 1, running: running.filter((xid) => xid <= last) };
}

/** True when all that had ended at `earlier` had also ended at `later`. Snapshots of one database are ordered so. */
export function includes(later: Snapshot, earlier: Snapshot): boolean {
  return (
    later.xmax >= earlier.xmax &&
    later.running.every((xid) => xid >= earlier.xmax || earlier.running.includes(xid))
  );
}

/** Reads PostgreSQL's `xmin:xmax:running,running`. */
export function parseSnapshot(text: string): Snapshot {
  const [, xmax = '', running = ''] = text.split(':');
  return { xmax: Number(xmax), running: running === '' ? [] : running.split(',').map(Number) };
}

/** The end of a window, or the start of the next: all of `seen` and nothing more. */
export function boundary(epoch: string, seen: Snapshot): Position {
  return { epoch, seen, window: null };
}

/** How far old events were removed: no removed row had a higher transaction id, and none a higher id. */
export type Purged = { readonly xid: number; readonly id: number };

/** True when events that this reader has not had may be gone. Never false when one is; at worst true a little early. */
export function isExpired({ seen, window }: Position, purged: Purged): boolean {
  if (purged.xid < xmin(seen)) return false;
  return window === null || purged.xid >= xmin(window.to) || purged.id > window.id;
}

const CURSOR_CHARACTERS_MAX = 8_000;
const RUNNING_MAX = 1_000;
const FORM = /^1~[0-9a-z-]{1,30}~[0-9a-z.]+(~[0-9a-z.]+~[0-9a-z]{1,11}~[0-9a-z]{1,11})?$/;
const NUMBER = /^(0|[1-9a-z][0-9a-z]{0,10})$/;

/** An opaque text, safe in a URL: about 20 characters when nothing else was being written, some more otherwise. */
export function encodeCursor({ epoch, seen, window }: Position): string {
  const parts = ['1', epoch, textOf(seen)];
  if (window !== null) parts.push(textOf(window.to), window.id.toString(36), window.top.toString(36));
  return Buffer.from(parts.join('~')).toString('base64url');
}

/** Throws `invalid-cursor` for a text that `encodeCursor` cannot have made. */
export function decodeCursor(cursor: string): Position {
  if (cursor.length > CURSOR_CHARACTERS_MAX || !/^[A-Za-z0-9_-]+$/.test(cursor)) throw refused();
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!FORM.test(text)) throw refused();
  const [, epoch = '', seen = '', to, id = '', top = ''] = text.split('~');
  const start = snapshotOf(seen);
  if (to === undefined) return boundary(epoch, start);
  const window = { to: snapshotOf(to), id: numberOf(id), top: numberOf(top) };
  if (!includes(window.to, start) || window.id > window.top) throw refused();
  return { epoch, seen: start, window };
}

/** The highest id, then how far below it each running one is: small numbers, because they are recent. */
function textOf({ xmax, running }: Snapshot): string {
  return [xmax, ...running.map((xid) => xmax - xid)].map((number) => number.toString(36)).join('.');
}

function snapshotOf(text: string): Snapshot {
  const [first = '', ...others] = text.split('.');
  const xmax = numberOf(first);
  const running = others.map((part) => xmax - numberOf(part));
  const inOrder = running.every((xid, at) => xid >= 0 && xid < xmax && xid > (running[at - 1] ?? -1));
  if (!inOrder || running.length > RUNNING_MAX) throw refused();
  return { xmax, running };
}

function numberOf(text: string): number {
  const number = NUMBER.test(text) ? Number.parseInt(text, 36) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw refused();
  return number;
}

function refused(): Problem {
  const detail = 'This is not a cursor of the feed: use `cursor` or `nextCursor` as they were given.';
  return new Problem('invalid-cursor', detail, {
    errors: [{ pointer: 'query:after', code: 'invalid-cursor', detail }],
  });
}
