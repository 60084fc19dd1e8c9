// What a transfer does to the reservation that waits for it, and what the end of a reservation does to its transfer.
// Decides no transition of either.
import { isOpen, type Reservation, unitsAwaited } from '../../domain/reservation.ts';
import { feedingTransfer, isOpenTransfer, mayArrive, type Transfer } from '../../domain/transfer.ts';
import type { Batch } from './batch.ts';
import type { Actor } from './outcome.ts';
import { cancelUnshipped } from './transferSteps.ts';

type Units = { sku: string; quantity: number };

/**
 * A transfer has moved on, `arrived` (by sku, fit for sale, on hand already) came with it: units that its reservation
 * awaits are reserved for it in the same batch, before anybody else; what cannot come any more is not awaited any
 * more, and the store is warned. The transfer must have been recorded already.
 */
export function followTransfer(
  batch: Batch,
  transfer: Transfer,
  actor: Actor,
  arrived: ReadonlyMap<string, number> = new Map(),
): void {
  const reservation = transfer.reservationId === null ? null : batch.findReservation(transfer.reservationId);
  if (reservation === null || !isOpen(reservation)) return;
  batch.change(reservation);
  const fed: Units[] = [];
  const short: Units[] = [];
  for (const line of reservation.lines) {
    const coming = transfer.lines.find(({ sku }) => sku === line.sku);
    if (coming === undefined || line.awaited === 0) continue;
    line.awaited = unitsAwaited(line);
    const units = Math.min(arrived.get(line.sku) ?? 0, line.awaited);
    if (units > 0) {
      line.awaited -= units;
      batch.reserve(batch.levelOf(line.itemId, reservation.locationId), line, units, 'transfer');
      fed.push({ sku: line.sku, quantity: units });
    }
    const lost = line.awaited - mayArrive(transfer, coming);
    if (lost > 0) {
      line.awaited -= lost;
      short.push({ sku: line.sku, quantity: lost });
    }
  }
  reservation.transfer = feedingTransfer(transfer);
  batch.record(reservation, 'reservation.transfer', actor, reservation.status, {
    transfer: reservation.transfer,
    fed,
    short,
  });
  if (short.length > 0) batch.warn(reservation, { reason: 'transfer-short', lines: short });
}

/** The order is placed: from now on the source may ship what it waits for. */
export function confirmFeed(batch: Batch, reservation: Reservation): void {
  const transfer = batch.transfers.feeding(reservation.id);
  if (transfer === null || !isOpenTransfer(transfer)) return;
  batch.transfers.change(transfer).unconfirmed = false;
  batch.transfers.record(transfer, 'transfer.changed', { reason: 'confirmed' });
}

/**
 * A reservation has ended (it must have been declared to change): what was not shipped to it stays where it is and is
 * free again; what is on its way fills the shelves. Call it before the end is recorded.
 */
export function endFeed(batch: Batch, reservation: Reservation): void {
  const transfer = batch.transfers.feeding(reservation.id);
  if (transfer === null || !isOpenTransfer(transfer)) return;
  batch.transfers.change(transfer);
  for (const line of reservation.lines) line.awaited = 0;
  if (transfer.status === 'created') {
    cancelUnshipped(batch, transfer, 'reservation-ended');
    batch.transfers.record(transfer, 'transfer.cancelled');
    reservation.transfer = feedingTransfer(transfer);
  } else {
    transfer.reservationId = null;
    batch.transfers.record(transfer, 'transfer.changed', { reason: 'detached' });
    reservation.transfer = null;
  }
}
