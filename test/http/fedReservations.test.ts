// Reservations that wait for a transfer: made with it, fed by it, warned of it, and what the end of one does to the other.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sweep } from '../../src/jobs/expiry.ts';
import { tellLate } from '../../src/jobs/lateTransfers.ts';
import { eventually } from '../support/eventually.ts';
import { contradictions } from '../support/evidence.ts';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let clock = Date.UTC(2026, 0, 14, 10);
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ now: () => new Date(clock) });
});
afterAll(async () => {
  await sweep({ ...shop.app.deps, now: () => new Date(clock + 86_400_000) });
  expect(await contradictions(shop.app.deps.database)).toEqual([]);
  await shop.app.close();
});

let made = 0;
beforeEach(async () => {
  clock += 60_000;
  await restock(TABLE, STORE, 1);
  await restock(LAMP, STORE, 2);
  await restock(TABLE, OTHER_STORE, 5);
});

async function restock(sku: string, location: string, onHand: number) {
  made += 1;
  const { body } = await shop.get(`/v1/stock?sku=${sku}&location=${location}`).expect(200);
  const countedAt = new Date(clock).toISOString();
  const count = {
    eventId: `count-${made}`,
    sku,
    location,
    onHand: onHand + (body.data[0]?.reserved ?? 0),
    countedAt,
  };
  await shop.post('/v1/stock/counts', { source: 'wms', counts: [count] }).expect(200);
  clock += 1_000;
}

/** One lamp and one table here, two more tables from the other store. */
async function holdFed(body: object = {}) {
  made += 1;
  const lines = [
    { sku: TABLE, quantity: 3 },
    { sku: LAMP, quantity: 1 },
  ];
  const sent = { location: STORE, lines, fulfilment: 'transfer', transferFrom: OTHER_STORE, ...body };
  const { body: held } = await shop.post('/v1/reservations', sent, { key: `fed-${made}` }).expect(201);
  return held;
}

async function orderFed() {
  const held = await holdFed();
  return act(held.id, 'confirm', { orderReference: `order-${held.id}` });
}

async function act(id: string, name: string, body: object = {}, status = 200) {
  const answer = await shop.post(`/v1/reservations/${id}/${name}`, body).expect(status);
  return answer.body;
}

async function move(id: string, name: string, body: object = {}, status = 200) {
  const answer = await shop.post(`/v1/transfers/${id}/${name}`, body).expect(status);
  return answer.body;
}

async function read(id: string) {
  const { body } = await shop.get(`/v1/reservations/${id}`).expect(200);
  return body;
}

async function level(sku: string, location: string) {
  const { body } = await shop.get(`/v1/stock?sku=${sku}&location=${location}`).expect(200);
  const [{ onHand, reserved, incoming }] = body.data;
  return { onHand, reserved, incoming };
}

/** Levels now, less what earlier tests left reserved. */
async function during<Value>(act: () => Promise<Value>) {
  const before = await level(TABLE, OTHER_STORE);
  const value = await act();
  const after = await level(TABLE, OTHER_STORE);
  return { value, reserved: after.reserved - before.reserved, onHand: after.onHand - before.onHand };
}

async function eventsOf(subject: string) {
  return shop.app.deps.database.run<{ type: string; data: Record<string, unknown> }>(
    'test.events',
    'SELECT type, data FROM events WHERE subject = $1 ORDER BY id',
    [subject],
  );
}

const tableOf = (reservation: { lines: { sku: string }[] }) =>
  reservation.lines.find(({ sku }) => sku === TABLE);

