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
 * - Exact: every set is judged. With 50 stores and 50 lines these are 20,875 sets, in about 10 ms.
 */
export function findPlans(
  requested: readonly number[],
  stores: readonly PlanStore[],
  strategy: Strategy,
  limit: number,
): Plan[] {
  const all = coverOf(requested, (line) => line >= 0);
  const modes = stores.map((store) => modesOf(store, requested));
  const judged = new Judged(stores.length);
  const found: { choice: Choice; order: PlanOrder }[] = [];
  for (const set of setsOf(stores.length, strategy === 'one_store' ? 1 : PLAN_STORES_MAX)) {
    const choice = soonestChoice(set, modes, all);
    if (choice === null) continue;
    if (!judged.isSpared(set, choice.readyAt)) found.push({ choice, order: orderOf(choice) });
    judged.note(set, choice.readyAt);
  }
  const compare = COMPARE[strategy];
  found.sort((a, b) => compare(a.order, b.order));
  return found.slice(0, limit).map(({ choice }) => planOf(choice, requested.length));
}

/** Which lines are served whole: bits, in two words, because a cart has more lines than a word has bits. */
type Cover = { low: number; high: number };
const WORD_BITS = 30;

/** A store in one of its ways to serve: from its shelves only, or also with what is sent to it. */
type Mode = Cover & { store: PlanStore; fulfilment: 'now' | 'transfer'; readyAt: number };

type Choice = { modes: readonly Mode[]; readyAt: number; transfers: number };

function coverOf(requested: readonly number[], isServed: (line: number) => boolean): Cover {
  let [low, high] = [0, 0];
  for (let line = 0; line < requested.length; line++) {
    if (!isServed(line)) continue;
    if (line < WORD_BITS) low |= 1 << line;
    else high |= 1 << (line - WORD_BITS);
  }
  return { low, high };
}

function covers(modes: readonly Cover[], all: Cover): boolean {
  let [low, high] = [0, 0];
  for (const mode of modes) {
    low |= mode.low;
    high |= mode.high;
  }
  return low === all.low && high === all.high;
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
  if (covers([now], sent)) return modes;
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
function soonestChoice(set: readonly number[], modes: readonly Mode[][], all: Cover): Choice | null {
  const ways = set.map((store) => modes[store] ?? []);
  const widest = ways.flatMap((way) => way.at(-1) ?? []);
  if (!covers(widest, all)) return null;
  let best: Choice | null = null;
  for (const chosen of product(ways)) {
    if (!covers(chosen, all)) continue;
    const readyAt = Math.max(...chosen.map((mode) => mode.readyAt));
    const transfers = chosen.filter((mode) => mode.fulfilment === 'transfer').length;
    const isBetter =
      best === null || readyAt < best.readyAt || (readyAt === best.readyAt && transfers < best.transfers);
    if (isBetter) best = { modes: chosen, readyAt, transfers };
  }
  return best;
}

/** Every way to take one of each, in order. */
function product(ways: readonly (readonly Mode[])[]): Mode[][] {
  return ways.reduce<Mode[][]>(
    (chosen, way) => chosen.flatMap((before) => way.map((mode) => [...before, mode])),
    [[]],
  );
}

/** When each set of one or two stores can do it: what a larger set must beat. */
class Judged {
  readonly #count: number;
  readonly #readyAt = new Map<number, number>();

  constructor(count: number) {
    this.#count = count;
  }

  note(set: readonly number[], readyAt: number): void {
    if (set.length < PLAN_STORES_MAX) this.#readyAt.set(this.#name(set), readyAt);
  }

  /** True where some of these stores alone can do it no later. */
  isSpared(set: readonly number[], readyAt: number): boolean {
    return partsOf(set).some((part) => (this.#readyAt.get(this.#name(part)) ?? Infinity) <= readyAt);
  }

  #name([first = 0, second = first]: readonly number[]): number {
    return first * this.#count + second;
  }
}

function partsOf(set: readonly number[]): (readonly number[])[] {
  if (set.length === 1) return [];
  const singles = set.map((store) => [store]);
  const pairs = set.map((store) => set.filter((other) => other !== store));
  return set.length === 2 ? singles : [...singles, ...pairs];
}

type PlanOrder = { stores: number; transfers: number; readyAt: number; distanceKm: number; codes: string };

function orderOf({ modes, readyAt, transfers }: Choice): PlanOrder {
  return {
    stores: modes.length,
    transfers,
    readyAt,
    distanceKm: modes.reduce((sum, { store }) => sum + (store.distanceKm ?? 0), 0),
    codes: modes.map(({ store }) => store.code).join(' '),
  };
}

/** From the shelf before by transfer, then the shortest way, then the soonest: as availability lists places. */
function byStores(a: PlanOrder, b: PlanOrder): number {
  return (
    a.stores - b.stores ||
    a.transfers - b.transfers ||
    a.distanceKm - b.distanceKm ||
    a.readyAt - b.readyAt ||
    byCodes(a, b)
  );
}

function bySoonest(a: PlanOrder, b: PlanOrder): number {
  return a.readyAt - b.readyAt || byStores(a, b);
}

function byCodes(a: PlanOrder, b: PlanOrder): number {
  return a.codes < b.codes ? -1 : Number(a.codes > b.codes);
}

const COMPARE: Record<Strategy, (a: PlanOrder, b: PlanOrder) => number> = {
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
