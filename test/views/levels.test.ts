// Levels in memory against the table: loads that race events, events that come late or twice, bounds and failures.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Reservation } from '../../src/domain/reservation.ts';
import { cancelReservation } from '../../src/operations/cancelReservation.ts';
import { cancelTransfer } from '../../src/operations/cancelTransfer.ts';
import { confirmReservation } from '../../src/operations/confirmReservation.ts';
import { expireReservation } from '../../src/operations/expireReservation.ts';
import { extendHold } from '../../src/operations/extendHold.ts';
import { recordCounts } from '../../src/operations/recordCounts.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { openStockWriter, type StockWriter } from '../../src/operations/stockWriter.ts';
import { Catalogue } from '../../src/views/catalogue.ts';
import { Levels, type ViewEvent } from '../../src/views/levels.ts';
import { Locations } from '../../src/views/locations.ts';
import { recompute } from '../support/availabilityOracle.ts';
import { eventually } from '../support/eventually.ts';
import {
  ACTOR,
  confirmCommand,
  LAMP,
  LILLE,
  LYON,
  newReservationId,
  openStockRoom,
  reserveCommand,
  type StockRoom,
  TABLE,
  writerOptions,
} from '../support/stockRoom.ts';
import { type WatchedDatabase, watchDatabase } from '../support/watchedDatabase.ts';

const SKUS = [TABLE, LAMP];
const CODES = [LILLE, LYON];
const LOAD = 'availability.item_levels';

let room: StockRoom;
let stock: StockWriter;
let clock = new Date('2026-11-24T13:00:00.000Z');
let database: WatchedDatabase;
let locations: Locations;
let catalogue: Catalogue;
let levels: Levels;
/** The last event that was delivered to the view. */
let delivered = 0;

beforeAll(async () => {
  room = await openStockRoom();
  stock = openStockWriter({ ...writerOptions(room.database), now: () => clock });
});
beforeEach(async () => {
  database = watchDatabase(room.database);
  locations = new Locations({ database, onError: fail });
  await locations.load();
  catalogue = new Catalogue(database, locations);
  levels = new Levels({ database, locations });
  [{ max: delivered }] = (await room.database.run<{ max: number }>(
    'test.last',
    'SELECT coalesce(max(id), 0) AS max FROM events',
    [],
  )) as [{ max: number }];
});
afterAll(async () => {
  await stock.close();
  await room.close();
});

function fail(error: Error): never {
  throw error;
}

/** Hands the view the next events, in the order of commit (the test writes one transaction at a time). */
async function deliver(count = 1_000): Promise<void> {
  const rows = await room.database.run<ViewEvent & { id: number }>(
    'test.events',
    'SELECT id, type, location, subject, version, data FROM events WHERE id > $1 ORDER BY id LIMIT $2',
    [delivered, count],
  );
  delivered = rows.at(-1)?.id ?? delivered;
  levels.onEvents(rows);
}

/** Two counts of one instant would be ordered by their event ids: each is a millisecond after the one before. */
let counts = 0;

async function count(sku: string, location: string, onHand: number): Promise<void> {
  const command = {
    source: 'wms',
    eventId: randomUUID(),
    sku,
    location,
    onHand,
    countedAt: new Date(clock.getTime() + ++counts),
    expected: null,
  };
  await stock.apply(recordCounts, [{ ...command, maySee: () => true }]);
}

async function ask(skus = SKUS): Promise<void> {
  const items = await catalogue.items(skus);
  await levels.load(skus.flatMap((sku) => items.get(sku) ?? []));
}

/** What the view says of every level at an instant. */
async function viewed(at: Date): Promise<Record<string, number>> {
  const items = await catalogue.items(SKUS);
  const loaded = await levels.load(SKUS.flatMap((sku) => items.get(sku) ?? []));
  const cells = loaded.flatMap((entry) =>
    CODES.map(
      (code) => [`${entry.sku}@${code}`, entry.available(locations.slotOf(code), at.getTime())] as const,
    ),
  );
  return Object.fromEntries(cells);
}

