// What a browser's key may hold at most, and what it is not told: the same for a hold and for a plan.
import type { CartLine } from '../domain/cart.ts';
import { Problem } from '../domain/problem.ts';

export const PUBLISHABLE_CAPS = { lines: 10, unitsPerLine: 10, ttlSeconds: 1_800 } as const;

/** Of the 600 points a minute that an address has: 20 holds, so that nobody empties the shelves from one place. */
export const BROWSER_HOLD_COST = 30;

/** Refuses more than the caps with `over-the-cap`. `lines` are merged. */
export function assertUnderCaps(asked: {
  lines?: readonly CartLine[];
  ttlSeconds?: number;
  orderReference?: string | undefined;
}): void {
  const { lines: linesMax, unitsPerLine, ttlSeconds } = PUBLISHABLE_CAPS;
  const { lines = [] } = asked;
  const over =
    lines.length > linesMax ||
    lines.some(({ quantity }) => quantity > unitsPerLine) ||
    (asked.ttlSeconds ?? 0) > ttlSeconds ||
    asked.orderReference !== undefined;
  if (!over) return;
  throw new Problem(
    'over-the-cap',
    `A publishable key holds at most ${linesMax} lines of ${unitsPerLine} units for ${ttlSeconds} s, without an order reference.`,
    { caps: PUBLISHABLE_CAPS },
  );
}

/** A browser learns what is short, and where, not how many are left. */
export function withoutCounts(problem: Problem): Problem {
  const { shortages } = problem.extras;
  if (!Array.isArray(shortages)) return problem;
  return new Problem(problem.code, problem.message, {
    ...problem.extras,
    shortages: shortages.map(({ location, sku, requested }) => ({
      ...(location === undefined ? {} : { location }),
      sku,
      requested,
    })),
  });
}
