// While it is picked, another item takes the place of one that is missing, with the customer's consent: its units are
// held in the same command, or it is refused.
import { available } from '../domain/level.ts';
import { Problem } from '../domain/problem.ts';
import { assertAllowed, LINES_MAX, lineOf, type Reservation } from '../domain/reservation.ts';
import { newLine } from './writer/newLine.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor, Admit } from './writer/outcome.ts';
import { reservationToChange } from './writer/reservationSteps.ts';

export type SubstituteLine = {
  id: string;
  admit: Admit;
  /** Where the reservation is, by name: the level of the other item is locked with those of its lines. */
  location: string;
  sku: string;
  by: { sku: string; quantity: number };
  consent: { givenBy: 'customer'; note?: string | undefined };
  actor: Actor;
};

/**
 * Refuses with unknown-reservation, invalid-transition, unknown-line, unknown-item, nothing-to-substitute, line-exists,
 * insufficient-stock.
 */
export const substituteLine: StockOperation<SubstituteLine, Reservation> = {
  name: 'substituteLine',

  needs: ({ id, location, by }) => ({
    reservations: [id],
    levels: [{ sku: by.sku, location }],
    endsDueHolds: true,
  }),

  decide(batch, { id, admit, sku, by, consent, actor }) {
    const reservation = reservationToChange(batch, { id, admit, actor });
    assertAllowed(reservation, 'substitute');
    const item = batch.item(by.sku);
    assertReplaceable(reservation, sku, by.sku);
    const level = batch.findLevel(item, batch.location(reservation.location));
    const units = level === null ? 0 : available(level);
    if (level === null || units < by.quantity) {
      throw new Problem('insufficient-stock', `${reservation.location} does not have enough of ${by.sku}.`, {
        shortages: [{ sku: by.sku, requested: by.quantity, available: units }],
      });
    }
    const line = newLine(batch, by.sku, by.quantity, sku);
    batch.addLine(reservation, line);
    batch.reserve(level, line, by.quantity, 'substituted');
    batch.record(reservation, 'reservation.substituted', actor, 'picking', { sku, by, consent });
    return reservation;
  },
};

function assertReplaceable(reservation: Reservation, sku: string, by: string): void {
  const line = lineOf(reservation, sku);
  if (line.missing === 0) {
    throw new Problem('nothing-to-substitute', `No unit of ${sku} is missing: say so first, with pick.`, {
      sku,
    });
  }
  if (reservation.lines.some((other) => other.sku === by)) {
    throw new Problem('line-exists', `The reservation has a line for ${by} already.`, { sku: by });
  }
  if (reservation.lines.length >= LINES_MAX) {
    throw new Problem('line-exists', `The reservation has ${LINES_MAX} lines already.`, { sku: by });
  }
}