const later = (minutes: number) => new Date(clock.getTime() + minutes * 60_000);

describe('a load', () => {
  test('that ends after an event was told answers with what the event told', async () => {
    await count(TABLE, LILLE, 5);
    const gate = database.holdUp(LOAD);
    const asked = ask();
    await eventually(() => gate.waiting() === 1);
    await count(TABLE, LILLE, 8);
    await deliver();
    gate.release();
    await asked;
    expect((await viewed(clock))[`${TABLE}@${LILLE}`]).toBe(8);
  });

  test('is not undone by an older event that is told only afterwards', async () => {
    await count(TABLE, LILLE, 3);
    await count(TABLE, LILLE, 4);
    await ask();
    await deliver(1);
    expect((await viewed(clock))[`${TABLE}@${LILLE}`]).toBe(4);
  });

  test('knows that a hold was extended, though its first event is told only afterwards', async () => {
    await count(LAMP, LYON, 5);
    const [outcome] = await stock.apply(reserveItems, [
      reserveCommand({ location: LYON, lines: [{ sku: LAMP, quantity: 2 }], ttlSeconds: 60 }),
    ]);
    const id = outcome?.ok ? outcome.value.id : '';
    await stock.apply(extendHold, [{ id, admit: () => true, actor: ACTOR, ttlSeconds: 600 }]);
    await ask();
    await deliver(3);
    expect((await viewed(later(5)))[`${LAMP}@${LYON}`]).toBe(3);
    await stock.apply(cancelReservation, [
      { id, admit: () => true, actor: ACTOR, holdsOnly: true, reason: null },
    ]);
  });

  test('is one statement for all who ask meanwhile', async () => {
    const gate = database.holdUp(LOAD);
    const asked = [ask([TABLE]), ask([TABLE]), ask([TABLE])];
    await eventually(() => gate.waiting() === 1);
    gate.release();
    await Promise.all(asked);
    expect(database.statements.filter((name) => name === LOAD)).toHaveLength(1);
  });

  test('of many items is one statement', async () => {
    await ask(SKUS);
    expect(database.statements.filter((name) => name === LOAD)).toHaveLength(1);
  });

  test('that fails fails for those who wait, and the next one is asked anew', async () => {
    const mend = database.breakDown(LOAD);
    await expect(Promise.all([ask(), ask()])).rejects.toThrow('broken');
    mend();
    expect(await viewed(clock)).toEqual(await recompute(room.database, clock));
  });

  test('that names a location which was never read reads the locations', async () => {
    const empty = new Locations({ database, onError: fail });
    const fresh = new Levels({ database, locations: empty });
    await count(LAMP, LYON, 6);
    const [entry] = await fresh.load([...(await catalogue.items([LAMP])).values()]);
    expect(entry?.available(empty.slotOf(LYON), clock.getTime())).toBe(6);
  });

  test('asks the database nothing once the item is in memory', async () => {
    await ask();
    const before = database.statements.length;
    await count(TABLE, LILLE, 7);
    await deliver();
    for (let again = 0; again < 100; again++) await ask();
    expect(database.statements.length).toBe(before);
  });
});

