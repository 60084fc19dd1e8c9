// Which stores together can serve a cart, and when: every useful combination of a few stores, judged and ranked.
// Pure: is told units and promises; which stores are near, and what they have, is for its callers to find out.
import { JudgedSets, SET_SIZE_MAX, setsOf } from './storeSets.ts';

export const STRATEGIES = ['one_store', 'fewest_stores', 'soonest'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Nobody drives to a fourth store for one cart. */
export const PLAN_STORES_MAX = SET_SIZE_MAX;
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
  /** The ways to bring it more, of which one leg takes one. */
  supplies: readonly PlanSupply[];
};

/** Units that could be sent to a store, or are on their way there for nobody yet. */
export type PlanSupply = {
  /** The code of the location that would send them; null: they are on their way already. */
  from: string | null;
  units: readonly number[];
  /** When an order that waits for them would be ready. */
  readyAt: number;
};

/** What one store does in a plan. A line is never torn: all its units are collected at one store. */
export type PlanLeg = {
  store: PlanStore;
  /** `transfer`: what its shelves lack of these lines is sent there. */
  fulfilment: 'now' | 'transfer';
  /** What it waits for; null: all of it is on its shelves. */
  supply: PlanSupply | null;
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
 * - Exact: every set is judged. Measured with 50 stores and 50 lines, which make 20,875 sets: 3 to 15 ms, and
 *   35 ms where each store could be supplied in four ways.
 */
export function findPlans(
  requested: readonly number[],
  stores: readonly PlanStore[],
  strategy: Strategy,
  limit: number,
): Plan[] {
  const all = coverOf(requested, () => true);
  const modes = stores.map((store) => modesOf(store, requested));
  const reach = modes.map(unionOf);
  const judged = new JudgedSets(stores.length);
  const best = new Best(COMPARE[strategy], limit);
  for (const set of setsOf(stores.length, strategy === 'one_store' ? 1 : PLAN_STORES_MAX)) {
    const ways = set.map((store) => modes[store] ?? []);
    // Sooner than its last store is no plan of all of them: most sets end here, before their ways are tried.
    if (judged.isSpared(set, Math.max(...ways.map(([first]) => first?.readyAt ?? 0)))) continue;
    if (!isWhole(set, reach, all)) continue;
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

/** A store in one of its ways to serve: from its shelves only (without supply), or also with what is brought to it. */
type Mode = Cover & { store: PlanStore; supply: PlanSupply | null; readyAt: number };

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

/** From the shelf first, then the soonest. A later way that serves no other line is no way of its own. */
function modesOf(store: PlanStore, requested: readonly number[]): Mode[] {
  const { here, supplies, readyAt } = store;
  const now = coverOf(requested, (line) => (here[line] ?? 0) >= (requested[line] ?? 0));
  const modes: Mode[] = [{ ...now, store, supply: null, readyAt }];
  for (const supply of supplies.toSorted((a, b) => a.readyAt - b.readyAt)) {
    const cover = coverOf(
      requested,
      (line) => (here[line] ?? 0) + (supply.units[line] ?? 0) >= (requested[line] ?? 0),
    );
    if (modes.some((mode) => (cover.low & ~mode.low) === 0 && (cover.high & ~mode.high) === 0)) continue;
    modes.push({ ...cover, store, supply, readyAt: Math.max(readyAt, supply.readyAt) });
  }
  return modes;
}

function unionOf(covers: readonly Cover[]): Cover {
  let [low, high] = [0, 0];
  for (const cover of covers) {
    low |= cover.low;
    high |= cover.high;
  }
  return { low, high };
}

/** True where these stores, each in all of its ways at once, leave no line out. */
function isWhole(set: readonly number[], reach: readonly Cover[], all: Cover): boolean {
  let [low, high] = [0, 0];
  for (const store of set) {
    low |= reach[store]?.low ?? 0;
    high |= reach[store]?.high ?? 0;
  }
  return low === all.low && high === all.high;
}

/**
 * The soonest way in which these stores serve the whole cart, of equals the one with the fewest transfers; null where
 * they cannot. Ways that are no sooner than the best so far, or whose gaps the stores left over cannot fill, are not
 * gone to their end: with five ways a store, 35 ms for all sets of 50 stores instead of 85.
 */
function soonestChoice(ways: readonly (readonly Mode[])[], all: Cover): Choice | null {
  const reachBefore = ways.map((_, place) => unionOf(ways.slice(0, place).flat()));
  const picked: (Mode | undefined)[] = ways.map(() => undefined);
  let best: { modes: Mode[]; readyAt: number; transfers: number } | null = null;

  function pick(place: number, low: number, high: number, readyAt: number, transfers: number): void {
    if (place < 0) {
      best = { modes: picked.flatMap((mode) => mode ?? []), readyAt, transfers };
      return;
    }
    const before = reachBefore[place] ?? { low: 0, high: 0 };
    // A store's ways are in the order of their readiness, all from the shelf first: of equals that one stays.
    for (const mode of ways[place] ?? []) {
      const ready = Math.max(readyAt, mode.readyAt);
      const sent = transfers + (mode.supply === null ? 0 : 1);
      if (best !== null && (ready > best.readyAt || (ready === best.readyAt && sent >= best.transfers)))
        continue;
      if ((low | mode.low | before.low) !== all.low || (high | mode.high | before.high) !== all.high)
        continue;
      picked[place] = mode;
      pick(place - 1, low | mode.low, high | mode.high, ready, sent);
    }
  }
  pick(ways.length - 1, 0, 0, 0, 0);
  return best === null ? null : choiceOf(best);
}

function choiceOf(found: { modes: Mode[]; readyAt: number; transfers: number }): Choice {
  return { ...found, distanceKm: distanceOf(found.modes) };
}

function distanceOf(modes: readonly Mode[]): number {
  return modes.reduce((sum, { store }) => sum + (store.distanceKm ?? 0), 0);
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
  const shelfFirst = modes.toSorted((a, b) => Number(a.supply !== null) - Number(b.supply !== null));
  const legs = new Map<Mode, PlanLeg>();
  for (const mode of modes) {
    const { store, supply, readyAt: legReadyAt } = mode;
    const fulfilment = supply === null ? 'now' : 'transfer';
    legs.set(mode, { store, fulfilment, supply, lines: [], readyAt: legReadyAt });
  }
  for (let line = 0; line < lineCount; line++) {
    const mode = shelfFirst.find((one) => serves(one, line));
    if (mode !== undefined) legs.get(mode)?.lines.push(line);
  }
  return { legs: [...legs.values()], readyAt };
}

function serves(cover: Cover, line: number): boolean {
  return line < WORD_BITS ? (cover.low & (1 << line)) !== 0 : (cover.high & (1 << (line - WORD_BITS))) !== 0;
}
