// However many ask at once, in whatever order, in how many processes: what is promised is there.
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expireReservation } from '../../src/operations/expireReservation.ts';
import { recordCounts } from '../../src/operations/recordCounts.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { type ReserveItems, reserveItems } from '../../src/operations/reserveItems.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import type { Outcome } from '../../src/operations/writer/outcome.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { contradictions, deadlocks } from '../support/evidence.ts';
import { ROUNDS_TIMEOUT, rounds } from '../support/rounds.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  ACTOR,
  codeOf,
  LILLE,
  must,
  newReservationId,
  openStockRoom,
  reserveCommand,
  type StockRoom,
} from '../support/stockRoom.ts';

const UNITS = 100;
const RACERS = 400;

let room: StockRoom;
let processes: [StockProcess, StockProcess];
beforeAll(async () => {
  room = await openStockRoom();
  processes = [openStockProcess(room.url), openStockProcess(room.url)];
});
afterAll(async () => {
  for (const process of processes) await process.close();
  expect(await deadlocks(room.database)).toBe(0);
  await room.close();
});

let made = 0;

/** New items with so many on hand. */
async function stocked(units: number, ...names: string[]): Promise<string[]> {
  made += 1;
  const skus = names.map((name) => `${name}-${made}`);
  const items = skus.map((sku) => ({ sku, input: { name: { fr: sku } } }));
  await room.database.transaction((tx) => saveItems(tx, items, new Date()));
  for (const sku of skus) await room.put(sku, LILLE, units);
  return skus;
}

function raceFor(carts: readonly ReserveItems['lines'][]): Promise<Outcome<unknown>[]> {
  return Promise.all(
    carts.map((lines, racer) =>
      processes[racer % 2 === 0 ? 0 : 1].one(reserveItems, reserveCommand({ lines })),
    ),
  );
}

function tally(outcomes: readonly Outcome<unknown>[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const outcome of outcomes) counted[codeOf(outcome)] = (counted[codeOf(outcome)] ?? 0) + 1;
  return counted;
}

describe('400 at once for 100 units, by two processes', () => {
  test(
    'of one item: 100 are accepted and 300 are not',
    async () => {
      for (let round = 0; round < rounds(20); round++) {
        const [sku = ''] = await stocked(UNITS, 'ONE');
        const outcomes = await raceFor(Array.from({ length: RACERS }, () => [{ sku, quantity: 1 }]));
        expect(tally(outcomes)).toEqual({ ok: UNITS, 'insufficient-stock': RACERS - UNITS });
        expect(await room.level(sku, LILLE)).toMatchObject({ onHand: UNITS, reserved: UNITS });
      }
    },
    ROUNDS_TIMEOUT,
  );

  test(
    'in carts that name the same items in opposite orders: 100, all lines or nothing',
    async () => {
      for (let round = 0; round < rounds(15); round++) {
        const skus = await stocked(UNITS, 'A', 'B', 'C', 'D', 'E', 'F');
        const cart = skus.map((sku) => ({ sku, quantity: 1 }));
        const carts = [cart, cart.toReversed()];
        // The first batches of the two processes start at opposite ends.
        const outcomes = await raceFor(
          Array.from({ length: RACERS }, (_, n) => carts[(n + (n >> 1)) % 2] ?? cart),
        );
        expect(tally(outcomes)).toEqual({ ok: UNITS, 'insufficient-stock': RACERS - UNITS });
        for (const sku of skus) {
          expect(await room.level(sku, LILLE)).toMatchObject({ onHand: UNITS, reserved: UNITS });
        }
      }
    },
    ROUNDS_TIMEOUT,
  );

  test(
    'while holds are due, goods arrive and old counts come in: never one more than there are',
    async () => {
      for (let round = 0; round < rounds(15); round++) await raceInTheMidst();
      expect(await contradictions(room.database)).toEqual([]);
    },
    ROUNDS_TIMEOUT,
  );
});

