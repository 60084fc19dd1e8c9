// The writer's door: what waits forms the next batch, bounded; what is poisoned fails alone; closing finishes what was
// begun. A broken wire is in test/concurrency/writer.test.ts.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { openStockWriter } from '../../src/operations/stockWriter.ts';
import { Queue } from '../../src/operations/writer/queue.ts';
import type { Database } from '../../src/queries/transaction.ts';
import { contradictions } from '../support/evidence.ts';
import { movement } from '../support/facts.ts';
import { breakConstraint, throwBug } from '../support/poison.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  LILLE,
  LYON,
  openStockRoom,
  reserveCommand,
  type StockRoom,
  TABLE,
  writerOptions,
} from '../support/stockRoom.ts';

let room: StockRoom;
beforeAll(async () => {
  room = await openStockRoom();
  await room.put(TABLE, LYON, 1_000);
});
beforeEach(() => room.put(TABLE, LILLE, 1_000_000));
afterAll(async () => {
  expect(await contradictions(room.database)).toEqual([]);
  await room.close();
});

const where = { sku: TABLE, location: LILLE };
const reserveOne = (process: StockProcess) => process.one(reserveItems, reserveCommand({}));
const reserved = async () => (await room.level(TABLE, LILLE)).reserved;

/** Somebody else's lock on a level: a batch that needs it waits until `free`. */
async function lockLevel(): Promise<{ free(): Promise<void> }> {
  const client = new pg.Client({ connectionString: room.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query(
    'SELECT * FROM levels WHERE location_id = (SELECT id FROM locations WHERE code = $1) FOR UPDATE',
    [LILLE],
  );
  return {
    async free() {
      await client.query('ROLLBACK');
      await client.end();
    },
  };
}

describe('a queue of weights', () => {
  /** A queue whose batches end only when told to. */
  function heldQueue(weightQueuedMax: number, { weightPerBatchMax = 10, batchesInFlightMax = 1 } = {}) {
    const batches: { weights: number[]; end(): void }[] = [];
    const queue = new Queue<{ weight: number }, number>({
      weightQueuedMax,
      weightPerBatchMax,
      batchesInFlightMax,
      work: (entries) =>
        new Promise((resolve) => {
          const results = entries.map(({ weight }) => ({ status: 'fulfilled' as const, value: weight }));
          batches.push({ weights: entries.map(({ weight }) => weight), end: () => resolve(results) });
        }),
    });
    return { queue, batches };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  test('fills each batch up to its limit, in order; what is heavier goes alone', async () => {
    const { queue, batches } = heldQueue(100);
    const added = [1, 4, 4, 2, 1, 25, 3, 10, 10].map((weight) => queue.add({ weight }));
    for (let n = 0; n < batches.length || queue.waiting() > 0; n++) {
      await turn();
      batches[n]?.end();
      await turn();
    }
    expect(await Promise.all(added)).toEqual([1, 4, 4, 2, 1, 25, 3, 10, 10]);
    expect(batches.map(({ weights }) => weights)).toEqual([[1, 4, 4], [2, 1], [25], [3], [10], [10]]);
  });

  test.each([
    [64, 'short', 1],
    [65, 'long', 2],
  ])('a batch of %i is %s to one that waits', async (weight, _, begun) => {
    const { queue, batches } = heldQueue(1_000, { weightPerBatchMax: 500, batchesInFlightMax: 2 });
    const first = queue.add({ weight });
    await turn();
    const second = queue.add({ weight: 1 });
    await turn();
    expect(batches).toHaveLength(begun);
    batches[0]?.end();
    await turn();
    batches[1]?.end();
    expect(await Promise.all([first, second])).toEqual([weight, 1]);
  });

  test('starts a second batch beside a short one when it is no smaller, beside a long one at once', async () => {
    const { queue, batches } = heldQueue(1_000, { weightPerBatchMax: 500, batchesInFlightMax: 2 });
    const added: Promise<number>[] = [];
    const add = async (weight: number) => {
      added.push(queue.add({ weight }));
      await turn();
      return batches.map(({ weights }) => weights);
    };
    expect(await add(3)).toEqual([[3]]);
    expect(await add(2)).toEqual([[3]]);
    expect(await add(1)).toEqual([[3], [2, 1]]);
    expect(await add(400)).toHaveLength(2);
    batches[0]?.end();
    await turn();
    batches[1]?.end();
    await turn();
    expect(await add(1)).toEqual([[3], [2, 1], [400], [1]]);
    for (const { end } of batches) end();
    expect(await Promise.all(added)).toEqual([3, 2, 1, 400, 1]);
  });

  test('refuses what would exceed its bound, takes what just fits, and what is in flight does not count', async () => {
    const { queue, batches } = heldQueue(10);
    const first = queue.add({ weight: 10 });
    await turn();
    const second = queue.add({ weight: 9 });
    await expect(queue.add({ weight: 2 })).rejects.toMatchObject({
      code: 'overloaded',
      extras: { retryAfterSeconds: 1 },
    });
    const third = queue.add({ weight: 1 });
    expect(queue.waiting()).toBe(10);
    batches[0]?.end();
    await first;
    await turn();
    batches[1]?.end();
    expect(await Promise.all([second, third])).toEqual([9, 1]);
  });
});

describe('a full writer', () => {
  test('refuses more with `overloaded`, does nothing of it, and does all that it took', async () => {
    const process = openStockProcess(room.url, { commandsQueuedMax: 20, commandsPerBatchMax: 5 });
    const lock = await lockLevel();
    const before = await reserved();
    const asked = Array.from({ length: 100 }, () => reserveOne(process));
    const refused = asked.map((each) =>
      each.then(
        () => '',
        (error: { code: string }) => error.code,
      ),
    );
    // Those in flight wait for the lock; 20 more wait for them; the rest heard at once.
    await Promise.race(refused);
    await lock.free();
    const codes = await Promise.all(refused);
    const done = codes.filter((code) => code === '').length;
    expect(codes.filter((code) => code === 'overloaded')).toHaveLength(100 - done);
    expect(done).toBeGreaterThanOrEqual(20);
    expect((await reserved()) - before).toBe(done);
    await process.close();
  });
});

describe('a writer that closes', () => {
  test('finishes all that it took, refuses what comes after, and says so to everybody who closes it', async () => {
    const process = openStockProcess(room.url, { commandsPerBatchMax: 5 });
    const before = await reserved();
    const asked = Array.from({ length: 50 }, () => reserveOne(process));
    const closings = [process.stock.close(), process.stock.close()];
    await expect(reserveOne(process)).rejects.toMatchObject({ code: 'unavailable' });
    await Promise.all(closings);
    expect((await Promise.all(asked)).every((outcome) => outcome.ok)).toBe(true);
    expect((await reserved()) - before).toBe(50);
    await process.close();
  });

  test('is closed at once when there is nothing to do', async () => {
    const process = openStockProcess(room.url);
    await process.close();
    expect(process.errors).toEqual([]);
  });
});

describe('a poisoned command', () => {
  test.each([
    ['that only PostgreSQL refuses', breakConstraint, 'levels_on_hand_range'],
    ['that throws a bug', throwBug, 'a bug'],
  ])('%s fails alone: its neighbours in the batch are done', async (_, poison, message) => {
    const process = openStockProcess(room.url);
    const before = await reserved();
    const batch = Array.from({ length: 40 }, (__, n) =>
      n % 13 === 7 ? process.one(poison, where) : reserveOne(process),
    );
    const settled = await Promise.allSettled(batch);
    expect(settled.flatMap(({ status }, n) => (status === 'rejected' ? n : []))).toEqual([7, 20, 33]);
    const reasons = settled.flatMap((one) => (one.status === 'rejected' ? String(one.reason) : []));
    expect(reasons).toEqual([7, 20, 33].map(() => expect.stringContaining(message)));
    expect((await reserved()) - before).toBe(37);
    expect(process.errors).toHaveLength(3);
    await process.close();
  });

  test('costs a few more batches, not one for each neighbour', async () => {
    let runs = 0;
    const retried: Database['retried'] = (work) => {
      runs += 1;
      return room.database.retried(work);
    };
    const database = { ...room.database, retried };
    const stock = openStockWriter({ ...writerOptions(room.database), database, onError: () => {} });
    const before = await reserved();
    await Promise.allSettled([
      stock.apply(breakConstraint, [where]),
      ...Array.from({ length: 127 }, () => stock.apply(reserveItems, [reserveCommand({})])),
    ]);
    // The batch of 128, and two halves of each half that holds the poison: 64, 32, 16, 8, 4, 2, 1.
    expect(runs).toBe(15);
    expect((await reserved()) - before).toBe(127);
    await stock.close();
  });

  test('a refused fact beside it is still only refused, and a good one is recorded', async () => {
    const process = openStockProcess(room.url);
    const [poisoned, refused, recorded] = await Promise.allSettled([
      process.one(breakConstraint, where),
      process.one(recordMovements, movement({ location: LYON, sku: 'NO-SUCH' })),
      process.one(recordMovements, movement({ location: LYON })),
    ]);
    expect(poisoned?.status).toBe('rejected');
    expect(refused).toMatchObject({ value: { ok: false, problem: { code: 'unknown-item' } } });
    expect(recorded).toMatchObject({ value: { ok: true, value: 'applied' } });
    await process.close();
  });
});

test('a thousand facts in one submission go in one batch, though batches are smaller', async () => {
  const sizes: number[] = [];
  const process = openStockProcess(room.url, {
    commandsPerBatchMax: 200,
    onCommit: ({ commands }) => sizes.push(commands),
  });
  const facts = Array.from({ length: 1_000 }, () => movement({ location: LYON, type: 'receipt' }));
  const outcomes = await process.stock.apply(recordMovements, facts);
  expect(outcomes.filter((outcome) => outcome.ok && outcome.value === 'applied')).toHaveLength(1_000);
  expect(sizes).toEqual([1_000]);
  await process.close();
});