describe('a reservation with a transfer', () => {
  test('takes here what is here and there what is missing, in one command', async () => {
    const { value: held, reserved } = await during(() => holdFed());
    expect(held).toMatchObject({
      status: 'held',
      fulfilment: 'transfer',
      transfer: { from: OTHER_STORE, status: 'created', late: false },
    });
    expect(tableOf(held)).toMatchObject({ quantity: 3, awaited: 2, atRisk: false });
    expect(reserved).toBe(2);
    expect(Date.parse(held.promise.readyAt)).toBeGreaterThan(Date.parse(held.transfer.expectedAt));
    await act(held.id, 'cancel');
  });

  test('is all or nothing: what neither place has is a shortage, and nothing is held', async () => {
    const { reserved } = await during(async () => {
      const lines = [{ sku: TABLE, quantity: 7 }];
      const sent = { location: STORE, lines, fulfilment: 'transfer', transferFrom: OTHER_STORE };
      const { body } = await shop.post('/v1/reservations', sent, { key: 'too-many' }).expect(409);
      expect(body.shortages).toEqual([{ sku: TABLE, requested: 7, available: 6 }]);
    });
    expect(reserved).toBe(0);
  });

  test('has none where nothing is missing', async () => {
    const held = await holdFed({ lines: [{ sku: LAMP, quantity: 1 }] });
    expect(held).toMatchObject({ fulfilment: 'now', transfer: null });
    await act(held.id, 'cancel');
  });

  test('is shipped only when the order is placed', async () => {
    const held = await holdFed();
    expect(await move(held.transfer.id, 'ship', {}, 409)).toMatchObject({ code: 'reservation-unconfirmed' });
    await act(held.id, 'confirm', { orderReference: `order-${held.id}` });
    const { body } = await shop.get(`/v1/transfers?reservationId=${held.id}`).expect(200);
    expect(body.data).toMatchObject([{ id: held.transfer.id, shippable: true, version: 2 }]);
    await move(held.transfer.id, 'ship');
    expect(await read(held.id)).toMatchObject({ transfer: { status: 'shipped' } });
    await act(held.id, 'cancel');
    await move(held.transfer.id, 'receive', { complete: true });
  });

  test('is prepared when all has come, and has it before anybody else', async () => {
    const order = await orderFed();
    expect(await act(order.id, 'start', {}, 409)).toMatchObject({
      code: 'awaiting-transfer',
      awaited: [{ sku: TABLE, awaited: 2 }],
    });
    await move(order.transfer.id, 'ship');
    await move(order.transfer.id, 'receive', { lines: [{ sku: TABLE, received: 1 }] });
    expect(tableOf(await read(order.id))).toMatchObject({ awaited: 1 });
    await act(order.id, 'start', {}, 409);
    const before = await level(TABLE, STORE);
    await move(order.transfer.id, 'receive', { lines: [{ sku: TABLE, received: 2 }] });
    const after = await level(TABLE, STORE);
    expect([after.onHand - before.onHand, after.reserved - before.reserved, after.incoming]).toEqual([
      1, 1, 0,
    ]);
    expect(tableOf(await read(order.id))).toMatchObject({ awaited: 0, atRisk: false });

    await act(order.id, 'start');
    const picked = [
      { sku: TABLE, picked: 3 },
      { sku: LAMP, picked: 1 },
    ];
    await act(order.id, 'pick', { lines: picked });
    await act(order.id, 'ready');
    const collected = await act(order.id, 'collect', { pickupCode: order.pickupCode });
    expect(collected.status).toBe('collected');
    const told = await eventsOf(order.id);
    expect(told.map(({ type }) => type)).toEqual([
      'reservation.held',
      'reservation.confirmed',
      'reservation.transfer',
      'reservation.transfer',
      'reservation.transfer',
      'reservation.picking',
      'reservation.picked',
      'reservation.ready',
      'reservation.collected',
    ]);
    expect(told[4]?.data).toMatchObject({ fed: [{ sku: TABLE, quantity: 1 }], short: [] });
  });
});

test('what a transfer has brought is prepared without waiting for anybody at its source', async () => {
  const order = await orderFed();
  await move(order.transfer.id, 'ship');
  await move(order.transfer.id, 'receive', { lines: [{ sku: TABLE, received: 2 }] });
  await shop.app.deps.database.transaction(async (tx) => {
    await tx.run(
      'test.lock_source',
      'SELECT 1 FROM levels l JOIN locations o ON o.id = l.location_id WHERE o.code = $1 FOR UPDATE OF l',
      [OTHER_STORE],
    );
    await act(order.id, 'start');
  });
  const ended = await act(order.id, 'cancel');
  expect(ended.status).toBe('cancelled');
});

