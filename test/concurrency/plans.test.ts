// However many take plans of the same units at once, in how many processes: each gets all of its plan or none of it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Reservation } from '../../src/domain/reservation.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { type ReservePlan, reservePlan } from '../../src/operations/reservePlan.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import type { HoldLines } from '../../src/operations/writer/holdSteps.ts';
import type { Outcome } from '../../src/operations/writer/outcome.ts';
import { contradictions, deadlocks } from '../support/evidence.ts';
import { ROUNDS_TIMEOUT, rounds } from '../support/rounds.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  codeOf,
  LILLE,
  LYON,
  newReservationId,
  openStockRoom,
  reserveCommand,
  type StockRoom,
} from '../support/stockRoom.ts';

const TAKERS = 64;
const UNITS = 20;

let room: StockRoom;
let processes: [StockProcess, StockProcess];
beforeAll(async () => {
  room = await openStockRoom();
  processes = [openStockProcess(room.url), openStockProcess(room.url)];
});
afterAll(async () => {
  expect(await contradictions(room.database)).toEqual([]);
  for (const process of processes) {
    expect(process.errors).toEqual([]);
    await process.close();
  }
  expect(await deadlocks(room.database)).toBe(0);
  await room.close();
});

let made = 0;

/** Two new items, one in each city: what a plan of two stores needs. */
async function stocked(inLille: number, inLyon: number): Promise<[string, string]> {
  made += 1;
  const skus: [string, string] = [`PLAN-A-${made}`, `PLAN-B-${made}`];
  const items = skus.map((sku) => ({ sku, input: { name: { fr: sku } } }));
  await room.database.transaction((tx) => saveItems(tx, items, new Date()));
  await room.put(skus[0], LILLE, inLille);
  await room.put(skus[1], LYON, inLyon);
  return skus;
}

/** A plan for one of each, its stores in either order. */
function planOf([a, b]: [string, string], n = 0, change: Partial<HoldLines> = {}): ReservePlan {
  made += 1;
  const planId = `obj_${made}`;
  const legs = [
    reserveCommand({ location: LILLE, lines: [{ sku: a, quantity: 1 }], planId, ...change }),
    reserveCommand({ location: LYON, lines: [{ sku: b, quantity: 1 }], planId }),
  ];
  return { planId, validUntil: new Date(Date.now() + 600_000), legs: n % 4 < 2 ? legs : legs.toReversed() };
}

const taken = (plan: ReservePlan, n: number): Promise<Outcome<Reservation[]>> =>
  processes[n % 2 === 0 ? 0 : 1].one(reservePlan, plan);

function tally(outcomes: readonly Outcome<unknown>[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const outcome of outcomes) counted[codeOf(outcome)] = (counted[codeOf(outcome)] ?? 0) + 1;
  return counted;
}

/** How many reservations each plan of these has become. */
async function sizesOf(plans: readonly ReservePlan[]): Promise<number[]> {
  const rows = await room.database.run<{ count: number }>(
    'test.plan_sizes',
    `SELECT count(r.id)::int AS count FROM unnest($1::text[]) AS p (id) LEFT JOIN reservations r ON r.plan_id = p.id
     GROUP BY p.id`,
    [plans.map((plan) => plan.legs[0]?.planId)],
  );
  return rows.map((row) => row.count).sort((a, b) => a - b);
}

/** How many transfers there are of an item, whatever became of them. */
async function transfersOf(sku: string): Promise<number | undefined> {
  const [row] = await room.database.run<{ count: number }>(
    'test.transfers',
    'SELECT count(DISTINCT transfer_id)::int AS count FROM transfer_lines JOIN items i ON i.id = item_id WHERE sku = $1',
    [sku],
  );
  return row?.count;
}

const sizes = (none: number, both: number) => [...Array(none).fill(0), ...Array(both).fill(2)];

