// Buffers under the stock writer: what the rules of now keep is never promised, whatever the levels still show, and
// every level comes to show it, once, whoever works and whoever dies.

import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BufferWay } from '../../src/domain/buffer.ts';
import { makeId } from '../../src/domain/id.ts';
import { applyTasks } from '../../src/jobs/buffers.ts';
import { applyBuffers } from '../../src/operations/applyBuffers.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { removeBuffer } from '../../src/operations/removeBuffer.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { type SaveBuffer, saveBuffer } from '../../src/operations/saveBuffer.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { advanceTask, levelsOfTask, takeTask } from '../../src/queries/bufferTasks.ts';
import { contradictions } from '../support/evidence.ts';
import { rounds } from '../support/rounds.ts';
import { openStockProcess } from '../support/stockProcess.ts';
import {
  ACTOR,
  codeOf,
  LAMP,
  LILLE,
  LYON,
  must,
  newReservationId,
  openStockRoom,
  reserveCommand,
  type StockRoom,
  TABLE,
} from '../support/stockRoom.ts';

let room: StockRoom;
beforeAll(async () => {
  room = await openStockRoom();
});
afterEach(async () => {
  const rules = await room.database.run<{ id: string }>('test.rules', 'SELECT id FROM buffer_rules', []);
  await work();
  await settled();
  for (const { id } of rules) await end(id);
  await work();
});
afterAll(async () => {
  await settled();
  await room.close();
});

const now = () => new Date();
const work = (closing?: AbortSignal) => applyTasks({ ...room, now }, closing);
const settled = async () => expect(await contradictions(room.database)).toEqual([]);
const units = (quantity: number): BufferWay => ({ kind: 'quantity', quantity });
const percent = (share: number): BufferWay => ({ kind: 'percent', percent: share });

async function keep(way: BufferWay, scope: Partial<SaveBuffer> = {}): Promise<string> {
  const id = makeId('obj', Date.now(), randomBytes(10));
  const none = { location: null, category: null, sku: null };
  const command = { id, ...none, way, guard: () => {}, ...scope };
  const { rule } = await room.database.transaction((tx) => saveBuffer(tx, command, now()));
  return rule.id;
}

function end(id: string): Promise<boolean> {
  return room.database.transaction((tx) =>
    removeBuffer(tx, id, { admit: () => true, guard: () => {} }, new Date()),
  );
}

function receipt(quantity: number, sku = TABLE) {
  const fact = { source: 'wms', eventId: newReservationId(), type: 'receipt' as const, sku, location: LILLE };
  const rest = { reference: null, reservationId: null, maySee: () => true, actor: ACTOR };
  return { ...fact, ...rest, quantity, occurredAt: now() };
}

async function appliedAt(id: string): Promise<Date | null> {
  const [row] = await room.database.run<{ applied_at: Date | null }>(
    'test.applied_at',
    'SELECT applied_at FROM buffer_rules WHERE id = $1',
    [id],
  );
  return row?.applied_at ?? null;
}

/** How many times levels were told to have another buffer. */
async function told(): Promise<number> {
  const [row] = await room.database.run<{ told: number }>(
    'test.told',
    "SELECT count(*)::int AS told FROM events WHERE type = 'stock.changed' AND data->>'reason' = 'buffer'",
    [],
  );
  return row?.told ?? 0;
}