describe('the end of a reservation', () => {
  test.each(['cancelled', 'expired'])('that is %s frees what was not shipped', async (how) => {
    const { reserved } = await during(async () => {
      const held = await holdFed({ ttlSeconds: 60 });
      if (how === 'cancelled') await act(held.id, 'cancel');
      else {
        clock += 61_000;
        await sweep({ ...shop.app.deps, now: () => new Date(clock) });
      }
      const { body } = await shop.get(`/v1/transfers/${held.transfer.id}`).expect(200);
      expect(body).toMatchObject({ status: 'cancelled', reason: 'reservation-ended' });
      expect(tableOf(await read(held.id))).toMatchObject({ awaited: 0, atRisk: false });
    });
    expect(reserved).toBe(0);
  });

  test('that is due makes room at the source, swept or not', async () => {
    const before = await level(TABLE, OTHER_STORE);
    await holdFed({ ttlSeconds: 60, lines: [{ sku: TABLE, quantity: 5 }] });
    clock += 61_000;
    expect(await level(TABLE, OTHER_STORE)).toMatchObject({ reserved: before.reserved });
    const taken = await shop.hold({ location: OTHER_STORE, lines: [{ sku: TABLE, quantity: 5 }] });
    expect(taken.status).toBe('held');
    await act(taken.id, 'cancel');
  });

  test('that is due leaves an order that is promised from the shelf, swept or not', async () => {
    const held = await holdFed({ ttlSeconds: 60 });
    clock += 61_000;
    await restock(TABLE, STORE, 10);
    const order = await act(held.id, 'confirm', { orderReference: `late-${held.id}` });
    const plain = await shop.hold({ location: STORE, lines: [{ sku: TABLE, quantity: 1 }] });
    const { promise } = await act(plain.id, 'confirm', { orderReference: `plain-${held.id}` });
    expect(order).toMatchObject({ status: 'confirmed', promise });
    for (const { id } of [order, plain]) await act(id, 'cancel');
  });

  test('lets what is on its way fill the shelves', async () => {
    const order = await orderFed();
    await move(order.transfer.id, 'ship');
    await act(order.id, 'cancel');
    const { body } = await shop.get(`/v1/transfers/${order.transfer.id}`).expect(200);
    expect(body).toMatchObject({ status: 'shipped', reservationId: null });
    const before = await level(TABLE, STORE);
    await move(order.transfer.id, 'receive', { lines: [{ sku: TABLE, received: 2 }] });
    const after = await level(TABLE, STORE);
    expect([after.onHand - before.onHand, after.reserved - before.reserved]).toEqual([2, 0]);
  });

  test('told by a till ends its transfer too', async () => {
    const order = await orderFed();
    const sale = (sku: string, quantity: number) => ({
      ...{ eventId: `till-${order.id}-${sku}`, type: 'sale', sku, location: STORE, quantity },
      ...{ occurredAt: new Date(clock).toISOString(), reservationId: order.id },
    });
    const movements = [sale(TABLE, 3), sale(LAMP, 1)];
    await shop.post('/v1/stock/movements', { source: 'till', movements }).expect(200);
    expect(await read(order.id)).toMatchObject({ status: 'collected', transfer: { status: 'cancelled' } });
  });
});

test('what a line had here before its transfer came was reserved then, whatever a till sold of it since', async () => {
  const held = await holdFed({ lines: [{ sku: TABLE, quantity: 2 }] });
  await act(held.id, 'confirm', { orderReference: `order-${held.id}` });
  clock += 3_600_000;
  const then = new Date(clock).toISOString();
  const { reserved } = await level(TABLE, STORE);
  clock += 1_000;
  const sale = { eventId: `of-${held.id}`, type: 'sale', sku: TABLE, location: STORE, quantity: 1 };
  const movements = [{ ...sale, occurredAt: new Date(clock).toISOString(), reservationId: held.id }];
  await shop.post('/v1/stock/movements', { source: 'pos', movements }).expect(200);
  clock += 1_000;
  await move(held.transfer.id, 'ship');
  await move(held.transfer.id, 'receive', { lines: [{ sku: TABLE, received: 1 }] });
  expect(tableOf(await read(held.id))).toMatchObject({ collected: 1, awaited: 0 });
  const { body } = await shop.get(`/v1/stock?sku=${TABLE}&location=${STORE}&asOf=${then}`).expect(200);
  expect(body.data).toMatchObject([{ reserved }]);
  await act(held.id, 'cancel');
});

