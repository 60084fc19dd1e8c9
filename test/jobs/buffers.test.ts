// How rules come to the levels: the pressing ones first, whatever else is to do and whatever fails beside them.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { BUFFER_RULES_MAX, type BufferWay } from '../../src/domain/buffer.ts';
import { makeId } from '../../src/domain/id.ts';
import { applyTasks, startBuffers } from '../../src/jobs/buffers.ts';
import { type SaveBuffer, saveBuffer } from '../../src/operations/saveBuffer.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import type { StockWriter } from '../../src/operations/stockWriter.ts';
import { addTuningTask, type BufferTask, levelsOfTask, takeTask } from '../../src/queries/bufferTasks.ts';
import type { Database } from '../../src/queries/transaction.ts';
import { eventually } from '../support/eventually.ts';
import { contradictions } from '../support/evidence.ts';
import { silent } from '../support/feedBench.ts';
import { LAMP, LILLE, LYON, openStockRoom, type StockRoom, TABLE } from '../support/stockRoom.ts';

const SKUS = Array.from({ length: 250 }, (_, n) => `MANY-${String(n).padStart(3, '0')}`);

let room: StockRoom;
beforeAll(async () => {
  room = await openStockRoom();
  await describeAll('Many');
  for (const sku of SKUS) await room.put(sku, LILLE, 10);
  await room.put(TABLE, LILLE, 10);
  await room.put(LAMP, LYON, 10);
});
afterEach(async () => {
  await applyTasks({ ...room, now });
  expect(await contradictions(room.database)).toEqual([]);
  await room.database.run('test.clear', 'DELETE FROM buffer_rules', []);
  await room.database.run('test.raise', 'UPDATE buffer_state SET version = version + 1', []);
  await keep({ kind: 'quantity', quantity: 0 });
  await applyTasks({ ...room, now });
});
afterAll(async () => {
  await room.close();
});

const now = () => new Date();

async function describeAll(category: string): Promise<void> {
  const rows = SKUS.map((sku) => ({ sku, input: { name: sku, category } }));
  await room.database.transaction((tx) => saveItems(tx, rows, now()));
}

function keep(way: BufferWay, scope: Partial<SaveBuffer> = {}) {
  const id = makeId('obj', Date.now(), randomBytes(10));
  const none = { location: null, category: null, sku: null };
  const command = { id, ...none, way, guard: () => {}, ...scope };
  return room.database.transaction((tx) => saveBuffer(tx, command, now()));
}

/** The stock writer, where something happens after each batch; and what was written, batch by batch. */
function watched(happens: (batches: number) => Promise<unknown> = async () => {}) {
  const batches: string[][] = [];
  const apply: StockWriter['apply'] = async (operation, commands) => {
    const outcomes = await room.stock.apply(operation, commands);
    batches.push(commands.map((command) => (command as { sku: string }).sku));
    await happens(batches.length);
    return outcomes;
  };
  return { stock: { ...room.stock, apply }, batches };
}

const recall: [BufferWay, Partial<SaveBuffer>] = [{ kind: 'exclude' }, { sku: TABLE }];

test('of several rules the narrow ones come first', async () => {
  await keep({ kind: 'quantity', quantity: 1 });
  await room.database.transaction(async (tx) => {
    const [row] = await tx.run<{ id: number }>('test.id', 'SELECT id FROM locations WHERE code = $1', [LYON]);
    await addTuningTask(tx, row?.id ?? 0, ['']);
  });
  await keep({ kind: 'quantity', quantity: 2 }, { location: LILLE });
  await keep(...recall);
  const scopes: unknown[] = [];
  for (let task = await takeTask(room.database); task !== null; task = await takeTask(room.database)) {
    const { itemId, locationId, categories } = task;
    scopes.push([itemId !== null, locationId !== null, categories]);
  }
  expect(scopes).toEqual([
    [true, false, null],
    [false, true, null],
    [false, false, null],
    [false, true, ['']],
  ]);
  await room.database.run('test.free', 'UPDATE buffer_tasks SET leased_until = NULL', []);
});

test('a recall does not wait for a catalogue that is sorted anew', async () => {
  await keep({ kind: 'quantity', quantity: 1 }, { category: 'Other' });
  await applyTasks({ ...room, now });
  await describeAll('Other');
  const { stock, batches } = watched((batch) => (batch === 1 ? keep(...recall) : Promise.resolve()));
  await applyTasks({ ...room, now, stock });
  // Many items a batch, and the recall in between.
  expect(batches.map(({ length }) => length)).toEqual([100, 1, 100, 50]);
  expect(batches[1]).toEqual([TABLE]);
  expect(await room.level('MANY-249', LILLE)).toMatchObject({ buffer: 1 });
});

test('a rule is applied though tunings cannot be taken', async () => {
  const failing: Database = {
    ...room.database,
    run(name, text, values) {
      if (name === 'tunings.state') throw new Error('no figures today');
      return room.database.run(name, text, values);
    },
  };
  await keep(...recall);
  const job = startBuffers({ ...room, database: failing, now, log: silent, pollMilliseconds: 5 });
  try {
    expect(await eventually(async () => (await room.level(TABLE, LILLE)).buffer === 10)).toBe(true);
  } finally {
    await job.close();
  }
});

describe('a tuning', () => {
  test('is one task a location, of the categories of all that are left, and goes through their levels only', async () => {
    const tasks = await room.database.transaction(async (tx) => {
      const [row] = await tx.run<{ id: number }>('test.id', 'SELECT id FROM locations WHERE code = $1', [
        LILLE,
      ]);
      await addTuningTask(tx, row?.id ?? 0, ['Vases']);
      await addTuningTask(tx, row?.id ?? 0, ['']);
      return tx.run<{ categories: string[] }>('test.tasks', 'SELECT categories FROM buffer_tasks', []);
    });
    expect(tasks.map(({ categories }) => categories.toSorted())).toEqual([['', 'Vases']]);
    const task = await takeTask(room.database);
    const levels = await levelsOfTask(room.database, task as BufferTask, 1_000);
    expect(levels.map(({ sku }) => sku)).toEqual([TABLE]);
    await room.database.run('test.free', 'UPDATE buffer_tasks SET leased_until = NULL', []);
  });
});

test('of rules that are made at once, none is one too many', async () => {
  await room.database.run(
    'test.fill',
    `INSERT INTO buffer_rules (id, category, quantity)
     SELECT 'obj_' || g, 'category ' || g, 0 FROM generate_series((SELECT count(*) FROM buffer_rules) + 2, $1) g`,
    [BUFFER_RULES_MAX],
  );
  const made = ['one', 'two', 'three'].map((category) =>
    keep({ kind: 'quantity', quantity: 0 }, { category }),
  );
  const codes = (await Promise.allSettled(made)).map((each) =>
    each.status === 'fulfilled' ? 'made' : each.reason.code,
  );
  expect(codes).toHaveLength(3);
  expect(codes.filter((code) => code === 'made')).toHaveLength(1);
  expect(codes.filter((code) => code === 'too-many-buffers')).toHaveLength(2);
});