describe('a rule', () => {
  test('binds reservations before any level shows it, and shows on the level that they touch', async () => {
    await room.put(LAMP, LILLE, 5);
    const id = await keep(units(4), { sku: LAMP });
    expect(await room.level(LAMP, LILLE)).toMatchObject({ buffer: 0 });
    expect(codeOf(await room.reserve({ lines: [{ sku: LAMP, quantity: 2 }] }))).toBe('insufficient-stock');
    expect(codeOf(await room.reserve({ lines: [{ sku: LAMP, quantity: 1 }] }))).toBe('ok');
    expect(await room.level(LAMP, LILLE)).toMatchObject({ buffer: 4, bufferRule: id, reserved: 1 });
  });

  test('comes to every level of its scope, with one event each, and says when', async () => {
    await room.put(TABLE, LILLE, 10);
    await room.put(TABLE, LYON, 10);
    const before = await told();
    const id = await keep(percent(15), { location: LYON });
    expect(await appliedAt(id)).toBeNull();
    await work();
    expect(await appliedAt(id)).toBeInstanceOf(Date);
    expect(await room.level(TABLE, LYON)).toMatchObject({ buffer: 2, bufferRule: id, onHand: 10 });
    expect(await room.level(TABLE, LILLE)).toMatchObject({ buffer: 0, bufferRule: null });
    expect((await told()) - before).toBe(1);
  });

  test('that ends gives its units back, or to the rule that is left', async () => {
    await room.put(TABLE, LILLE, 10);
    const all = await keep(units(1));
    const here = await keep({ kind: 'exclude' }, { location: LILLE });
    await work();
    expect(await room.level(TABLE, LILLE)).toMatchObject({ buffer: 10, bufferRule: here });
    await end(here);
    expect(codeOf(await room.reserve({ lines: [{ sku: TABLE, quantity: 9 }] }))).toBe('ok');
    await work();
    expect(await room.level(TABLE, LILLE)).toMatchObject({ buffer: 1, bufferRule: all });
    await end(all);
    await work();
    expect(await room.level(TABLE, LILLE)).toMatchObject({ buffer: 0, bufferRule: null });
  });

  test('follows on hand with every movement and count, also below zero', async () => {
    await keep(percent(50), { sku: TABLE });
    for (const [onHand, buffer] of [
      [9, 5],
      [1, 1],
      [0, 0],
      [40, 20],
    ] as const) {
      await room.put(TABLE, LYON, onHand);
      expect(await room.level(TABLE, LYON)).toMatchObject({ onHand, buffer });
    }
    must(await room.one(recordMovements, { ...receipt(50), location: LYON, type: 'sale' }));
    expect(await room.level(TABLE, LYON)).toMatchObject({ onHand: -10, buffer: 0 });
  });

  test('governs a level that was made for a command that was refused', async () => {
    const sku = 'REFUSED-ITEM';
    await room.database.transaction((tx) => saveItems(tx, [{ sku, input: { name: 'Refused' } }], now()));
    const id = await keep(units(3), { location: LILLE });
    await work();
    const [outcome] = await room.stock.apply(recordMovements, [receipt(2_000_000_000, sku)]);
    expect(outcome).toMatchObject({ ok: false, problem: { code: 'level-out-of-range' } });
    expect(await room.level(sku, LILLE)).toMatchObject({ onHand: 0, buffer: 3, bufferRule: id });
  });

  test('governs a level that is new', async () => {
    const sku = 'NEW-ITEM';
    await room.database.transaction((tx) => saveItems(tx, [{ sku, input: { name: 'New' } }], now()));
    const id = await keep(units(2), { location: LILLE });
    await work();
    must(await room.one(recordMovements, receipt(3, sku)));
    expect(await room.level(sku, LILLE)).toMatchObject({ onHand: 3, buffer: 2, bufferRule: id });
  });

  test('of a category comes and goes as items do', async () => {
    const describe = (category: string | null) =>
      room.database.transaction((tx) =>
        saveItems(tx, [{ sku: LAMP, input: { name: 'Lampe', category } }], now()),
      );
    await room.put(LAMP, LYON, 8);
    const id = await keep(units(3), { category: 'Luminaires' });
    await work();
    expect(await room.level(LAMP, LYON)).toMatchObject({ buffer: 0 });
    await describe('Luminaires');
    await work();
    expect(await room.level(LAMP, LYON)).toMatchObject({ buffer: 3, bufferRule: id });
    await describe(null);
    await work();
    expect(await room.level(LAMP, LYON)).toMatchObject({ buffer: 0, bufferRule: null });
  });
});

test('an item that changes to a category that no rule looks at leaves nothing to do', async () => {
  await keep(units(3), { category: 'Luminaires' });
  await work();
  const left = async (category: string) => {
    const rows = [{ sku: LAMP, input: { name: 'Lampe', category } }];
    await room.database.transaction((tx) => saveItems(tx, rows, now()));
    return (await room.database.run('test.tasks', 'SELECT item_id FROM buffer_items', [])).length;
  };
  expect(await left('Vases')).toBe(0);
  expect(await left('Luminaires')).toBe(1);
  // However often it changes, it is gone through once.
  expect(await left('Vases')).toBe(1);
  expect(await left('Luminaires')).toBe(1);
  await work();
});

test('an item that leaves a category whose rule has just ended leaves the rule, too', async () => {
  const sku = 'LEAVING';
  const describe = (category: string | null) =>
    room.database.transaction((tx) => saveItems(tx, [{ sku, input: { name: sku, category } }], now()));
  await describe('Luminaires');
  const id = await keep(units(3), { category: 'Luminaires' });
  await room.put(sku, LILLE, 10);
  expect(await room.level(sku, LILLE)).toMatchObject({ buffer: 3, bufferRule: id });
  await end(id);
  await describe(null);
  await work();
  expect(await room.level(sku, LILLE)).toMatchObject({ buffer: 0, bufferRule: null });
});

test('an item that changes again while its levels are gone through is gone through again', async () => {
  const id = await keep(units(3), { category: 'Luminaires' });
  await work();
  const describe = async (category: string) => {
    const rows = [{ sku: LAMP, input: { name: 'Lampe', category } }];
    await room.database.transaction((tx) => saveItems(tx, rows, now()));
  };
  await describe('Vases');
  const apply: typeof room.stock.apply = async (operation, commands) => {
    const outcomes = await room.stock.apply(operation, commands);
    if ((await room.level(LAMP, LYON)).bufferRule === null) await describe('Luminaires');
    return outcomes;
  };
  await applyTasks({ ...room, now, stock: { ...room.stock, apply } });
  expect(await room.level(LAMP, LYON)).toMatchObject({ buffer: 3, bufferRule: id });
});