/** 80 are there, 30 of them in holds that are over; 20 more arrive while 400 ask. */
async function raceInTheMidst(): Promise<void> {
  const skus = await stocked(80, 'A', 'B');
  const cart = skus.map((sku) => ({ sku, quantity: 1 }));
  const due = await Promise.all(
    Array.from({ length: 10 }, () => hold(cart.map((line) => ({ ...line, quantity: 3 })))),
  );
  await room.database.run(
    'test.age_all',
    `UPDATE reservations SET expires_at = now() - interval '1 s' WHERE id = ANY ($1)`,
    [due],
  );
  const sweeping = Promise.all(due.map((id) => processes[1].one(expireReservation, { id, actor: ACTOR })));
  const facts = Promise.all(skus.flatMap((sku) => Array.from({ length: 20 }, (_, n) => tellOf(sku, n))));
  const outcomes = await raceFor(
    Array.from({ length: RACERS }, (_, n) => (n % 2 === 0 ? cart : cart.toReversed())),
  );
  await Promise.all([sweeping, facts]);

  const { ok = 0, ...refused } = tally(outcomes);
  expect(ok).toBeGreaterThanOrEqual(80);
  expect(refused).toEqual({ 'insufficient-stock': RACERS - ok });
  // Who came before the goods was refused; who comes now gets what is left, and not one more.
  expect(tally(await raceFor(Array.from({ length: RACERS }, () => cart)))).toEqual({
    ...(ok === UNITS ? {} : { ok: UNITS - ok }),
    'insufficient-stock': RACERS - (UNITS - ok),
  });
  for (const sku of skus) {
    expect(await room.level(sku, LILLE)).toMatchObject({ onHand: UNITS, reserved: UNITS });
  }
}

async function hold(lines: ReserveItems['lines']): Promise<string> {
  return must(await processes[0].one(reserveItems, reserveCommand({ lines }))).id;
}

/** A unit arrives, told by both processes; and somebody tells a count of last week. */
async function tellOf(sku: string, n: number): Promise<void> {
  const told = { source: 'wms', sku, location: LILLE, maySee: () => true };
  const receipt = { ...told, eventId: `${sku}/${n}`, type: 'receipt' as const, quantity: 1, actor: ACTOR };
  const arrived = { ...receipt, occurredAt: new Date(), reference: null, reservationId: null };
  const lastWeek = new Date(Date.now() - 7 * 86_400_000);
  const count = { ...told, eventId: newReservationId(), onHand: n, countedAt: lastWeek, expected: null };
  const outcomes = await Promise.all([
    processes[0].one(recordMovements, arrived),
    processes[1].one(recordMovements, arrived),
    processes[n % 2 === 0 ? 0 : 1].one(recordCounts, count),
  ]);
  expect(outcomes.map(must).sort()).toEqual(['applied', 'applied', 'duplicate']);
}

test('all of it is in the ledger and was told, and nothing was an error', async () => {
  expect(await contradictions(room.database)).toEqual([]);
  expect(processes.flatMap(({ errors }) => errors)).toEqual([]);
});

describe('over HTTP, by two servers', () => {
  let apps: [TestApp, TestApp];
  beforeAll(async () => {
    const databaseUrl = room.url;
    apps = [await startTestApp({ databaseUrl }), await startTestApp({ databaseUrl })];
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
  });

  test(
    '400 requests over 64 connections for 100 units: 100 times 201, 300 times 409',
    async () => {
      for (let round = 0; round < rounds(3); round++) {
        const [sku = ''] = await stocked(UNITS, 'WEB');
        const agents = apps.map(() => new Agent({ keepAlive: true, maxSockets: 32 }));
        const body = JSON.stringify({ location: LILLE, lines: [{ sku, quantity: 1 }] });
        const statuses = await Promise.all(
          Array.from({ length: RACERS }, (_, n) => place(apps[n % 2 === 0 ? 0 : 1], agents[n % 2], body)),
        );
        for (const agent of agents) agent.destroy();
        expect(statuses.filter((status) => status === 201)).toHaveLength(UNITS);
        expect(statuses.filter((status) => status === 409)).toHaveLength(RACERS - UNITS);
        expect(await room.level(sku, LILLE)).toMatchObject({ onHand: UNITS, reserved: UNITS });
      }
      expect(await contradictions(room.database)).toEqual([]);
    },
    ROUNDS_TIMEOUT,
  );
});

function place(app: TestApp, agent: Agent | undefined, body: string): Promise<number | undefined> {
  const headers = {
    Authorization: `Bearer ${app.admin}`,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Idempotency-Key': newReservationId(),
  };
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, ...(agent === undefined ? {} : { agent }) };
    const sent = request(`${app.url}/v1/reservations`, options, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
