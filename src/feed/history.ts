// Reads what happened before: from any reader's position, of this process or another, up to where the feed is now.
// Knows neither what readers want nor how they were asked.
import { FeedEvent, positionAfter, positionAt } from '../domain/feedEvent.ts';
import { boundary, includes, isExpired, NOTHING_SEEN, type Position } from '../domain/feedPosition.ts';
import { Problem } from '../domain/problem.ts';
import { findUnseen, readPage } from '../queries/events.ts';
import type { Tx } from '../queries/transaction.ts';

export type HistoryPage = {
  events: FeedEvent[];
  /** After the last event; where the window ended, its end. Go on until it is `target`. */
  position: Position;
};

/**
 * The next events after `from`, at most `limit`, and none that `target` does not include. An empty page with another
 * position than `target` is not the end.
 * @param target an end of a window that the feed has read (`feed.horizon()`), after `feed.settled()` where `from`
 * may come from another process, whose reader may be ahead
 * Throws `cursor-expired` when events after `from` are gone, or `from` speaks of another database.
 */
export async function readForward(
  tx: Tx,
  from: Position,
  target: Position,
  limit: number,
): Promise<HistoryPage> {
  if (from.epoch !== target.epoch) throw expired('The database was restored since the cursor was made.');
  if (from.window !== null) return readOn(tx, from, limit);
  if (includes(from.seen, target.seen)) {
    if (includes(target.seen, from.seen)) return { events: [], position: target };
    // Only after a failover that lost what was committed last.
    throw expired('The cursor names events that the database no longer has.');
  }
  const { purged, top, firstId } = await findUnseen(tx, from.seen, target.seen);
  if (isExpired(from, purged)) throw expired();
  if (firstId === null) return { events: [], position: target };
  return readOn(tx, { ...from, window: { to: target.seen, id: firstId - 1, top } }, limit);
}

async function readOn(tx: Tx, from: Position, limit: number): Promise<HistoryPage> {
  if (from.window === null) return { events: [], position: from };
  const window = { epoch: from.epoch, seen: from.seen, to: from.window.to, top: from.window.top };
  const { rows, purged } = await readPage(tx, window, from.window.id, limit);
  if (isExpired(from, purged)) throw expired();
  const last = rows.at(-1);
  return {
    events: rows.map((row) => new FeedEvent(row, window)),
    position: last === undefined || rows.length < limit ? positionAfter(window) : positionAt(window, last.id),
  };
}

/** True when nothing is left to read before `target`; a position that was a cursor in between is no other one. */
export function hasArrived(position: Position, target: Position): boolean {
  if (position.window !== null || position.epoch !== target.epoch) return false;
  const { seen } = position;
  return seen === target.seen || (includes(seen, target.seen) && includes(target.seen, seen));
}

/** Before the oldest event that is still kept. */
export async function oldestKept(tx: Tx, target: Position): Promise<Position> {
  const { purged, top } = await findUnseen(tx, target.seen, target.seen);
  const { epoch, seen } = target;
  return {
    ...boundary(epoch, NOTHING_SEEN),
    window: { to: seen, id: purged.id, top: Math.max(top, purged.id) },
  };
}

function expired(reason = 'Events after this cursor are no longer kept.'): Problem {
  return new Problem('cursor-expired', `${reason} Read a snapshot, then go on from \`after=latest\`.`);
}
