// A reservation's units are told of by counter, tills and whoever counts: in every order of their messages stock moves
// once, at the instant at which it did, and the reservation's state follows.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cancelReservation } from '../../src/operations/cancelReservation.ts';
import { collectReservation } from '../../src/operations/collectReservation.ts';
import { confirmReservation } from '../../src/operations/confirmReservation.ts';
import { pickLines } from '../../src/operations/pickLines.ts';
import { putBackReservation } from '../../src/operations/putBackReservation.ts';
import { readyReservation } from '../../src/operations/readyReservation.ts';
import { recordCounts } from '../../src/operations/recordCounts.ts';
import { type RecordMovement, recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { returnLines } from '../../src/operations/returnLines.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { startPicking } from '../../src/operations/startPicking.ts';
import type { StockOperation } from '../../src/operations/writer/operation.ts';
import type { Outcome } from '../../src/operations/writer/outcome.ts';
import { readReservations } from '../../src/queries/reservations.ts';
import { listStockAsOf } from '../../src/queries/stock.ts';
import { contradictions } from '../support/evidence.ts';
import { count, movement } from '../support/facts.ts';
import { walk } from '../support/orderSteps.ts';
import { ROUNDS_TIMEOUT, rounds } from '../support/rounds.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  ACTOR,
  codeOf,
  confirmCommand,
  LAMP,
  LILLE,
  must,
  newReservationId,
  openStockRoom,
  reserveCommand,
  type StockRoom,
  TABLE,
} from '../support/stockRoom.ts';
import {
  type Expected,
  enough,
  expected,
  MESSAGES,
  type Message,
  MINUTES_APART,
  orders,
  SHELF,
  type World,
  worlds,
} from '../support/tillWorlds.ts';

const STARTED_AT = Date.UTC(2026, 0, 15, 12);
const at = (minute: number) => new Date(STARTED_AT + minute * 60_000);
let clock = at(-240);
let room: StockRoom;
let process: StockProcess;
beforeAll(async () => {
  room = await openStockRoom();
  process = openStockProcess(room.url, { now: () => clock });
});
afterAll(async () => {
  await process.close();
  await room.close();
});

/** Nothing is predicted for some orders; if it were for none, the test would say nothing. */
const LIVES_MIN = 100;

type Life = { sku: string; id: string; code: string; world: World; order: Message[]; expected: Expected };

/** Between all that happens, and at some of it. */
const MINUTES = [-100, -90, -75, -60, -50, -45, -40, -30, -20, -15, 0, 5, 10, 15, 25, 35, 45, 55, 65];

test(
  'every order of what counter, till and count tell ends in the same stock, now and at any instant',
  async () => {
    const lives = everyOrder();
    expect(lives.length).toBeGreaterThan(LIVES_MIN);
    await begin(lives);
    const outcomes = lives.map((): string[] => []);
    for (const place of MESSAGES.keys()) {
      clock = at(place * MINUTES_APART);
      const decided = await Promise.all(lives.map((life) => send(life, place)));
      for (const [life, outcome] of decided.entries()) outcomes[life]?.push(wordOf(outcome));
    }
    const of = <T>(tell: (life: Life, place: number) => T) =>
      lives.map((life, place) => ({ world: life.world, order: life.order, told: tell(life, place) }));
    expect(of((_, place) => outcomes[place])).toEqual(of((life) => life.expected.outcomes));

    const found = await readReservations(
      room.database,
      lives.map(({ id }) => id),
    );
    const statuses = new Map(found.map(({ id, status }) => [id, status]));
    expect(of(({ id }) => statuses.get(id))).toEqual(of((life) => life.expected.status));

    await end(lives);
    for (const minute of MINUTES) {
      const levels = await levelsAt(at(minute), lives.length);
      expect({ minute, onHand: of(({ sku }) => levels.get(sku)?.onHand) }).toEqual({
        minute,
        onHand: of((life) => life.expected.onHandAt(minute)),
      });
    }
    clock = at(1_000);
    const levels = await levelsAt(clock, lives.length);
    expect(of(({ sku }) => levels.get(sku)?.reserved)).toEqual(of(() => 0));
    expect(await contradictions(room.database)).toEqual([]);
    expect(process.errors).toEqual([]);
  },
  ROUNDS_TIMEOUT,
);

