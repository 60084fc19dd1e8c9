// Calls a transfer off before it is shipped: its units are free again where they are.
import { assertTransferAllows, type Transfer } from '../domain/transfer.ts';
import { followTransfer } from './writer/feedSteps.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor } from './writer/outcome.ts';
import { type AdmitTransfer, cancelUnshipped, transferToChange } from './writer/transferSteps.ts';

export type CancelTransfer = { id: string; admit: AdmitTransfer; reason: string | null; actor: Actor };

/** Refuses with unknown-transfer, invalid-transition. Cancelling twice changes nothing. */
export const cancelTransfer: StockOperation<CancelTransfer, Transfer> = {
  name: 'cancelTransfer',

  needs: ({ id }) => ({ transfers: [id] }),

  decide(batch, { id, admit, reason, actor }) {
    const transfer = transferToChange(batch, id, admit);
    if (transfer.status === 'cancelled') return transfer;
    assertTransferAllows(transfer, 'cancel');
    cancelUnshipped(batch, transfer, reason);
    batch.transfers.record(transfer, 'transfer.cancelled', reason === null ? {} : { reason });
    followTransfer(batch, transfer, actor);
    return transfer;
  },
};
