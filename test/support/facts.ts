// Reports as back offices send them, with everything filled in that a test does not care about. Owns no assertion.
import type { RecordCount } from '../../src/operations/recordCounts.ts';
import type { RecordMovement } from '../../src/operations/recordMovements.ts';
import { ACTOR, LILLE, newReservationId, TABLE } from './stockRoom.ts';

export function movement(told: Partial<RecordMovement> = {}): RecordMovement {
  return {
    source: 'pos',
    eventId: newReservationId(),
    type: 'sale',
    sku: TABLE,
    location: LILLE,
    quantity: 1,
    occurredAt: new Date(),
    reference: null,
    reservationId: null,
    maySee: () => true,
    actor: ACTOR,
    ...told,
  };
}

export function count(told: Partial<RecordCount> = {}): RecordCount {
  return {
    source: 'wms',
    eventId: newReservationId(),
    sku: TABLE,
    location: LILLE,
    onHand: 0,
    countedAt: new Date(),
    expected: null,
    maySee: () => true,
    ...told,
  };
}
