// What back offices report: each fact once, whatever the order; a sale of a reservation takes its units off once.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recordCounts } from '../../src/operations/recordCounts.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { readReservations } from '../../src/queries/reservations.ts';
import { listStockAsOf } from '../../src/queries/stock.ts';
import { contradictions } from '../support/evidence.ts';
import { count, movement } from '../support/facts.ts';
import { walk } from '../support/orderSteps.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  codeOf,
  LAMP,
  LILLE,
  LYON,
  must,
  openStockRoom,
  reserveCommand,
  type StockRoom,
  TABLE,
} from '../support/stockRoom.ts';

let room: StockRoom;
let process: StockProcess;
beforeAll(async () => {
  room = await openStockRoom();
  process = openStockProcess(room.url);
});
afterAll(async () => {
  await process.close();
  expect(await contradictions(room.database)).toEqual([]);
  await room.close();
});

const units = async (sku: string, location: string) => {
  const { onHand, reserved } = await room.level(sku, location);
  return { onHand, reserved };
};

describe('a movement', () => {
  test.each([
    ['sale', 2, 8],
    ['return', 2, 12],
    ['receipt', 2, 12],
    ['loss', 2, 8],
    ['found', 2, 12],
    ['damage', 2, 8],
    ['adjustment', 2, 12],
    ['adjustment', -2, 8],
  ] as const)('%s of %i makes 10 on hand %i', async (type, quantity, expected) => {
    await room.put(TABLE, LYON, 10);
    expect(must(await process.one(recordMovements, movement({ type, quantity, location: LYON })))).toBe(
      'applied',
    );
    expect(await units(TABLE, LYON)).toEqual({ onHand: expected, reserved: 0 });
  });

  test('may bring on hand below zero: a sale is told before its receipt', async () => {
    const level = { sku: LAMP, location: LYON };
    must(await process.one(recordMovements, movement({ ...level, quantity: 3 })));
    expect(await units(LAMP, LYON)).toEqual({ onHand: -3, reserved: 0 });
    must(await process.one(recordMovements, movement({ ...level, type: 'receipt', quantity: 5 })));
    expect(await units(LAMP, LYON)).toEqual({ onHand: 2, reserved: 0 });
  });

  test('counts once, however often it is told, alone or in one request', async () => {
    await room.put(TABLE, LYON, 10);
    const told = movement({ location: LYON });
    const outcomes = [
      ...(await process.stock.apply(recordMovements, [told, told])),
      await process.one(recordMovements, told),
    ];
    expect(outcomes.map(must)).toEqual(['applied', 'duplicate', 'duplicate']);
    expect(await units(TABLE, LYON)).toEqual({ onHand: 9, reserved: 0 });
  });

  test('under an event id that told another fact is refused, and says which', async () => {
    await room.put(TABLE, LYON, 10);
    const told = movement({ location: LYON, quantity: 2 });
    must(await process.one(recordMovements, told));
    for (const other of [
      { quantity: 3 },
      { type: 'loss' as const },
      { sku: LAMP },
      { occurredAt: new Date(0) },
    ]) {
      expect(await process.one(recordMovements, { ...told, ...other })).toMatchObject({
        problem: { code: 'event-id-reused', extras: { recorded: { type: 'sale', quantity: 2 } } },
      });
    }
    expect(await units(TABLE, LYON)).toEqual({ onHand: 8, reserved: 0 });
  });

  test('under an event id that told of another place is refused, and tells nothing of that place', async () => {
    await room.put(TABLE, LYON, 10);
    const told = movement({ location: LYON, quantity: 2 });
    must(await process.one(recordMovements, told));
    const here = { ...told, location: LILLE, maySee: (location: string) => location === LILLE };
    const outcome = await process.one(recordMovements, here);
    expect(outcome).toMatchObject({ problem: { code: 'event-id-reused', extras: {} } });
    expect(outcome).not.toHaveProperty('problem.extras.recorded');
  });

  test('from another source under the same event id is another fact', async () => {
    await room.put(TABLE, LYON, 10);
    const told = movement({ location: LYON });
    must(await process.one(recordMovements, told));
    expect(must(await process.one(recordMovements, { ...told, source: 'erp' }))).toBe('applied');
  });

  test('that is refused spoils no other of its request', async () => {
    await room.put(TABLE, LYON, 10);
    const good = { location: LYON };
    const outcomes = await process.stock.apply(recordMovements, [
      movement(good),
      movement({ ...good, sku: 'NO-SUCH' }),
      movement({ ...good, location: 'NO-SUCH' }),
      movement({ ...good, occurredAt: new Date(Date.now() + 3_600_000) }),
      movement({ ...good, reservationId: 'rsv_NO_SUCH' }),
      movement(good),
    ]);
    expect(outcomes.map(codeOf)).toEqual([
      ...['ok', 'unknown-item', 'unknown-location', 'occurred-in-the-future', 'unknown-reservation', 'ok'],
    ]);
    expect(await units(TABLE, LYON)).toEqual({ onHand: 8, reserved: 0 });
  });

  test('at another store is as unknown as at none, and leaves no trace there', async () => {
    const levels = async () => (await room.database.run('test.levels', 'SELECT * FROM levels', [])).length;
    await process.database.run('test.item', `INSERT INTO items (sku, name) VALUES ('FRESH', '{}')`, []);
    const before = await levels();
    const told = { sku: 'FRESH', maySee: (code: string) => code !== LYON, location: LYON };
    expect(codeOf(await process.one(recordMovements, movement(told)))).toBe('unknown-location');
    expect(codeOf(await process.one(recordCounts, count(told)))).toBe('unknown-location');
    expect(await levels()).toBe(before);
  });

  test('a minute ahead of our clock is taken; later it is still the same fact', async () => {
    await room.put(TABLE, LYON, 10);
    const told = movement({ location: LYON, occurredAt: new Date(Date.now() + 50_000) });
    expect(must(await process.one(recordMovements, told))).toBe('applied');
    expect(must(await process.one(recordMovements, told))).toBe('duplicate');
  });
});

