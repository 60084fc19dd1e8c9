// Somebody counted: a value at an instant. Movements that occurred after it still apply, on top.
import { CLOCK_SKEW_SECONDS_MAX } from '../domain/level.ts';
import { Problem } from '../domain/problem.ts';
import { compareWithGoverning } from './writer/compareSteps.ts';
import { assertNotFuture, isRepeatedFact, placeOf } from './writer/facts.ts';
import type { StockOperation } from './writer/operation.ts';

export type RecordCount = {
  source: string;
  eventId: string;
  sku: string;
  location: string;
  onHand: number;
  countedAt: Date;
  /** What the counter believed was there; null: no check. */
  expected: number | null;
  /** The rank that the source has now: 0 unless given. */
  sourceRank?: number;
  maySee: (location: string) => boolean;
};

/** Refuses with unknown-item, unknown-location, stale-count, event-id-reused, occurred-in-the-future. */
export const recordCounts: StockOperation<RecordCount, 'applied' | 'duplicate'> = {
  name: 'recordCounts',

  needs: ({ sku, location, source, eventId, countedAt, maySee }) => ({
    // No row is made, and none locked, where the caller has no business.
    levels: maySee(location) ? [{ sku, location }] : [],
    createsLevels: true,
    facts: [{ source, eventId }],
    sumsAfter: [{ sku, location, after: countedAt }],
  }),

  decide(batch, command) {
    const location = placeOf(batch, command.location, command.maySee);
    const item = batch.item(command.sku);
    const fact = {
      source: command.source,
      eventId: command.eventId,
      itemId: item.id,
      locationId: location.id,
      type: 'count' as const,
      quantity: command.onHand,
      occurredAt: command.countedAt,
      reservationId: null,
    };
    if (isRepeatedFact(batch, fact)) return 'duplicate';
    assertNotFuture(command.countedAt, batch.now, CLOCK_SKEW_SECONDS_MAX);
    const level = batch.levelOf(item.id, location.id);
    if (command.expected !== null && command.expected !== level.onHand) {
      throw new Problem('stale-count', `The level is ${level.onHand}, not ${command.expected} as expected.`, {
        onHand: level.onHand,
        version: level.version,
      });
    }
    const { itemId: _item, locationId: _location, ...movement } = fact;
    const { source, eventId, countedAt: at, sourceRank = 0 } = command;
    compareWithGoverning(batch, level, { at, rank: sourceRank, source, eventId }, command.onHand);
    batch.count(level, {
      ...movement,
      sourceRank,
      onHandDelta: null,
      reservedDelta: 0,
      reference: null,
      reason: null,
    });
    return 'applied';
  },
};
