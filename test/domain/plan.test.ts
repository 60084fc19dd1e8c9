// Plans: what each rule gives on small networks, and that the search finds exactly what trying everything finds.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  findPlans,
  PLAN_LINES_MAX,
  PLAN_STORES_MAX,
  type Plan,
  type PlanStore,
  type PlanSupply,
  STRATEGIES,
} from '../../src/domain/plan.ts';

const ALL = 100_000;

type Supply = [units: number[], readyAt: number];

/** A store `km` away with these units, ready at `readyAt`; what could be brought, from `0`, `1`…, and when. */
function store(
  code: string,
  km: number,
  here: number[],
  readyAt = 10,
  ...supplies: readonly Supply[]
): PlanStore {
  const brought = supplies.map(([units, at], n) => ({ from: String(n), units, readyAt: at }));
  return { code, distanceKm: km, readyAt, here, supplies: brought };
}

/** `A:0,1 B*:2@50`: the legs with their lines, a star for a transfer, and when all is ready. */
function shown({ legs, readyAt }: Plan): string {
  const parts = legs.map((leg) => `${leg.store.code}${leg.supply === null ? '' : '*'}:${leg.lines}`);
  return `${parts.join(' ')}@${readyAt}`;
}

const plansOf = (
  requested: number[],
  stores: PlanStore[],
  strategy: (typeof STRATEGIES)[number],
  limit = ALL,
) => findPlans(requested, stores, strategy, limit).map(shown);

describe('plans for two lines', () => {
  const network = [
    store('NEAR', 1, [1, 0], 10, [[0, 5], 90]),
    store('MIDDLE', 5, [0, 1], 20),
    store('FAR', 50, [1, 1], 30),
  ];

  test('one_store: from the shelf before by transfer, however far', () => {
    expect(plansOf([1, 1], network, 'one_store')).toEqual(['FAR:0,1@30', 'NEAR*:0,1@90']);
  });

  test('fewest_stores: one before two, and then two that are sooner', () => {
    expect(plansOf([1, 1], network, 'fewest_stores')).toEqual([
      'FAR:0,1@30',
      'NEAR*:0,1@90',
      'NEAR:0 MIDDLE:1@20',
    ]);
  });

  test('soonest: two stores now, before all at one later', () => {
    expect(plansOf([1, 1], network, 'soonest')).toEqual(['NEAR:0 MIDDLE:1@20', 'FAR:0,1@30', 'NEAR*:0,1@90']);
  });

  test('no more than asked for', () => {
    expect(plansOf([1, 1], network, 'soonest', 1)).toEqual(['NEAR:0 MIDDLE:1@20']);
  });

  test('none where a line is nowhere whole: units of one line are not gathered from two stores', () => {
    const halves = [store('A', 1, [1]), store('B', 2, [1])];
    expect(plansOf([2], halves, 'fewest_stores')).toEqual([]);
  });

  test('none among no stores', () => expect(plansOf([1], [], 'soonest')).toEqual([]));
});

describe('a store that could be spared is left out', () => {
  test('two stores are no plan where one of them does it no later', () => {
    expect(plansOf([1, 1], [store('A', 1, [1, 1], 10), store('B', 2, [1, 1], 10)], 'fewest_stores')).toEqual([
      'A:0,1@10',
      'B:0,1@10',
    ]);
  });

  test('a third store comes in only where it makes it sooner', () => {
    const stores = [
      store('A', 1, [1, 1, 0], 10),
      store('B', 2, [0, 0, 1], 50),
      store('C', 3, [0, 1, 0], 10),
      store('D', 4, [0, 0, 1], 20),
    ];
    expect(plansOf([1, 1, 1], stores, 'soonest')).toEqual(['A:0,1 D:2@20', 'A:0,1 B:2@50']);
  });
});

test('a transfer is only for what the shelves lack: a line that stands on a shelf is taken there', () => {
  const stores = [store('A', 1, [1, 0], 10, [[5, 5], 90]), store('B', 2, [0, 1], 20, [[5, 5], 80])];
  expect(plansOf([1, 1], stores, 'soonest')[0]).toBe('A:0 B:1@20');
  // Two units of a line: one here, one sent.
  expect(plansOf([2], [store('A', 1, [1], 10, [[1], 90])], 'one_store')).toEqual(['A*:0@90']);
});

