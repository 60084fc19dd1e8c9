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
    const reservation = reservationToChange(batch, { id, admit, actor });
    assertAllowed(reservation, 'put-back');
    if (!reservation.putBackPending) {
      throw new Problem('nothing-to-put-back', `No units of ${id} wait to be put back.`);
    }
    reservation.putBackPending = false;
    const { status } = reservation;
    const putBackUnits = status === 'ready' ? releaseRefused(batch, reservation) : null;
    if (putBackUnits === null) releaseAll(batch, reservation, 'put_back');
    const data = { putBack: true, ...(putBackUnits === null ? {} : { putBackUnits }) };
    batch.record(reservation, told(status), actor, status, data);
    return reservation;
  },
};

/** What the customer still comes for stays where it is; answers what did not, for whoever asks what was reserved then. */
function releaseRefused(batch: Batch, reservation: Reservation): { sku: string; quantity: number }[] {
  return reservation.lines.flatMap((line) => {
    const units = line.reserved - stillWanted(line);
    const level = batch.levelOf(line.itemId, reservation.locationId);
    if (units <= 0) return [];
    batch.reserve(level, line, -units, 'put_back');
    return [{ sku: line.sku, quantity: units }];
  });
}

function told(status: Status): EventType {
  if (status === 'expired') return 'reservation.expired';
  return status === 'cancelled' ? 'reservation.cancelled' : 'reservation.refused';
}
