// Ends a reservation before it is collected: what is not collected is free again.
// Units that are ready on a shelf go to the put-back list first.
import { assertAllowed, type Reservation } from '../domain/reservation.ts';
import { endFeed } from './writer/feedSteps.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor, Admit } from './writer/outcome.ts';
import { releaseAll, reservationToChange } from './writer/reservationSteps.ts';

export type CancelReservation = {
  id: string;
  admit: Admit;
  /** True for callers that may end holds but not orders: a browser. */
  holdsOnly: boolean;
  reason: string | null;
  actor: Actor;
};

/** Refuses with unknown-reservation, invalid-transition. */
export const cancelReservation: StockOperation<CancelReservation, Reservation> = {
  name: 'cancelReservation',

  needs: ({ id }) => ({ reservations: [id] }),

  decide(batch, { id, admit, holdsOnly, reason, actor }) {
    // What was never confirmed has no pickup code: it is a hold, or was one.
    const seen = (reservation: Reservation) =>
      admit(reservation) && (!holdsOnly || reservation.pickupCode === null);
    const reservation = reservationToChange(batch, { id, admit: seen, actor });
    assertAllowed(reservation, 'cancel');
    const from = reservation.status;
    reservation.status = 'cancelled';
    reservation.reason = reason;
    reservation.expiresAt = null;
    reservation.escalatesAt = null;
    if (from === 'ready') reservation.putBackPending = true;
    else releaseAll(batch, reservation, 'cancelled');
    endFeed(batch, reservation);
    batch.record(reservation, 'reservation.cancelled', actor, from, reason === null ? {} : { reason });
    return reservation;
  },
};
