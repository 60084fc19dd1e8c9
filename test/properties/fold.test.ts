// One set of movements and counts gives one level, in whatever order, how often and in what batches it arrives, by one
// process or two. The oracle sorts and replays; the writer never does.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MOVEMENT_TYPES, type MovementType } from '../../src/domain/movement.ts';
import { type RecordCount, recordCounts } from '../../src/operations/recordCounts.ts';
import { type RecordMovement, recordMovements } from '../../src/operations/recordMovements.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { listStockAsOf } from '../../src/queries/stock.ts';
import { contradictions } from '../support/evidence.ts';
import { type Fact, replay } from '../support/oracle.ts';
import { ROUNDS_TIMEOUT, rounds } from '../support/rounds.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import { ACTOR, LILLE, must, openStockRoom, type StockRoom } from '../support/stockRoom.ts';

let room: StockRoom;
let processes: [StockProcess, StockProcess];
beforeAll(async () => {
  room = await openStockRoom();
  processes = [openStockProcess(room.url), openStockProcess(room.url)];
});
afterAll(async () => {
  for (const process of processes) await process.close();
  await room.close();
});

/** Names of which bytes, dictionaries and numbers would each make another order: ties are broken by bytes. */
const EVENT_IDS = ['9', '10', 'a', 'B', 'b', 'A1', 'a-1', 'a.1', '~', 'Z', 'z', '_', 'é', 'e'];
const SOURCES = ['POS', 'erp', 'pos', 'pos-2'];
/** Two of one rank, one above them, one below. */
const RANKS = new Map([
  ['POS', 3],
  ['pos-2', -1],
]);
const rankOf = (source: string) => RANKS.get(source) ?? 0;
const STARTED_AT = Date.UTC(2026, 0, 15, 12);

type Drawn = {
  source: string;
  item: number;
  /** Few instants, so that many facts share one. */
  second: number;
  what: { type: MovementType; quantity: number } | { onHand: number };
};

const drawnFact = fc.record<Drawn>({
  source: fc.constantFrom(...SOURCES),
  item: fc.nat(1),
  second: fc.nat(6),
  what: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constantFrom(...MOVEMENT_TYPES),
        quantity: fc.integer({ min: 1, max: 9 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('adjustment' as const),
        quantity: fc.integer({ min: -9, max: -1 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ onHand: fc.integer({ min: -3, max: 20 }) }) },
  ),
});

/** How a set of facts arrives: sort keys, which come again, how many at a time, and whether each waits for the last. */
const arrival = fc.record({
  order: fc.array(fc.nat(), { minLength: EVENT_IDS.length * 2, maxLength: EVENT_IDS.length * 2 }),
  again: fc.array(fc.nat(EVENT_IDS.length - 1), { maxLength: 6 }),
  sizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
  atOnce: fc.boolean(),
});
type Arrival = typeof arrival extends fc.Arbitrary<infer A> ? A : never;

test(
  'any order, any duplicates and any batching of the same facts give the same levels, now and at any instant',
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(drawnFact, { minLength: 1, maxLength: EVENT_IDS.length }),
        fc.tuple(arrival, arrival),
        async (drawn, arrivals) => {
          for (const how of arrivals) await arrive(drawn, how);
        },
      ),
      { numRuns: rounds(50), interruptAfterTimeLimit: ROUNDS_TIMEOUT - 5_000, markInterruptAsFailure: true },
    ),
  ROUNDS_TIMEOUT,
);

test('what the facts left behind has no contradiction', async () => {
  expect(await contradictions(room.database)).toEqual([]);
  expect(processes.flatMap(({ errors }) => errors)).toEqual([]);
});

let runs = 0;

async function arrive(drawn: readonly Drawn[], how: Arrival): Promise<void> {
  const run = String(runs++).padStart(6, '0');
  const skus = [`A-${run}`, `B-${run}`] as const;
  const items = skus.map((sku) => ({ sku, input: { name: { fr: sku } } }));
  await room.database.transaction((tx) => saveItems(tx, items, new Date()));
  const reports = drawn.map((fact, place) => reportOf(fact, skus, `${run}/${EVENT_IDS[place]}`));

  const applied = await send(inChunks(arranged(reports, how), how.sizes), how.atOnce);
  expect([...applied.values()]).toEqual(reports.map(() => 1));

  const facts = drawn.map((fact, place) => factOf(fact, skus, `${run}/${EVENT_IDS[place]}`));
  for (const sku of skus) await expectReplayed(sku, facts);
}