test('of several ways to bring what is missing, one that has all of it is taken, the soonest', () => {
  const one = store('A', 1, [0, 0], 10, [[9, 0], 40], [[9, 9], 90], [[1, 1], 60], [[0, 9], 50]);
  expect(plansOf([1, 1], [one], 'soonest')).toEqual(['A*:0,1@60']);
  expect(findPlans([1, 1], [one], 'soonest', 1)[0]?.legs).toMatchObject([{ supply: { from: '2' } }]);
  expect(plansOf([2, 2], [one], 'soonest')).toEqual(['A*:0,1@90']);
  // What is brought to one store in one go and to another in another.
  const both = [store('B', 1, [0, 0], 10, [[1, 0], 20]), store('C', 2, [0, 0], 10, [[0, 1], 30])];
  expect(plansOf([1, 1], both, 'soonest')).toEqual(['B*:0 C*:1@30']);
});

test('ties are broken by distance, then by code: the same every time', () => {
  const stores = [store('B', 3, [1]), store('A', 3, [1]), store('C', 1, [1])];
  expect(plansOf([1], stores, 'one_store')).toEqual(['C:0@10', 'A:0@10', 'B:0@10']);
  expect(plansOf([1], stores.toReversed(), 'soonest')).toEqual(['C:0@10', 'A:0@10', 'B:0@10']);
});

test('takes as many lines as a cart may have, on both sides of a machine word', () => {
  const lines = Array.from({ length: PLAN_LINES_MAX }, (_, line) => line);
  const has = (isHere: (line: number) => boolean) => lines.map((line) => (isHere(line) ? 1 : 0));
  const stores = [
    store(
      'A',
      1,
      has((line) => line < 29),
    ),
    store(
      'B',
      2,
      has((line) => line >= 29 && line < 31),
    ),
    store(
      'C',
      3,
      has((line) => line >= 31),
    ),
  ];
  const [plan] = findPlans(
    lines.map(() => 1),
    stores,
    'fewest_stores',
    1,
  );
  expect(plan?.legs.map((leg) => leg.lines.length)).toEqual([29, 2, 19]);
  const short = [
    store(
      'A',
      1,
      has((line) => line !== 49),
    ),
    store(
      'B',
      2,
      has((line) => line !== 49),
    ),
  ];
  expect(
    findPlans(
      lines.map(() => 1),
      short,
      'fewest_stores',
      1,
    ),
  ).toEqual([]);
});

test('four stores are one too many', () => {
  const stores = ['A', 'B', 'C', 'D'].map((code, at) =>
    store(
      code,
      at,
      [0, 1, 2, 3].map((line) => Number(line === at)),
    ),
  );
  expect(findPlans([1, 1, 1, 1], stores, 'fewest_stores', 1)).toEqual([]);
  expect(findPlans([1, 1, 1], stores, 'fewest_stores', 1)[0]?.legs).toHaveLength(PLAN_STORES_MAX);
});

const drawnStore = fc.record({
  km: fc.integer({ min: 0, max: 3 }),
  readyAt: fc.integer({ min: 0, max: 4 }),
  here: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
  supplies: fc.array(
    fc.tuple(
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 0, max: 8 }),
    ),
    { maxLength: 2 },
  ),
});
const drawnNetwork = fc.record({
  stores: fc.array(drawnStore, { maxLength: 5 }),
  requested: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
});

test.each(STRATEGIES)('%s finds what trying every way to hand every line out finds', (strategy) => {
  fc.assert(
    fc.property(drawnNetwork, ({ stores: drawn, requested }) => {
      const stores = drawn.map((one, at) =>
        store(String.fromCharCode(65 + at), one.km, one.here, one.readyAt, ...one.supplies),
      );
      const found = findPlans(requested, stores, strategy, ALL);
      for (const plan of found) expectSound(plan, requested);
      const sizeMax = strategy === 'one_store' ? 1 : PLAN_STORES_MAX;
      expect(Object.fromEntries(found.map((plan) => [namesOf(plan), plan.readyAt]))).toEqual(
        Object.fromEntries(tryEverything(requested, stores, sizeMax)),
      );
      expect(found.map((plan) => rankOf(plan, strategy))).toEqual(
        found.map((plan) => rankOf(plan, strategy)).sort(compareRanks),
      );
    }),
    { numRuns: 400 },
  );
});

