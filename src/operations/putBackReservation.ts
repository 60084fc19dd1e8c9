// Units of a cancelled or expired order are back on the shelves: only now may they be promised again.
import { Problem } from '../domain/problem.ts';
import { assertAllowed, type Reservation } from '../domain/reservation.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor, Admit } from './writer/outcome.ts';
import { releaseAll, reservationToChange } from './writer/reservationSteps.ts';

export type PutBackReservation = { id: string; admit: Admit; actor: Actor };

/** Refuses with unknown-reservation, invalid-transition, nothing-to-put-back. */
export const putBackReservation: StockOperation<PutBackReservation, Reservation> = {
  name: 'putBackReservation',

  needs: ({ id }) => ({ reservations: [id] }),

  decide(batch, { id, admit, actor }) {
    const reservation = reservationToChange(batch, id, admit);
    assertAllowed(reservation, 'put-back');
    if (!reservation.putBackPending) {
      throw new Problem('nothing-to-put-back', `No units of ${id} wait to be put back.`);
    }
    reservation.putBackPending = false;
    releaseAll(batch, reservation, 'put_back');
    const type = reservation.status === 'expired' ? 'reservation.expired' : 'reservation.cancelled';
    batch.record(reservation, type, actor, reservation.status, { putBack: true });
    return reservation;
  },
};
