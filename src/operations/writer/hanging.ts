// What hangs on the reservations and transfers that a batch names: each other, and the levels of their lines.
// Reads before the locks; what it finds can only be too much by the time they are taken.
import type { LevelKey } from '../../queries/levels.ts';
import { levelKeysOf } from '../../queries/reservations.ts';
import type { Tx } from '../../queries/transaction.ts';
import { feedsOf, levelKeysOfTransfers } from '../../queries/transfers.ts';

export type Hanging = {
  reservationIds: string[];
  transferIds: string[];
  /** Of the reservations: those that nobody named but the transfer that feeds them. */
  fed: string[];
  levels: LevelKey[];
};

/** A transfer brings the reservation that it feeds; a reservation, the transfer that feeds it. */
export async function findHanging(
  tx: Tx,
  named: { reservations: readonly string[]; transfers: readonly string[] },
): Promise<Hanging> {
  if (named.reservations.length === 0 && named.transfers.length === 0) {
    return { reservationIds: [], transferIds: [], fed: [], levels: [] };
  }
  const feeds = await feedsOf(tx, named.transfers, named.reservations);
  const namedToo = new Set(named.reservations);
  const fed = feeds.flatMap(({ reservationId: id }) => (id === null || namedToo.has(id) ? [] : id));
  const transferIds = feeds.map(({ id }) => id);
  const reservationIds = [...new Set([...named.reservations, ...fed])];
  const ofLines = reservationIds.length === 0 ? [] : await levelKeysOf(tx, reservationIds);
  const ofTransfers = transferIds.length === 0 ? [] : await levelKeysOfTransfers(tx, transferIds);
  return { reservationIds, transferIds, fed, levels: [...ofLines, ...ofTransfers] };
}
