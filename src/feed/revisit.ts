// Positions for who goes back by time or by event instead of by cursor.
// What they name is read with `readForward` (history.ts), like everything else.
import type { Position } from '../domain/feedPosition.ts';
import { findIdBefore } from '../queries/eventPlaces.ts';
import type { Tx } from '../queries/transaction.ts';
import { oldestKept } from './history.ts';

/** Before the event in this row of the table. Reading on from it throws `cursor-expired` when that one is gone. */
export async function beforeRow(tx: Tx, target: Position, row: number): Promise<Position> {
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
