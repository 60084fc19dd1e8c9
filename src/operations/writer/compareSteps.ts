// Where two sources count one level: what each says of it at one instant. The ledger decides which one governs
// (domain/level.ts); this keeps what the other one said. Changes no level.
import { type GoverningCount, governs, type Level, ON_HAND_MAX } from '../../domain/level.ts';
import { areComparable } from '../../domain/source.ts';
import type { Batch } from './batch.ts';

/**
 * Compares a count that is about to be recorded with the one that governs its level now, where that is another
 * source's. Both figures are brought to one instant by the movements between, so that it does not matter how long one
 * of the two was on its way. `Needs.sumsAfter` must name the count's instant.
 */
export function compareWithGoverning(
  batch: Batch,
  level: Level,
  count: GoverningCount,
  onHand: number,
): void {
  const governing = level.counted;
  if (governing === null || governing.source === count.source) return;
  if (!areComparable(governing.at, count.at)) return;
  // What would be on hand now if this count governed, against what is: the same distance as at the later instant.
  const difference = onHand + batch.sumAfter(level, count.at) - level.onHand;
  const wins = governs(count, governing);
  batch.compare({
    itemId: level.itemId,
    locationId: level.locationId,
    winner: wins ? count : governing,
    loser: wins ? governing : count,
    difference: bounded(wins ? 0 - difference : difference),
  });
}

/** What moved before the governing count has no bound; that far apart, all that matters is that they are. */
function bounded(difference: number): number {
  return Math.max(0 - ON_HAND_MAX, Math.min(ON_HAND_MAX, difference));
}
