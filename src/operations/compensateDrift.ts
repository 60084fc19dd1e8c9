// Brings a level and its evidence together again after a check found them apart.
// On hand stays what the world was told, and the ledger says why; reserved and incoming become what is open.
import type { Level } from '../domain/level.ts';
import { OWN_SOURCE } from '../domain/movement.ts';
import { placeOf } from './writer/facts.ts';
import type { StockOperation } from './writer/operation.ts';

export type CompensateDrift = {
  sku: string;
  location: string;
  /** Makes the movement's event id unique. */
  id: string;
  maySee: (location: string) => boolean;
};

export type Compensation = {
  level: Level;
  onHandDelta: number;
  reservedDelta: number;
  incomingDelta: number;
};

/** Refuses with unknown-item, unknown-location. A level without drift is left as it is: the deltas are 0. */
export const compensateDrift: StockOperation<CompensateDrift, Compensation> = {
  name: 'compensateDrift',

  needs({ sku, location, maySee }) {
    const level = maySee(location) ? [{ sku, location }] : [];
    return { levels: level, createsLevels: true, derives: level };
  },

  decide(batch, { sku, location: code, id, maySee }) {
    const location = placeOf(batch, code, maySee);
    const level = batch.levelOf(batch.item(sku).id, location.id);
    const { onHand: onHandDelta, reserved, incoming } = batch.driftOf(level);
    if (onHandDelta !== 0 || reserved !== 0 || incoming !== 0) {
      batch.compensate(level, {
        type: 'adjustment',
        quantity: onHandDelta,
        onHandDelta,
        reservedDelta: 0,
        source: OWN_SOURCE,
        sourceRank: 0,
        eventId: id,
        occurredAt: batch.instantFor(level),
        reference: null,
        reason: 'integrity',
        reservationId: null,
      });
    }
    return { level, onHandDelta, reservedDelta: 0 - reserved, incomingDelta: 0 - incoming };
  },
};