test('what a hold has at the source counts there until its time is over, though nobody has swept it', async () => {
  const { reserved } = await level(TABLE, OTHER_STORE);
  await holdFed({ ttlSeconds: 60 });
  const [held, over] = [30_000, 90_000].map((after) => new Date(clock + after).toISOString());
  clock += 120_000;
  const reservedAt = async (asOf: string | undefined) => {
    const { body } = await shop
      .get(`/v1/stock?sku=${TABLE}&location=${OTHER_STORE}&asOf=${asOf}`)
      .expect(200);
    return body.data[0].reserved - reserved;
  };
  expect([await reservedAt(held), await reservedAt(over)]).toEqual([2, 0]);
});

test('what a till sells of a line meanwhile is not awaited any more, and not missed', async () => {
  const order = await orderFed();
  // One more was there than was known.
  await restock(TABLE, STORE, 1);
  const sale = { type: 'sale', sku: TABLE, location: STORE, quantity: 2, reservationId: order.id };
  const movements = [{ ...sale, eventId: `till-${order.id}`, occurredAt: new Date(clock).toISOString() }];
  await shop.post('/v1/stock/movements', { source: 'till', movements }).expect(200);
  expect(tableOf(await read(order.id))).toMatchObject({ awaited: 1, collected: 2, atRisk: false });
  await move(order.transfer.id, 'ship');
  await move(order.transfer.id, 'receive', { lines: [{ sku: TABLE, received: 1 }], complete: true });
  expect(tableOf(await read(order.id))).toMatchObject({ awaited: 0, atRisk: false });
  expect((await eventsOf(order.id)).map(({ type }) => type)).not.toContain('reservation.at_risk');
  await act(order.id, 'start');
  await act(order.id, 'cancel');
});

