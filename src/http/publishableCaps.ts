// What a browser's key may hold at most, and what of a shortage is not for everybody: the same for a hold and for a plan.
import type { Caller } from '../domain/caller.ts';
import type { CartLine } from '../domain/cart.ts';
import { Problem } from '../domain/problem.ts';
import type { HoldLines } from '../operations/writer/holdSteps.ts';
import { sightOf } from './availabilityAnswers.ts';

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

/** How these holds' refusal is told: with counts only to who may see every place that they are of, the sources too. */
export function refusalFor(
  caller: Caller,
  holds: readonly Pick<HoldLines, 'feed'>[],
): (problem: Problem) => Problem {
  const sees = sightOf(caller);
  const seesAll = holds.every(({ feed }) => feed === null || feed.from === null || sees(feed.from));
  return caller.kind === 'publishable' || !seesAll ? withoutCounts : (problem) => problem;
}

/** What is short, and where, not how many are left. */
function withoutCounts(problem: Problem): Problem {
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
