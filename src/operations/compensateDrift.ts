// Brings a level and its evidence together again after a check found them apart.
// On hand stays what the world was told, and the ledger says why; reserved becomes what the open lines add up to.
import type { Level } from '../domain/level.ts';
import { OWN_SOURCE } from '../domain/movement.ts';
import type { StockOperation } from './writer/operation.ts';

export type CompensateDrift = {
  sku: string;
  location: string;
  /** Makes the movement's event id unique. */
  id: string;
  maySee: (location: string) => boolean;
};

export type Compensation = { level: Level; onHandDelta: number; reservedDelta: number };

/** Refuses with unknown-item, unknown-location. A level without drift is left as it is: both deltas are 0. */
export const compensateDrift: StockOperation<CompensateDrift, Compensation> = {
  name: 'compensateDrift',

  needs: ({ sku, location }) => ({
    levels: [{ sku, location }],
    createsLevels: true,
    derives: [{ sku, location }],
  }),

  decide(batch, { sku, location: code, id, maySee }) {
    const item = batch.item(sku);
    const location = batch.location(maySee(code) ? code : '');
    const level = batch.levelOf(item.id, location.id);
    const derived = batch.derived(level);
    const onHandDelta = level.onHand - derived.onHand;
    const reservedDelta = derived.reserved - level.reserved;
    if (onHandDelta !== 0 || reservedDelta !== 0) {
      batch.compensate(level, derived.reserved, {
        type: 'adjustment',
        quantity: onHandDelta,
        onHandDelta,
        reservedDelta: 0,
        source: OWN_SOURCE,
        eventId: id,
        occurredAt: batch.now,
        reference: null,
        reason: 'integrity',
        reservationId: null,
      });
    }
    return { level, onHandDelta, reservedDelta };
  },
};
