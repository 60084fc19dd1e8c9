// Facts from the back office enter the ledger: each once, in whatever order they arrive.
// A sale or return of a reservation is told by the counter too: stock moves once, and the reservation's state follows.
import type { NamedOtherwise } from '../domain/fact.ts';
import { CLOCK_SKEW_SECONDS_MAX } from '../domain/level.ts';
import type { LocationRecord } from '../domain/location.ts';
import { type MovementType, onHandDelta } from '../domain/movement.ts';
import { Problem } from '../domain/problem.ts';
import { type Reservation, type ReservationLine, waitsToBePutBack } from '../domain/reservation.ts';
import { ENTRIES_MAX } from '../domain/told.ts';
import type { ReservationName } from '../queries/reservationNames.ts';
import type { Batch } from './writer/batch.ts';
import { endHandedOver } from './writer/endSteps.ts';
import { assertNotFuture, findRepeated, placeOf } from './writer/facts.ts';
import type { StockOperation } from './writer/operation.ts';
import type { Actor } from './writer/outcome.ts';
import { type Learnt, tell } from './writer/tellSteps.ts';

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
  /** Instead of `reservationId`; resolved at the location. */
  named?: NamedOtherwise;
  /** Another store's location is as unknown as one that does not exist. */
  maySee: (location: string) => boolean;
  actor: Actor;
};

/**
 * Refuses with unknown-item, unknown-location, unknown-reservation, ambiguous-order-reference, prepared-elsewhere, unknown-line,
 * too-many-tellings, event-id-reused, occurred-in-the-future, level-out-of-range.
 */
export const recordMovements: StockOperation<RecordMovement, 'applied' | 'duplicate'> = {
  name: 'recordMovements',

  needs(command) {
    const { sku, location, source, eventId, reservationId, maySee } = command;
    const name = nameOf(command);
    return {
      // No row is made, and none locked, where the caller has no business.
      levels: maySee(location) ? [{ sku, location }] : [],
      createsLevels: true,
      facts: [{ source, eventId }],
      reservations: reservationId === null ? [] : [reservationId],
      named: name === null || !maySee(location) ? [] : [name],
      tellings: true,
    };
  },

  decide(batch, command) {
    const location = placeOf(batch, command.location, command.maySee);
    const item = batch.item(command.sku);
    const name = nameOf(command);
    const place = { itemId: item.id, locationId: location.id };
    // A code is used again for other orders: told again, a fact still means the order that it meant first.
    if (findRepeated(batch, command, place, name === null) !== null) return 'duplicate';
    assertNotFuture(command.occurredAt, batch.now, CLOCK_SKEW_SECONDS_MAX);
    const reservation = reservationOf(batch, command, name, location);
    if (reservation !== null && (command.type === 'sale' || command.type === 'return')) {
      tellOf(batch, reservation, command);
    } else {
      if (reservation !== null) lineOf(reservation, command.sku);
      recordPlainly(batch, command, item.id, location.id, reservation?.id ?? null);
    }
    return 'applied';
  },
};

function nameOf({ location, named, occurredAt }: RecordMovement): ReservationName | null {
  if (named === null || named === undefined) return null;
  return 'pickupCode' in named ? { location, ...named, at: occurredAt } : { location, ...named };
}

function recordPlainly(
  batch: Batch,
  { type, quantity, source, eventId, occurredAt, reference }: RecordMovement,
  itemId: number,
  locationId: number,
  reservationId: string | null,
): void {
  const movement = {
    ...{ type, quantity, source, eventId, occurredAt, reference, reservationId },
    onHandDelta: onHandDelta(type, quantity),
    reservedDelta: 0,
    sourceRank: 0,
    reason: null,
  };
  batch.move(batch.levelOf(itemId, locationId), movement, type);
}

