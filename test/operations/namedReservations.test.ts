// A till knows no reservation by its id: it names it by what it knows, and what is told again means the same order.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Reservation } from '../../src/domain/reservation.ts';
import { collectReservation } from '../../src/operations/collectReservation.ts';
import { confirmReservation } from '../../src/operations/confirmReservation.ts';
import { type RecordMovement, recordMovements } from '../../src/operations/recordMovements.ts';
import { readReservations } from '../../src/queries/reservations.ts';
import { contradictions } from '../support/evidence.ts';
import { movement } from '../support/facts.ts';
import { walk } from '../support/orderSteps.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  ACTOR,
  codeOf,
  confirmCommand,
  LILLE,
  LYON,
  must,
  openStockRoom,
  type StockRoom,
  TABLE,
} from '../support/stockRoom.ts';

let room: StockRoom;
let process: StockProcess;
let made = 0;
beforeAll(async () => {
  room = await openStockRoom();
  process = openStockProcess(room.url);
});
beforeEach(() => room.put(TABLE, LILLE, 10));
afterAll(async () => {
  await process.close();
  expect(await contradictions(room.database)).toEqual([]);
  await room.close();
});

/** An order for two tables that is not collected yet. */
async function order(names: { channel?: string; orderReference?: string; pickupCode?: string } = {}) {
  made += 1;
  const { channel = 'web', orderReference = `ref-${made}`, pickupCode = `pin-${made}` } = names;
  const held = must(await room.reserve({ channel, lines: [{ sku: TABLE, quantity: 2 }] }));
  const command = { ...confirmCommand(held), orderReference, pickupCodes: [pickupCode] as const };
  return must(await process.one(confirmReservation, command));
}

const sale = (told: Partial<RecordMovement>) => movement({ quantity: 2, ...told });
const byCode = (pickupCode: string) => ({ named: { pickupCode } });
const byReference = (orderReference: string, channel: string | null = null) => ({
  named: { orderReference, channel },
});

async function statusOf({ id }: Reservation): Promise<string | undefined> {
  return (await readReservations(room.database, [id]))[0]?.status;
}

test('a till that names one order in every sale is stopped; the counter is not', async () => {
  const told = await order();
  const sales = Array.from({ length: 1_001 }, () => sale({ reservationId: told.id, quantity: 1 }));
  const outcomes = (await process.stock.apply(recordMovements, sales)).map(codeOf);
  expect(outcomes.filter((code) => code === 'ok')).toHaveLength(1_000);
  expect(outcomes.at(-1)).toBe('too-many-tellings');
  expect(codeOf(await process.one(recordMovements, sale({ reservationId: null })))).toBe('ok');
  const proof = { override: { reason: 'late' } };
  const collect = { id: told.id, admit: () => true, proof, lines: null, actor: ACTOR };
  expect(codeOf(await process.one(collectReservation, collect))).toBe('ok');
});

