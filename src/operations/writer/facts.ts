// What every reported fact is checked for: told of somebody else's place, told before, told differently, told from
// tomorrow.
import type { LocationRecord } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import type { RecordedFact } from '../../queries/movements.ts';
import type { Batch } from './batch.ts';

/** Where a fact happened; 404 `unknown-location`, for another store's location as for one that does not exist. */
export function placeOf(batch: Batch, code: string, maySee: (location: string) => boolean): LocationRecord {
  if (maySee(code)) return batch.location(code);
  throw new Problem('unknown-location', `There is no location with the code ${code}.`, { location: code });
}

/** True for a fact that the ledger holds already; 409 `event-id-reused` when it holds another one under that id. */
export function isRepeatedFact(batch: Batch, fact: RecordedFact): boolean {
  return findRepeated(batch, fact, fact, true) !== null;
}

/**
 * The fact as the ledger holds it already, or null. Unless `namesById`, any reservation is the one that it names:
 * which one, was decided when it was told first.
 */
export function findRepeated(
  batch: Batch,
  fact: Omit<RecordedFact, 'itemId' | 'locationId'>,
  { itemId, locationId }: Pick<RecordedFact, 'itemId' | 'locationId'>,
  namesById: boolean,
): RecordedFact | null {
  const known = batch.findFact(fact.source, fact.eventId);
  if (known === null) return null;
  const same =
    known.itemId === itemId &&
    known.locationId === locationId &&
    known.type === fact.type &&
    known.quantity === fact.quantity &&
    known.occurredAt.getTime() === fact.occurredAt.getTime() &&
    (namesById ? known.reservationId === fact.reservationId : known.reservationId !== null);
  if (same) return known;
  throw new Problem(
    'event-id-reused',
    `Source ${fact.source} reported another fact under the event id ${fact.eventId} before.`,
    // Source and event id say nothing of who may see it: what is told elsewhere is not for who tells of a place here.
    known.locationId === locationId ? { recorded: recorded(known) } : {},
  );
}

function recorded({ type, quantity, occurredAt }: RecordedFact) {
  return { type, quantity, occurredAt: occurredAt.toISOString() };
}

/** Refuses what lies further ahead than clocks differ: it would decide about facts that have not happened yet. */
export function assertNotFuture(at: Date, now: Date, skewSecondsMax: number): void {
  if (at.getTime() - now.getTime() <= skewSecondsMax * 1_000) return;
  throw new Problem(
    'occurred-in-the-future',
    `${at.toISOString()} is later than now (${now.toISOString()}).`,
  );
}