/** The reservation that a fact names, as it is under the locks; null: it names none. */
function reservationOf(
  batch: Batch,
  { reservationId }: RecordMovement,
  name: ReservationName | null,
  location: LocationRecord,
): Reservation | null {
  if (name === null && reservationId === null) return null;
  const named = name === null ? [] : batch.named(name);
  // What the place prepares comes before what it only sold.
  const here = named.filter((candidate) => batch.findReservation(candidate)?.locationId === location.id);
  const [id, ...others] = name === null ? [reservationId] : here.length > 0 ? here : named;
  if (others.length > 0) {
    throw new Problem(
      'ambiguous-order-reference',
      'Orders of several channels have this reference here: name the channel too, or the reservation’s id.',
      { reservations: [id, ...others] },
    );
  }
  const reservation = id === undefined || id === null ? null : batch.findReservation(id);
  if (reservation === null || !answersTo(reservation, name)) throw notAt(location);
  if (reservation.locationId === location.id) return reservation;
  throw reservation.soldLocation?.id === location.id
    ? preparedElsewhere(reservation, location)
    : notAt(location);
}

function notAt({ code }: LocationRecord): Problem {
  return new Problem('unknown-reservation', `There is no such reservation at ${code}.`);
}

/**
 * Rung up where it was sold: no unit leaves there. They leave where they are reserved, when that place hands them over or
 * sends them, and tells so. Who sold an order may know where that is.
 */
function preparedElsewhere({ id, location: preparedAt }: Reservation, { code }: LocationRecord): Problem {
  return new Problem(
    'prepared-elsewhere',
    `${id} was sold at ${code} and is prepared at ${preparedAt}: its units leave there, so a sale of it names ${preparedAt}.`,
    { reservationId: id, preparedAt },
  );
}

/** The name was looked up before the locks were taken. */
function answersTo(reservation: Reservation, name: ReservationName | null): boolean {
  if (name === null) return true;
  return 'pickupCode' in name
    ? reservation.pickupCode === name.pickupCode
    : reservation.orderReference === name.orderReference;
}

function lineOf(reservation: Reservation, sku: string) {
  const line = reservation.lines.find((candidate) => candidate.sku === sku);
  if (line !== undefined) return line;
  throw new Problem('unknown-line', `Reservation ${reservation.id} has no line for ${sku}.`);
}

function tellOf(batch: Batch, reservation: Reservation, command: RecordMovement): void {
  const line = lineOf(reservation, command.sku);
  assertBelievable(batch, reservation, line);
  batch.change(reservation);
  const { source, eventId, occurredAt, reference, quantity: units } = command;
  const tells = command.type === 'sale' ? 'sold' : 'returnedSold';
  const learnt = tell(batch, reservation, line, {
    ...{ source, eventId, occurredAt, reference, reason: null },
    ...{ tells, units },
  });
  follow(batch, reservation, learnt, command);
}

/** Only tills are stopped: the counter tells of no more units than the line has. */
function assertBelievable(batch: Batch, { id }: Reservation, { itemId, sku }: ReservationLine): void {
  if (batch.tellings.of(id, itemId).length < ENTRIES_MAX) return;
  throw new Problem(
    'too-many-tellings',
    `${ENTRIES_MAX} sales and returns of ${sku} name ${id}: a sale that is not of this order names none.`,
  );
}

/**
 * The state follows what is learnt, whoever tells first; what was known already makes no version. Also when the
 * reservation has ended: what the customer took or brought back is shown. A return that was told before its sale comes
 * true with it.
 */
function follow(
  batch: Batch,
  reservation: Reservation,
  { out, back }: Learnt,
  { type, actor }: RecordMovement,
): void {
  if (out > 0) {
    const from = reservation.status;
    endHandedOver(batch, reservation);
    // A till sold all that lay on the shelf of an order that has ended: nothing of it goes back.
    if (!waitsToBePutBack(reservation)) reservation.putBackPending = false;
    batch.record(reservation, 'reservation.collected', actor, from, { toldBy: type });
  }
  if (back > 0) {
    batch.record(reservation, 'reservation.returned', actor, reservation.status, { toldBy: type });
  }
}
