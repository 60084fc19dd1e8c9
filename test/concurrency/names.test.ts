// Names that may be given once, asked for by two processes at once, on levels that no common lock protects.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { confirmReservation } from '../../src/operations/confirmReservation.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { contradictions } from '../support/evidence.ts';
import { movement } from '../support/facts.ts';
import { rounds } from '../support/rounds.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  codeOf,
  confirmCommand,
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
let processes: [StockProcess, StockProcess];
beforeAll(async () => {
  room = await openStockRoom();
  for (const sku of [TABLE, LAMP]) for (const place of [LILLE, LYON]) await room.put(sku, place, 10_000);
  processes = [openStockProcess(room.url), openStockProcess(room.url)];
});
afterAll(async () => {
  for (const process of processes) await process.close();
  expect(await contradictions(room.database)).toEqual([]);
  await room.close();
});

test('an order reference: one reservation has it, the other is refused', async () => {
  for (let round = 0; round < rounds(20); round++) {
    const orderReference = newReservationId();
    const commands = [LILLE, LYON].map((location) => reserveCommand({ location, orderReference }));
    const outcomes = await Promise.all(
      commands.map((command, n) => processes[n === 0 ? 0 : 1].one(reserveItems, command)),
    );
    expect(outcomes.map(codeOf).sort()).toEqual(['ok', 'order-reference-taken']);
  }
});

test('an event id: one fact has it, the other is refused', async () => {
  for (let round = 0; round < rounds(20); round++) {
    const eventId = newReservationId();
    const outcomes = await Promise.all([
      processes[0].one(recordMovements, movement({ eventId, sku: TABLE })),
      processes[1].one(recordMovements, movement({ eventId, sku: LAMP })),
    ]);
    expect(outcomes.map(codeOf).sort()).toEqual(['event-id-reused', 'ok']);
  }
});

test('a pickup code: orders of a store that draw the same one get different ones, in one batch or two', async () => {
  for (let round = 0; round < rounds(5); round++) {
    const holds = await Promise.all(
      [TABLE, TABLE, LAMP, LAMP].map((sku) =>
        room.one(reserveItems, reserveCommand({ lines: [{ sku, quantity: 1 }] })),
      ),
    );
    const pickupCodes = ['a', 'b', 'c', 'd', 'e'].map((code) => `${round}${code}`) as [string, ...string[]];
    const orders = await Promise.all(
      holds.map((held, n) => {
        const command = { ...confirmCommand(must(held)), pickupCodes };
        return processes[n < 2 ? 0 : 1].one(confirmReservation, command);
      }),
    );
    expect(new Set(orders.map((order) => must(order).pickupCode)).size).toBe(holds.length);
  }
});
