// The customer at the counter does not take it, or not all of it: those units go to the put-back list.
import { Problem } from '../domain/problem.ts';
import { assertAllowed, isHandedOver, lineOf, type Reservation, stillWanted } from '../domain/reservation.ts';
import { endHandedOver } from './writer/endSteps.ts';
import { endFeed } from './writer/feedSteps.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor, Admit } from './writer/outcome.ts';
import { reservationToChange } from './writer/reservationSteps.ts';

type Units = { sku: string; quantity: number };

export type RefuseLines = {
  id: string;
  admit: Admit;
  reason: string;
  /** Null: everything that is left. */
  lines: readonly Units[] | null;
  actor: Actor;
};

/** Refuses with unknown-reservation, invalid-transition, wrong-handover, unknown-line, units-not-here. */
export const refuseLines: StockOperation<RefuseLines, Reservation> = {
  name: 'refuseLines',

  needs: ({ id }) => ({ reservations: [id] }),

  decide(batch, { id, admit, reason, lines, actor }) {
    const reservation = reservationToChange(batch, { id, admit, actor });
    assertAllowed(reservation, 'refuse');
    if (reservation.deliverTo !== null) {
      throw new Problem('wrong-handover', `${id} is sent to its customer: nobody refuses it at a counter.`);
    }
    const refused = lines ?? leftOf(reservation);
    for (const units of refused) refuse(reservation, units);
    reservation.putBackPending = true;
    const isOver = reservation.lines.every((line) => stillWanted(line) === 0);
    // Whoever follows the ends of orders hears of this one as of any other.
    if (isOver && !isHandedOver(reservation)) {
      reservation.status = 'cancelled';
      reservation.reason = reason;
      endFeed(batch, reservation);
      batch.record(reservation, 'reservation.cancelled', actor, 'ready', { reason, refused });
      return reservation;
    }
    batch.record(reservation, 'reservation.refused', actor, 'ready', { reason, refused });
    if (endHandedOver(batch, reservation)) {
      batch.record(reservation, 'reservation.collected', actor, 'ready');
    }
    return reservation;
  },
};

function leftOf({ lines }: Reservation): Units[] {
  return lines.flatMap((line) =>
    stillWanted(line) > 0 ? [{ sku: line.sku, quantity: stillWanted(line) }] : [],
  );
}

function refuse(reservation: Reservation, { sku, quantity }: Units): void {
  const line = lineOf(reservation, sku);
  const left = stillWanted(line);
  if (quantity > left) {
    throw new Problem('units-not-here', `${left} of ${sku} are left to hand over, not ${quantity}.`, {
      sku,
      left,
    });
  }
  line.refused += quantity;
}
