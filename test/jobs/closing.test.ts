// Jobs that work through what is due in batches end with the one that they are at when the process is told to stop: what is
// left is for another process, or for the next start, and a stop has seconds.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startExpiry } from '../../src/jobs/expiry.ts';
import { startLateTransfers } from '../../src/jobs/lateTransfers.ts';
import { startUnacknowledged } from '../../src/jobs/unacknowledged.ts';
import { confirmReservation } from '../../src/operations/confirmReservation.ts';
import { createTransfer } from '../../src/operations/createTransfer.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { openStockWriter, type StockWriter } from '../../src/operations/stockWriter.ts';
import { silent } from '../support/feedBench.ts';
import {
  ACTOR,
  confirmCommand,
  LILLE,
  LYON,
  must,
  newReservationId,
  openStockRoom,
  reserveCommand,
  type StockRoom,
  TABLE,
  writerOptions,
} from '../support/stockRoom.ts';

/** A batch, and some more. */
const DUE = 203;
const LEFT = 3;
let clock = new Date('2026-11-23T11:00:00.000Z');
let room: StockRoom;
let stock: StockWriter;

beforeAll(async () => {
  room = await openStockRoom();
  await room.put(TABLE, LILLE, 10_000);
  stock = openStockWriter({ ...writerOptions(room.database), now: () => clock });
});
afterAll(async () => {
  await stock.close();
  await room.close();
});

const many = <Made>(make: (at: number) => Made) => Array.from({ length: DUE }, (_, at) => make(at));

async function count(what: string): Promise<number> {
  const rows = await room.database.run(`test.${what}`.slice(0, 60), `SELECT 1 ${what}`, []);
  return rows.length;
}

const options = () => {
  const { catalogue } = writerOptions(room.database);
  const { database } = room;
  return { database, stock, catalogue, log: silent, now: () => clock, pollMilliseconds: 60_000, minutes: 10 };
};

test('holds that are over', async () => {
  await stock.apply(
    reserveItems,
    many(() => reserveCommand({ ttlSeconds: 60 })),
  );
  clock = new Date(clock.getTime() + 61_000);
  await startExpiry(options()).close();
  expect(await count("FROM reservations WHERE status = 'held'")).toBe(LEFT);
});

test('transfers that are late', async () => {
  const expectedAt = new Date(clock.getTime() + 60_000);
  const lines = [{ sku: TABLE, quantity: 1 }];
  await stock.apply(
    createTransfer,
    many((at) => ({
      ...{ id: `trf_${at}`, from: LILLE, to: LYON, lines, expectedAt, reference: null, actor: ACTOR },
    })),
  );
  clock = new Date(clock.getTime() + 61_000);
  await startLateTransfers(options()).close();
  expect(await count('FROM transfers WHERE late_told_at IS NULL')).toBe(LEFT);
});

test('orders that nobody touches', async () => {
  const ids = many(newReservationId);
  const held = await stock.apply(
    reserveItems,
    ids.map((id) => reserveCommand({ id })),
  );
  const escalatesAt = new Date(clock.getTime() + 60_000);
  await stock.apply(
    confirmReservation,
    held.map((outcome) => ({
      ...confirmCommand(must(outcome)),
      ...{ escalatesAt, pickupCodes: [randomUUID()] as const },
    })),
  );
  clock = new Date(clock.getTime() + 61_000);
  await startUnacknowledged(options()).close();
  expect(await count('FROM reservations WHERE escalates_at IS NOT NULL')).toBe(LEFT);
});
