// The order lies ready: the customer is told and the days for pickup start.
import { Problem } from '../domain/problem.ts';
import { assertAllowed, type Reservation } from '../domain/reservation.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor, Admit } from './writer/outcome.ts';
import { reservationToChange } from './writer/reservationSteps.ts';

export type ReadyReservation = {
  id: string;
  admit: Admit;
  /** The staging shelf or bag; null leaves it as it is. */
  shelf: string | null;
  /** When it goes back to the shelves: the location's hours are not this operation's business. */
  pickupDeadlineAt: Date | null;
  actor: Actor;
};

/** Refuses with unknown-reservation, invalid-transition, lines-not-picked, nothing-picked. */
export const readyReservation: StockOperation<ReadyReservation, Reservation> = {
  name: 'readyReservation',

  needs: ({ id }) => ({ reservations: [id] }),

  decide(batch, { id, admit, shelf, pickupDeadlineAt, actor }) {
    const reservation = reservationToChange(batch, { id, admit, actor });
    assertAllowed(reservation, 'ready');
    // A unit that a till sold meanwhile is with the customer: nobody finds it, and it is not missing.
    const undone = reservation.lines.filter((line) => line.picked + line.missing + line.sold < line.quantity);
    if (undone.length > 0) {
      const skus = undone.map((line) => line.sku);
      throw new Problem('lines-not-picked', `Neither picked nor missing yet: ${skus.join(', ')}.`, { skus });
    }
    if (reservation.lines.every((line) => line.picked === 0)) {
      throw new Problem(
        'nothing-picked',
        'Every line is missing: there is nothing to hand over, so cancel the order.',
      );
    }
    reservation.status = 'ready';
    reservation.shelf = shelf ?? reservation.shelf;
    // A parcel waits for a carrier, not for a customer: there is no day after which it goes back.
    reservation.pickupDeadlineAt = reservation.deliverTo === null ? pickupDeadlineAt : null;
    batch.record(reservation, 'reservation.ready', actor, 'picking');
    return reservation;
  },
};
