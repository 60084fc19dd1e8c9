// Units leave the source: off on hand there, incoming at the destination, on hand nowhere.
// The same report twice, from a tablet that was offline, is one report.
import { ON_HAND_MAX } from '../domain/level.ts';
import { Problem } from '../domain/problem.ts';
import {
  assertTransferAllows,
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
  freeAtSource,
  moveTransferred,
  sourceLevel,
  transferToChange,
} from './writer/transferSteps.ts';

export type ShipTransfer = {
  id: string;
  admit: AdmitTransfer;
  /** Null: all of it. With lines, a line that is left out is not shipped; what is not shipped is free again. */
  lines: readonly { sku: string; quantity: number }[] | null;
  actor: Actor;
};

/**
 * Refuses with unknown-transfer, invalid-transition, unknown-line, units-not-here, nothing-to-ship,
 * reservation-unconfirmed, level-out-of-range.
 */
export const shipTransfer: StockOperation<ShipTransfer, Transfer> = {
  name: 'shipTransfer',

  needs: ({ id }) => ({ transfers: [id] }),

  decide(batch, { id, admit, lines, actor }) {
    const transfer = transferToChange(batch, id, admit);
    const units = transfer.lines.map((line) => ({ line, shipped: unitsOf(line, lines) }));
    for (const { sku } of lines ?? []) transferLineOf(transfer, sku);
    if (isRepeat(transfer, units)) return transfer;
    assertTransferAllows(transfer, 'ship');
    assertConfirmed(transfer);
    assertUnits(transfer, units);
    for (const { line, shipped } of units) ship(batch, transfer, line, shipped);
    transfer.status = 'shipped';
    transfer.shippedAt = batch.now;
    batch.transfers.record(transfer, 'transfer.shipped');
    followTransfer(batch, transfer, actor);
    return transfer;
  },
};

function unitsOf(line: TransferLine, lines: ShipTransfer['lines']): number {
  return lines === null ? line.quantity : (lines.find(({ sku }) => sku === line.sku)?.quantity ?? 0);
}

function isRepeat(transfer: Transfer, units: readonly { line: TransferLine; shipped: number }[]): boolean {
  return transfer.shippedAt !== null && units.every(({ line, shipped }) => line.shipped === shipped);
}

/** A cart that nobody has paid for puts nothing on a lorry. */
function assertConfirmed(transfer: Transfer): void {
  if (!transfer.unconfirmed) return;
  throw new Problem(
    'reservation-unconfirmed',
    `Transfer ${transfer.id} waits for the hold ${transfer.reservationId} to be confirmed.`,
    { reservationId: transfer.reservationId },
  );
}

function assertUnits(transfer: Transfer, units: readonly { line: TransferLine; shipped: number }[]): void {
  for (const { line, shipped } of units) {
    if (shipped <= line.quantity) continue;
    throw new Problem(
      'units-not-here',
      `The transfer is for ${line.quantity} of ${line.sku}, not ${shipped}: send the others with another one.`,
      { sku: line.sku, quantity: line.quantity },
    );
  }
  if (units.some(({ shipped }) => shipped > 0)) return;
  throw new Problem('nothing-to-ship', `Nothing of ${transfer.id} would be shipped: cancel it instead.`);
}

function ship(batch: Batch, transfer: Transfer, line: TransferLine, shipped: number): void {
  freeAtSource(batch, transfer, line);
  if (shipped === 0) return;
  line.shipped = shipped;
  moveTransferred(batch, transfer, sourceLevel(batch, transfer, line), 'transfer_out', shipped);
  const destination = destinationLevel(batch, transfer, line);
  if (destination.incoming + shipped > ON_HAND_MAX) {
    throw new Problem(
      'level-out-of-range',
      `${destination.incoming} of ${line.sku} are on their way to ${transfer.to} already.`,
    );
  }
  batch.expect(destination, shipped);
}