test('a receipt and a reservation of one batch see the buffer of what is there by then', async () => {
  const sku = 'ONE-BATCH';
  await room.database.transaction((tx) => saveItems(tx, [{ sku, input: { name: sku } }], now()));
  await room.put(TABLE, LYON, 0);
  await room.put(sku, LILLE, 4);
  must(await room.reserve({ lines: [{ sku, quantity: 1 }] }));
  await keep(percent(50), { sku });
  const process = openStockProcess(room.url, { batchesInFlightMax: 1 });
  const first = process.stock.apply(applyBuffers, [{ sku: TABLE, location: LYON, silenceBuffer: null }]);
  // These wait for the first and form one batch: 10 on hand, 5 kept, 1 reserved leave 4.
  const [, four, one] = await Promise.all([
    process.stock.apply(recordMovements, [receipt(6, sku)]),
    process.stock.apply(reserveItems, [reserveCommand({ lines: [{ sku, quantity: 4 }] })]),
    process.stock.apply(reserveItems, [reserveCommand({ lines: [{ sku, quantity: 1 }] })]),
    first,
  ]);
  expect([four, one].flat().map(codeOf)).toEqual(['ok', 'insufficient-stock']);
  expect(await room.level(sku, LILLE)).toMatchObject({ onHand: 10, reserved: 5, buffer: 5 });
  await process.close();
});

test('reservations that race a rule, in two processes, never promise what it keeps', async () => {
  const other = openStockProcess(room.url);
  for (let round = 0; round < rounds(6); round++) {
    const sku = `RACE-${round}`;
    await room.database.transaction((tx) => saveItems(tx, [{ sku, input: { name: sku } }], now()));
    await room.put(sku, LILLE, 20);
    const reserve = (at: number) =>
      (at % 2 === 0 ? room : other).one(reserveItems, reserveCommand({ lines: [{ sku, quantity: 1 }] }));
    const early = Array.from({ length: 10 }, (_, at) => reserve(at));
    const rule = keep(units(15), { sku });
    const applying = rule.then(() => work());
    await rule;
    const late = await Promise.all(Array.from({ length: 16 }, (_, at) => reserve(at)));
    await Promise.all([...early, applying]);
    const { reserved, buffer } = await room.level(sku, LILLE);
    expect(buffer).toBe(15);
    // Whoever came after the rule was told took at most what it leaves.
    expect(reserved).toBe(late.some(({ ok }) => ok) ? 5 : Math.max(5, reserved));
  }
  expect(other.errors).toEqual([]);
  await other.close();
});

describe('many levels', () => {
  const LEVELS = 450;
  const skus = Array.from({ length: LEVELS }, (_, n) => `MANY-${String(n).padStart(3, '0')}`);
  beforeAll(async () => {
    const rows = skus.map((sku) => ({ sku, input: { name: sku, category: 'Many' } }));
    await room.database.transaction((tx) => saveItems(tx, rows, now()));
    await room.stock.apply(
      recordMovements,
      skus.map((sku) => receipt(10, sku)),
    );
  });
  const buffers = async () =>
    room.database.run<{ buffer: number; levels: number }>(
      'test.buffers',
      `SELECT buffer, count(*)::int AS levels FROM levels l JOIN items i ON i.id = l.item_id
       WHERE i.category = 'Many' GROUP BY 1 ORDER BY 1`,
      [],
    );

  test('are gone through by processes that share the work, each level told once', async () => {
    const before = await told();
    const id = await keep(units(2), { category: 'Many' });
    const other = openStockProcess(room.url);
    await Promise.all([work(), applyTasks({ ...other, now })]);
    expect(await buffers()).toEqual([{ buffer: 2, levels: LEVELS }]);
    expect((await told()) - before).toBe(LEVELS);
    expect(await appliedAt(id)).toBeInstanceOf(Date);
    await other.close();
  });

  test('are gone on with where a process died in the middle', async () => {
    const before = await told();
    const id = await keep(units(3), { category: 'Many' });
    const task = await takeTask(room.database);
    if (task === null) throw new Error('no task');
    const levels = await levelsOfTask(room.database, task, 100);
    await room.stock.apply(
      applyBuffers,
      levels.map((level) => ({ ...level, silenceBuffer: null })),
    );
    await advanceTask(room.database, task, levels.at(-1) ?? { itemId: 0, locationId: 0 });
    // It dies here. Nobody takes over while its lease lasts.
    await work();
    expect(await appliedAt(id)).toBeNull();
    await room.database.run(
      'test.age_lease',
      "UPDATE buffer_tasks SET leased_until = now() - interval '1 s'",
      [],
    );
    await work();
    expect(await buffers()).toEqual([{ buffer: 3, levels: LEVELS }]);
    expect((await told()) - before).toBe(LEVELS);
    expect(await appliedAt(id)).toBeInstanceOf(Date);
  });

  test('are left to another process by one that closes, and to a newer version by an older', async () => {
    const id = await keep(units(4), { category: 'Many' });
    const closing = new AbortController();
    const working = work(closing.signal);
    closing.abort();
    await working;
    expect(await appliedAt(id)).toBeNull();
    expect(await keep(percent(50), { category: 'Many' })).toBe(id);
    await work();
    expect(await buffers()).toEqual([{ buffer: 5, levels: LEVELS }]);
  });
});
