// The life of a reservation, move by move: what each does to stock and which it refuses.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Reservation } from '../../src/domain/reservation.ts';
import { cancelReservation } from '../../src/operations/cancelReservation.ts';
import { collectReservation } from '../../src/operations/collectReservation.ts';
import { confirmReservation } from '../../src/operations/confirmReservation.ts';
import { expireReservation } from '../../src/operations/expireReservation.ts';
import { extendHold } from '../../src/operations/extendHold.ts';
import { pickLines } from '../../src/operations/pickLines.ts';
import { putBackReservation } from '../../src/operations/putBackReservation.ts';
import { readyReservation } from '../../src/operations/readyReservation.ts';
import { returnLines } from '../../src/operations/returnLines.ts';
import { startPicking } from '../../src/operations/startPicking.ts';
import {
  ACTOR,
  codeOf,
  confirmCommand,
  LAMP,
  LILLE,
  must,
  openStockRoom,
  type StockRoom,
  TABLE,
} from '../support/stockRoom.ts';

let room: StockRoom;
beforeAll(async () => {
  room = await openStockRoom();
});
afterAll(async () => {
  expect(await room.drift()).toEqual([]);
  await room.close();
});

const admit = () => true;
const base = (reservation: Pick<Reservation, 'id'>) => ({ id: reservation.id, admit, actor: ACTOR });
const units = async (sku = TABLE) => {
  const { onHand, reserved } = await room.level(sku, LILLE);
  return { onHand, reserved };
};

/** An order for two tables with ten on hand, brought as far as asked. */
async function orderAt(state: 'confirmed' | 'picking' | 'ready' | 'collected'): Promise<Reservation> {
  await room.put(TABLE, LILLE, 10);
  const order = await room.order({ lines: [{ sku: TABLE, quantity: 2 }] });
  if (state === 'confirmed') return order;
  must(await room.one(startPicking, { ...base(order), staff: 'Ana', takeOver: false }));
  if (state === 'picking') return order;
  const lines = [{ sku: TABLE, picked: 2, missing: 0, reason: null }];
  must(await room.one(pickLines, { ...base(order), lines }));
  must(await room.one(readyReservation, { ...base(order), shelf: 'A3', pickupDeadlineAt: null }));
  if (state === 'ready') return order;
  const proof = { pickupCode: order.pickupCode ?? '' };
  return must(await room.one(collectReservation, { ...base(order), proof, lines: null }));
}

async function end(order: Pick<Reservation, 'id'>): Promise<void> {
  await room.one(cancelReservation, { ...base(order), holdsOnly: false, reason: null });
  await room.one(putBackReservation, base(order));
}