describe('an order of which nothing is left to hand over has ended, whoever told last', () => {
  const read = async (id: string) => (await readReservations(room.database, [id]))[0];

  async function placed(...lines: { sku: string; quantity: number }[]) {
    for (const { sku } of lines) await room.put(sku, LILLE, 10);
    return room.order({ lines });
  }

  test.each([
    ['the counter', 'the till'],
    ['the till', 'the counter'],
  ])('a line each: %s, then %s', async (...tellers) => {
    const order = await placed({ sku: TABLE, quantity: 1 }, { sku: LAMP, quantity: 1 });
    await walk(room, order, ['start', 'pick', 'ready']);
    for (const teller of tellers) {
      if (teller === 'the till') await walk(room, order, [`sale 1 ${TABLE}`]);
      else await walk(room, order, [`collect 1 ${LAMP}`]);
    }
    expect(await read(order.id)).toMatchObject({ status: 'collected', putBackPending: false });
    // What the till rang up, the counter may still tell: it takes nothing twice.
    if (tellers[0] === 'the till') await walk(room, order, [`collect 1 ${TABLE}`]);
    expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 9, reserved: 0 });
  });

  test.each([
    ['sale 1', 'miss 2'],
    ['miss 1', 'sale 1'],
    ['miss 2', 'sale 1'],
  ])('one unit sold and one missing while it is picked: %s, then %s', async (...steps) => {
    const order = await placed({ sku: TABLE, quantity: 2 });
    await walk(room, order, ['start', ...steps]);
    expect(await read(order.id)).toMatchObject({ status: 'collected', lines: [{ reserved: 0, missing: 1 }] });
    const ready = { ...base(order.id), shelf: null, pickupDeadlineAt: null };
    expect(codeOf(await room.one(readyReservation, ready))).toBe('invalid-transition');
    expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 8, reserved: 0 });
  });

  test('what picking missed was not lost where a till had sold it: it leaves once', async () => {
    const order = await placed({ sku: TABLE, quantity: 2 }, { sku: LAMP, quantity: 1 });
    await walk(room, order, ['start', `miss 2 ${TABLE}`, `sale 2 ${TABLE}`]);
    expect(await read(order.id)).toMatchObject({
      status: 'picking',
      lines: [{ sku: LAMP }, { sku: TABLE, reserved: 0, missing: 0, missingReason: null, sold: 2 }],
    });
    expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 8, reserved: 0 });
    // Another ticket for the same units is a sale beside the order.
    await walk(room, order, [`sale 1 ${TABLE}`]);
    expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 7, reserved: 0 });
  });

  test.each([
    ['while its hold was over', ['expire', 'sale 2', 'confirm']],
    ['while it was held', ['sale 2', 'confirm']],
    ['and brought back while it was held', ['sale 2', 'return 1', 'confirm']],
  ])('sold by a till %s, and ordered after that', async (_, steps) => {
    await room.put(TABLE, LILLE, 10);
    const hold = must(await room.reserve({ lines: [{ sku: TABLE, quantity: 2 }] }));
    if (steps[0] === 'expire') await room.age(hold.id);
    await walk(room, hold, steps);
    expect(await read(hold.id)).toMatchObject({ status: 'collected', orderReference: `order-${hold.id}` });
    const onHand = steps.includes('return 1') ? 9 : 8;
    expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand, reserved: 0 });
    // The shop's retry is the same order; another order is not.
    await walk(room, hold, ['confirm']);
    const other = { ...confirmCommand(hold), orderReference: `other-${hold.id}` };
    expect(codeOf(await room.one(confirmReservation, other))).toBe('invalid-transition');
  });

  afterAll(async () => expect(await contradictions(room.database)).toEqual([]));
});

/** One world after the other, so that every world meets every message in every place; in long runs, every order. */
function everyOrder(): Life[] {
  const all = worlds();
  const every = orders(MESSAGES);
  return (rounds(1) > 1 ? every : enough(every)).flatMap((order, place) => {
    const world = all[place % all.length];
    const predicted = world === undefined ? null : expected(world, order);
    if (world === undefined || predicted === null) return [];
    const [sku, code] = [`LIFE-${place}`, `code-${place}`];
    return [{ sku, code, id: newReservationId(), world, order, expected: predicted }];
  });
}

