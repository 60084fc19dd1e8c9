// Units arrive: on hand at the destination, or damaged, or lost; and the reservation that waits for them has them first.
// Figures are totals so far, not steps: the same report twice, from a tablet that was offline, is one report.
import {
  type ArrivedTotals,
  assertTransferAllows,
  outstanding,
  receiveLine,
  type Transfer,
  type TransferLine,
  transferLineOf,
} from '../domain/transfer.ts';
import type { Batch } from './writer/batch.ts';
import { followTransfer } from './writer/feedSteps.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor } from './writer/outcome.ts';
import {
  type AdmitTransfer,
  destinationLevel,
  moveTransferred,
  transferToChange,
} from './writer/transferSteps.ts';

export type ReceiveTransfer = {
  id: string;
  admit: AdmitTransfer;
  lines: readonly ({ sku: string } & ArrivedTotals)[];
  /** What is still missing then is lost. */
  complete: boolean;
  actor: Actor;
};

const AS_IT_WAS: ArrivedTotals = { received: null, damaged: null, lost: null };

/** Refuses with unknown-transfer, invalid-transition, unknown-line, units-not-here. */
export const receiveTransfer: StockOperation<ReceiveTransfer, Transfer> = {
  name: 'receiveTransfer',

  needs: ({ id }) => ({ transfers: [id] }),

  decide(batch, { id, admit, lines, complete, actor }) {
    const transfer = transferToChange(batch, id, admit);
    for (const { sku } of lines) transferLineOf(transfer, sku);
    const isNews = tellsMore(transfer, lines, complete);
    if (!isNews && transfer.status === 'received') return transfer;
    assertTransferAllows(transfer, 'receive');
    if (!isNews) return transfer;
    const arrived = new Map<string, number>();
    for (const line of transfer.lines) {
      const totals = lines.find(({ sku }) => sku === line.sku) ?? AS_IT_WAS;
      arrived.set(line.sku, receive(batch, transfer, line, totals, complete));
    }
    transfer.status = transfer.lines.some((line) => outstanding(line) > 0) ? 'partly_received' : 'received';
    if (transfer.status === 'received') transfer.endedAt = batch.now;
    batch.transfers.record(transfer, 'transfer.received');
    followTransfer(batch, transfer, actor, arrived);
    return transfer;
  },
};

function tellsMore(
  transfer: Transfer,
  lines: readonly ({ sku: string } & ArrivedTotals)[],
  complete: boolean,
): boolean {
  if (complete && transfer.lines.some((line) => outstanding(line) > 0)) return true;
  return lines.some(({ sku, received, damaged, lost }) => {
    const line = transferLineOf(transfer, sku);
    return (
      (received ?? line.received) !== line.received ||
      (damaged ?? line.damaged) !== line.damaged ||
      (lost ?? line.lost) !== line.lost
    );
  });
}

/** Answers the units that are on hand now. What is damaged is in the ledger as having come in, and gone again. */
function receive(
  batch: Batch,
  transfer: Transfer,
  line: TransferLine,
  totals: ArrivedTotals,
  complete: boolean,
): number {
  const { good, damaged, inTransit, found, lost } = receiveLine(line, totals, complete);
  const level = destinationLevel(batch, transfer, line);
  if (inTransit + lost > 0) batch.expect(level, -(inTransit + lost));
  moveTransferred(batch, transfer, level, 'transfer_in', inTransit);
  moveTransferred(batch, transfer, level, 'found', found);
  moveTransferred(batch, transfer, level, 'damage', damaged);
  return good;
}
