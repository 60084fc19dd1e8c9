// A collected unit comes back: on hand again, or damaged.
import { Problem } from '../domain/problem.ts';
import { assertAllowed, lineOf, type Reservation, unitsOut } from '../domain/reservation.ts';
import type { Batch } from './writer/batch.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor, Admit } from './writer/outcome.ts';
import { reservationToChange } from './writer/reservationSteps.ts';
import { ownEntry, tell, tellDamaged } from './writer/tellSteps.ts';

export const CONDITIONS = ['sellable', 'damaged'] as const;
export type Condition = (typeof CONDITIONS)[number];

export type ReturnedLine = { sku: string; quantity: number; condition: Condition };

export type ReturnLines = {
  id: string;
  admit: Admit;
  lines: readonly ReturnedLine[];
  actor: Actor;
};

/** Refuses with unknown-reservation, invalid-transition, unknown-line, units-not-here. */
export const returnLines: StockOperation<ReturnLines, Reservation> = {
  name: 'returnLines',

  needs: ({ id }) => ({ reservations: [id], tellings: true }),

  decide(batch, { id, admit, lines, actor }) {
    const reservation = reservationToChange(batch, { id, admit, actor });
    assertAllowed(reservation, 'return');
    for (const [place, returned] of lines.entries()) takeBack(batch, reservation, actor, returned, place);
    batch.record(reservation, 'reservation.returned', actor, reservation.status, { returned: lines });
    return reservation;
  },
};

function takeBack(
  batch: Batch,
  reservation: Reservation,
  actor: Actor,
  returned: ReturnedLine,
  place: number,
): void {
  const line = lineOf(reservation, returned.sku);
  const out = unitsOut(line) - line.returned;
  if (returned.quantity > out) {
    throw new Problem(
      'units-not-here',
      `${out} of ${line.sku} are with the customer, not ${returned.quantity}.`,
      {
        sku: line.sku,
        collected: out,
      },
    );
  }
  // A till may have told of these units: they come back once, at the earlier of the two instants.
  tell(batch, reservation, line, {
    tells: 'returned',
    units: returned.quantity,
    ...ownEntry(batch, reservation, line, { step: `return.${place}`, actor }),
    reason: 'returned',
  });
  // Both entries are true: the unit came back, and it cannot be sold.
  if (returned.condition === 'damaged') {
    tellDamaged(batch, reservation, line, returned.quantity, { name: String(place), actor });
  }
}