describe('figures at the edge', () => {
  test('on hand that would leave its range is refused, alone, and all before it in the same batch stays', async () => {
    const edge = { sku: LAMP, location: LILLE };
    must(await process.one(recordCounts, count({ ...edge, onHand: 999_999_000 })));
    const receipt = (quantity: number) => movement({ ...edge, type: 'receipt', quantity });
    const outcomes = await process.stock.apply(recordMovements, [receipt(999), receipt(2), receipt(1)]);
    expect(outcomes.map(codeOf)).toEqual(['ok', 'level-out-of-range', 'ok']);
    expect(await units(LAMP, LILLE)).toEqual({ onHand: 1_000_000_000, reserved: 0 });
  });

  test('a ledger whose movements before a count exceed any level can still be read and counted', async () => {
    const at = (second: number) => new Date(Date.UTC(2025, 5, 1, 12, 0, second));
    const level = { sku: 'EDGE', location: LYON };
    await process.database.run('test.edge', `INSERT INTO items (sku, name) VALUES ('EDGE', '{}')`, []);
    must(await process.one(recordCounts, count({ ...level, onHand: 7, countedAt: at(30) })));
    const huge = Array.from({ length: 3_000 }, () =>
      movement({ ...level, type: 'receipt', quantity: 1_000_000, occurredAt: at(20) }),
    );
    const outcomes = await process.stock.apply(recordMovements, huge);
    expect(outcomes.every((outcome) => outcome.ok)).toBe(true);
    expect(must(await process.one(recordCounts, count({ ...level, onHand: 1, countedAt: at(10) })))).toBe(
      'applied',
    );
    expect(await units('EDGE', LYON)).toEqual({ onHand: 7, reserved: 0 });
    const filters = { ...level, visible: null };
    const [then] = await listStockAsOf(room.database, filters, null, 1, at(25));
    expect(then?.onHand).toBe(3_000_000_001);
  });
});