/** On hand is what the oracle says: as it is now, and as it was at every instant and between. */
async function expectReplayed(sku: string, all: readonly Fact[]): Promise<void> {
  const facts = all.filter((fact) => fact.sku === sku);
  if (facts.length === 0) return;
  expect((await room.level(sku, LILLE)).onHand).toBe(replay(facts));
  const filters = { sku, location: LILLE, visible: null };
  for (const at of new Set(facts.flatMap((fact) => [fact.at - 1, fact.at]))) {
    const [then] = await listStockAsOf(room.database, filters, null, 1, new Date(at));
    expect({ at, onHand: then?.onHand }).toEqual({ at, onHand: replay(facts, at) });
  }
}

type Report = { movement: RecordMovement } | { count: RecordCount };

function reportOf(
  { source, item, second, what }: Drawn,
  skus: readonly [string, string],
  eventId: string,
): Report {
  const at = new Date(STARTED_AT + second * 1_000);
  const told = { source, eventId, sku: skus[item] ?? '', location: LILLE, maySee: () => true };
  if ('onHand' in what)
    return { count: { ...told, ...what, countedAt: at, expected: null, sourceRank: rankOf(source) } };
  return {
    movement: { ...told, ...what, occurredAt: at, reference: null, reservationId: null, actor: ACTOR },
  };
}

const TAKES = new Set<MovementType>(['sale', 'loss', 'damage']);

function factOf(
  { source, item, second, what }: Drawn,
  skus: readonly [string, string],
  eventId: string,
): Fact {
  const told = { source, eventId, sku: skus[item] ?? '', location: LILLE, at: STARTED_AT + second * 1_000 };
  if ('onHand' in what) return { ...told, count: what.onHand, rank: rankOf(source) };
  return { ...told, delta: TAKES.has(what.type) ? -what.quantity : what.quantity };
}

function arranged(reports: readonly Report[], { order, again }: Arrival): Report[] {
  const repeated = again.flatMap((place) => reports[place % reports.length] ?? []);
  return [...reports, ...repeated]
    .map((report, place) => ({ report, key: order[place] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ report }) => report);
}

function inChunks(reports: readonly Report[], sizes: readonly number[]): Report[][] {
  const chunks: Report[][] = [];
  for (let start = 0; start < reports.length; start += chunks.at(-1)?.length ?? 1) {
    chunks.push(reports.slice(start, start + (sizes[chunks.length % sizes.length] ?? 1)));
  }
  return chunks;
}

/** How often each report was applied; every other time it must be a duplicate. */
async function send(chunks: readonly Report[][], atOnce: boolean): Promise<Map<Report, number>> {
  const applied = new Map<Report, number>();
  const sent = chunks.map(
    (chunk, place) => () => sendChunk(processes[place % 2 === 0 ? 0 : 1], chunk, applied),
  );
  if (atOnce) await Promise.all(sent.map((run) => run()));
  else for (const run of sent) await run();
  return applied;
}

async function sendChunk({ stock }: StockProcess, chunk: readonly Report[], applied: Map<Report, number>) {
  const movements = chunk.flatMap((report) => ('movement' in report ? [report.movement] : []));
  const counts = chunk.flatMap((report) => ('count' in report ? [report.count] : []));
  const outcomes = await Promise.all([
    stock.apply(recordMovements, movements),
    stock.apply(recordCounts, counts),
  ]);
  const [ofMovements, ofCounts] = outcomes.map((list) => list.map(must));
  const inOrder = [
    ...chunk.filter((report) => 'movement' in report),
    ...chunk.filter((report) => 'count' in report),
  ];
  for (const [place, outcome] of [...(ofMovements ?? []), ...(ofCounts ?? [])].entries()) {
    const report = inOrder[place];
    if (report !== undefined)
      applied.set(report, (applied.get(report) ?? 0) + (outcome === 'applied' ? 1 : 0));
  }
}
