// A count says what was there at an instant. What happened after it still applies, whenever it is told.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { recordCounts } from '../../src/operations/recordCounts.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { contradictions } from '../support/evidence.ts';
import { count, movement } from '../support/facts.ts';
import { walk } from '../support/orderSteps.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import { codeOf, LILLE, must, openStockRoom, reserveCommand, type StockRoom } from '../support/stockRoom.ts';

let clock = Date.UTC(2026, 2, 10, 9);
let room: StockRoom;
let process: StockProcess;
/** A new item for each test. */
let sku = '';
beforeAll(async () => {
  room = await openStockRoom();
  process = openStockProcess(room.url, { now: () => new Date(clock) });
});
beforeEach(async () => {
  sku = `ITEM-${clock}`;
  await room.database.transaction((tx) => saveItems(tx, [{ sku, input: { name: { fr: sku } } }], new Date()));
  clock += 60_000;
});
afterAll(async () => {
  await process.close();
  expect(await contradictions(room.database)).toEqual([]);
  await room.close();
});

const at = (seconds: number) => new Date(clock + seconds * 1_000);
const sale = (seconds: number, quantity = 1) => movement({ sku, quantity, occurredAt: at(seconds) });
const counted = (seconds: number, onHand: number) => count({ sku, onHand, countedAt: at(seconds) });
const tellCount = async (told: ReturnType<typeof count>) => must(await process.one(recordCounts, told));
const tellSale = async (told: ReturnType<typeof movement>) => must(await process.one(recordMovements, told));
const onHand = async () => (await room.level(sku, LILLE)).onHand;

describe('a count', () => {
  test('keeps what happened after it, though it is told later', async () => {
    await tellCount(counted(-100, 20));
    await tellSale(sale(-50, 3));
    await tellSale(sale(-10, 2));
    await tellCount(counted(-30, 10));
    expect(await onHand()).toBe(8);
  });

  test('swallows what happened before it, though that is told later', async () => {
    await tellCount(counted(-30, 10));
    await tellSale(sale(-50, 3));
    expect(await onHand()).toBe(10);
  });

  test('has counted what happened at its very instant', async () => {
    await tellSale(sale(-30, 3));
    await tellCount(counted(-30, 10));
    await tellSale(sale(-30, 2));
    expect(await onHand()).toBe(10);
  });

  test('older than the one that governs changes nothing', async () => {
    await tellCount(counted(-30, 10));
    expect(await tellCount(counted(-40, 99))).toBe('applied');
    expect(await onHand()).toBe(10);
  });

  test('in one batch with movements sees those that happened after it', async () => {
    await tellCount(counted(-100, 20));
    await Promise.all([
      tellSale(sale(-20, 1)),
      tellSale(sale(-40, 2)),
      tellCount(counted(-30, 10)),
      tellSale(sale(-10, 4)),
    ]);
    expect(await onHand()).toBe(5);
  });

  test('told again is the same count; under its event id another figure is refused', async () => {
    const told = counted(-30, 10);
    expect(await tellCount(told)).toBe('applied');
    await tellSale(sale(-10));
    expect(await tellCount(told)).toBe('duplicate');
    expect(codeOf(await process.one(recordCounts, { ...told, onHand: 11 }))).toBe('event-id-reused');
    expect(await onHand()).toBe(9);
  });

  test('that expected another level is stale, and told the level', async () => {
    await tellCount(counted(-30, 10));
    const stale = await process.one(recordCounts, { ...counted(0, 4), expected: 9 });
    expect(stale).toMatchObject({ problem: { code: 'stale-count', extras: { onHand: 10, version: 1 } } });
    expect(must(await process.one(recordCounts, { ...counted(0, 4), expected: 10 }))).toBe('applied');
    expect(await onHand()).toBe(4);
  });

  test('from further ahead than clocks differ is refused', async () => {
    expect(codeOf(await process.one(recordCounts, counted(61, 10)))).toBe('occurred-in-the-future');
    expect(codeOf(await process.one(recordCounts, counted(60, 10)))).toBe('ok');
  });

  test('below what is promised keeps the promises: reserved stays', async () => {
    await tellCount(counted(-30, 10));
    const held = must(await process.one(reserveItems, reserveCommand({ lines: [{ sku, quantity: 4 }] })));
    await tellCount(counted(0, 3));
    expect(await room.level(sku, LILLE)).toMatchObject({ onHand: 3 });
    await walk(process, held, ['cancel']);
    expect(codeOf(await process.one(reserveItems, reserveCommand({ lines: [{ sku, quantity: 4 }] })))).toBe(
      'insufficient-stock',
    );
  });
});

describe('a count from a clock that is ahead of ours', () => {
  test.each([
    ['20 s ahead', 20],
    ['at the same instant', 0],
  ])('%s: what is handed over after it arrived leaves on hand', async (_, seconds) => {
    await tellCount(counted(seconds, 10));
    const held = must(await process.one(reserveItems, reserveCommand({ lines: [{ sku, quantity: 3 }] })));
    await walk(process, held, ['confirm', 'start', 'miss 1', 'ready', 'collect'], () => at(0));
    expect(await onHand()).toBe(7);
    await walk(process, held, ['return 1'], () => at(0));
    expect(await onHand()).toBe(8);
  });
});