describe('a hold', () => {
  test('takes all lines or nothing, and names every shortage', async () => {
    await room.put(TABLE, LILLE, 3);
    await room.put(LAMP, LILLE, 1);
    const outcome = await room.reserve({
      lines: [
        { sku: TABLE, quantity: 4 },
        { sku: LAMP, quantity: 2 },
      ],
    });
    expect(outcome).toMatchObject({
      ok: false,
      problem: {
        code: 'insufficient-stock',
        extras: {
          shortages: [
            { sku: TABLE, requested: 4, available: 3 },
            { sku: LAMP, requested: 2, available: 1 },
          ],
        },
      },
    });
    expect(await units()).toEqual({ onHand: 3, reserved: 0 });
  });

  test('frees its units by time alone, before any sweeper', async () => {
    await room.put(TABLE, LILLE, 1);
    const first = must(await room.reserve({}));
    expect(codeOf(await room.reserve({}))).toBe('insufficient-stock');
    await room.age(first.id);
    expect(await units()).toEqual({ onHand: 1, reserved: 0 });
    const second = must(await room.reserve({}));
    expect(codeOf(await room.one(confirmReservation, confirmCommand(first)))).toBe('reservation-expired');
    await end(second);
  });

  test('that is due reads and acts as expired, whether or not a sweeper has been by', async () => {
    await room.put(TABLE, LILLE, 2);
    const holds = [must(await room.reserve({})), must(await room.reserve({}))] as const;
    for (const { id } of holds) await room.age(id);
    must(await room.one(expireReservation, { id: holds[0].id, actor: ACTOR }));
    const refused = await Promise.all(
      holds.flatMap((held) => [
        room.one(cancelReservation, { ...base(held), holdsOnly: true, reason: null }),
        room.one(extendHold, { ...base(held), ttlSeconds: 60 }),
        room.one(startPicking, { ...base(held), staff: 'Ana', takeOver: false }),
      ]),
    );
    expect(refused.map((outcome) => !outcome.ok && outcome.problem.extras.from)).toEqual(
      Array(6).fill('expired'),
    );
    expect(await units()).toEqual({ onHand: 2, reserved: 0 });
  });

  test('that expired is confirmed when its units are still there', async () => {
    await room.put(TABLE, LILLE, 1);
    const held = must(await room.reserve({}));
    await room.age(held.id);
    must(await room.one(expireReservation, { id: held.id, actor: ACTOR }));
    const order = must(await room.one(confirmReservation, confirmCommand(held)));
    expect(order).toMatchObject({ status: 'confirmed', pickupCode: expect.stringMatching(/^\d{6}$/) });
    expect(await units()).toEqual({ onHand: 1, reserved: 1 });
    await end(order);
  });

  test('is extended while it is held, not after', async () => {
    await room.put(TABLE, LILLE, 1);
    const held = must(await room.reserve({}));
    const extended = must(await room.one(extendHold, { ...base(held), ttlSeconds: 3_600 }));
    expect(extended.expiresAt?.getTime()).toBeGreaterThan(held.createdAt.getTime() + 3_500_000);
    await room.age(held.id);
    expect(codeOf(await room.one(extendHold, { ...base(held), ttlSeconds: 60 }))).toBe('invalid-transition');
    await end(held);
  });

  test('keeps an order reference for ever, in its channel', async () => {
    await room.put(TABLE, LILLE, 9);
    const first = must(await room.reserve({ orderReference: 'W-1' }));
    expect(codeOf(await room.reserve({ orderReference: 'W-1' }))).toBe('order-reference-taken');
    await end(first);
    expect(codeOf(await room.reserve({ orderReference: 'W-1' }))).toBe('order-reference-taken');
    const other = await room.reserve({ orderReference: 'W-1', channel: 'app' });
    await end(must(other));
  });
});

describe('preparation', () => {
  test('belongs to who started it, until somebody takes over', async () => {
    const order = await orderAt('picking');
    const ben = { ...base(order), staff: 'Ben' };
    expect(await room.one(startPicking, { ...ben, takeOver: false })).toMatchObject({
      problem: { code: 'already-taken', extras: { takenBy: 'Ana' } },
    });
    expect(must(await room.one(startPicking, { ...ben, takeOver: true })).takenBy).toBe('Ben');
    await end(order);
  });

  test('takes missing units off on hand at once, and counts a repeated report once', async () => {
    const order = await orderAt('picking');
    const lines = [{ sku: TABLE, picked: 1, missing: 1, reason: 'not_found' as const }];
    for (const _ of [1, 2]) must(await room.one(pickLines, { ...base(order), lines }));
    expect(await units()).toEqual({ onHand: 9, reserved: 1 });
    const asItWas = [{ sku: TABLE, picked: 0, missing: null, reason: null }];
    const [line] = must(await room.one(pickLines, { ...base(order), lines: asItWas })).lines;
    expect(line).toMatchObject({ picked: 0, missing: 1 });
    await end(order);
  });

  test('has units that were found again on hand and reserved as before', async () => {
    const order = await orderAt('picking');
    const lost = [{ sku: TABLE, picked: 0, missing: 2, reason: 'not_found' as const }];
    must(await room.one(pickLines, { ...base(order), lines: lost }));
    expect(await units()).toEqual({ onHand: 8, reserved: 0 });
    const found = [{ sku: TABLE, picked: 1, missing: 0, reason: null }];
    const [line] = must(await room.one(pickLines, { ...base(order), lines: found })).lines;
    expect(line).toMatchObject({ picked: 1, missing: 0, missingReason: null });
    expect(await units()).toEqual({ onHand: 10, reserved: 2 });
    await end(order);
  });

  test('is not ready before every line is picked or missing, nor with nothing picked', async () => {
    const order = await orderAt('picking');
    const ready = { ...base(order), shelf: null, pickupDeadlineAt: null };
    expect(codeOf(await room.one(readyReservation, ready))).toBe('lines-not-picked');
    const lines = [{ sku: TABLE, picked: 0, missing: 2, reason: 'damaged' as const }];
    must(await room.one(pickLines, { ...base(order), lines }));
    expect(codeOf(await room.one(readyReservation, ready))).toBe('nothing-picked');
    await end(order);
  });
});

