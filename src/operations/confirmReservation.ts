// The order is placed: no TTL any more, a pickup code is made, the store is alerted.
// A hold that expired, or whose transfer fell short, takes what it lacks from what is here, or is refused.
import { available } from '../domain/level.ts';
import { Problem } from '../domain/problem.ts';
import {
  assertAllowed,
  type Customer,
  type Payment,
  type Reservation,
  type Status,
  stillWanted,
  unitsShort,
} from '../domain/reservation.ts';
import type { Batch } from './writer/batch.ts';
import { endHandedOver } from './writer/endSteps.ts';
import { confirmFeed } from './writer/feedSteps.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor, Admit } from './writer/outcome.ts';
import { reservationToChange } from './writer/reservationSteps.ts';

export type ConfirmReservation = {
  id: string;
  admit: Admit;
  /** The levels of its lines, by name, so that due holds of others end before stock is taken again. */
  levels: readonly { sku: string; location: string }[];
  channel: string;
  orderReference: string;
  customer: Customer | null;
  payment: Payment | null;
  promise: { readyAt: Date } | null;
  /** When the head office hears that nobody in the store touched the alert; null: never. */
  escalatesAt: Date | null;
  /** Random codes to choose from: a run that collided takes the next one. */
  pickupCodes: readonly [string, ...string[]];
  actor: Actor;
};

/**
 * Refuses with unknown-reservation, invalid-transition, order-reference-taken, reservation-expired, insufficient-stock.
 */
export const confirmReservation: StockOperation<ConfirmReservation, Reservation> = {
  name: 'confirmReservation',

  needs: ({ id, levels, channel, orderReference }) => ({
    reservations: [id],
    levels,
    endsDueHolds: true,
    orderReferences: [{ channel, orderReference }],
  }),

  decide(batch, command) {
    const reservation = reservationToChange(batch, command);
    if (isRepeat(reservation, command)) return reservation;
    if (!isSoldHold(reservation)) assertAllowed(reservation, 'confirm');
    if (reservation.pickupCode !== null) {
      throw new Problem(
        'invalid-transition',
        'The order was confirmed before and its pickup deadline has passed.',
        {
          from: reservation.status,
          allowed: [],
        },
      );
    }
    const from = reservation.status;
    // A hold that was due has been ended with the other due holds, before this command: it asks like anybody else.
    if (from === 'expired') takeAgain(batch, reservation);
    const taken = from === 'held' ? takeMissing(batch, reservation) : [];
    batch.orderReferences.claim(reservation, command.orderReference);
    reservation.status = 'confirmed';
    reservation.expiresAt = null;
    reservation.customer =
      command.customer === null ? reservation.customer : { ...reservation.customer, ...command.customer };
    reservation.payment = command.payment ?? reservation.payment;
    reservation.promise = command.promise ?? reservation.promise;
    reservation.pickupCode =
      command.pickupCodes[batch.attempt % command.pickupCodes.length] ?? command.pickupCodes[0];
    reservation.escalatesAt = command.escalatesAt;
    confirmFeed(batch, reservation);
    // What was reserved at any instant is told from here on (queries/stock.ts).
    const data = taken.length === 0 ? {} : { taken };
    batch.record(reservation, 'reservation.confirmed', command.actor, from, data);
    // A till sold all of it before it was an order: it is one now, and the customer has it.
    if (endHandedOver(batch, reservation)) {
      batch.record(reservation, 'reservation.collected', command.actor, 'confirmed');
    }
    return reservation;
  },
};

/** The same order confirmed twice (a shop's retry without a key) is one order, however far the store is with it. */
function isRepeat(reservation: Reservation, command: ConfirmReservation): boolean {
  const statuses: readonly Status[] = ['confirmed', 'picking', 'ready', 'collected'];
  const isOrder = statuses.includes(reservation.status) && !isSoldHold(reservation);
  return isOrder && reservation.orderReference === command.orderReference;
}

/**
 * True for a hold that a till ended by selling all of it: the shop's word may still be on its way, and is as good as after
 * a hold that expired first.
 */
function isSoldHold({ status, pickupCode }: Reservation): boolean {
  return status === 'collected' && pickupCode === null;
}

/**
 * What is still to be handed over (a till may have sold units of a hold before it expired), all of it here: the
 * transfer of an expired hold is cancelled, and its source may have other plans.
 */
function takeAgain(batch: Batch, reservation: Reservation): void {
  const shortages = reservation.lines.flatMap((line) => {
    const units = available(batch.levelOf(line.itemId, reservation.locationId));
    const requested = stillWanted(line);
    return units < requested ? [{ sku: line.sku, requested, available: units }] : [];
  });
  if (shortages.length > 0) {
    throw new Problem(
      'reservation-expired',
      `The hold ${reservation.id} expired and its units were promised to somebody else.`,
      { shortages },
    );
  }
  for (const line of reservation.lines) {
    const units = stillWanted(line);
    if (units === 0) continue;
    batch.reserve(batch.levelOf(line.itemId, reservation.locationId), line, units, 'reserved');
    line.reservedAt = batch.now;
  }
}

/**
 * What a transfer does not bring to the hold any more, from what is here: until it is confirmed nobody is promised
 * anything, so the shop hears of a shortage rather than the customer. Answers the units that were taken.
 */
function takeMissing(batch: Batch, reservation: Reservation): { sku: string; quantity: number }[] {
  const missing = reservation.lines.flatMap((line) => {
    const level = batch.levelOf(line.itemId, reservation.locationId);
    return unitsShort(line) === 0 ? [] : [{ line, level, units: unitsShort(line) }];
  });
  const shortages = missing.flatMap(({ line, level, units }) => {
    const requested = stillWanted(line);
    const there = requested - units + available(level);
    return there < requested ? [{ sku: line.sku, requested, available: there }] : [];
  });
  if (shortages.length > 0) {
    const skus = shortages.map(({ sku }) => sku).join(', ');
    throw new Problem(
      'insufficient-stock',
      `What ${reservation.id} waited for does not come, and ${reservation.location} does not have enough of ${skus}.`,
      { shortages },
    );
  }
  for (const { line, level, units } of missing) batch.reserve(level, line, units, 'reserved');
  return missing.map(({ line, units }) => ({ sku: line.sku, quantity: units }));
}
