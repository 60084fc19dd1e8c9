// Somebody in the store touched the alert of an order: it stops ringing, on every tablet.
import { assertAllowed, type Reservation } from '../domain/reservation.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor, Admit } from './writer/outcome.ts';
import { reservationToChange } from './writer/reservationSteps.ts';

export type AcknowledgeReservation = { id: string; admit: Admit; actor: Actor };

/** Refuses with unknown-reservation, invalid-transition. Touched before, or past ringing: nothing changes. */
export const acknowledgeReservation: StockOperation<AcknowledgeReservation, Reservation> = {
  name: 'acknowledgeReservation',

  needs: ({ id }) => ({ reservations: [id] }),

  decide(batch, { id, admit, actor }) {
    const reservation = reservationToChange(batch, { id, admit, actor });
    assertAllowed(reservation, 'acknowledge');
    if (reservation.acknowledgedAt !== null || reservation.status !== 'confirmed') return reservation;
    reservation.acknowledgedAt = batch.now;
    reservation.escalatesAt = null;
    batch.record(reservation, 'reservation.acknowledged', actor, 'confirmed');
    return reservation;
  },
};
