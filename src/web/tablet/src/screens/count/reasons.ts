// Why a level is not to be believed, as the server says it; which words say it is told here. Pure.

export type Reason =
  | { reason: 'negative_on_hand'; onHand: number }
  | { reason: 'short_pick'; picks: number; units: number }
  | { reason: 'below_reserved'; onHand: number; reserved: number }
  | { reason: 'never_counted' }
  | { reason: 'long_silence'; days: number; expectedUnits: number }
  | { reason: 'high_turnover'; unitsMoved: number }
  | { reason: 'source_conflict'; conflicts: number };

export type ReasonWords =
  | { key: 'count.why.never_counted' | 'count.why.other'; n: null }
  | {
      plural:
        | 'count.why.negative_on_hand'
        | 'count.why.short_pick'
        | 'count.why.below_reserved'
        | 'count.why.long_silence'
        | 'count.why.high_turnover'
        | 'count.why.source_conflict';
      n: number;
    };

/** The words for a reason, with their number. A reason of a newer server has words that say no more than that. */
export function wordsFor(reason: Reason): ReasonWords {
  switch (reason.reason) {
    case 'negative_on_hand':
      return { plural: 'count.why.negative_on_hand', n: reason.onHand };
    case 'short_pick':
      return { plural: 'count.why.short_pick', n: reason.units };
    case 'below_reserved':
      return { plural: 'count.why.below_reserved', n: reason.reserved - reason.onHand };
    case 'never_counted':
      return { key: 'count.why.never_counted', n: null };
    case 'long_silence':
      return { plural: 'count.why.long_silence', n: Math.floor(reason.days) };
    case 'high_turnover':
      return { plural: 'count.why.high_turnover', n: reason.unitsMoved };
    case 'source_conflict':
      return { plural: 'count.why.source_conflict', n: reason.conflicts };
    default:
      return { key: 'count.why.other', n: null };
  }
}