describe('the bound', () => {
  test('makes room by forgetting the item least recently asked for, and answers stay right', async () => {
    await count(TABLE, LILLE, 2);
    await count(LAMP, LILLE, 9);
    levels = new Levels({ database, locations, levelsMax: 30 });
    for (let again = 0; again < 3; again++) {
      for (const sku of SKUS) await ask([sku]);
      expect(levels.usage().items).toBe(1);
      expect(levels.usage().levels).toBeLessThanOrEqual(30);
    }
    expect(await viewed(clock)).toEqual(await recompute(room.database, clock));
  });

  test('weighs an item again when it gains levels', async () => {
    await ask();
    const before = levels.usage().levels;
    const places = Array.from({ length: 10 }, (_, n) => `NEW-${n}`);
    levels.onEvents(
      places.map((location) => ({
        type: 'stock.changed' as const,
        location,
        subject: `stock/${TABLE}@${location}`,
        version: 1,
        data: { sku: TABLE, onHand: 1, reserved: 0, buffer: 0, available: 1, reason: 'count' },
      })),
    );
    expect(levels.usage().levels).toBeGreaterThanOrEqual(before + 8);
  });

  test('does not keep those waiting for a load from its result', async () => {
    levels = new Levels({ database, locations, levelsMax: 1 });
    expect(await viewed(clock)).toEqual(await recompute(room.database, clock));
    expect(levels.usage().items).toBe(0);
  });
});

/** What is missing there is sent from the other place. */
const fedFrom = (location: string) => ({
  from: location === LILLE ? LYON : LILLE,
  transferId: `trf_${newReservationId()}`,
  expectedAt: later(600),
  lines: null,
});

describe('a hold that waits for units from elsewhere, once it is over and nobody has ended it', () => {
  const placeFed = async () => {
    await count(TABLE, LILLE, 1);
    await count(TABLE, LYON, 5);
    const [outcome] = await stock.apply(reserveItems, [
      reserveCommand({ lines: [{ sku: TABLE, quantity: 3 }], ttlSeconds: 60, feed: fedFrom(LILLE) }),
    ]);
    return outcome?.ok ? outcome.value.id : '';
  };
  const cells = async (at: Date) => {
    const all = await viewed(at);
    return [all[`${TABLE}@${LILLE}`], all[`${TABLE}@${LYON}`]];
  };

  test.each(['by the load', 'by its event'])('counts at neither end: known %s', async (how) => {
    if (how === 'by its event') await ask();
    const id = await placeFed();
    if (how === 'by its event') await deliver();
    expect([await cells(clock), await cells(later(2))]).toEqual([
      [0, 3],
      [1, 5],
    ]);
    await stock.apply(cancelReservation, [
      { id, admit: () => true, actor: ACTOR, holdsOnly: true, reason: null },
    ]);
  });

  test('counts at both as an order: its time is not over any more', async () => {
    await ask();
    const id = await placeFed();
    await deliver();
    const order = { id, location: LILLE, channel: 'web', lines: [] };
    await stock.apply(confirmReservation, [{ ...confirmCommand(order), pickupCodes: [randomUUID()] }]);
    await deliver();
    expect(await cells(later(2))).toEqual([0, 3]);
    await stock.apply(cancelReservation, [
      { id, admit: () => true, actor: ACTOR, holdsOnly: false, reason: null },
    ]);
  });
});

test('a reset forgets everything, and what was being read as well', async () => {
  await ask([TABLE]);
  const gate = database.holdUp(LOAD);
  const asked = ask([LAMP]);
  await eventually(() => gate.waiting() === 1);
  levels.onReset();
  gate.release();
  await asked;
  expect([levels.get(TABLE), levels.get(LAMP)]).toEqual([null, null]);
  expect(await viewed(clock)).toEqual(await recompute(room.database, clock));
});

/** What may happen, in any order. Numbers pick among what there is at that moment. */
const anyStep = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('count' as const), fc.nat(1), fc.nat(1), fc.nat(12)) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('hold' as const), fc.nat(2), fc.nat(1), fc.nat(3)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('feed' as const), fc.nat(2), fc.nat(1), fc.nat(3)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('callOff' as const), fc.nat(9), fc.nat(), fc.nat()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('confirm' as const), fc.nat(9), fc.nat(), fc.nat()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('cancel' as const), fc.nat(9), fc.nat(), fc.nat()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('extend' as const), fc.nat(9), fc.nat(), fc.nat()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('sweep' as const), fc.nat(9), fc.nat(), fc.nat()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('wait' as const), fc.nat(4), fc.nat(), fc.nat()) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('deliver' as const), fc.nat(5), fc.nat(), fc.nat()) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('ask' as const), fc.nat(2), fc.nat(), fc.nat()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('release' as const), fc.nat(), fc.nat(), fc.nat()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('forget' as const), fc.nat(), fc.nat(), fc.nat()) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer One> ? One : never;

