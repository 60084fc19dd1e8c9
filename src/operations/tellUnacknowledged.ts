// Tells once that nobody in the store has touched an order for too long, so that the head office hears.
// Safe to call for anything: what was touched, or told, stays as it is.
import type { Reservation } from '../domain/reservation.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor } from './writer/outcome.ts';

export type TellUnacknowledged = {
  id: string;
  /** The store is closed now: looked at again then. Absent: told now. */
  laterAt?: Date;
  actor: Actor;
};

/** Answers the reservation, or null when there was nothing to tell and nothing to put off. */
export const tellUnacknowledged: StockOperation<TellUnacknowledged, Reservation | null> = {
  name: 'tellUnacknowledged',

  needs: ({ id }) => ({ reservations: [id] }),

  decide(batch, { id, laterAt, actor }) {
    const reservation = batch.findReservation(id);
    if (reservation === null || reservation.escalatesAt === null || reservation.escalatesAt > batch.now) {
      return null;
    }
    batch.change(reservation);
    const isWaiting = reservation.status === 'confirmed' && reservation.acknowledgedAt === null;
    reservation.escalatesAt = isWaiting ? (laterAt ?? null) : null;
    if (isWaiting && laterAt === undefined) {
      batch.record(reservation, 'reservation.unacknowledged', actor, 'confirmed');
    }
    return reservation;
  },
};
