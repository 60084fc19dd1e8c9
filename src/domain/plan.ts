// Which stores together can serve a cart, and when: every useful combination of a few stores, judged and ranked.
// Pure: is told units and promises; which stores are near, and what they have, is for its callers to find out.

export const STRATEGIES = ['one_store', 'fewest_stores', 'soonest'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Nobody drives to a fourth store for one cart. */
export const PLAN_STORES_MAX = 3;
export const PLAN_LINES_MAX = 50;

/** A store that might be part of a plan. */
export type PlanStore = {
  code: string;
  /** Null when nobody said where the shopper is. */
  distanceKm: number | null;
  /** When an order from its own shelves would be ready, in epoch milliseconds. */
  readyAt: number;
  /** Units that it has, line by line of the cart. */
  here: readonly number[];
  /** What the place that supplies it has, and when an order that waits for that would be ready; null: nobody does. */
  supply: { units: readonly number[]; readyAt: number } | null;
};

/** What one store does in a plan. A line is never torn: all its units are collected at one store. */
export type PlanLeg = {
  store: PlanStore;
  /** `transfer`: what its shelves lack of these lines is sent there. */
  fulfilment: 'now' | 'transfer';
  /** Positions in the cart, ascending. */
  lines: number[];
  readyAt: number;
};

export type Plan = {
  /** In the order in which the stores were given: the nearest first. */
  legs: PlanLeg[];
  /** When the last of it is ready. */
  readyAt: number;
};

/**
 * The complete plans for a cart among these stores, the best first.
 *
 * - For each set of at most PLAN_STORES_MAX stores there is one plan: the soonest; then the one with the fewest
 *   transfers. A set is left out where fewer of its stores do it no later. So every plan has its point, and no store
 *   in it could be spared.
 * - Within a plan a line is served from a shelf rather than by transfer, and by the store that was given first.
 * - Exact: every set is judged. Measured with 50 stores and 50 lines, which make 20,875 sets: 3 to 15 ms.
 */
export function findPlans(
  requested: readonly number[],
  stores: readonly PlanStore[],
  strategy: Strategy,
  limit: number,
): Plan[] {
  const all = coverOf(requested, () => true);
  const modes = stores.map((store) => modesOf(store, requested));
  const judged = new Judged(stores.length);
  const best = new Best(COMPARE[strategy], limit);
  for (const set of setsOf(stores.length, strategy === 'one_store' ? 1 : PLAN_STORES_MAX)) {
    const ways = set.map((store) => modes[store] ?? []);
    // Sooner than its last store is no plan of all of them: most sets end here, before their ways are tried.
    if (judged.isSpared(set, Math.max(...ways.map(([first]) => first?.readyAt ?? 0)))) continue;
    const choice = soonestChoice(ways, all);
    if (choice === null) continue;
    if (!judged.isSpared(set, choice.readyAt)) best.add(choice);
    judged.note(set, choice.readyAt);
  }
  return best.choices.map((choice) => planOf(choice, requested.length));
}

/** Which lines are served whole: bits, in two words, because a cart has more lines than a word has bits. */
type Cover = { low: number; high: number };
const WORD_BITS = 30;

/** A store in one of its ways to serve: from its shelves only, or also with what is sent to it. */
type Mode = Cover & { store: PlanStore; fulfilment: 'now' | 'transfer'; readyAt: number };

type Choice = { modes: readonly Mode[]; readyAt: number; transfers: number; distanceKm: number };

function coverOf(requested: readonly number[], isServed: (line: number) => boolean): Cover {
  let [low, high] = [0, 0];
  for (let line = 0; line < requested.length; line++) {
    if (!isServed(line)) continue;
    if (line < WORD_BITS) low |= 1 << line;
    else high |= 1 << (line - WORD_BITS);
  }
  return { low, high };
}

/** The widest last. A transfer that adds no line is no way of its own: it is only later. */
function modesOf(store: PlanStore, requested: readonly number[]): Mode[] {
  const { here, supply, readyAt } = store;
  const now = coverOf(requested, (line) => (here[line] ?? 0) >= (requested[line] ?? 0));
  const modes: Mode[] = [{ ...now, store, fulfilment: 'now', readyAt }];
  if (supply === null) return modes;
  const sent = coverOf(
    requested,
    (line) => (here[line] ?? 0) + (supply.units[line] ?? 0) >= (requested[line] ?? 0),
  );
  if (now.low === sent.low && now.high === sent.high) return modes;
  modes.push({ ...sent, store, fulfilment: 'transfer', readyAt: Math.max(readyAt, supply.readyAt) });
  return modes;
}

/** The smallest sets first, each ascending. */
function* setsOf(count: number, sizeMax: number): Generator<readonly number[]> {
  for (let a = 0; a < count; a++) yield [a];
  if (sizeMax < 2) return;
  for (let a = 0; a < count; a++) for (let b = a + 1; b < count; b++) yield [a, b];
  if (sizeMax < 3) return;
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) for (let c = b + 1; c < count; c++) yield [a, b, c];
  }
}

