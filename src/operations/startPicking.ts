// A member of staff takes an order; who takes over from somebody else says so.
import { Problem } from '../domain/problem.ts';
import { assertAllowed, type Reservation } from '../domain/reservation.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor, Admit } from './writer/outcome.ts';
import { reservationToChange } from './writer/reservationSteps.ts';

export type StartPicking = {
  id: string;
  admit: Admit;
  /** Who prepares it: a person's name at a shared tablet, else the key's own. */
  staff: string;
  takeOver: boolean;
  actor: Actor;
};

/** Refuses with unknown-reservation, invalid-transition, already-taken. Starting twice changes nothing. */
export const startPicking: StockOperation<StartPicking, Reservation> = {
  name: 'startPicking',

  needs: ({ id }) => ({ reservations: [id] }),

  decide(batch, { id, admit, staff, takeOver, actor }) {
    const reservation = reservationToChange(batch, id, admit);
    assertAllowed(reservation, 'start');
    const from = reservation.status;
    if (from === 'picking') {
      if (reservation.takenBy === staff) return reservation;
      if (!takeOver) {
        throw new Problem('already-taken', `${reservation.takenBy} prepares this order already.`, {
          takenBy: reservation.takenBy,
        });
      }
    }
    const takenOverFrom = reservation.takenBy;
    reservation.status = 'picking';
    reservation.takenBy = staff;
    const data = takenOverFrom === null ? { takenBy: staff } : { takenBy: staff, takenOverFrom };
    batch.record(reservation, 'reservation.picking', actor, from, data);
    return reservation;
  },
};
