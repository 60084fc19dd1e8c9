// Where in the event table an instant or an event is: for readers that go back by time, not by cursor.
// Owns that SQL; knows no cursor.
import type { Tx } from './transaction.ts';

/**
 * An id after which everything that occurred at or after `at` comes, from `low` to `high`. Ids are about in the order
 * of time, so this is found by halving, some twenty questions to the primary key; an index on the time would cost
 * every write. Processes' clocks and long transactions put a few events out of order: ask for somewhat earlier.
 */
export async function findIdBefore(tx: Tx, at: Date, low: number, high: number): Promise<number> {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const [found] = await tx.run<{ id: number; occurred_at: Date }>(
      'find_event_after',
      'SELECT id, occurred_at FROM events WHERE id > $1 AND id <= $2 ORDER BY id LIMIT 1',
      [middle, to],
    );
    if (found === undefined || found.occurred_at >= at) to = middle;
    else from = found.id;
  }
  return from;
}
