// What units say about a cart at one place: bands, fulfilment, refusals, and the order in which places are shown.
// Pure: it is given units and promises; levels, clock and map are for those who call.

/** What everybody may see of a line's stock; counts are for secret keys. */
export const BANDS = ['in_stock', 'low_stock', 'out_of_stock'] as const;
export type Band = (typeof BANDS)[number];

/** At most this many units left is `low_stock`. */
export const LOW_STOCK_UNITS_MAX = 3;

/**
 * The band of `available` units for somebody who wants `requested` of them. `in_stock` always means that the wish
 * can be served; some units, but few or fewer than wanted, are `low_stock`.
 */
export function bandOf(available: number, requested = 1): Band {
  if (available <= 0) return 'out_of_stock';
  return available > LOW_STOCK_UNITS_MAX && available >= requested ? 'in_stock' : 'low_stock';
}

/**
 * What a place can do for a whole cart, the best first. `now`: all of it is there. `transfer`: what is missing is at
 * the place that replenishes it. `partial`: some units are there. `none`: nothing is there, or it never opens.
 */
export const FULFILMENTS = ['now', 'transfer', 'partial', 'none'] as const;
export type Fulfilment = (typeof FULFILMENTS)[number];

/** Units, line by line, in the order of the cart. Plain arrays that callers may use again: nothing is kept. */
type Units = readonly number[];

export function coversCart(requested: Units, here: Units): boolean {
  for (let line = 0; line < requested.length; line++) {
    if ((here[line] ?? 0) < (requested[line] ?? 0)) return false;
  }
  return true;
}

/** True when the source has the whole of what is missing here. */
export function coversMissing(requested: Units, here: Units, atSource: Units): boolean {
  for (let line = 0; line < requested.length; line++) {
    const missing = (requested[line] ?? 0) - (here[line] ?? 0);
    if (missing > (atSource[line] ?? 0)) return false;
  }
  return true;
}

/** `atSource` is null where nothing replenishes the place. Opening hours are judged by whoever makes the promise. */
export function fulfilmentOf(requested: Units, here: Units, atSource: Units | null): Fulfilment {
  if (coversCart(requested, here)) return 'now';
  if (atSource !== null && coversMissing(requested, here, atSource)) return 'transfer';
  return here.some((units) => units > 0) ? 'partial' : 'none';
}

/** A place as it is ranked. */
export type Ranked = {
  fulfilment: Fulfilment;
  /** Epoch milliseconds; null where there is no promise. */
  readyAt: number | null;
  /** Null when nobody said where the shopper is. */
  distanceKm: number | null;
  code: string;
};

const RANK: Record<Fulfilment, number> = { now: 0, transfer: 1, partial: 2, none: 3 };

/** Places that serve the whole cart from their own shelves first, then by transfer, then the others; nearest first. */
export function compareByDistance(a: Ranked, b: Ranked): number {
  return RANK[a.fulfilment] - RANK[b.fulfilment] || nearerFirst(a, b);
}

/** The earliest promise first, from the shelf or by transfer; places without a promise as `compareByDistance` has them. */
export function compareBySoonest(a: Ranked, b: Ranked): number {
  if (a.readyAt === null || b.readyAt === null) {
    if (a.readyAt === null && b.readyAt === null) return compareByDistance(a, b);
    return a.readyAt === null ? 1 : -1;
  }
  return a.readyAt - b.readyAt || compareByDistance(a, b);
}

function nearerFirst(a: Ranked, b: Ranked): number {
  const byDistance = (a.distanceKm ?? 0) - (b.distanceKm ?? 0);
  if (byDistance !== 0) return byDistance;
  return a.code < b.code ? -1 : Number(a.code > b.code);
}

export const REFUSALS = ['not_enough_here', 'not_replenished', 'not_enough_at_source', 'never_open'] as const;
export type RefusalReason = (typeof REFUSALS)[number];

/** One reason why a place cannot serve the whole cart, with the line that it is about. */
export type Refusal = { reason: RefusalReason; sku?: string; requested?: number; available?: number };

/** A line with what is there and at the source; null where nothing replenishes the place. */
export type JudgedLine = { sku: string; requested: number; here: number; atSource: number | null };

/** Why a place is not `now`; empty when it is. What its source cannot make good is named as well. */
export function refusalsOf(lines: readonly JudgedLine[], opens: boolean): Refusal[] {
  const short = lines.filter((line) => line.here < line.requested);
  const refusals: Refusal[] = opens ? [] : [{ reason: 'never_open' }];
  for (const { sku, requested, here } of short) {
    refusals.push({ reason: 'not_enough_here', sku, requested, available: here });
  }
  if (short.some((line) => line.atSource === null)) refusals.push({ reason: 'not_replenished' });
  for (const { sku, requested, here, atSource } of short) {
    const missing = requested - here;
    if (atSource === null || atSource >= missing) continue;
    refusals.push({ reason: 'not_enough_at_source', sku, requested: missing, available: atSource });
  }
  return refusals;
}
