// Lets a new reservation wait for a transfer that is on its way already and waits for nobody: all of it is then its own
// to wait for, and what it does not need fills the shelves. Decides under the locks of both ends' levels.
import type { LocationRecord } from '../../domain/location.ts';
import type { Reservation } from '../../domain/reservation.ts';
import { feedingTransfer, outstanding, type Transfer } from '../../domain/transfer.ts';
import type { Batch } from './batch.ts';

/** What of a line is taken here, and what is sent. */
export type Leg = { sku: string; here: number; there: number };

export type Joined = { transfer: Transfer; legs: Leg[]; promise: { readyAt: Date } };

/** The first of these transfers that is still on its way here, free, and has all that is missing. */
export function joinable(
  batch: Batch,
  location: LocationRecord,
  legs: Leg[],
  joins: readonly { transferId: string; promise: { readyAt: Date } }[],
): Joined | null {
  for (const { transferId, promise } of joins) {
    const transfer = batch.transfers.find(transferId);
    if (transfer !== null && isFree(transfer, location) && brings(batch, transfer, legs)) {
      return { transfer, legs, promise };
    }
  }
  return null;
}

function isFree({ status, toId, reservationId }: Transfer, location: LocationRecord): boolean {
  return (
    (status === 'shipped' || status === 'partly_received') && toId === location.id && reservationId === null
  );
}

/**
 * True when what is missing arrives with it, and may be promised then: units on their way are no freer than units on
 * the shelf, so the buffer that the rules make of both is kept, and what the level owes already comes first.
 */
function brings(batch: Batch, { lines, toId }: Transfer, legs: readonly Leg[]): boolean {
  return legs.every(({ sku, here, there }) => {
    if (there === 0) return true;
    const line = lines.find((candidate) => candidate.sku === sku);
    if (line === undefined || there > outstanding(line)) return false;
    return here + there <= batch.availableWith(batch.levelOf(line.itemId, toId), outstanding(line));
  });
}

/** From now on what arrives is the reservation's first. */
export function join(batch: Batch, reservation: Reservation, { transfer, promise }: Joined): void {
  batch.transfers.change(transfer).reservationId = reservation.id;
  batch.transfers.record(transfer, 'transfer.changed', { reason: 'awaited' });
  reservation.transfer = feedingTransfer(transfer);
  reservation.promise = promise;
}
