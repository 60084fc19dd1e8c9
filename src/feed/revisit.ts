// Positions for who goes back by time or by event instead of by cursor.
// What they name is read with `readForward` (history.ts), like everything else.

import { type EventFilter, matches } from '../domain/eventFilter.ts';
import type { FeedEvent } from '../domain/feedEvent.ts';
import type { Position } from '../domain/feedPosition.ts';
import { Problem } from '../domain/problem.ts';
import { findIdBefore } from '../queries/eventPlaces.ts';
import type { Tx } from '../queries/transaction.ts';
import { hasArrived, oldestKept, readForward } from './history.ts';

/** The event in this row of the table; null when it is no longer kept, or was never there. */
export async function eventAt(tx: Tx, target: Position, row: number): Promise<FeedEvent | null> {
  try {
    const { events } = await readForward(tx, await beforeRow(tx, target, row), target, 1);
    const [event] = events;
    return event?.row.id === row ? event : null;
  } catch (error) {
    if (error instanceof Problem && error.code === 'cursor-expired') return null;
    throw error;
  }
}

/** Before the event in this row. Reading on from it throws `cursor-expired` when that one is gone. */
async function beforeRow(tx: Tx, target: Position, row: number): Promise<Position> {
  const oldest = await oldestKept(tx, target);
  return { ...oldest, window: oldest.window && { ...oldest.window, id: row - 1 } };
}

/** Before all that occurred at or after `at`, as far as it is kept. A little before that also, give or take clocks. */
export async function beforeInstant(tx: Tx, target: Position, at: Date): Promise<Position> {
  const oldest = await oldestKept(tx, target);
  const { window } = oldest;
  if (window === null) return oldest;
  return { ...oldest, window: { ...window, id: await findIdBefore(tx, at, window.id, window.top) } };
}

export type Range = { from: Date; to: Date; filter: EventFilter; limit: number };

const PAGE_ROWS = 1_000;
/** What one call may look at before it says how far it came. */
const PAGES_MAX = 100;
/** Events are about in the order of time: so far beyond the range one of it may still stand. */
const CLOCKS_MILLISECONDS = 60_000;

/**
 * The events that occurred from `from` to before `to`, and where to go on; null when that was all.
 * @param start null: at the beginning of the range
 * Throws `cursor-expired` for a start that is no longer kept.
 */
export async function eventsWithin(
  tx: Tx,
  target: Position,
  start: Position | null,
  { from, to, filter, limit }: Range,
): Promise<{ events: FeedEvent[]; next: Position | null }> {
  const end = to.getTime() + CLOCKS_MILLISECONDS;
  let position = start ?? (await beforeInstant(tx, target, new Date(from.getTime() - CLOCKS_MILLISECONDS)));
  const events: FeedEvent[] = [];
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    if (hasArrived(position, target)) return { events, next: null };
    const page = await readForward(tx, position, target, PAGE_ROWS);
    for (const event of page.events) {
      const { occurredAt } = event;
      if (occurredAt.getTime() > end) return { events, next: null };
      if (occurredAt < from || occurredAt >= to || !matches(filter, event)) continue;
      if (events.length === limit) return { events, next: event.positionBefore };
      events.push(event);
    }
    position = page.position;
  }
  return { events, next: position };
}