/** The soonest way in which these stores serve the whole cart; null where they cannot. */
function soonestChoice(ways: readonly (readonly Mode[])[], all: Cover): Choice | null {
  const widest = (1 << ways.length) - 1;
  if (!covers(ways, widest, all)) return null;
  let best: { ways: number; readyAt: number; transfers: number } | null = null;
  // Bit n: the n-th store by transfer. All from the shelf is first, so that of equals it stays.
  for (let combination = 0; combination <= widest; combination++) {
    if (!covers(ways, combination, all)) continue;
    let [readyAt, transfers] = [0, 0];
    for (let place = 0; place < ways.length; place++) {
      const mode = modeIn(ways, combination, place);
      readyAt = Math.max(readyAt, mode?.readyAt ?? 0);
      if (mode?.fulfilment === 'transfer') transfers += 1;
    }
    const isBetter =
      best === null || readyAt < best.readyAt || (readyAt === best.readyAt && transfers < best.transfers);
    if (isBetter) best = { ways: combination, readyAt, transfers };
  }
  if (best === null) return null;
  const chosen = best.ways;
  const modes = ways.flatMap((_, place) => modeIn(ways, chosen, place) ?? []);
  return { modes, readyAt: best.readyAt, transfers: best.transfers, distanceKm: distanceOf(modes) };
}

function covers(ways: readonly (readonly Mode[])[], combination: number, all: Cover): boolean {
  let [low, high] = [0, 0];
  for (let place = 0; place < ways.length; place++) {
    const mode = modeIn(ways, combination, place);
    low |= mode?.low ?? 0;
    high |= mode?.high ?? 0;
  }
  return low === all.low && high === all.high;
}

function modeIn(ways: readonly (readonly Mode[])[], combination: number, place: number): Mode | undefined {
  const modes = ways[place];
  return (combination & (1 << place)) === 0 ? modes?.[0] : (modes?.[1] ?? modes?.[0]);
}

function distanceOf(modes: readonly Mode[]): number {
  return modes.reduce((sum, { store }) => sum + (store.distanceKm ?? 0), 0);
}

/** When each set of one or two stores can do it: what a larger set must beat. */
class Judged {
  readonly #count: number;
  /** Row and column are the two stores, the same for one. */
  readonly #readyAt: Float64Array;

  constructor(count: number) {
    this.#count = count;
    this.#readyAt = new Float64Array(count * count).fill(Number.POSITIVE_INFINITY);
  }

  note([first = 0, second = first, third]: readonly number[], readyAt: number): void {
    if (third === undefined) this.#readyAt[first * this.#count + second] = readyAt;
  }

  /** True where some of these stores alone, not all of them, can do it no later. */
  isSpared(set: readonly number[], readyAt: number): boolean {
    for (let a = 0; a < set.length; a++) {
      for (let b = a; b < set.length; b++) {
        const isPart = set.length > (a === b ? 1 : 2);
        const part = (set[a] ?? 0) * this.#count + (set[b] ?? 0);
        if (isPart && (this.#readyAt[part] ?? 0) <= readyAt) return true;
      }
    }
    return false;
  }
}

/** The best of what was added, in order: thousands of sets may do, and a few are shown. */
class Best {
  readonly choices: Choice[] = [];
  readonly #compare: Compare;
  readonly #limit: number;

  constructor(compare: Compare, limit: number) {
    this.#compare = compare;
    this.#limit = limit;
  }

  add(choice: Choice): void {
    const last = this.choices[this.#limit - 1];
    if (last !== undefined && this.#compare(choice, last) >= 0) return;
    const place = this.choices.findIndex((other) => this.#compare(choice, other) < 0);
    this.choices.splice(place === -1 ? this.choices.length : place, 0, choice);
    if (this.choices.length > this.#limit) this.choices.pop();
  }
}

type Compare = (a: Choice, b: Choice) => number;

/** From the shelf before by transfer, then the shortest way, then the soonest: as availability lists places. */
function byStores(a: Choice, b: Choice): number {
  return (
    a.modes.length - b.modes.length ||
    a.transfers - b.transfers ||
    a.distanceKm - b.distanceKm ||
    a.readyAt - b.readyAt ||
    byCodes(a, b)
  );
}

function bySoonest(a: Choice, b: Choice): number {
  return a.readyAt - b.readyAt || byStores(a, b);
}

function byCodes(a: Choice, b: Choice): number {
  const [codesA, codesB] = [a, b].map(({ modes }) => modes.map(({ store }) => store.code).join(' '));
  return (codesA ?? '') < (codesB ?? '') ? -1 : Number(codesA !== codesB);
}

const COMPARE: Record<Strategy, Compare> = {
  one_store: byStores,
  fewest_stores: byStores,
  soonest: bySoonest,
};

/** Hands the lines out. No store is left without one: it would have been spared. */
function planOf({ modes, readyAt }: Choice, lineCount: number): Plan {
  const shelfFirst = modes.toSorted(
    (a, b) => Number(a.fulfilment === 'transfer') - Number(b.fulfilment === 'transfer'),
  );
  const legs = new Map<Mode, PlanLeg>(
    modes.map((mode) => [
      mode,
      { store: mode.store, fulfilment: mode.fulfilment, lines: [], readyAt: mode.readyAt },
    ]),
  );
  for (let line = 0; line < lineCount; line++) {
    const mode = shelfFirst.find((one) => serves(one, line));
    if (mode !== undefined) legs.get(mode)?.lines.push(line);
  }
  return { legs: [...legs.values()], readyAt };
}

function serves(cover: Cover, line: number): boolean {
  return line < WORD_BITS ? (cover.low & (1 << line)) !== 0 : (cover.high & (1 << (line - WORD_BITS))) !== 0;
}
