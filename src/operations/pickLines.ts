// Staff found units or missed them. What is missing leaves on hand at once, so that it is not sold again.
// Figures are totals so far, not steps: the same report twice, from a tablet that was offline, is one report.

import type { MovementType } from '../domain/movement.ts';
import { Problem } from '../domain/problem.ts';
import {
  assertAllowed,
  lineOf,
  type MissingReason,
  type Reservation,
  type ReservationLine,
  unitsOut,
  unitsShort,
} from '../domain/reservation.ts';
import type { Batch } from './writer/batch.ts';
import { endHandedOver } from './writer/endSteps.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor, Admit } from './writer/outcome.ts';
import { moveLine, reservationToChange } from './writer/reservationSteps.ts';

/** `missing` null: as it was. */
export type PickedLine = {
  sku: string;
  picked: number;
  missing: number | null;
  reason: MissingReason | null;
};

export type PickLines = {
  id: string;
  admit: Admit;
  lines: readonly PickedLine[];
  actor: Actor;
};

/** How the ledger names what was missing: a damaged unit is not a lost one. */
const MOVEMENT_OF: Record<MissingReason, MovementType> = {
  not_found: 'loss',
  mismatch: 'loss',
  display_only: 'loss',
  damaged: 'damage',
};

/** Refuses with unknown-reservation, invalid-transition, unknown-line, units-not-here. */
export const pickLines: StockOperation<PickLines, Reservation> = {
  name: 'pickLines',

  needs: ({ id }) => ({ reservations: [id] }),

  decide(batch, { id, admit, lines, actor }) {
    const reservation = reservationToChange(batch, { id, admit, actor });
    assertAllowed(reservation, 'pick');
    const missed = lines.flatMap(({ missing, ...picked }) => {
      const line = lineOf(reservation, picked.sku);
      const told = { ...picked, missing: missing ?? line.missing };
      assertUnits(line, told);
      return pickLine(batch, reservation, actor, line, { ...told, missing: trulyMissing(line, told) });
    });
    batch.record(reservation, 'reservation.picked', actor, 'picking', missed.length === 0 ? {} : { missed });
    // A till sold what there was of it, and the rest is missing: nobody makes it ready, and nobody comes for it.
    if (endHandedOver(batch, reservation)) {
      batch.record(reservation, 'reservation.collected', actor, 'picking');
    }
    return reservation;
  },
};

type Missed = { sku: string; missing: number; reason: MissingReason };

type Totals = PickedLine & { missing: number };

function pickLine(
  batch: Batch,
  reservation: Reservation,
  actor: Actor,
  line: ReservationLine,
  picked: Totals,
): Missed[] {
  const newlyMissing = picked.missing - line.missing;
  line.picked = picked.picked;
  if (newlyMissing === 0) return [];
  if (newlyMissing < 0) {
    findAgain(batch, reservation, actor, line, picked);
    return [];
  }
  const reason = picked.reason ?? 'not_found';
  // What a transfer did not bring was never on hand here: it is missing, and not lost.
  const lost = Math.max(0, newlyMissing - unitsShort(line));
  line.missing = picked.missing;
  line.missingReason = reason;
  if (lost > 0)
    moveLine(batch, reservation, line, actor, {
      type: MOVEMENT_OF[reason],
      units: lost,
      step: 'missing',
      reason,
      takesReserved: true,
    });
  return [{ sku: line.sku, missing: newlyMissing, reason }];
}

/** Given up too early: the units are on hand again, and reserved for the line again, so that nobody else gets them. */
function findAgain(
  batch: Batch,
  reservation: Reservation,
  actor: Actor,
  line: ReservationLine,
  { missing }: Totals,
): void {
  const units = line.missing - missing;
  if (reservation.transfer !== null) {
    throw new Problem(
      'units-not-here',
      `${line.missing} of ${line.sku} are missing, some of which a transfer may not have brought: units found again are reported as a movement.`,
      { sku: line.sku, missing: line.missing },
    );
  }
  line.missing = missing;
  line.missingReason = missing === 0 ? null : line.missingReason;
  moveLine(batch, reservation, line, actor, {
    type: 'found',
    units,
    step: 'found',
    reason: 'found',
    takesReserved: false,
    givesReserved: true,
  });
}

function assertUnits(line: ReservationLine, picked: Totals): void {
  if (picked.picked + picked.missing > line.quantity) {
    throw new Problem(
      'units-not-here',
      `The line of ${line.sku} is for ${line.quantity}: ${picked.picked} picked and ${picked.missing} missing are more.`,
      { sku: line.sku, quantity: line.quantity },
    );
  }
}

/**
 * What a till sold is with the customer. A tablet that had not heard of the sale misses those units, and a refusal would
 * reach it long after anybody can look again: they are not counted as missing.
 */
function trulyMissing(line: ReservationLine, { picked, missing }: Totals): number {
  const wanted = line.quantity - unitsOut(line) - picked;
  return Math.min(missing, Math.max(line.missing, wanted));
}
