// "Ready" was said too early: the order goes back to whoever prepares it, with what was picked.
import { Problem } from '../domain/problem.ts';
import { actionsFrom, assertAllowed, type Reservation } from '../domain/reservation.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor, Admit } from './writer/outcome.ts';
import { reservationToChange } from './writer/reservationSteps.ts';

export type ReopenReservation = {
  id: string;
  admit: Admit;
  /** Who prepares it from now on. */
  staff: string;
  reason: string | null;
  actor: Actor;
};

/** Refuses with unknown-reservation, invalid-transition: also where part of it was handed over or refused. */
export const reopenReservation: StockOperation<ReopenReservation, Reservation> = {
  name: 'reopenReservation',

  needs: ({ id }) => ({ reservations: [id] }),

  decide(batch, { id, admit, staff, reason, actor }) {
    const reservation = reservationToChange(batch, { id, admit, actor });
    assertAllowed(reservation, 'reopen');
    if (reservation.lines.some(({ collected, refused }) => collected + refused > 0)) {
      throw new Problem(
        'invalid-transition',
        'Part of it was handed over or refused: what is left can be collected, refused or cancelled.',
        { from: 'ready', allowed: actionsFrom('ready').filter((action) => action !== 'reopen') },
      );
    }
    reservation.status = 'picking';
    reservation.takenBy = staff;
    reservation.pickupDeadlineAt = null;
    const data = { takenBy: staff, reopened: true, ...(reason === null ? {} : { reason }) };
    batch.record(reservation, 'reservation.picking', actor, 'ready', data);
    return reservation;
  },
};