const namesOf = ({ legs }: Plan) => legs.map((leg) => leg.store.code).join('');

/** Every line once, whole, where the units are; every store has a line, and waits only if something is sent. */
function expectSound({ legs, readyAt }: Plan, requested: readonly number[]): void {
  const handedOut = legs.flatMap((leg) => leg.lines).sort((a, b) => a - b);
  expect(handedOut).toEqual(requested.map((_, line) => line));
  expect(readyAt).toBe(Math.max(...legs.map((leg) => leg.readyAt)));
  for (const { store: place, fulfilment, supply, lines, readyAt: legReadyAt } of legs) {
    expect(lines.length).toBeGreaterThan(0);
    const missing = lines.filter((line) => (place.here[line] ?? 0) < (requested[line] ?? 0));
    expect(fulfilment).toBe(missing.length > 0 ? 'transfer' : 'now');
    for (const line of missing) {
      const reach = (place.here[line] ?? 0) + (supply?.units[line] ?? 0);
      expect(reach).toBeGreaterThanOrEqual(requested[line] ?? 0);
    }
    expect(legReadyAt).toBe(Math.max(place.readyAt, supply?.readyAt ?? 0));
  }
}

/**
 * Hands out line after line in every way, each store with every choice of what is brought to it; the earliest of each
 * set of stores, without those of which a part is as soon.
 */
function tryEverything(requested: readonly number[], stores: readonly PlanStore[], sizeMax: number) {
  const soonest = new Map<string, number>();
  /** The store with what it waits for: null until a line needs it. */
  type Use = { waitsFor: PlanSupply | null };
  const hand = (line: number, used: Map<PlanStore, Use>) => {
    if (used.size > sizeMax) return;
    if (line === requested.length) {
      const names = stores.flatMap((one) => (used.has(one) ? one.code : [])).join('');
      const times = [...used].map(([one, { waitsFor }]) => Math.max(one.readyAt, waitsFor?.readyAt ?? 0));
      soonest.set(names, Math.min(soonest.get(names) ?? Number.POSITIVE_INFINITY, Math.max(...times)));
      return;
    }
    for (const one of stores) {
      const [wanted = 0, here = 0] = [requested[line], one.here[line]];
      const waitsFor = used.get(one)?.waitsFor ?? null;
      if (here >= wanted) {
        hand(line + 1, new Map(used).set(one, { waitsFor }));
        continue;
      }
      for (const supply of waitsFor === null ? one.supplies : [waitsFor]) {
        if (here + (supply.units[line] ?? 0) < wanted) continue;
        hand(line + 1, new Map(used).set(one, { waitsFor: supply }));
      }
    }
  };
  hand(0, new Map());
  const isPart = (part: string, whole: string) =>
    part.length < whole.length && part.split('').every((name) => whole.includes(name));
  return [...soonest].filter(
    ([names, readyAt]) =>
      ![...soonest].some(([part, partReadyAt]) => isPart(part, names) && partReadyAt <= readyAt),
  );
}

type Rank = (number | string)[];

function rankOf(plan: Plan, strategy: string): Rank {
  const { legs, readyAt } = plan;
  const km = legs.reduce((sum, leg) => sum + (leg.store.distanceKm ?? 0), 0);
  const transfers = legs.filter((leg) => leg.fulfilment === 'transfer').length;
  const byStores = [legs.length, transfers, km, readyAt, legs.map((leg) => leg.store.code).join(' ')];
  return strategy === 'soonest' ? [readyAt, ...byStores] : byStores;
}

function compareRanks(a: Rank, b: Rank): number {
  for (const [at, left] of a.entries()) {
    const right = b[at] ?? '';
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
