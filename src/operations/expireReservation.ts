// Ends what time has ended: a hold past its TTL, an order past its pickup deadline.
// Safe to call for anything: what is not due (any more) stays as it is.
import { isDue, isOverdue, type Reservation } from '../domain/reservation.ts';
import { endFeed } from './writer/feedSteps.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor } from './writer/outcome.ts';
import { releaseAll } from './writer/reservationSteps.ts';

export type ExpireReservation = { id: string; actor: Actor };

/** Answers the expired reservation, or null when it was not due. */
export const expireReservation: StockOperation<ExpireReservation, Reservation | null> = {
  name: 'expireReservation',

  needs: ({ id }) => ({ reservations: [id], decidesDue: true }),

  decide(batch, { id, actor }) {
    const reservation = batch.findReservation(id);
    if (reservation === null) return null;
    const due = isDue(reservation, batch.now);
    if (!due && !isOverdue(reservation, batch.now)) return null;
    batch.change(reservation);
    const from = reservation.status;
    reservation.status = 'expired';
    if (due) releaseAll(batch, reservation, 'expired');
    // Units that lie ready on a shelf are sellable only after somebody has put them back.
    else reservation.putBackPending = true;
    endFeed(batch, reservation);
    batch.record(reservation, 'reservation.expired', actor, from);
    return reservation;
  },
};
