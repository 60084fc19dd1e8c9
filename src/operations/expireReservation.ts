// Ends what time has ended: a hold past its TTL, an order past its pickup deadline.
// Safe to call for anything: what is not due (any more) stays as it is.
import { deadlineAnew } from '../domain/promise.ts';
import { isDue, isOverdue, type Reservation } from '../domain/reservation.ts';
import type { Batch } from './writer/batch.ts';
import { endFeed } from './writer/feedSteps.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor } from './writer/outcome.ts';
import { releaseAll } from './writer/reservationSteps.ts';

export type ExpireReservation = {
  id: string;
  /** Where an order lies ready, and since when: its days are counted anew, as the store opens now. Absent: they are over. */
  kept?: { location: string; readyAt: Date } | null;
  actor: Actor;
};

/** Answers the reservation, expired or with a later deadline, or null when it was not due. */
export const expireReservation: StockOperation<ExpireReservation, Reservation | null> = {
  name: 'expireReservation',

  needs: ({ id, kept }) => ({
    reservations: [id],
    locations: kept ? [kept.location] : [],
    decidesDue: true,
  }),

  decide(batch, { id, kept = null, actor }) {
    const reservation = batch.findReservation(id);
    if (reservation === null) return null;
    const due = isDue(reservation, batch.now);
    if (!due && !isOverdue(reservation, batch.now)) return null;
    batch.change(reservation);
    const laterAt = due || kept === null ? null : laterDeadline(batch, kept);
    if (laterAt !== null) return putOff(batch, reservation, laterAt, actor);
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

/** The deadline was told by the hours of that day; the store may have closed since. */
function laterDeadline(
  batch: Batch,
  { location, readyAt }: { location: string; readyAt: Date },
): Date | null {
  const { openingHours: hours, timeZone, pickup } = batch.location(location);
  return deadlineAnew({ hours, timeZone, readyAt, holdDays: pickup.holdDays, now: batch.now });
}

/** Told as another `reservation.ready`, as a hold that is extended is as another `reservation.held`. */
function putOff(batch: Batch, reservation: Reservation, laterAt: Date, actor: Actor): Reservation {
  reservation.pickupDeadlineAt = laterAt;
  batch.record(reservation, 'reservation.ready', actor, 'ready', { putOff: true, pickupDeadlineAt: laterAt });
  return reservation;
}