describe('the counter', () => {
  test('hands over in parts and stays ready for the rest', async () => {
    const order = await orderAt('ready');
    const proof = { pickupCode: order.pickupCode ?? '' };
    const part = { ...base(order), proof, lines: [{ sku: TABLE, quantity: 1 }] };
    expect(must(await room.one(collectReservation, part)).status).toBe('ready');
    expect(await units()).toEqual({ onHand: 9, reserved: 1 });
    expect(must(await room.one(collectReservation, part)).status).toBe('collected');
    expect(await units()).toEqual({ onHand: 8, reserved: 0 });
    expect(codeOf(await room.one(collectReservation, part))).toBe('invalid-transition');
  });

  test('refuses more units than are left', async () => {
    const order = await orderAt('ready');
    const proof = { override: { reason: 'no phone' } };
    const outcome = await room.one(collectReservation, {
      ...base(order),
      proof,
      lines: [{ sku: TABLE, quantity: 3 }],
    });
    expect(codeOf(outcome)).toBe('units-not-here');
    expect(await units()).toEqual({ onHand: 10, reserved: 2 });
    await end(order);
  });

  test('locks after five wrong codes, even for the right one', async () => {
    const order = await orderAt('ready');
    const attempt = (pickupCode: string) =>
      room.one(collectReservation, { ...base(order), proof: { pickupCode }, lines: null });
    const left: unknown[] = [];
    for (let n = 0; n < 5; n++) {
      const outcome = await attempt('999999');
      if (!outcome.ok) left.push(outcome.problem.extras.triesLeft);
    }
    expect(left).toEqual([4, 3, 2, 1, 0]);
    expect(codeOf(await attempt(order.pickupCode ?? ''))).toBe('pickup-locked');
    await end(order);
  });

  test('takes back a part that was collected, also from an order that was called off then', async () => {
    const order = await orderAt('ready');
    const proof = { pickupCode: order.pickupCode ?? '' };
    const one = [{ sku: TABLE, quantity: 1 }];
    must(await room.one(collectReservation, { ...base(order), proof, lines: one }));
    await end(order);
    const lines = [{ sku: TABLE, quantity: 1, condition: 'sellable' as const }];
    must(await room.one(returnLines, { ...base(order), lines }));
    expect(await units()).toEqual({ onHand: 10, reserved: 0 });
    expect(codeOf(await room.one(returnLines, { ...base(order), lines }))).toBe('units-not-here');
  });

  test('takes back what was collected: on hand again, or damaged', async () => {
    const order = await orderAt('collected');
    const back = (condition: 'sellable' | 'damaged') =>
      room.one(returnLines, { ...base(order), lines: [{ sku: TABLE, quantity: 1, condition }] });
    must(await back('sellable'));
    expect(await units()).toEqual({ onHand: 9, reserved: 0 });
    must(await back('damaged'));
    expect(await units()).toEqual({ onHand: 9, reserved: 0 });
    expect(codeOf(await back('sellable'))).toBe('units-not-here');
  });
});

describe('the end of a ready order', () => {
  test.each(['cancelled', 'expired'] as const)(
    '%s: its units are sellable after they are put back',
    async (how) => {
      const order = await orderAt('ready');
      if (how === 'cancelled') {
        must(await room.one(cancelReservation, { ...base(order), holdsOnly: false, reason: 'changed mind' }));
      } else {
        await room.database.run(
          'test.overdue',
          "UPDATE reservations SET pickup_deadline_at = now() - interval '1 s' WHERE id = $1",
          [order.id],
        );
        must(await room.one(expireReservation, { id: order.id, actor: ACTOR }));
      }
      expect(codeOf(await room.one(confirmReservation, confirmCommand(order)))).toBe('invalid-transition');
      expect(await units()).toEqual({ onHand: 10, reserved: 2 });
      must(await room.one(putBackReservation, base(order)));
      expect(await units()).toEqual({ onHand: 10, reserved: 0 });
      expect(codeOf(await room.one(putBackReservation, base(order)))).toBe('nothing-to-put-back');
    },
  );
});
