// A member of staff takes an order; who takes over from somebody else says so.
import { Problem } from '../domain/problem.ts';
import { assertAllowed, type Reservation, unitsAwaited } from '../domain/reservation.ts';
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

/** Refuses with unknown-reservation, invalid-transition, awaiting-transfer, already-taken. Starting twice changes nothing. */
export const startPicking: StockOperation<StartPicking, Reservation> = {
  name: 'startPicking',

  needs: ({ id }) => ({ reservations: [id] }),

  decide(batch, { id, admit, staff, takeOver, actor }) {
    const reservation = reservationToChange(batch, { id, admit, actor });
    assertAllowed(reservation, 'start');
    assertArrived(reservation);
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
    // Whoever takes it has heard of it.
    reservation.acknowledgedAt ??= batch.now;
    reservation.escalatesAt = null;
    const data = takenOverFrom === null ? { takenBy: staff } : { takenBy: staff, takenOverFrom };
    batch.record(reservation, 'reservation.picking', actor, from, data);
    return reservation;
  },
};

/** Picked in two goes, an order lies about: it is prepared when all that comes has come. */
function assertArrived({ id, lines, transfer }: Reservation): void {
  const awaited = lines
    .map((line) => ({ sku: line.sku, awaited: unitsAwaited(line) }))
    .filter((line) => line.awaited > 0);
  if (awaited.length === 0) return;
  throw new Problem('awaiting-transfer', `Units of ${id} are still to come from ${transfer?.from}.`, {
    awaited,
    transfer,
  });
}
