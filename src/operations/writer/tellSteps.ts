// What the counter or a till tells of a line becomes entries of the ledger: the telling's own, and where it shows that
// units left or came back earlier than was thought, entries that move them there. Decides no transition.
import { type NewMovement, OWN_SOURCE, onHandDelta } from '../../domain/movement.ts';
import { type Reservation, type ReservationLine, unitsBack, unitsOut } from '../../domain/reservation.ts';
import {
  type LineEntry,
  missingSteps,
  PART_TYPES,
  type Part,
  type Step,
  type Tells,
  TOLD_AGAIN,
} from '../../domain/told.ts';
import type { Batch } from './batch.ts';
import type { Actor } from './outcome.ts';

export type Telling = Pick<NewMovement, 'source' | 'eventId' | 'occurredAt' | 'reference' | 'reason'> & {
  tells: keyof typeof PART_OF;
  units: number;
};

const PART_OF = {
  collected: 'out',
  sold: 'out',
  returned: 'back',
  returnedSold: 'back',
} as const satisfies Partial<Record<Tells, Part>>;

/** Units by which the telling changed what is known to have left, and to have come back. */
export type Learnt = { out: number; back: number };

/**
 * Writes one telling. The reservation must have been declared to change, and its tellings loaded
 * (`Needs.reservations` or `Needs.named` with `tellings`).
 */
export function tell(
  batch: Batch,
  reservation: Reservation,
  line: ReservationLine,
  { tells, units, ...told }: Telling,
): Learnt {
  const level = batch.levelOf(line.itemId, reservation.locationId);
  const before = { out: unitsOut(line), back: unitsBack(line) };
  note(line, tells, units, mayHaveMissedSold(reservation, line));
  const learnt = { out: unitsOut(line) - before.out, back: unitsBack(line) - before.back };
  const reserved = Math.min(line.reserved, Math.max(0, learnt.out));
  const part = PART_OF[tells];
  const type = PART_TYPES[part];
  const reason = told.reason ?? type;
  if (reserved > 0) batch.reserve(level, line, -reserved, reason);

  const entries = batch.tellings.of(reservation.id, line.itemId);
  const steps = stepsWith(entries, { part, tells, units, onHandDelta: 0, at: told.occurredAt }, line);
  const own = steps.find((step) => step.part === part && step.at.getTime() === told.occurredAt.getTime());
  const movement = {
    ...told,
    type,
    quantity: units,
    onHandDelta: own?.units ?? 0,
    reservedDelta: 0 - reserved,
    sourceRank: 0,
    reservationId: reservation.id,
  };
  batch.move(level, movement, reason);
  for (const step of steps) if (step !== own) correct(batch, reservation, line, step, reason);
  return learnt;
}

/** What an entry of our own says of itself, under an id made of the reservation's next version. */
export function ownEntry(
  batch: Batch,
  reservation: Reservation,
  line: ReservationLine,
  { step, actor }: { step: string; actor: Actor },
) {
  const level = batch.levelOf(line.itemId, reservation.locationId);
  return {
    source: OWN_SOURCE,
    eventId: `${reservation.id}/${reservation.version + 1}/${step}/${line.sku}`,
    occurredAt: batch.toldAt(reservation, actor) ?? batch.instantFor(level),
    reference: reservation.orderReference,
  };
}

/** Units that the counter has just taken back are damaged: they are not on hand again since they came back. */
export function tellDamaged(
  batch: Batch,
  reservation: Reservation,
  line: ReservationLine,
  units: number,
  { name, actor }: { name: string; actor: Actor },
): void {
  const level = batch.levelOf(line.itemId, reservation.locationId);
  const own = ownEntry(batch, reservation, line, { step: `damage.${name}`, actor });
  const entries = batch.tellings.of(reservation.id, line.itemId);
  const steps = stepsWith(
    entries,
    { part: 'damaged', tells: 'damaged', units, onHandDelta: 0, at: own.occurredAt },
    line,
  );
  for (const [place, step] of steps.entries()) {
    const movement = {
      ...own,
      eventId: place === 0 ? own.eventId : `${own.eventId}/${place}`,
      type: 'damage' as const,
      quantity: 0 - step.units,
      onHandDelta: step.units,
      reservedDelta: 0,
      sourceRank: 0,
      occurredAt: step.at,
      reason: 'damaged',
      reservationId: reservation.id,
    };
    batch.move(level, movement, 'damaged');
  }
}

/** `canBeMissed`: the units may be among those that picking missed. */
function note(line: ReservationLine, tells: Telling['tells'], units: number, canBeMissed: boolean): void {
  if (tells === 'collected') line.collected += units;
  else if (tells === 'sold') noteSold(line, units, canBeMissed);
  else if (tells === 'returned') line.returned += units;
  else line.returnedSold = Math.min(line.returnedSold + units, line.quantity);
}

/**
 * A till sold what picking missed: it was not lost, and is missing no more. What the line never had is an ordinary sale
 * beside it.
 */
function noteSold(line: ReservationLine, units: number, canBeMissed: boolean): void {
  const beyond = line.sold + units - (line.quantity - line.missing);
  if (canBeMissed) line.missing -= Math.max(0, Math.min(beyond, line.missing));
  if (line.missing === 0) line.missingReason = null;
  line.sold = Math.min(line.sold + units, line.quantity - line.missing);
}

/** Not units that somebody had broken in the hand, nor some of which a transfer may not have brought. */
function mayHaveMissedSold({ transfer }: Reservation, { missingReason }: ReservationLine): boolean {
  return transfer === null && missingReason !== 'damaged';
}

function stepsWith(entries: readonly LineEntry[], entry: LineEntry, line: ReservationLine): Step[] {
  return missingSteps([...entries, entry], line);
}

function correct(
  batch: Batch,
  reservation: Reservation,
  line: ReservationLine,
  step: Step,
  reason: string,
): void {
  // The entries of a line only ever grow, so their number makes the event id unique.
  const place = batch.tellings.of(reservation.id, line.itemId).length;
  const type = PART_TYPES[step.part];
  const movement = {
    type,
    // Units that left or came back at another instant than was written: taken away there, this is below zero.
    quantity: step.units * onHandDelta(type, 1),
    onHandDelta: step.units,
    reservedDelta: 0,
    source: OWN_SOURCE,
    sourceRank: 0,
    eventId: `${reservation.id}/told-again/${place}/${line.sku}`,
    occurredAt: step.at,
    reference: reservation.orderReference,
    reason: TOLD_AGAIN,
    reservationId: reservation.id,
  };
  batch.move(batch.levelOf(line.itemId, reservation.locationId), movement, reason);
}