/** A ready order each, of an item of its own. */
async function begin(lives: readonly Life[]): Promise<void> {
  const items = lives.map(({ sku }) => ({ sku, input: { name: { fr: sku } } }));
  await room.database.transaction((tx) => saveItems(tx, items, clock));
  await each(lives, recordMovements, ({ sku }) =>
    movement({ sku, type: 'receipt', quantity: SHELF, occurredAt: clock }),
  );
  await each(lives, reserveItems, ({ id, sku, world: { quantity } }) =>
    reserveCommand({ id, lines: [{ sku, quantity }] }),
  );
  await each(lives, confirmReservation, ({ id, code }) => ({
    ...confirmCommand({ id, location: LILLE, channel: 'web', lines: [] }),
    pickupCodes: [code] as const,
  }));
  await each(lives, startPicking, ({ id }) => ({ ...base(id), staff: 'Ana', takeOver: false }));
  await each(lives, pickLines, ({ id, sku, world: { quantity } }) => ({
    ...base(id),
    lines: [{ sku, picked: quantity, missing: 0, reason: null }],
  }));
  await each(lives, readyReservation, ({ id }) => ({ ...base(id), shelf: null, pickupDeadlineAt: null }));
}

/** What still lies ready is cancelled, and put back; where a till sold all of it since, nothing is left to put back. */
async function end(lives: readonly Life[]): Promise<void> {
  const open = lives.filter((life) => life.expected.status === 'ready');
  await each(open, cancelReservation, ({ id }) => ({ ...base(id), holdsOnly: false, reason: null }));
  const ended = lives.filter((life) => life.expected.status !== 'collected');
  const found = await readReservations(
    room.database,
    ended.map(({ id }) => id),
  );
  const pending = new Set(found.flatMap(({ id, putBackPending }) => (putBackPending ? [id] : [])));
  await each(
    ended.filter(({ id }) => pending.has(id)),
    putBackReservation,
    ({ id }) => base(id),
  );
}

const base = (id: string) => ({ id, admit: () => true, actor: ACTOR });

async function each<Command>(
  lives: readonly Life[],
  operation: StockOperation<Command, unknown>,
  commandOf: (life: Life) => Command,
): Promise<void> {
  for (const outcome of await process.stock.apply(operation, lives.map(commandOf))) must(outcome);
}

function send(life: Life, place: number): Promise<Outcome<unknown>> {
  const { sku, id, code, world } = life;
  const { message, minute, onHand } = life.expected.told[place] ?? { message: 'count', minute: 0, onHand: 0 };
  const lines = [{ sku, quantity: world.units }];
  const fact = { sku, occurredAt: at(minute) };
  switch (message) {
    case 'collect':
      return process.one(collectReservation, { ...base(id), proof: { pickupCode: code }, lines });
    case 'sale':
    case 'sale again': {
      const sale = { ...fact, eventId: `sale-${id}`, quantity: world.rung, ...nameOf(life, place) };
      return process.one(recordMovements, movement(sale));
    }
    case 'till return': {
      const back = { ...fact, type: 'return' as const, quantity: world.back, ...nameOf(life, place + 1) };
      return process.one(recordMovements, movement(back));
    }
    case 'counter return': {
      const condition = world.damaged ? ('damaged' as const) : ('sellable' as const);
      return process.one(returnLines, { ...base(id), lines: [{ sku, quantity: world.back, condition }] });
    }
    case 'cancel':
      return process.one(cancelReservation, { ...base(id), holdsOnly: false, reason: null });
    case 'count':
      return process.one(recordCounts, count({ sku, onHand, countedAt: at(minute) }));
  }
}

/** Tills name the order in one of three ways; told again, perhaps in another. */
function nameOf({ id, code }: Life, way: number): Partial<RecordMovement> {
  if (way % 3 === 0) return { reservationId: id };
  return {
    named: way % 3 === 1 ? { orderReference: `order-${id}`, channel: null } : { pickupCode: code },
  };
}

function wordOf(outcome: Outcome<unknown>): string {
  if (!outcome.ok) return 'refused';
  return outcome.value === 'duplicate' ? 'duplicate' : 'ok';
}

async function levelsAt(instant: Date, limit: number) {
  const filters = { sku: null, location: LILLE, visible: null };
  const rows = await listStockAsOf(room.database, filters, null, limit + 2, instant);
  return new Map(rows.map((row) => [row.sku, row]));
}
