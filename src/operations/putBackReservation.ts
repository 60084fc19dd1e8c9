// Units of a cancelled or expired order, or that the customer refused, are back on the shelves: only now may they be
// promised again.

import type { EventType } from '../domain/event.ts';
import { Problem } from '../domain/problem.ts';
import { assertAllowed, type Reservation, type Status, stillWanted } from '../domain/reservation.ts';
import type { Batch } from './writer/batch.ts';
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
    const { status } = reservation;
    if (status === 'ready') releaseRefused(batch, reservation);
    else releaseAll(batch, reservation, 'put_back');
    batch.record(reservation, told(status), actor, status, { putBack: true });
    return reservation;
  },
};

/** What the customer still comes for stays where it is. */
function releaseRefused(batch: Batch, reservation: Reservation): void {
  for (const line of reservation.lines) {
    const units = line.reserved - stillWanted(line);
    const level = batch.levelOf(line.itemId, reservation.locationId);
    if (units > 0) batch.reserve(level, line, -units, 'put_back');
  }
}

function told(status: Status): EventType {
  if (status === 'expired') return 'reservation.expired';
  return status === 'cancelled' ? 'reservation.cancelled' : 'reservation.refused';
}
