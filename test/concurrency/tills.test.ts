// Counter and tills tell of the same orders at the same time, through two processes: whoever wins each race, stock moves
// once, and nobody waits for ever.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { collectReservation } from '../../src/operations/collectReservation.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { returnLines } from '../../src/operations/returnLines.ts';
import { readReservations } from '../../src/queries/reservations.ts';
import { contradictions, deadlocks } from '../support/evidence.ts';
import { movement } from '../support/facts.ts';
import { walk } from '../support/orderSteps.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  ACTOR,
  codeOf,
  LAMP,
  LILLE,
  must,
  openStockRoom,
  type StockRoom,
  TABLE,
} from '../support/stockRoom.ts';

const ORDERS = 30;

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

test('collect, sale, the sale again and both returns race: two of each left, one came back', async () => {
  await room.put(TABLE, LILLE, 200);
  await room.put(LAMP, LILLE, 200);
  const countedAt = Date.now();
  const [one, other] = processes;
  const orders = [];
  for (let n = 0; n < ORDERS; n++) {
    // At opposite ends of the levels, so that a missing lock order would show.
    const lines = [TABLE, LAMP].map((sku) => ({ sku, quantity: 2 }));
    const held = must(await room.reserve({ lines: n % 2 === 0 ? lines : lines.toReversed() }));
    await walk(one, held, ['confirm', 'start', 'pick', 'ready']);
    orders.push((await readReservations(room.database, [held.id]))[0] ?? held);
  }
  const told = orders.flatMap(({ id, orderReference, pickupCode, lines }, n) => {
    const [counter, till] = n % 2 === 0 ? [one, other] : [other, one];
    const base = { id, admit: () => true, actor: ACTOR };
    const names = [
      { reservationId: id },
      { named: { orderReference: orderReference ?? '', channel: null } },
      { named: { pickupCode: pickupCode ?? '' } },
    ];
    const name = (way: number) => names[(n + way) % names.length];
    return lines.flatMap(({ sku }) => {
      const sale = { sku, quantity: 2, eventId: `sale-${n}-${sku}` };
      const occurredAt = new Date(countedAt + 1 + n);
      const back = [{ sku, quantity: 1, condition: 'sellable' as const }];
      return [
        () => till.one(recordMovements, movement({ ...sale, occurredAt, ...name(0) })),
        () => counter.one(recordMovements, movement({ ...sale, occurredAt, ...name(1) })),
        () => till.one(recordMovements, movement({ sku, type: 'return', ...name(2) })),
        () => counter.one(returnLines, { ...base, lines: back }),
        () =>
          counter.one(collectReservation, { ...base, proof: { override: { reason: 'known' } }, lines: null }),
      ];
    });
  });
  const inDisorder = told.map((tell, place) => ({ tell, key: (place * 7_919) % told.length }));
  const outcomes = await Promise.all(inDisorder.sort((a, b) => a.key - b.key).map(({ tell }) => tell()));
  const codes = new Set(outcomes.map(codeOf));
  // The counter may be too early for a return, or too late for a second collect of the whole.
  for (const code of codes) expect(['ok', 'invalid-transition', 'units-not-here']).toContain(code);

  for (const sku of [TABLE, LAMP]) {
    expect(await room.level(sku, LILLE)).toMatchObject({ onHand: 200 - ORDERS, reserved: 0 });
  }
  const found = await readReservations(
    room.database,
    orders.map(({ id }) => id),
  );
  expect(new Set(found.map(({ status }) => status))).toEqual(new Set(['collected']));
  expect(await contradictions(room.database)).toEqual([]);
  expect(processes.flatMap(({ errors }) => errors)).toEqual([]);
  expect(await deadlocks(room.database)).toBe(0);
});
