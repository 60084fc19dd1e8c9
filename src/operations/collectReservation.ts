// The counter hands units over: they leave on hand. The right pickup code, or an override with a reason; what is sent
// home goes to a carrier instead.
// Wrong codes are counted even though the call is refused: five lock the reservation for a while.
import { Problem } from '../domain/problem.ts';
import {
  assertAllowed,
  type Dispatch,
  lineOf,
  PICKUP_LOCK_SECONDS,
  PICKUP_TRIES_MAX,
  type Reservation,
  type ReservationLine,
} from '../domain/reservation.ts';
import type { Batch } from './writer/batch.ts';
import { endHandedOver } from './writer/endSteps.ts';
import type { StockOperation } from './writer/operation.ts';
import { type Actor, type Admit, RefusalWithEffect } from './writer/outcome.ts';
import { reservationToChange } from './writer/reservationSteps.ts';
import { ownEntry, tell } from './writer/tellSteps.ts';

export type CollectReservation = {
  id: string;
  admit: Admit;
  proof: { pickupCode: string } | { override: { reason: string } } | { dispatch: Dispatch };
  /** Null: everything that is left. */
  lines: readonly { sku: string; quantity: number }[] | null;
  actor: Actor;
};

/** Refuses with unknown-reservation, invalid-transition, wrong-handover, wrong-pickup-code, pickup-locked, unknown-line, units-not-here. */
export const collectReservation: StockOperation<CollectReservation, Reservation> = {
  name: 'collectReservation',

  needs: ({ id }) => ({ reservations: [id], tellings: true }),

  decide(batch, { id, admit, proof, lines, actor }) {
    const reservation = reservationToChange(batch, { id, admit, actor });
    // A till may have told the sale first; the counter's own word is still welcome, and takes nothing twice.
    const toldByTill = reservation.status === 'collected' && reservation.lines.some((line) => left(line) > 0);
    if (!toldByTill) assertAllowed(reservation, 'collect');
    assertHandover(reservation, proof);
    if ('pickupCode' in proof) checkCode(batch, reservation, proof.pickupCode);
    if ('dispatch' in proof) reservation.dispatch = proof.dispatch;
    const from = reservation.status;
    for (const line of reservation.lines) {
      const units = lines === null ? left(line) : (lines.find(({ sku }) => sku === line.sku)?.quantity ?? 0);
      if (units > 0) handOver(batch, reservation, actor, line, units);
    }
    for (const { sku } of lines ?? []) lineOf(reservation, sku);
    endHandedOver(batch, reservation);
    reservation.pickupAttempts = 0;
    reservation.pickupLockedUntil = null;
    // Nobody at the counter needs to see the code again; the reason and the parcel's number they do.
    const data = 'pickupCode' in proof ? {} : proof;
    batch.record(reservation, 'reservation.collected', actor, from, data);
    return reservation;
  },
};

/** A parcel has no counter, and a customer at the counter is no carrier. */
function assertHandover({ id, deliverTo }: Reservation, proof: CollectReservation['proof']): void {
  const isDelivery = deliverTo !== null;
  if (isDelivery === 'dispatch' in proof) return;
  throw new Problem(
    'wrong-handover',
    isDelivery
      ? `${id} is sent to its customer: hand it to a carrier, with \`dispatch\`.`
      : `${id} is collected at the counter: with \`pickupCode\` or \`override\`.`,
  );
}

/** Units that the counter can still tell of: those that a till told of too. */
function left(line: ReservationLine): number {
  return line.quantity - line.missing - line.refused - line.collected;
}

function handOver(
  batch: Batch,
  reservation: Reservation,
  actor: Actor,
  line: ReservationLine,
  units: number,
): void {
  if (units > left(line)) {
    throw new Problem('units-not-here', `${left(line)} of ${line.sku} are left to hand over, not ${units}.`, {
      sku: line.sku,
      left: left(line),
    });
  }
  // A till may have told of these units: they leave once, at the earlier of the two instants.
  tell(batch, reservation, line, {
    tells: 'collected',
    units,
    ...ownEntry(batch, reservation, line, { step: 'collect', actor }),
    reason: 'collected',
  });
}

function checkCode(batch: Batch, reservation: Reservation, pickupCode: string): void {
  const lockedUntil = reservation.pickupLockedUntil;
  if (lockedUntil !== null && lockedUntil > batch.now) {
    throw new Problem(
      'pickup-locked',
      `Locked until ${lockedUntil.toISOString()} after too many wrong codes.`,
      {
        lockedUntil,
        retryAfterSeconds: Math.ceil((lockedUntil.getTime() - batch.now.getTime()) / 1_000),
      },
    );
  }
  if (pickupCode === reservation.pickupCode) return;
  reservation.pickupAttempts += 1;
  const triesLeft = PICKUP_TRIES_MAX - reservation.pickupAttempts;
  if (triesLeft <= 0) {
    reservation.pickupAttempts = 0;
    reservation.pickupLockedUntil = new Date(batch.now.getTime() + PICKUP_LOCK_SECONDS * 1_000);
  }
  throw new RefusalWithEffect(
    'wrong-pickup-code',
    `The pickup code is wrong; ${Math.max(0, triesLeft)} tries are left.`,
    {
      triesLeft: Math.max(0, triesLeft),
    },
  );
}
