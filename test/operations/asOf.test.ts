// Stock as it was: on hand by all that is known today, reserved by what was promised then. A life at a time; random
// lives are in test/properties.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { recordCounts } from '../../src/operations/recordCounts.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { listStockAsOf } from '../../src/queries/stock.ts';
import { count, movement } from '../support/facts.ts';
import { walk } from '../support/orderSteps.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import { LILLE, must, openStockRoom, reserveCommand, type StockRoom } from '../support/stockRoom.ts';

/** A day for each test; times within it are seconds. */
let day = Date.UTC(2026, 2, 1, 9);
let second = 0;
let room: StockRoom;
let process: StockProcess;
let sku = '';
beforeAll(async () => {
  room = await openStockRoom();
  process = openStockProcess(room.url, { now: () => at(second) });
});
beforeEach(async () => {
  day += 86_400_000;
  second = 0;
  sku = `ITEM-${day}`;
  await room.database.transaction((tx) => saveItems(tx, [{ sku, input: { name: { fr: sku } } }], new Date()));
  must(
    await process.one(recordMovements, movement({ sku, type: 'receipt', quantity: 10, occurredAt: at(0) })),
  );
});
afterAll(async () => {
  await process.close();
  await room.close();
});

const at = (seconds: number) => new Date(day + seconds * 1_000);

async function asOf(seconds: number) {
  const filters = { sku, location: LILLE, visible: null };
  const [row] = await listStockAsOf(room.database, filters, null, 1, at(seconds));
  return { onHand: row?.onHand, reserved: row?.reserved };
}

test.each<
  [
    name: string,
    life: [second: number, steps: string[]][],
    history: [second: number, onHand: number, reserved: number][],
  ]
>([
  [
    'a hold counts until its time is over, not until somebody ends it',
    [[200, ['expire']]],
    [
      [9, 10, 0],
      [10, 10, 4],
      [109, 10, 4],
      [110, 10, 0],
      [250, 10, 0],
    ],
  ],
  [
    'an extended hold counts until its new end',
    [[100, ['extend 100']]],
    [
      [50, 10, 4],
      [150, 10, 4],
      [200, 10, 0],
    ],
  ],
  [
    'a hold that was cut short counts until then',
    [[50, ['extend 30']]],
    [
      [79, 10, 4],
      [80, 10, 0],
    ],
  ],
  [
    'an order counts on',
    [[50, ['confirm']]],
    [
      [20, 10, 4],
      [500, 10, 4],
    ],
  ],
  [
    'a cancelled order counts no more',
    [
      [50, ['confirm']],
      [300, ['cancel']],
    ],
    [
      [299, 10, 4],
      [300, 10, 0],
    ],
  ],
  [
    'missing units leave at once',
    [
      [50, ['confirm', 'start']],
      [60, ['miss 1']],
    ],
    [
      [59, 10, 4],
      [60, 9, 3],
    ],
  ],
  [
    'units handed over in parts leave in parts',
    [
      [50, ['confirm', 'start', 'pick', 'ready']],
      [60, ['collect 1']],
      [70, ['collect']],
    ],
    [
      [59, 10, 4],
      [60, 9, 3],
      [70, 6, 0],
    ],
  ],
  [
    'a ready order that is cancelled counts until it is put back',
    [
      [50, ['confirm', 'start', 'pick', 'ready']],
      [60, ['cancel']],
      [70, ['put-back']],
    ],
    [
      [65, 10, 4],
      [70, 10, 0],
    ],
  ],
  [
    'a till that sells a part of it takes that part',
    [
      [50, ['confirm']],
      [60, ['sale 1']],
      [70, ['sale 3']],
    ],
    [
      [59, 10, 4],
      [60, 9, 3],
      [70, 6, 0],
    ],
  ],
  [
    'a hold that expired and was taken again has two lives',
    [
      [200, ['expire']],
      [300, ['confirm']],
      [400, ['cancel']],
    ],
    [
      [10, 10, 4],
      [109, 10, 4],
      [110, 10, 0],
      [250, 10, 0],
      [300, 10, 4],
      [400, 10, 0],
    ],
  ],
  [
    'and so it has when it was extended, and confirmed unswept',
    [
      [100, ['extend 50']],
      [300, ['confirm']],
    ],
    [
      [140, 10, 4],
      [150, 10, 0],
      [300, 10, 4],
    ],
  ],
])('%s', async (_, life, history) => {
  second = 10;
  const hold = must(
    await process.one(reserveItems, reserveCommand({ lines: [{ sku, quantity: 4 }], ttlSeconds: 100 })),
  );
  for (const [when, steps] of life) {
    second = when;
    await walk(process, hold, steps, () => at(second));
  }
  const found = [];
  for (const [when] of history) found.push([when, ...Object.values(await asOf(when))]);
  expect(found).toEqual(history);
});

test('what is learnt later changes what was: a late sale, a late count', async () => {
  second = 100;
  expect(await asOf(50)).toEqual({ onHand: 10, reserved: 0 });
  must(await process.one(recordMovements, movement({ sku, quantity: 2, occurredAt: at(40) })));
  expect([await asOf(39), await asOf(50)]).toMatchObject([{ onHand: 10 }, { onHand: 8 }]);
  must(await process.one(recordCounts, count({ sku, onHand: 5, countedAt: at(30) })));
  expect([await asOf(29), await asOf(30), await asOf(50)]).toMatchObject([
    { onHand: 10 },
    { onHand: 5 },
    { onHand: 3 },
  ]);
});

test('before anything was known there was nothing', async () => {
  expect(await asOf(-1)).toEqual({ onHand: 0, reserved: 0 });
});