describe('a transfer that fails', () => {
  test.each([
    ['is cancelled', async (id: string) => move(id, 'cancel'), 2],
    ['is shipped short', async (id: string) => move(id, 'ship', { lines: [{ sku: TABLE, quantity: 1 }] }), 1],
    [
      'arrives damaged',
      async (id: string) => {
        await move(id, 'ship');
        await move(id, 'receive', { lines: [{ sku: TABLE, received: 1, damaged: 1 }] });
      },
      1,
    ],
    [
      'is lost',
      async (id: string) => {
        await move(id, 'ship');
        await move(id, 'receive', { complete: true });
      },
      2,
    ],
  ])('because it %s puts its reservation at risk', async (_, fail, short) => {
    const order = await orderFed();
    await fail(order.transfer.id);
    expect(tableOf(await read(order.id))).toMatchObject({ atRisk: true });
    const told = await eventsOf(order.id);
    expect(told.at(-1)).toMatchObject({
      type: 'reservation.at_risk',
      data: { reason: 'transfer-short', lines: [{ sku: TABLE, quantity: short }] },
    });
    const { status } = await read(order.id);
    expect(status).toBe('confirmed');
    await act(order.id, 'cancel');
  });

  test('before the order is placed has it take what is here instead', async () => {
    const held = await holdFed();
    await move(held.transfer.id, 'cancel');
    await restock(TABLE, STORE, 2);
    const before = await level(TABLE, STORE);
    const order = await act(held.id, 'confirm', { orderReference: `order-${held.id}` });
    expect(tableOf(order)).toMatchObject({ quantity: 3, awaited: 0, atRisk: false });
    expect((await level(TABLE, STORE)).reserved - before.reserved).toBe(2);
    const asOf = new Date(clock).toISOString();
    clock += 1_000;
    const { body } = await shop.get(`/v1/stock?sku=${TABLE}&location=${STORE}&asOf=${asOf}`).expect(200);
    expect(body.data[0].reserved).toBe(before.reserved + 2);
    await act(held.id, 'cancel');
  });

  test('before the order is placed, and is not here either, is a shortage', async () => {
    const held = await holdFed();
    await move(held.transfer.id, 'cancel');
    await restock(TABLE, STORE, 1);
    const refused = await act(held.id, 'confirm', { orderReference: `order-${held.id}` }, 409);
    expect(refused).toMatchObject({
      code: 'insufficient-stock',
      shortages: [{ sku: TABLE, requested: 3, available: 2 }],
      alternatives: expect.any(Array),
    });
    expect(await read(held.id)).toMatchObject({ status: 'held' });
    await act(held.id, 'cancel');
  });

  test('leaves an order of which the rest is handed over, and no unit is written off that never came', async () => {
    const order = await orderFed();
    await move(order.transfer.id, 'cancel');
    await act(order.id, 'start');
    const before = await level(TABLE, STORE);
    const lines = [
      { sku: TABLE, picked: 1, missing: 2, reason: 'not_found' },
      { sku: LAMP, picked: 1 },
    ];
    await act(order.id, 'pick', { lines });
    expect(await level(TABLE, STORE)).toEqual(before);
    await act(order.id, 'ready');
    await act(order.id, 'collect', { pickupCode: order.pickupCode });
    const after = await level(TABLE, STORE);
    expect([after.onHand - before.onHand, after.reserved - before.reserved]).toEqual([-1, -1]);
  });

  test('by being late warns once', async () => {
    const order = await orderFed();
    clock = Date.parse(order.transfer.expectedAt) + 1_000;
    const options = { ...shop.app.deps, now: () => new Date(clock) };
    expect(await tellLate(options)).toBeGreaterThan(0);
    expect(await tellLate(options)).toBe(0);
    expect(await read(order.id)).toMatchObject({ transfer: { late: true } });
    const warned = (await eventsOf(order.id)).filter(({ type }) => type === 'reservation.at_risk');
    expect(warned).toMatchObject([
      { data: { reason: 'transfer-late', lines: [{ sku: TABLE, awaited: 2 }] } },
    ]);
    await act(order.id, 'cancel');
  });
});