describe('64 take two-store plans of the same units at once, in two processes', () => {
  test(
    'as many as there are units get both stores, and the others neither',
    async () => {
      for (let round = 0; round < rounds(5); round++) {
        // More in the one city than in the other: who comes too late finds one half of a plan still there.
        const [inLille, inLyon] = round % 2 === 0 ? [UNITS, TAKERS] : [TAKERS, UNITS];
        const [a, b] = await stocked(inLille, inLyon);
        const plans = Array.from({ length: TAKERS }, (_, n) => planOf([a, b], n));
        const outcomes = await Promise.all(plans.map(taken));
        expect(tally(outcomes)).toEqual({ ok: UNITS, 'insufficient-stock': TAKERS - UNITS });
        expect(await sizesOf(plans)).toEqual(sizes(TAKERS - UNITS, UNITS));
        expect(await room.level(a, LILLE)).toMatchObject({ onHand: inLille, reserved: UNITS });
        expect(await room.level(b, LYON)).toMatchObject({ onHand: inLyon, reserved: UNITS });
      }
    },
    ROUNDS_TIMEOUT,
  );

  test(
    'while others take single units from under them',
    async () => {
      for (let round = 0; round < rounds(5); round++) {
        const [a, b] = await stocked(UNITS, UNITS);
        const plans = Array.from({ length: TAKERS }, (_, n) => planOf([a, b], n));
        const alone = plans.map((_, n) =>
          processes[n % 2 === 0 ? 1 : 0].one(
            reserveItems,
            reserveCommand(
              n % 4 < 2
                ? { location: LILLE, lines: [{ sku: a, quantity: 1 }] }
                : { location: LYON, lines: [{ sku: b, quantity: 1 }] },
            ),
          ),
        );
        const [outcomes, single] = [await Promise.all(plans.map(taken)), await Promise.all(alone)];
        const { ok = 0 } = tally(outcomes);
        expect(await sizesOf(plans)).toEqual(sizes(TAKERS - ok, ok));
        // Whatever the race gave to whom, at least one of the stores is sold out and nobody has more than there is.
        const reserved = [(await room.level(a, LILLE)).reserved, (await room.level(b, LYON)).reserved];
        expect(reserved.reduce((sum, units) => sum + units)).toBe(2 * ok + (tally(single).ok ?? 0));
        expect(Math.max(...reserved)).toBe(UNITS);
      }
    },
    ROUNDS_TIMEOUT,
  );

  test(
    'with a transfer in them: neither a hold nor a transfer is left of those that failed',
    async () => {
      for (let round = 0; round < rounds(3); round++) {
        // Nothing of A in Lille: all of it is sent from Lyon, where B is on the shelf.
        const [a, b] = await stocked(0, TAKERS);
        await room.put(a, LYON, UNITS);
        const plans = Array.from({ length: TAKERS }, (_, n) => {
          const order = { from: LYON, transferId: newReservationId().replace('rsv', 'trf'), lines: null };
          const feed = { ...order, expectedAt: new Date(Date.now() + 86_400_000) };
          return planOf([a, b], n, { feed });
        });
        const outcomes = await Promise.all(plans.map(taken));
        expect(tally(outcomes)).toEqual({ ok: UNITS, 'insufficient-stock': TAKERS - UNITS });
        expect(await sizesOf(plans)).toEqual(sizes(TAKERS - UNITS, UNITS));
        expect(await room.level(a, LYON)).toMatchObject({ onHand: UNITS, reserved: UNITS });
        expect(await room.level(b, LYON)).toMatchObject({ reserved: UNITS });
        expect(await transfersOf(a)).toBe(UNITS);
      }
    },
    ROUNDS_TIMEOUT,
  );
});

test(
  'one plan taken by 64 at once, in two processes, is taken once',
  async () => {
    for (let round = 0; round < rounds(5); round++) {
      const [a, b] = await stocked(TAKERS, TAKERS);
      const plan = planOf([a, b]);
      // Each with reservations of its own: it is the plan that is the same.
      const again = () => ({ ...plan, legs: plan.legs.map((leg) => ({ ...leg, id: newReservationId() })) });
      const outcomes = await Promise.all(Array.from({ length: TAKERS }, (_, n) => taken(again(), n)));
      expect(tally(outcomes)).toEqual({ ok: 1, 'plan-taken': TAKERS - 1 });
      expect(await room.level(a, LILLE)).toMatchObject({ reserved: 1 });
      expect(await room.level(b, LYON)).toMatchObject({ reserved: 1 });
      expect(await sizesOf([plan])).toEqual([2]);
    }
  },
  ROUNDS_TIMEOUT,
);