describe('a sale that names its order', () => {
  test('by its reference or its pickup code collects it', async () => {
    const [first, second] = [await order(), await order()];
    must(await process.one(recordMovements, sale(byReference(first.orderReference ?? ''))));
    must(await process.one(recordMovements, sale(byCode(second.pickupCode ?? ''))));
    expect([await statusOf(first), await statusOf(second)]).toEqual(['collected', 'collected']);
    expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 6, reserved: 0 });
  });

  test('by a reference of two channels must say which', async () => {
    const orderReference = 'shared';
    const [web, app] = [await order({ orderReference }), await order({ orderReference, channel: 'app' })];
    expect(await process.one(recordMovements, sale(byReference(orderReference)))).toMatchObject({
      problem: { code: 'ambiguous-order-reference', extras: { reservations: [web.id, app.id].sort() } },
    });
    must(await process.one(recordMovements, sale(byReference(orderReference, 'app'))));
    expect([await statusOf(web), await statusOf(app)]).toEqual(['confirmed', 'collected']);
    await walk(process, web, ['cancel']);
  });

  test.each([
    ['a reference that no order has', () => byReference('no-such')],
    ['a code that no order has', () => byCode('no-such')],
    ['a reference of another channel', (one: Reservation) => byReference(one.orderReference ?? '', 'app')],
    ['another store’s order', (one: Reservation) => ({ ...byCode(one.pickupCode ?? ''), location: LYON })],
    [
      'another store’s order by its reference',
      (one: Reservation) => ({ ...byReference(one.orderReference ?? ''), location: LYON }),
    ],
  ])('is refused for %s, and changes nothing', async (_, naming) => {
    const one = await order();
    expect(codeOf(await process.one(recordMovements, sale(naming(one))))).toBe('unknown-reservation');
    expect(await statusOf(one)).toBe('confirmed');
    expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 10, reserved: 2 });
    await walk(process, one, ['cancel']);
  });

  test('by a code that is used again means the open order; told again, the one that it meant first', async () => {
    const old = await order({ pickupCode: 'again' });
    const told = sale(byCode('again'));
    must(await process.one(recordMovements, told));
    const open = await order({ pickupCode: 'again' });
    expect(must(await process.one(recordMovements, told))).toBe('duplicate');
    expect(await statusOf(open)).toBe('confirmed');
    must(await process.one(recordMovements, sale({ ...byCode('again'), quantity: 1 })));
    expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 7, reserved: 1 });
    // Of those that have ended, the last one; whichever order was made first.
    await walk(process, open, ['cancel']);
    must(await process.one(recordMovements, movement({ ...byCode('again'), type: 'return' })));
    const [first, last] = await readReservations(room.database, [old.id, open.id].sort());
    const backs = [first, last].map((one) => [one?.id, one?.lines[0]?.returnedSold]);
    expect(new Map(backs.map(([id, units]) => [id, units]))).toEqual(
      new Map([
        [old.id, 0],
        [open.id, 1],
      ]),
    );
  });

  test('late, by a code that is used again, means the order that had it then', async () => {
    const old = await order({ pickupCode: 'reused' });
    await walk(process, old, ['start', 'pick', 'ready']);
    const rungUp = new Date();
    await walk(process, old, ['collect']);
    const open = await order({ pickupCode: 'reused' });
    must(await process.one(recordMovements, sale({ ...byCode('reused'), occurredAt: rungUp })));
    const [told] = await readReservations(room.database, [old.id]);
    expect([told?.lines[0]?.sold, await statusOf(open)]).toEqual([2, 'confirmed']);
    // Before any order had it, by a clock that is slow: the nearest.
    const slow = sale({ ...byCode('reused'), occurredAt: new Date(old.createdAt.getTime() - 60_000) });
    must(await process.one(recordMovements, slow));
    expect([await statusOf(old), await statusOf(open)]).toEqual(['collected', 'confirmed']);
    await walk(process, open, ['cancel']);
  });

  test('where it was sold, and not prepared, learns where its units leave', async () => {
    await room.put(TABLE, LYON, 5);
    const seller = { location: LILLE, deviceId: null };
    const held = must(await room.reserve({ location: LYON, channel: 'store', seller }));
    const one = must(await process.one(confirmReservation, { ...confirmCommand(held), pickupCodes: ['1'] }));
    const refused = { problem: { code: 'prepared-elsewhere', extras: { preparedAt: LYON } } };
    for (const naming of [{ reservationId: one.id }, byReference(one.orderReference ?? '')]) {
      const told = { ...naming, location: LILLE, quantity: 1 };
      expect(await process.one(recordMovements, sale(told))).toMatchObject(refused);
    }
    const told = { ...byReference(one.orderReference ?? ''), location: LYON, quantity: 1 };
    must(await process.one(recordMovements, sale(told)));
    expect(await statusOf(one)).toBe('collected');
    expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 10 });
    expect(await room.level(TABLE, LYON)).toMatchObject({ onHand: 4, reserved: 0 });
  });

  test('told again by another of its names is told once', async () => {
    const one = await order();
    const told = sale({ reservationId: one.id });
    const again = [byReference(one.orderReference ?? ''), byCode(one.pickupCode ?? '')].map((named) => ({
      ...told,
      reservationId: null,
      ...named,
    }));
    const outcomes = await process.stock.apply(recordMovements, [told, ...again]);
    expect(outcomes.map(must)).toEqual(['applied', 'duplicate', 'duplicate']);
    expect(codeOf(await process.one(recordMovements, { ...told, reservationId: null }))).toBe(
      'event-id-reused',
    );
    expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 8, reserved: 0 });
  });

  test('by the reference of a hold whose time is over finds it expired', async () => {
    const held = must(await room.reserve({ orderReference: 'due', lines: [{ sku: TABLE, quantity: 2 }] }));
    await room.age(held.id);
    must(await process.one(recordMovements, sale(byReference('due'))));
    expect(await statusOf(held)).toBe('expired');
    expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 8, reserved: 0 });
  });
});

test('what a till tells is in the history once, and what was known already is not', async () => {
  const one = await order();
  const told = { reservationId: one.id };
  await walk(process, one, ['start', 'pick', 'ready']);
  // The return is told before its sale: it comes true with it.
  must(await process.one(recordMovements, movement({ ...told, type: 'return' })));
  must(await process.one(recordMovements, sale(told)));
  await walk(process, one, ['collect', 'return 1']);
  must(await process.one(recordMovements, movement({ ...told, type: 'return' })));
  const [{ lines, version } = { lines: [], version: 0 }] = await readReservations(room.database, [one.id]);
  expect(lines).toMatchObject([{ collected: 2, sold: 2, returned: 1, returnedSold: 2 }]);
  expect(version).toBe(10);
  expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 10, reserved: 0 });
});

test('a collection that is told after a count leaves the count right when the till’s time is known', async () => {
  const one = await order();
  await walk(process, one, ['start', 'pick', 'ready']);
  const handedOver = new Date(Date.now() - 60_000);
  await room.put(TABLE, LILLE, 8);
  await walk(process, one, ['collect']);
  expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 6 });
  must(await process.one(recordMovements, sale({ reservationId: one.id, occurredAt: handedOver })));
  expect(await room.level(TABLE, LILLE)).toMatchObject({ onHand: 8, reserved: 0 });
});

test('a till that sells all of a cancelled order leaves nothing to put back; a part of it, the rest', async () => {
  const one = await order();
  await walk(process, one, ['start', 'pick', 'ready', 'cancel']);
  const pending = async () => (await readReservations(room.database, [one.id]))[0]?.putBackPending;
  must(await process.one(recordMovements, sale({ reservationId: one.id, quantity: 1 })));
  expect(await pending()).toBe(true);
  must(await process.one(recordMovements, sale({ reservationId: one.id, quantity: 1 })));
  expect(await pending()).toBe(false);
});
