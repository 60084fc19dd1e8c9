// On hand falls below what is promised: the newest promises are flagged, each told once, until stock comes back.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Reservation } from '../../src/domain/reservation.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { contradictions } from '../support/evidence.ts';
import { movement } from '../support/facts.ts';
import { walk } from '../support/orderSteps.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import { LILLE, must, openStockRoom, reserveCommand, type StockRoom } from '../support/stockRoom.ts';

let clock = Date.UTC(2026, 2, 10, 9);
let room: StockRoom;
let process: StockProcess;
/** Two new items for each test, ten of each on hand. */
let skus: [string, string] = ['', ''];
let orders: Reservation[] = [];
beforeAll(async () => {
  room = await openStockRoom();
  process = openStockProcess(room.url, { now: () => new Date(clock) });
});
beforeEach(async () => {
  clock += 60_000;
  skus = [`A-${clock}`, `B-${clock}`];
  orders = [];
  const items = skus.map((sku) => ({ sku, input: { name: { fr: sku } } }));
  await room.database.transaction((tx) => saveItems(tx, items, new Date()));
  for (const sku of skus) await tell('receipt', sku, 10);
});
afterAll(async () => {
  await process.close();
  await room.close();
});

async function tell(
  type: 'sale' | 'receipt' | 'loss',
  sku: string,
  quantity: number,
  by = process,
): Promise<void> {
  must(await by.one(recordMovements, movement({ type, sku, quantity, occurredAt: new Date(clock) })));
}

/** An order for so many of each item, younger than those before it. */
async function order(...quantities: number[]): Promise<Reservation> {
  const lines = quantities.flatMap((quantity, n) => (quantity > 0 ? [{ sku: skus[n] ?? '', quantity }] : []));
  const id = `rsv_${String(clock).padStart(20, '0')}${String(orders.length).padStart(6, '0')}`;
  const placed = must(await process.one(reserveItems, reserveCommand({ id, lines })));
  await walk(process, placed, ['confirm']);
  orders.push(placed);
  return placed;
}

/** Which orders are flagged, by their place, oldest first. */
async function flagged(): Promise<number[]> {
  const rows = await room.database.run<{ id: string }>(
    'test.flagged',
    'SELECT DISTINCT reservation_id AS id FROM reservation_lines WHERE at_risk AND reservation_id = ANY ($1) ORDER BY 1',
    [orders.map(({ id }) => id)],
  );
  return rows.map(({ id }) => orders.findIndex((one) => one.id === id));
}

/** Which orders were told to be at risk, in the order in which they were told. */
async function told(): Promise<{ order: number; skus: string[] }[]> {
  const rows = await room.database.run<{ subject: string; skus: string[] }>(
    'test.told_at_risk',
    `SELECT subject, ARRAY(SELECT json_array_elements(data->'lines')->>'sku') AS skus
     FROM events WHERE type = 'reservation.at_risk' AND subject = ANY ($1) ORDER BY id`,
    [orders.map(({ id }) => id)],
  );
  return rows.map((row) => ({ order: orders.findIndex((one) => one.id === row.subject), skus: row.skus }));
}

const wellFlagged = async () => expect(await contradictions(room.database)).toEqual([]);

test('the newest orders are flagged first, and each is told once', async () => {
  for (const quantity of [4, 3, 3]) await order(quantity);
  await tell('sale', skus[0], 2);
  expect(await flagged()).toEqual([2]);
  await tell('sale', skus[0], 1);
  expect(await flagged()).toEqual([2]);
  await tell('sale', skus[0], 2);
  expect(await flagged()).toEqual([1, 2]);
  expect(await told()).toEqual([
    { order: 2, skus: [skus[0]] },
    { order: 1, skus: [skus[0]] },
  ]);
  await wellFlagged();
});

test('several at once are told newest first', async () => {
  for (const quantity of [4, 3, 3]) await order(quantity);
  await tell('loss', skus[0], 9);
  expect((await told()).map((one) => one.order)).toEqual([2, 1, 0]);
  await wellFlagged();
});

test('stock that comes back clears the flags; another loss tells again', async () => {
  for (const quantity of [5, 5]) await order(quantity);
  await tell('sale', skus[0], 3);
  await tell('receipt', skus[0], 3);
  expect(await flagged()).toEqual([]);
  await tell('sale', skus[0], 3);
  expect(await flagged()).toEqual([1]);
  expect((await told()).map((one) => one.order)).toEqual([1, 1]);
  await wellFlagged();
});

test('an older order that is cancelled makes room for a younger one', async () => {
  const [oldest] = [await order(5), await order(5)];
  await tell('sale', skus[0], 5);
  expect(await flagged()).toEqual([1]);
  await walk(process, oldest, ['cancel']);
  expect(await flagged()).toEqual([]);
  await wellFlagged();
});

