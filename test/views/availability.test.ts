// The views together, kept by a real feed: alternatives, the queue, and many writers and readers at once.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Feed } from '../../src/feed/reader.ts';
import { startFeed } from '../../src/feed/reader.ts';
import { cancelReservation } from '../../src/operations/cancelReservation.ts';
import { confirmReservation } from '../../src/operations/confirmReservation.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { saveLocations } from '../../src/operations/saveLocation.ts';
import { startPicking } from '../../src/operations/startPicking.ts';
import { OpenOrders } from '../../src/views/openOrders.ts';
import { startViews, type Views } from '../../src/views/views.ts';
import { recompute } from '../support/availabilityOracle.ts';
import { locationInput } from '../support/catalogue.ts';
import { eventually } from '../support/eventually.ts';
import { silent } from '../support/feedBench.ts';
import {
  ACTOR,
  confirmCommand,
  LAMP,
  LILLE,
  LYON,
  must,
  openStockRoom,
  reserveCommand,
  type StockRoom,
  TABLE,
} from '../support/stockRoom.ts';
import { type WatchedDatabase, watchDatabase } from '../support/watchedDatabase.ts';

const LENS = 'FR-LENS-01';
const SKUS = Array.from({ length: 12 }, (_, n) => `ITEM-${n}`);
const now = new Date('2026-11-24T13:00:00.000Z');

let room: StockRoom;
let feed: Feed;
let database: WatchedDatabase;
let views: Views;

beforeAll(async () => {
  room = await openStockRoom();
  database = watchDatabase(room.database);
  feed = await startFeed({ database: room.database, log: silent, pollMilliseconds: 5 });
  // Room for a few of the items only: readers keep loading what was forgotten.
  views = await startViews({ database, feed, levelsMax: 150, onError: fail });
  const lens = { code: LENS, input: locationInput({ coordinates: { latitude: 50.43, longitude: 2.83 } }) };
  await room.database.transaction((tx) => saveLocations(tx, [lens], new Date()));
  const items = SKUS.map((sku) => ({ sku, input: { name: { fr: sku } } }));
  await room.database.transaction((tx) => saveItems(tx, items, new Date()));
});
afterAll(async () => {
  views.close();
  await feed.close();
  await room.close();
});

function fail(error: Error): never {
  throw error;
}

async function settled(): Promise<void> {
  await feed.settled();
  await views.settled();
}

describe('alternatives', () => {
  const find = (lines: { sku: string; quantity: number }[], other = {}) =>
    views.availability.findAlternatives({ lines, near: LILLE, limit: 5, now, ...other });

  beforeAll(async () => {
    await room.put(TABLE, LILLE, 50);
    await room.put(TABLE, LYON, 3);
    await room.put(TABLE, LENS, 2);
    await room.put(LAMP, LYON, 1);
    await settled();
  });

  test('are the nearest other locations that have it, with distance and promise', async () => {
    expect(await find([{ sku: TABLE, quantity: 1 }])).toEqual([
      {
        location: expect.objectContaining({ code: LENS, timeZone: 'Europe/Paris' }),
        distanceKm: 27.55,
        promise: { readyAt: new Date('2026-11-24T14:00:00.000Z') },
        staleSince: null,
      },
      {
        location: expect.objectContaining({ code: LYON }),
        distanceKm: 557.32,
        promise: { readyAt: new Date('2026-11-24T13:30:00.000Z') },
        staleSince: null,
      },
    ]);
  });

  test('have the whole cart', async () => {
    const cart = [
      { sku: TABLE, quantity: 1 },
      { sku: LAMP, quantity: 1 },
    ];
    expect((await find(cart)).map(({ location }) => location.code)).toEqual([LYON]);
    expect(await find([{ sku: TABLE, quantity: 4 }])).toEqual([]);
  });

  test('are no more than asked for, and none that the caller may not know of', async () => {
    const cart = [{ sku: TABLE, quantity: 1 }];
    expect((await find(cart, { limit: 1 })).map(({ location }) => location.code)).toEqual([LENS]);
    const sees = (code: string) => code !== LENS;
    expect((await find(cart, { sees })).map(({ location }) => location.code)).toEqual([LYON]);
  });

  test('of a location that is unknown are none', async () => {
    expect(await find([{ sku: TABLE, quantity: 1 }], { near: 'NOWHERE' })).toEqual([]);
  });

  test('for an unknown sku are a problem', async () => {
    await expect(find([{ sku: 'NO-SUCH', quantity: 1 }])).rejects.toMatchObject({ code: 'unknown-item' });
  });
});