const lines = (which: number, quantity: number) =>
  which === 2
    ? SKUS.map((sku) => ({ sku, quantity: quantity + 1 }))
    : [{ sku: SKUS[which] ?? TABLE, quantity: quantity + 1 }];

/** Plays a schedule; afterwards every load has ended. */
async function play(steps: readonly Step[]): Promise<void> {
  const asked: Promise<void>[] = [];
  const held: Reservation[] = [];
  let gate = database.holdUp(LOAD);
  const admit = () => true;
  for (const [what, a, b, c] of steps) {
    const hold = held[a % Math.max(1, held.length)];
    const admitted = hold === undefined ? null : { id: hold.id, admit, actor: ACTOR };
    if (what === 'count') await count(SKUS[a] ?? TABLE, CODES[b] ?? LILLE, c);
    else if (what === 'hold' || what === 'feed') {
      const location = CODES[b] ?? LILLE;
      const feed = what === 'feed' ? fedFrom(location) : null;
      const command = reserveCommand({ location, lines: lines(a, c), ttlSeconds: 120, feed });
      const [outcome] = await stock.apply(reserveItems, [command]);
      if (outcome?.ok) held.push(outcome.value);
    } else if (what === 'deliver') await deliver(a + 1);
    else if (what === 'wait') clock = later(a);
    else if (what === 'ask') {
      const waiting = gate.waiting();
      asked.push(ask(a === 2 ? SKUS : [SKUS[a] ?? TABLE]));
      await Promise.race([
        asked.at(-1),
        eventually(() => gate.waiting() > waiting, { milliseconds: 50, every: 1 }).catch(() => {}),
      ]);
    } else if (what === 'release') {
      gate.release();
      await Promise.all(asked);
      gate = database.holdUp(LOAD);
    } else if (what === 'forget') levels.onReset();
    else if (admitted === null || hold === undefined) continue;
    else if (what === 'callOff') {
      const id = hold.transfer?.id ?? '';
      await stock.apply(cancelTransfer, [{ id, admit, reason: null, actor: ACTOR }]);
    } else if (what === 'confirm') {
      await stock.apply(confirmReservation, [
        { ...confirmCommand({ ...hold, channel: 'web', lines: [] }), pickupCodes: [randomUUID()] },
      ]);
    } else if (what === 'cancel') {
      await stock.apply(cancelReservation, [{ ...admitted, holdsOnly: false, reason: null }]);
    } else if (what === 'extend') await stock.apply(extendHold, [{ ...admitted, ttlSeconds: 240 }]);
    else await stock.apply(expireReservation, [{ id: hold.id, actor: ACTOR }]);
  }
  gate.release();
  await Promise.all(asked);
}

/** Hands out what was not told yet, one by one. */
async function deliverEach(check: () => Promise<void>): Promise<void> {
  for (let before = -1; before !== delivered; ) {
    before = delivered;
    await deliver(1);
    await check();
  }
}

test('in whatever order writes, loads, deliveries and the clock run, the view ends where the tables are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 40 }), async (steps) => {
      await play(steps);
      await deliver();
      for (const at of [clock, later(1), later(3), later(5)])
        expect(await viewed(at)).toEqual(await recompute(room.database, at));
    }),
    { numRuns: 60 },
  );
});

test('a load that is ahead of the feed is never taken back by what the feed tells next', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 30 }), async (steps) => {
      await play(steps);
      levels.onReset();
      const reserved = new Date(0);
      const now = await recompute(room.database, reserved);
      await deliverEach(async () => expect(await viewed(reserved)).toEqual(now));
    }),
    { numRuns: 20 },
  );
});
