// Buffers: units that are never promised to the web, by which rule, and how a rule tunes itself.
// Pure: knows no table and no clock. Which rule governs a level, and what it makes of on hand, is decided here alone.
import { available } from './level.ts';

/** How a rule says how many units; exactly one way. */
export type BufferWay =
  | { kind: 'quantity'; quantity: number }
  /** Of on hand, with at most two decimals. */
  | { kind: 'percent'; percent: number }
  /** Everything that is on hand. */
  | { kind: 'exclude' }
  /** A percentage that follows the picks of a location and category, up to `percentMax`. */
  | { kind: 'auto'; percentMax: number };

/** What a rule is about. Never both a category and an item; all null: everything. */
export type BufferScope = { locationId: number | null; category: string | null; itemId: number | null };

export type BufferRule = BufferScope & { id: string; way: BufferWay };

/** The percentage that the picks of a location and category have come to; category '': items without one. */
export type TunedPercent = { locationId: number; category: string; percent: number };

/** A level, as far as rules look at it. */
export type BufferedLevel = { locationId: number; itemId: number; category: string | null };

export const BUFFER_QUANTITY_MAX = 1_000_000;
/** What one process reads when rules change, under the locks of a batch: 10,000 take 40 ms. */
export const BUFFER_RULES_MAX = 10_000;

/**
 * Every rule, to ask which one governs. The most specific wins, in this order: sku at a location, sku, category at a
 * location, category, location, everything. A scope has one rule, so there is never a tie.
 */
export class BufferBook {
  readonly #rules: ReadonlyMap<string, BufferRule>;
  readonly #tuned: ReadonlyMap<string, number>;
  /** True when some rule looks at an item's category: without one nobody needs to know it. */
  readonly usesCategories: boolean;

  constructor(rules: readonly BufferRule[], tuned: readonly TunedPercent[]) {
    this.#rules = new Map(rules.map((rule) => [scopeKey(rule), rule]));
    this.#tuned = new Map(
      tuned.map(({ locationId, category, percent }) => [tuningKey(locationId, category), percent]),
    );
    this.usesCategories = rules.some((rule) => rule.category !== null || rule.way.kind === 'auto');
  }

  /** The rule that governs a level, or null. */
  ruleOf(level: BufferedLevel): BufferRule | null {
    if (this.#rules.size === 0) return null;
    for (const scope of scopesOf(level)) {
      const rule = this.#rules.get(scopeKey(scope));
      if (rule !== undefined) return rule;
    }
    return null;
  }

  /** Units that the governing rule keeps from the web. Never below 0; where on hand is not above 0, only a quantity keeps any. */
  unitsOf(rule: BufferRule | null, level: BufferedLevel, onHand: number): number {
    if (rule === null) return 0;
    switch (rule.way.kind) {
      case 'quantity':
        return rule.way.quantity;
      case 'percent':
        return shareOf(onHand, rule.way.percent);
      case 'exclude':
        return Math.max(0, onHand);
      case 'auto': {
        const tuned = this.#tuned.get(tuningKey(level.locationId, level.category ?? '')) ?? 0;
        return shareOf(onHand, Math.min(tuned, rule.way.percentMax));
      }
    }
  }
}

/**
 * Units that may be promised of a level once `arriving` more are there: the rule is asked about what will be on hand
 * then, and what the level owes already (on hand below reserved, or below zero) comes first. `silence`: units that are
 * kept besides the rule's.
 */
export function availableWith(
  book: BufferBook,
  level: BufferedLevel,
  { onHand, reserved, silence }: { onHand: number; reserved: number; silence: number },
  arriving: number,
): number {
  const then = onHand + arriving;
  const buffer = book.unitsOf(book.ruleOf(level), level, then) + silence;
  return available({ onHand: then, reserved, buffer });
}

/** The scopes that hold for a level, the most specific first. */
function scopesOf({ locationId, itemId, category }: BufferedLevel): BufferScope[] {
  const none = { locationId: null, category: null, itemId: null };
  const scopes: BufferScope[] = [
    { ...none, locationId, itemId },
    { ...none, itemId },
  ];
  if (category !== null) scopes.push({ ...none, locationId, category }, { ...none, category });
  scopes.push({ ...none, locationId }, none);
  return scopes;
}

function scopeKey({ locationId, category, itemId }: BufferScope): string {
  return `${locationId ?? ''}/${itemId ?? ''}/${category ?? ''}`;
}

function tuningKey(locationId: number, category: string): string {
  return `${locationId}/${category}`;
}

/** Rounded up: half a unit cannot be promised either. In hundredths of a percent, so that 7 % of 100 is 7 and not 8. */
function shareOf(onHand: number, percent: number): number {
  if (onHand <= 0) return 0;
  return Math.ceil((onHand * Math.round(percent * 100)) / 10_000);
}

/** Days of picks that a tuning looks at. */
export const TUNING_DAYS = 30;
/** Picks that found everything, added to those that were: a prior. */
export const TUNING_PRIOR_PICKS = 20;

/**
 * The buffer, in whole percent, for lines of which so many were picked and so many of these not found:
 * 100 × notFound ÷ (picks + 20), to the nearest. It is the mean of what to expect, where twenty imaginary picks that
 * found everything stand beside the real ones (a Beta prior): 1 of 1 gives 5 %, 10 of 100 give 8 %, 100 of 1,000 give
 * 10 %, and none gives 0, so that a place that nobody complained of keeps nothing back. Whole percents, because shares
 * round up to units: a tenth of a percent, which no month of picks can tell from nothing, would keep one unit of each item.
 */
export function tunedPercent(picks: number, notFound: number): number {
  return Math.round((100 * notFound) / (picks + TUNING_PRIOR_PICKS));
}

/** Days of sales that the buffer of a silent location rests on. */
export const SALES_DAYS = 28;
const SALES_HOURS = SALES_DAYS * 24;
const HOUR_MILLISECONDS = 3_600_000;

/**
 * Units that may have been sold while a source is silent: the level's own sell rate (units sold in the 28 days before
 * the source's last message ÷ 672 h) × the time since, to the nearest unit; at most what is on hand. Rounded up, every
 * hiccup of a source would keep a unit of all that ever sells, and the last one of most from the web.
 */
export function silenceUnits(sold: number, silentMilliseconds: number, onHand: number): number {
  const expected = (Math.max(0, sold) * silentMilliseconds) / (SALES_HOURS * HOUR_MILLISECONDS);
  return Math.min(Math.round(expected), Math.max(0, onHand));
}