describe('a sale that names a reservation for two of ten takes off on hand once', () => {
  const toReady = ['confirm', 'start', 'pick', 'ready'];
  test.each<[steps: string[], onHand: number, reserved: number, status: string]>([
    [['sale 2'], 8, 0, 'collected'],
    [['sale 1'], 9, 1, 'held'],
    [['sale 1', 'sale 1'], 8, 0, 'collected'],
    [['sale 1', 'confirm'], 9, 1, 'confirmed'],
    [['confirm', 'sale 2'], 8, 0, 'collected'],
    [['confirm', 'start', 'sale 1'], 9, 1, 'picking'],
    [[...toReady, 'sale 2'], 8, 0, 'collected'],
    [[...toReady, 'sale 2', 'collect'], 8, 0, 'collected'],
    [[...toReady, 'collect', 'sale 2'], 8, 0, 'collected'],
    [[...toReady, 'sale 1', 'collect'], 8, 0, 'collected'],
    [[...toReady, 'collect 1', 'sale 1'], 9, 1, 'ready'],
    [[...toReady, 'collect 1', 'sale 2'], 8, 0, 'collected'],
    [[...toReady, 'collect 1', 'sale 1', 'collect 1', 'sale 1'], 8, 0, 'collected'],
    [[...toReady, 'collect', 'sale 1', 'sale 1'], 8, 0, 'collected'],
    // More than the reservation has is an ordinary sale beside it.
    [[...toReady, 'sale 3'], 7, 0, 'collected'],
    [[...toReady, 'collect', 'sale 2', 'sale 1'], 7, 0, 'collected'],
    // Units that are missing left before; what is sold then is what there is.
    [['confirm', 'start', 'miss 1', 'sale 1'], 8, 0, 'collected'],
    [['confirm', 'start', 'miss 1', 'ready', 'collect', 'sale 1'], 8, 0, 'collected'],
    [[...toReady, 'cancel', 'sale 1'], 9, 1, 'cancelled'],
    [[...toReady, 'cancel', 'sale 1', 'put-back'], 9, 0, 'cancelled'],
    [['confirm', 'cancel', 'sale 1'], 9, 0, 'cancelled'],
    [[...toReady, 'sale 2', 'return 2'], 10, 0, 'collected'],
  ])('%j', async (steps, onHand, reserved, status) => {
    await room.put(TABLE, LILLE, 10);
    const lines = [{ sku: TABLE, quantity: 2 }];
    const order = must(await process.one(reserveItems, reserveCommand({ lines })));
    await walk(process, order, steps);
    expect(await units(TABLE, LILLE)).toEqual({ onHand, reserved });
    expect((await readReservations(room.database, [order.id]))[0]?.status).toBe(status);
    if (reserved > 0) await walk(process, order, status === 'cancelled' ? ['put-back'] : ['cancel']);
    if (status === 'ready') await walk(process, order, ['put-back']);
  });

  test('told twice under one event id it is one sale', async () => {
    await room.put(TABLE, LILLE, 10);
    const order = await room.order({ lines: [{ sku: TABLE, quantity: 2 }] });
    const sale = movement({ quantity: 2, reservationId: order.id });
    const outcomes = await process.stock.apply(recordMovements, [sale, sale]);
    expect(outcomes.map(must)).toEqual(['applied', 'duplicate']);
    expect(await units(TABLE, LILLE)).toEqual({ onHand: 8, reserved: 0 });
  });

  test('of another item or another store is refused', async () => {
    await room.put(TABLE, LILLE, 10);
    const order = must(await process.one(reserveItems, reserveCommand({})));
    const sale = { reservationId: order.id };
    expect(codeOf(await process.one(recordMovements, movement({ ...sale, sku: LAMP })))).toBe('unknown-line');
    const elsewhere = await process.one(recordMovements, movement({ ...sale, location: LYON }));
    expect(codeOf(elsewhere)).toBe('unknown-reservation');
    expect(await units(TABLE, LILLE)).toEqual({ onHand: 10, reserved: 1 });
    await walk(process, order, ['cancel']);
  });
});

describe('a hold of which a till sold something', () => {
  test('one whole line of two: the order is confirmed, and holds the other line once', async () => {
    await room.put(TABLE, LILLE, 10);
    await room.put(LAMP, LILLE, 10);
    const lines = [
      { sku: TABLE, quantity: 2 },
      { sku: LAMP, quantity: 3 },
    ];
    const order = must(await process.one(reserveItems, reserveCommand({ lines })));
    await walk(process, order, ['sale 2', 'confirm']);
    expect([await units(LAMP, LILLE), await units(TABLE, LILLE)]).toEqual(
      order.lines[0]?.sku === LAMP
        ? [
            { onHand: 8, reserved: 1 },
            { onHand: 10, reserved: 2 },
          ]
        : [
            { onHand: 10, reserved: 3 },
            { onHand: 8, reserved: 0 },
          ],
    );
    await walk(process, order, ['cancel']);
  });

  test('and that expired: only what is still wanted is taken again', async () => {
    await room.put(TABLE, LILLE, 10);
    const order = must(
      await process.one(reserveItems, reserveCommand({ lines: [{ sku: TABLE, quantity: 3 }] })),
    );
    await walk(process, order, ['sale 1']);
    await room.age(order.id);
    await walk(process, order, ['expire', 'confirm']);
    expect(await units(TABLE, LILLE)).toEqual({ onHand: 9, reserved: 2 });
    await walk(process, order, ['start', 'pick', 'ready', 'collect']);
    expect(await units(TABLE, LILLE)).toEqual({ onHand: 7, reserved: 0 });
  });
});
