// Facts from the back office enter the ledger: each once, in whatever order they arrive.
// A sale that names a reservation consumes what was reserved; stock is never taken off twice.
import { CLOCK_SKEW_SECONDS_MAX } from '../domain/level.ts';
import { type MovementType, onHandDelta } from '../domain/movement.ts';
import { Problem } from '../domain/problem.ts';
import { OPEN_STATUSES, type Reservation, type Status, unitsOut } from '../domain/reservation.ts';
import type { Batch } from './writer/batch.ts';
import { assertNotFuture, isRepeatedFact, placeOf } from './writer/facts.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor } from './writer/outcome.ts';

export type RecordMovement = {
  source: string;
  eventId: string;
  type: MovementType;
  sku: string;
  location: string;
  quantity: number;
  occurredAt: Date;
  reference: string | null;
  reservationId: string | null;
  /** Another store's location is as unknown as one that does not exist. */
  maySee: (location: string) => boolean;
  actor: Actor;
};

/** Refuses with unknown-item, unknown-location, unknown-reservation, event-id-reused, occurred-in-the-future, level-out-of-range. */
export const recordMovements: StockOperation<RecordMovement, 'applied' | 'duplicate'> = {
  name: 'recordMovements',

  needs: ({ sku, location, source, eventId, reservationId, maySee }) => ({
    // No row is made, and none locked, where the caller has no business.
    levels: maySee(location) ? [{ sku, location }] : [],
    createsLevels: true,
    facts: [{ source, eventId }],
    reservations: reservationId === null ? [] : [reservationId],
  }),

  decide(batch, command) {
    const location = placeOf(batch, command.location, command.maySee);
    const item = batch.item(command.sku);
    if (isRepeatedFact(batch, { ...command, itemId: item.id, locationId: location.id })) return 'duplicate';
    assertNotFuture(command.occurredAt, batch.now, CLOCK_SKEW_SECONDS_MAX);
    const level = batch.levelOf(item.id, location.id);
    const told = command.reservationId === null ? null : saleOfReservation(batch, command, location.id);
    const movement = {
      type: command.type,
      quantity: command.quantity,
      onHandDelta: told === null ? onHandDelta(command.type, command.quantity) : told.onHandDelta,
      reservedDelta: told === null ? 0 : told.reservedDelta,
      source: command.source,
      sourceRank: 0,
      eventId: command.eventId,
      occurredAt: command.occurredAt,
      reference: command.reference,
      reason: null,
      reservationId: command.reservationId,
    };
    batch.move(level, movement, command.type);
    return 'applied';
  },
};

type Told = { onHandDelta: number; reservedDelta: number };

/** What a fact that names a reservation still does to the level, after what the counter has told already. */
function saleOfReservation(batch: Batch, command: RecordMovement, locationId: number): Told {
  const reservation = command.reservationId === null ? null : batch.findReservation(command.reservationId);
  if (reservation === null || reservation.locationId !== locationId) {
    throw new Problem(
      'unknown-reservation',
      `There is no reservation ${command.reservationId} at this location.`,
    );
  }
  const line = reservation.lines.find(({ sku }) => sku === command.sku);
  if (line === undefined) {
    throw new Problem('unknown-line', `Reservation ${reservation.id} has no line for ${command.sku}.`);
  }
  if (command.type !== 'sale')
    return { onHandDelta: onHandDelta(command.type, command.quantity), reservedDelta: 0 };
  batch.change(reservation);
  const outBefore = unitsOut(line);
  const ofLine = Math.min(command.quantity, line.quantity - line.missing - line.sold);
  line.sold += ofLine;
  // What the line never had is an ordinary sale beside it.
  const units = unitsOut(line) - outBefore + (command.quantity - ofLine);
  const reservedUnits = Math.min(line.reserved, unitsOut(line) - outBefore);
  if (reservedUnits > 0) batch.reserve(batch.levelOf(line.itemId, locationId), line, -reservedUnits, 'sale');
  // Also when the hold has ended: what the customer took is shown, and so it makes a version.
  if (unitsOut(line) > outBefore) followSale(batch, reservation, command.actor);
  return { onHandDelta: 0 - units, reservedDelta: 0 - reservedUnits };
}

/** Units of an open order left through the till: it is collected, wholly or in part, whoever writes it down first. */
function followSale(batch: Batch, reservation: Reservation, actor: Actor): void {
  const from = reservation.status;
  const allOut = reservation.lines.every((line) => unitsOut(line) + line.missing >= line.quantity);
  const open: readonly Status[] = OPEN_STATUSES;
  if (allOut && open.includes(from)) reservation.status = 'collected';
  batch.record(reservation, 'reservation.collected', actor, from, { toldBy: 'sale' });
}
