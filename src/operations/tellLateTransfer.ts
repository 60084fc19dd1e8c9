// Tells once that a transfer has not arrived when it should have, and warns the reservation that waits for it.
// Safe to call for anything: what is not late, or was told, stays as it is.
import { isOpen, unitsAwaited } from '../domain/reservation.ts';
import { isOpenTransfer, type Transfer } from '../domain/transfer.ts';
import { followTransfer } from './writer/feedSteps.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor } from './writer/outcome.ts';

export type TellLateTransfer = { id: string; actor: Actor };

/** Answers the transfer, or null when there was nothing to tell. */
export const tellLateTransfer: StockOperation<TellLateTransfer, Transfer | null> = {
  name: 'tellLateTransfer',

  needs: ({ id }) => ({ transfers: [id] }),

  decide(batch, { id, actor }) {
    const transfer = batch.transfers.find(id);
    if (transfer === null || transfer.lateToldAt !== null || !isOpenTransfer(transfer)) return null;
    if (transfer.expectedAt > batch.now) return null;
    batch.transfers.change(transfer);
    transfer.lateToldAt = batch.now;
    batch.transfers.record(transfer, 'transfer.late');
    followTransfer(batch, transfer, actor);
    const reservation =
      transfer.reservationId === null ? null : batch.findReservation(transfer.reservationId);
    if (reservation === null || !isOpen(reservation)) return transfer;
    const lines = reservation.lines
      .map((line) => ({ sku: line.sku, awaited: unitsAwaited(line) }))
      .filter((line) => line.awaited > 0);
    if (lines.length > 0) batch.warn(reservation, { reason: 'transfer-late', lines });
    return transfer;
  },
};
