// Commands that no writer should ever be given: what one spoils must not be its neighbours'.
import { ON_HAND_MAX } from '../../src/domain/level.ts';
import type { StockOperation } from '../../src/operations/writer/operation.ts';

type Where = { sku: string; location: string };

/** Passes every check of ours and breaks a constraint: only PostgreSQL says no. */
export const breakConstraint: StockOperation<Where, void> = {
  name: 'breakConstraint',
  needs: (level) => ({ levels: [level], createsLevels: true }),
  decide(batch, { sku, location }) {
    const level = batch.findLevel(batch.item(sku), batch.location(location));
    if (level === null) throw new Error('there is no level to spoil');
    const line = {
      ...{
        itemId: level.itemId,
        sku,
        quantity: 1,
        reserved: 0,
        awaited: 0,
        picked: 0,
        missing: 0,
        missingReason: null,
      },
      ...{
        collected: 0,
        sold: 0,
        returned: 0,
        returnedSold: 0,
        atRisk: false,
        reservedAt: batch.now,
        releasedAt: null,
      },
    };
    batch.reserve(level, line, 0, 'poison');
    level.onHand = 2 * ON_HAND_MAX;
  },
};

/** A bug of ours: an error that is nobody's refusal. */
export const throwBug: StockOperation<Where, void> = {
  name: 'throwBug',
  needs: (level) => ({ levels: [level] }),
  decide() {
    throw new Error('a bug');
  },
};