describe('the orders before a new one', () => {
  test('are those confirmed and not yet ready, wherever the view came to know of them', async () => {
    await room.put(TABLE, LENS, 20);
    const place = () => room.order({ location: LENS, lines: [{ sku: TABLE, quantity: 1 }] });
    const before = await place();
    const late = new OpenOrders({ database, onError: fail });
    const stop = feed.subscribe({ name: 'late', onEvents: (events) => late.onEvents(events) });
    const gate = database.holdUp('availability.open_orders');
    const loading = late.load();
    await eventually(() => gate.waiting() === 1);
    const during = await place();
    must(await room.one(cancelReservation, cancelCommand(before.id)));
    await feed.settled();
    gate.release();
    await loading;
    expect([late.count(LENS), views.availability.openOrders(LENS)]).toEqual([1, 1]);
    const picking = { id: during.id, admit: () => true, staff: 'Ana', takeOver: false, actor: ACTOR };
    must(await room.one(startPicking, picking));
    await feed.settled();
    expect([late.count(LENS), views.availability.openOrders(LENS)]).toEqual([1, 1]);
    must(await room.one(cancelReservation, cancelCommand(during.id)));
    await feed.settled();
    expect([late.count(LENS), views.availability.openOrders(LENS)]).toEqual([0, 0]);
    stop();
    late.close();
  });

  test('are read again after a reset', async () => {
    const orders = new OpenOrders({ database, onError: fail });
    await orders.load();
    await room.order({ location: LENS, lines: [{ sku: TABLE, quantity: 1 }] });
    orders.onReset();
    await orders.settled();
    expect(orders.count(LENS)).toBe(1);
    orders.close();
  });
});

function cancelCommand(id: string) {
  return { id, admit: () => true, holdsOnly: false, reason: null, actor: ACTOR };
}

/** A small generator with a seed of its own: a failing run can be told apart by its worker. */
function* random(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    yield state / 2 ** 32;
  }
}

function pickFrom<T>(list: readonly [T, ...T[]] | readonly T[], chance: number): T {
  const picked = list[Math.floor(chance * list.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

const CODES = [LILLE, LYON, LENS];

/** Moves, holds, confirms and cancels at random. */
async function write(seed: number, times: number): Promise<void> {
  const draw = random(seed);
  const chance = () => draw.next().value ?? 0;
  const held: { id: string; location: string }[] = [];
  for (let time = 0; time < times; time++) {
    const [sku, location] = [pickFrom(SKUS, chance()), pickFrom(CODES, chance())];
    const what = chance();
    if (what < 0.4) {
      const movement = { source: 'pos', eventId: randomUUID(), type: 'adjustment' as const, sku, location };
      const quantity = pickFrom([-2, -1, 1, 3, 5], chance());
      const facts = {
        occurredAt: new Date(),
        reference: null,
        reservationId: null,
        maySee: () => true,
        actor: ACTOR,
      };
      await room.stock.apply(recordMovements, [{ ...movement, quantity, ...facts }]);
    } else if (what < 0.75) {
      const other = pickFrom(SKUS, chance());
      const lines = [sku, ...(other === sku ? [] : [other])].map((one) => ({ sku: one, quantity: 1 }));
      const [outcome] = await room.stock.apply(reserveItems, [
        reserveCommand({ location, lines, ttlSeconds: 30 }),
      ]);
      if (outcome?.ok) held.push({ id: outcome.value.id, location });
    } else {
      const one = held.pop();
      if (one === undefined) continue;
      if (what < 0.9) await room.stock.apply(cancelReservation, [cancelCommand(one.id)]);
      else {
        const command = {
          ...confirmCommand({ ...one, lines: [], channel: 'web' }),
          pickupCodes: [randomUUID()] as [string],
        };
        await room.stock.apply(confirmReservation, [command]);
      }
    }
  }
}

test('with 8 writers, 4 readers and room for a part of the items, everything ends as the tables have it', async () => {
  let isWriting = true;
  const read = async (seed: number) => {
    for (const chance of random(seed)) {
      if (!isWriting) return;
      await views.availability.levelsOf([pickFrom(SKUS, chance), pickFrom(SKUS, (chance * 7) % 1)]);
      await new Promise(setImmediate);
    }
  };
  const readers = [1, 2, 3, 4].map((seed) => read(seed * 977));
  await Promise.all(Array.from({ length: 8 }, (_, seed) => write(seed + 1, 60)));
  isWriting = false;
  await Promise.all(readers);
  await settled();
  for (const at of [new Date(), new Date(Date.now() + 3_600_000)]) {
    const truth = await recompute(room.database, at);
    for (const sku of SKUS) {
      const everywhere = await views.availability.everywhere(sku, () => true, at);
      expect(everywhere).toHaveLength(3);
      for (const { location, available } of everywhere) {
        expect([sku, location.code, available]).toEqual([
          sku,
          location.code,
          truth[`${sku}@${location.code}`],
        ]);
      }
    }
  }
  expect(await room.drift()).toEqual([]);
});

test('once everything is in memory, no search asks the database', async () => {
  const lines = [{ sku: TABLE, quantity: 1 }];
  const query = {
    near: { latitude: 50.6, longitude: 3 },
    radiusKm: 100,
    limit: 10,
    sort: 'distance' as const,
    after: null,
    sees: () => true,
  };
  await views.availability.search(lines, query, now);
  const before = database.statements.length;
  for (let again = 0; again < 100; again++) await views.availability.search(lines, query, now);
  await views.availability.findAlternatives({ lines, near: LILLE, limit: 3, now });
  expect(database.statements.length).toBe(before);
});
