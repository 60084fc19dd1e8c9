// Places a hold: all lines or nothing, decided under the levels' locks.
// Knows the rule of availability; the promise and the id come with the command.
import { available } from '../domain/level.ts';
import type { LocationRecord } from '../domain/location.ts';
import { Problem } from '../domain/problem.ts';
import type { Customer, Payment, Reservation, ReservationLine } from '../domain/reservation.ts';
import type { Batch } from './writer/batch.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor } from './writer/outcome.ts';

export type ReserveItems = {
  id: string;
  location: string;
  /** Merged: no sku twice. */
  lines: readonly { sku: string; quantity: number }[];
  ttlSeconds: number;
  channel: string;
  orderReference: string | null;
  customer: Customer | null;
  payment: Payment | null;
  promise: { readyAt: Date } | null;
  actor: Actor;
};

/** Refuses with unknown-item, unknown-location, pickup-disabled, order-reference-taken, insufficient-stock. */
export const reserveItems: StockOperation<ReserveItems, Reservation> = {
  name: 'reserveItems',

  needs: ({ location, lines, channel, orderReference }) => ({
    levels: lines.map(({ sku }) => ({ sku, location })),
    endsDueHolds: true,
    orderReferences: orderReference === null ? [] : [{ channel, orderReference }],
  }),

  decide(batch, command) {
    const location = batch.location(command.location);
    if (!location.pickup.enabled) {
      throw new Problem('pickup-disabled', `${location.code} does not hand over orders.`);
    }
    assertEnough(batch, location, command.lines);
    const reservation = newReservation(batch, location, command);
    batch.add(reservation);
    if (command.orderReference !== null) batch.claimOrderReference(reservation, command.orderReference);
    for (const line of reservation.lines) {
      batch.reserve(batch.levelOf(line.itemId, location.id), line, line.quantity, 'reserved');
    }
    batch.record(reservation, 'reservation.held', command.actor, null, { ttlSeconds: command.ttlSeconds });
    return reservation;
  },
};

/** Every line at once, so that the answer names all shortages and not only the first. */
function assertEnough(
  batch: Batch,
  location: LocationRecord,
  lines: readonly { sku: string; quantity: number }[],
): void {
  const shortages = lines.flatMap(({ sku, quantity }) => {
    const level = batch.findLevel(batch.item(sku), location);
    const units = level === null ? 0 : available(level);
    return units < quantity ? [{ sku, requested: quantity, available: units }] : [];
  });
  if (shortages.length === 0) return;
  const skus = shortages.map(({ sku }) => sku).join(', ');
  throw new Problem('insufficient-stock', `${location.code} does not have enough of ${skus}.`, { shortages });
}

function newReservation(batch: Batch, location: LocationRecord, command: ReserveItems): Reservation {
  return {
    id: command.id,
    locationId: location.id,
    location: location.code,
    channel: command.channel,
    keyId: command.actor.keyId,
    createdAt: batch.now,
    status: 'held',
    orderReference: null,
    customer: command.customer,
    payment: command.payment,
    expiresAt: new Date(batch.now.getTime() + command.ttlSeconds * 1_000),
    promise: command.promise,
    pickupCode: null,
    pickupAttempts: 0,
    pickupLockedUntil: null,
    pickupDeadlineAt: null,
    shelf: null,
    takenBy: null,
    reason: null,
    putBackPending: false,
    version: 1,
    updatedAt: batch.now,
    lines: command.lines.map(({ sku, quantity }) => newLine(batch, sku, quantity)),
  };
}

function newLine(batch: Batch, sku: string, quantity: number): ReservationLine {
  return {
    itemId: batch.item(sku).id,
    sku,
    quantity,
    reserved: 0,
    picked: 0,
    missing: 0,
    missingReason: null,
    collected: 0,
    sold: 0,
    returned: 0,
    atRisk: false,
    reservedAt: batch.now,
    releasedAt: null,
  };
}
