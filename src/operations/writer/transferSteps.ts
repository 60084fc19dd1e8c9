// Steps that several operations on transfers share: making one, closing it, and its ledger entries.
// What a transfer does to the reservation that waits for it is in feedSteps.ts.
import type { Level } from '../../domain/level.ts';
import type { LocationRecord } from '../../domain/location.ts';
import {
  type MovementType,
  OWN_SOURCE,
  onHandDelta,
  type TransferMovementType,
} from '../../domain/movement.ts';
import { Problem } from '../../domain/problem.ts';
import type { Transfer, TransferLine } from '../../domain/transfer.ts';
import type { Batch } from './batch.ts';

/**
 * Whether the caller may touch a transfer: false is 404, as if it did not exist. Throws `forbidden` at the wrong end,
 * and `precondition-failed` where the caller asked for another version (If-Match). Asked under the lock.
 */
export type AdmitTransfer = (transfer: Transfer) => boolean;

/** The transfer of a command, ready to be changed; 404 `unknown-transfer`, also for one between others' locations. */
export function transferToChange(batch: Batch, id: string, admit: AdmitTransfer): Transfer {
  const transfer = batch.transfers.find(id);
  if (transfer === null || !admit(transfer)) {
    throw new Problem('unknown-transfer', `There is no transfer ${id}.`);
  }
  return batch.transfers.change(transfer);
}

export type NewTransfer = {
  id: string;
  from: LocationRecord;
  to: LocationRecord;
  /** Merged: no sku twice. The source has them: the caller has looked. */
  lines: readonly { sku: string; quantity: number }[];
  expectedAt: Date;
  reference: string | null;
  reservationId: string | null;
  keyId: string;
};

/** Makes a transfer and holds its units at the source. */
export function addTransfer(batch: Batch, made: NewTransfer): Transfer {
  const transfer: Transfer = {
    id: made.id,
    fromId: made.from.id,
    from: made.from.code,
    toId: made.to.id,
    to: made.to.code,
    reference: made.reference,
    keyId: made.keyId,
    createdAt: batch.now,
    expectedAt: made.expectedAt,
    status: 'created',
    reason: null,
    reservationId: made.reservationId,
    unconfirmed: made.reservationId !== null,
    shippedAt: null,
    endedAt: null,
    lateToldAt: null,
    version: 1,
    updatedAt: batch.now,
    lines: made.lines.map(({ sku, quantity }) => ({
      ...{ itemId: batch.item(sku).id, sku, quantity },
      ...{ reserved: 0, shipped: 0, received: 0, damaged: 0, lost: 0, atRisk: false },
    })),
  };
  batch.transfers.add(transfer);
  for (const line of transfer.lines) {
    batch.reserve(sourceLevel(batch, transfer, line), line, line.quantity, 'transfer');
  }
  return transfer;
}

/** Ends a transfer that was not shipped: its units at the source are free again. It must be declared to change. */
export function cancelUnshipped(batch: Batch, transfer: Transfer, reason: string | null): void {
  for (const line of transfer.lines) freeAtSource(batch, transfer, line);
  transfer.status = 'cancelled';
  transfer.reason = reason;
  transfer.unconfirmed = false;
  transfer.endedAt = batch.now;
}

/** Gives back what a line still holds at the source. */
export function freeAtSource(batch: Batch, transfer: Transfer, line: TransferLine): void {
  if (line.reserved > 0) {
    batch.reserve(sourceLevel(batch, transfer, line), line, -line.reserved, 'transfer');
  }
}

export function sourceLevel(batch: Batch, transfer: Transfer, line: TransferLine): Level {
  return batch.levelOf(line.itemId, transfer.fromId);
}

export function destinationLevel(batch: Batch, transfer: Transfer, line: TransferLine): Level {
  return batch.levelOf(line.itemId, transfer.toId);
}

/** Moves units of a line in the ledger of one end, as Comptoir's own source, now. Nothing for 0 units. */
export function moveTransferred(
  batch: Batch,
  transfer: Transfer,
  level: Level,
  type: MovementType | TransferMovementType,
  units: number,
): void {
  if (units === 0) return;
  const movement = {
    type,
    quantity: units,
    onHandDelta: onHandDelta(type, units),
    reservedDelta: 0,
    source: OWN_SOURCE,
    sourceRank: 0,
    eventId: `${transfer.id}/${transfer.version + 1}/${type}/${level.sku}`,
    occurredAt: batch.instantFor(level),
    reference: transfer.id,
    reason: 'transfer',
    reservationId: null,
  };
  batch.move(level, movement, 'transfer');
}
