// Steps that several operations on one reservation share: finding it, freeing its units, writing them off.
// Decides no transition.
import { type MovementType, OWN_SOURCE, onHandDelta } from '../../domain/movement.ts';
import { Problem } from '../../domain/problem.ts';
import type { Reservation, ReservationLine } from '../../domain/reservation.ts';
import type { Batch } from './batch.ts';
import type { Actor, Admit } from './outcome.ts';

/**
 * The reservation of a command, ready to be changed. Throws `unknown-reservation`, also for another store's; then, before
 * its state is looked at, `occurred-in-the-future` or `occurred-too-early` for what cannot have been done when it is told.
 */
export function reservationToChange(
  batch: Batch,
  { id, admit, actor }: { id: string; admit: Admit; actor: Actor },
): Reservation {
  const reservation = batch.findReservation(id);
  if (reservation === null || !admit(reservation)) {
    throw new Problem('unknown-reservation', `There is no reservation ${id}.`);
  }
  batch.toldAt(reservation, actor);
  return batch.change(reservation);
}

/** Gives back all that the lines still hold. */
export function releaseAll(batch: Batch, reservation: Reservation, reason: string): void {
  for (const line of reservation.lines) {
    if (line.reserved > 0) {
      batch.reserve(batch.levelOf(line.itemId, reservation.locationId), line, -line.reserved, reason);
    }
  }
}

/** What a call of ours writes into the ledger about one line. */
export type LineMovement = {
  type: MovementType;
  units: number;
  /** Makes the event id unique: one movement of each step for a line and version. */
  step: string;
  reason: string;
  /** True when the units leave the line's reserved ones too. */
  takesReserved: boolean;
  /** True when they are reserved for the line again. */
  givesReserved?: boolean;
};

/** Moves units of a line in the ledger, as Comptoir's own source: when it was done, as far as somebody told. */
export function moveLine(
  batch: Batch,
  reservation: Reservation,
  line: ReservationLine,
  actor: Actor,
  { type, units, step, reason, takesReserved, givesReserved = false }: LineMovement,
): void {
  const level = batch.levelOf(line.itemId, reservation.locationId);
  const taken = takesReserved ? Math.min(units, line.reserved) : 0;
  const reservedDelta = givesReserved ? units : 0 - taken;
  if (reservedDelta !== 0) batch.reserve(level, line, reservedDelta, reason);
  const movement = {
    type,
    quantity: units,
    onHandDelta: onHandDelta(type, units),
    reservedDelta,
    source: OWN_SOURCE,
    sourceRank: 0,
    eventId: `${reservation.id}/${reservation.version + 1}/${step}/${line.sku}`,
    occurredAt: batch.toldAt(reservation, actor) ?? batch.instantFor(level),
    reference: reservation.orderReference,
    reason,
    reservationId: reservation.id,
  };
  batch.move(level, movement, reason);
}