test('an order short of two items at once is told once, with both', async () => {
  await order(5, 5);
  const sales = skus.map((sku) => tell('sale', sku, 6));
  await Promise.all(sales);
  expect(await told()).toEqual([{ order: 0, skus: [...skus] }]);
  await wellFlagged();
});

test('units handed over to a younger order are short for an older one, which is told then', async () => {
  const [, younger] = [await order(5), await order(5)];
  await tell('sale', skus[0], 1);
  expect(await flagged()).toEqual([1]);
  await walk(process, younger, ['start', 'pick', 'ready', 'collect']);
  expect(await flagged()).toEqual([0]);
  expect((await told()).map((one) => one.order)).toEqual([1, 0]);
  await wellFlagged();
});

test('a hold that is due asks for nothing: nobody is alerted for it, nor because of it', async () => {
  const lines = [{ sku: skus[0], quantity: 5 }];
  const id = `rsv_${String(clock - 1).padStart(20, '0')}000000`;
  const hold = must(await process.one(reserveItems, reserveCommand({ id, lines, ttlSeconds: 30 })));
  orders.push(hold);
  await order(5);
  clock += 31_000;
  await tell('sale', skus[0], 5);
  expect(await flagged()).toEqual([]);
  expect(await told()).toEqual([]);
  await walk(process, hold, ['expire']);
  expect(await room.level(skus[0], LILLE)).toMatchObject({ onHand: 5, reserved: 5 });
  await wellFlagged();
});

test.each(['older', 'younger'])(
  'an order that has ended asks for nothing, though its units wait to be put back: the %s of two',
  async (which) => {
    const both = [await order(5), await order(5)] as const;
    const ended = both[which === 'older' ? 0 : 1];
    await walk(process, ended, ['start', 'pick', 'ready', 'cancel']);
    await tell('sale', skus[0], 5);
    expect(await flagged()).toEqual([]);
    expect(await told()).toEqual([]);
    await wellFlagged();
    await walk(process, ended, ['put-back']);
    expect(await room.level(skus[0], LILLE)).toMatchObject({ onHand: 5, reserved: 5 });
  },
);

test.each(['cancel', 'refuse 5'])(
  'what lies ready and is not wanted any more (%s) is there for a younger order at once',
  async (end) => {
    const [older] = [await order(5), await order(5)];
    await walk(process, older, ['start', 'pick', 'ready']);
    await tell('sale', skus[0], 5);
    expect(await flagged()).toEqual([1]);
    await walk(process, older, [end]);
    expect(await flagged()).toEqual([]);
    await wellFlagged();
  },
);

test('an order at risk is so no more when it ends, and of a part that is refused only the rest is asked for', async () => {
  const [older, younger] = [await order(5), await order(5)];
  await walk(process, older, ['start', 'pick', 'ready', 'refuse 3']);
  await tell('sale', skus[0], 3);
  expect(await flagged()).toEqual([]);
  await walk(process, younger, ['start', 'pick', 'ready']);
  await tell('sale', skus[0], 1);
  expect(await flagged()).toEqual([1]);
  await walk(process, younger, ['cancel']);
  expect(await flagged()).toEqual([]);
  expect((await told()).map((one) => one.order)).toEqual([1]);
  await wellFlagged();
});

test('two processes that bring two items of one order short at once tell each line once', async () => {
  const other = openStockProcess(room.url, { now: () => new Date(clock) });
  for (let n = 0; n < 5; n++) await order(2, 2);
  await Promise.all([
    ...Array.from({ length: 8 }, () => tell('sale', skus[0], 1)),
    ...Array.from({ length: 8 }, () => tell('sale', skus[1], 1, other)),
  ]);
  await other.close();
  expect(await flagged()).toEqual([1, 2, 3, 4]);
  const lines = (await told()).flatMap((one) => one.skus.map((sku) => `${one.order} ${sku}`));
  expect(lines.toSorted()).toEqual([1, 2, 3, 4].flatMap((n) => skus.map((sku) => `${n} ${sku}`)).sort());
  await wellFlagged();
});

test('a hold that is due loses its flag, and is not at risk when it is confirmed after stock came back', async () => {
  const id = `rsv_${String(clock).padStart(20, '0')}${'9'.repeat(6)}`;
  const lines = [{ sku: skus[0], quantity: 10 }];
  const held = must(await process.one(reserveItems, reserveCommand({ id, lines, ttlSeconds: 60 })));
  orders.push(held);
  await tell('loss', skus[0], 5);
  expect(await flagged()).toEqual([0]);
  clock += 61_000;
  await tell('receipt', skus[0], 5);
  await walk(process, held, ['confirm']);
  expect(await flagged()).toEqual([]);
  await wellFlagged();
});