describe('what is on its way and waits for nobody', () => {
  async function ship(quantity: number, expectedAt = new Date(clock + 2 * 86_400_000)) {
    const sent = { from: OTHER_STORE, to: STORE, lines: [{ sku: TABLE, quantity }], expectedAt };
    const { body } = await shop.post('/v1/transfers', sent).expect(201);
    await move(body.id, 'ship');
    return body;
  }

  async function offered() {
    const { body } = await shop.get(`/v1/availability?items=${TABLE}:3&explain=true`).expect(200);
    return body.locations.find(({ location }: { location: { code: string } }) => location.code === STORE);
  }

  /** The view hears of a change a moment after it. */
  function offeredBy(fulfilment: string) {
    return eventually(async () => {
      const place = await offered();
      return place.fulfilment === fulfilment && place;
    });
  }

  test('is promised for when it has come and is prepared, to one order', async () => {
    expect(await offeredBy('partial')).toMatchObject({ promise: null });
    const transfer = await ship(4);
    const before = await offeredBy('transfer');
    expect(Date.parse(before.promise.readyAt)).toBeGreaterThan(Date.parse(transfer.expectedAt));
    expect(before.reasons.onItsWay).toEqual({ transfer: transfer.id, expectedAt: transfer.expectedAt });

    const lines = [{ sku: TABLE, quantity: 3 }];
    const { body: held } = await shop
      .post('/v1/reservations', { location: STORE, lines, fulfilment: 'transfer' }, { key: 'waits' })
      .expect(201);
    expect(held).toMatchObject({ promise: before.promise, transfer: { id: transfer.id, status: 'shipped' } });
    await offeredBy('none');
    const refused = await shop
      .post('/v1/reservations', { location: STORE, lines, fulfilment: 'transfer' }, { key: 'waits too' })
      .expect(409);
    expect(refused.body.code).toBe('not-supplied');

    await act(held.id, 'confirm', { orderReference: `order-${held.id}` });
    await move(transfer.id, 'receive', { lines: [{ sku: TABLE, received: 4 }] });
    expect(tableOf(await read(held.id))).toMatchObject({ awaited: 0 });
    expect(await read(held.id)).toMatchObject({ promise: before.promise });
    await act(held.id, 'start');
    await act(held.id, 'cancel');
  });

  test('is found behind what comes sooner and brings too little', async () => {
    const days = (count: number) => new Date(clock + count * 86_400_000);
    const small = await Promise.all([2, 3, 4].map((count) => ship(1, days(count))));
    const large = await ship(2, days(5));
    const { promise } = await offeredBy('transfer');
    const held = await holdFed({ lines: [{ sku: TABLE, quantity: 3 }], transferFrom: undefined });
    expect(held).toMatchObject({ promise, transfer: { id: large.id } });
    await act(held.id, 'cancel');
    for (const { id } of [...small, large]) {
      const { body } = await shop.get(`/v1/transfers/${id}`).expect(200);
      await move(id, 'receive', { lines: [{ sku: TABLE, received: body.lines[0].quantity }] });
    }
  });

  test('and has come before the hold is made is taken from the shelf', async () => {
    const transfer = await ship(2);
    await offeredBy('transfer');
    await move(transfer.id, 'receive', { lines: [{ sku: TABLE, received: 2 }] });
    const held = await holdFed({ lines: [{ sku: TABLE, quantity: 3 }], transferFrom: undefined });
    expect(held).toMatchObject({ fulfilment: 'now', transfer: null });
    await act(held.id, 'cancel');
  });

  test('is the same hold when it is asked for again, though nothing is on its way for anybody else then', async () => {
    const transfer = await ship(4);
    await offeredBy('transfer');
    const sent = { location: STORE, lines: [{ sku: TABLE, quantity: 3 }], fulfilment: 'transfer' };
    const { body: held } = await shop.post('/v1/reservations', sent, { key: 'asks twice' }).expect(201);
    await offeredBy('none');
    const again = await shop.post('/v1/reservations', sent, { key: 'asks twice' });
    expect([again.status, again.body]).toEqual([201, held]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    await act(held.id, 'cancel');
    await move(transfer.id, 'receive', { complete: true });
  });

  test('is not promised once it is late', async () => {
    const transfer = await ship(4, new Date(clock + 60_000));
    await offeredBy('transfer');
    clock += 120_000;
    expect(await offeredBy('partial')).toMatchObject({ promise: null });
    await move(transfer.id, 'receive', { complete: true });
  });

  test('is free again for others when the order that waited for some of it has been collected', async () => {
    const transfer = await ship(4);
    await offeredBy('transfer');
    const sent = { location: STORE, lines: [{ sku: TABLE, quantity: 2 }], fulfilment: 'transfer' };
    const { body: held } = await shop.post('/v1/reservations', sent, { key: 'needs one' }).expect(201);
    const { pickupCode } = await act(held.id, 'confirm', { orderReference: `order-${held.id}` });
    await move(transfer.id, 'receive', { lines: [{ sku: TABLE, received: 1 }] });
    await act(held.id, 'start');
    await act(held.id, 'pick', { lines: [{ sku: TABLE, picked: 2 }] });
    await act(held.id, 'ready');
    expect(await act(held.id, 'collect', { pickupCode })).toMatchObject({ transfer: null });
    await offeredBy('transfer');
    await move(transfer.id, 'receive', { complete: true });
  });

  test('is free again for others when the hold that waited for it ends', async () => {
    const transfer = await ship(4);
    await offeredBy('transfer');
    const sent = { location: STORE, lines: [{ sku: TABLE, quantity: 3 }], fulfilment: 'transfer' };
    const { body: held } = await shop.post('/v1/reservations', sent, { key: 'calls off' }).expect(201);
    await act(held.id, 'cancel');
    await offeredBy('transfer');
    await move(transfer.id, 'receive', { complete: true });
  });
});
