// The stock of one item at one location, and the fold that makes it out of its movements.
// Pure: knows no table, no clock. The rule: any order of arrival gives one level.

/** A count states what was there at `at`; rank, source and event id break ties so that every order of arrival agrees. */
export type GoverningCount = { at: Date; rank: number; source: string; eventId: string };

export type Level = {
  readonly itemId: number;
  readonly locationId: number;
  readonly sku: string;
  readonly location: string;
  /** Units physically there as far as is known; may fall below reserved or below zero, never clamped. */
  onHand: number;
  /** Units that open lines hold. */
  reserved: number;
  /** Units never promised to the web: what the governing rule makes of on hand, plus `silenceBuffer`. */
  buffer: number;
  /** The id of the rule that set the buffer; null: none governs. */
  bufferRule: string | null;
  /** Of `buffer`: what may have been sold while a source is silent. */
  silenceBuffer: number;
  /** Units in transit to here: nowhere on hand. */
  incoming: number;
  counted: GoverningCount | null;
  version: number;
};

/** What a level can hold: the same bound as the constraint levels_on_hand_range. */
export const ON_HAND_MAX = 1_000_000_000;

/** A fact may be at most this far ahead of our clock: sources' clocks differ, but no fact comes from tomorrow. */
export const CLOCK_SKEW_SECONDS_MAX = 60;

/** Units that may be promised: onHand − reserved − buffer, 0 where negative. */
export function available(level: Pick<Level, 'onHand' | 'reserved' | 'buffer'>): number {
  return Math.max(0, level.onHand - level.reserved - level.buffer);
}

/**
 * True when a movement changes on hand: a movement that occurred at or before the governing count
 * was already there to be counted.
 */
export function movesOnHand(level: Pick<Level, 'counted'>, occurredAt: Date): boolean {
  return level.counted === null || occurredAt > level.counted.at;
}

/** True when `count` governs instead of `current`: the later instant; at the same one the higher rank, the greater source, event id. */
export function governs(count: GoverningCount, current: GoverningCount | null): boolean {
  if (current === null) return true;
  if (count.at.getTime() !== current.at.getTime()) return count.at > current.at;
  if (count.rank !== current.rank) return count.rank > current.rank;
  if (count.source !== current.source) return count.source > current.source;
  return count.eventId > current.eventId;
}
