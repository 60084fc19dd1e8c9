// How little a level is to be believed, and why: what staff should count first. Pure; the figures are given.
// The weights say which surprise costs a shopper most: units that were promised and were not there come first.

export const DOUBTS = [
  'negative_on_hand',
  'short_pick',
  'below_reserved',
  'never_counted',
  'long_silence',
  'high_turnover',
  'source_conflict',
] as const;
export type DoubtReason = (typeof DOUBTS)[number];

/** How far back movements are evidence. Older surprises were seen by somebody, or never will be. */
export const EVIDENCE_DAYS = 90;
/** A rate of sale from less than this is chance. */
const RATE_DAYS_MIN = 7;
const DAY_MS = 86_400_000;

/** A level, and what its location's recent ledger says of it. Instants are epoch milliseconds. */
export type DoubtFigures = {
  onHand: number;
  reserved: number;
  /** Null: never counted. */
  countedAt: number | null;
  /** Picks since the count that found fewer units than they should have, and the units that they missed. */
  shortPicks: number;
  unitsMissed: number;
  lastMissedAt: number | null;
  /** Movements since the count, and the units that they moved, whichever way. */
  movements: number;
  unitsMoved: number;
  /** The last movement, before the count or after it. */
  lastMovedAt: number | null;
  /** Units sold since `evidenceFrom`. */
  unitsSold: number;
  /** Sources that contradict the governing count, and that nobody has counted after. */
  conflicts: number;
  lastConflictAt: number | null;
};

export type Reason =
  | { reason: 'negative_on_hand'; points: number; onHand: number }
  | { reason: 'short_pick'; points: number; picks: number; units: number; lastAt: number | null }
  | { reason: 'below_reserved'; points: number; onHand: number; reserved: number }
  | { reason: 'never_counted'; points: number }
  | {
      reason: 'long_silence';
      points: number;
      since: number;
      days: number;
      soldPerDay: number;
      expectedUnits: number;
    }
  | {
      reason: 'high_turnover';
      points: number;
      since: number | null;
      movements: number;
      unitsMoved: number;
    }
  | { reason: 'source_conflict'; points: number; conflicts: number; lastAt: number | null };

/** The weights, as they are documented: points add up, and each reason has a most. */
export const WEIGHTS = {
  /** Certainly wrong: nobody has fewer than none. */
  negativeOnHand: 50,
  /** The first pick that fell short since the last count, each further one, and at most. */
  shortPick: { first: 40, more: 10, most: 70 },
  /** Orders cannot all be served, unless a count said so and nothing has moved since. */
  belowReserved: 30,
  neverCounted: 20,
  /** Nothing moved while so many units should have been sold: from `from` on, a point for each `unitsAPoint`. */
  longSilence: { from: 3, unitsAPoint: 0.4, most: 25 },
  /** Each unit that moves is a chance to err: from `from` units since the count on, a point for each `unitsAPoint`. */
  highTurnover: { from: 10, unitsAPoint: 5, most: 20 },
  /** The first source that contradicts the count that governs, each further one, and at most. */
  sourceConflict: { first: 15, more: 5, most: 30 },
} as const;

/**
 * Why the level is in doubt at `now`, the weightiest reason first; empty where nothing speaks against it. A count
 * ends every reason but `source_conflict`, which a count of its own source may leave.
 * @param evidenceFrom from when on the figures are known: counts before it may have been followed by movements
 */
export function reasonsOf(figures: DoubtFigures, evidenceFrom: number, now: number): Reason[] {
  const found = [
    negative(figures),
    shortPick(figures),
    belowReserved(figures, evidenceFrom),
    neverCounted(figures),
    longSilence(figures, evidenceFrom, now),
    highTurnover(figures),
    sourceConflict(figures),
  ];
  return found.filter((reason) => reason !== null).sort((a, b) => b.points - a.points);
}

export function scoreOf(reasons: readonly Reason[]): number {
  return reasons.reduce((sum, { points }) => sum + points, 0);
}

function negative({ onHand }: DoubtFigures): Reason | null {
  return onHand < 0 ? { reason: 'negative_on_hand', points: WEIGHTS.negativeOnHand, onHand } : null;
}

function shortPick({ shortPicks, unitsMissed, lastMissedAt }: DoubtFigures): Reason | null {
  if (shortPicks === 0) return null;
  const points = stepped(WEIGHTS.shortPick, shortPicks);
  return { reason: 'short_pick', points, picks: shortPicks, units: unitsMissed, lastAt: lastMissedAt };
}

function belowReserved(
  { onHand, reserved, countedAt, movements }: DoubtFigures,
  evidenceFrom: number,
): Reason | null {
  if (reserved === 0 || onHand >= reserved) return null;
  const isWhatWasCounted = countedAt !== null && countedAt >= evidenceFrom && movements === 0;
  return isWhatWasCounted
    ? null
    : { reason: 'below_reserved', points: WEIGHTS.belowReserved, onHand, reserved };
}

function neverCounted({ countedAt }: DoubtFigures): Reason | null {
  return countedAt === null ? { reason: 'never_counted', points: WEIGHTS.neverCounted } : null;
}

/** On the shelf, wanted, and yet not sold: perhaps it is not there. With 3 sales to be expected, none is a 5 % chance. */
function longSilence(
  { onHand, countedAt, lastMovedAt, unitsSold }: DoubtFigures,
  evidenceFrom: number,
  now: number,
): Reason | null {
  if (onHand <= 0 || lastMovedAt === null) return null;
  const since = Math.max(lastMovedAt, countedAt ?? lastMovedAt);
  const days = Math.max(0, now - since) / DAY_MS;
  const soldPerDay = unitsSold / Math.max(RATE_DAYS_MIN, (now - evidenceFrom) / DAY_MS);
  const expected = soldPerDay * days;
  const { from, unitsAPoint, most } = WEIGHTS.longSilence;
  if (expected < from) return null;
  return {
    reason: 'long_silence',
    points: Math.min(most, Math.floor(expected / unitsAPoint)),
    since,
    days: rounded(days, 1),
    soldPerDay: rounded(soldPerDay, 3),
    expectedUnits: rounded(expected, 1),
  };
}

function highTurnover({ countedAt, movements, unitsMoved }: DoubtFigures): Reason | null {
  const { from, unitsAPoint, most } = WEIGHTS.highTurnover;
  if (unitsMoved < from) return null;
  const points = Math.min(most, Math.floor(unitsMoved / unitsAPoint));
  return { reason: 'high_turnover', points, since: countedAt, movements, unitsMoved };
}

function sourceConflict({ conflicts, lastConflictAt }: DoubtFigures): Reason | null {
  if (conflicts === 0) return null;
  const points = stepped(WEIGHTS.sourceConflict, conflicts);
  return { reason: 'source_conflict', points, conflicts, lastAt: lastConflictAt };
}

function stepped(
  { first, more, most }: { first: number; more: number; most: number },
  times: number,
): number {
  return Math.min(most, first + more * (times - 1));
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
