// Tills over HTTP: how a movement names its reservation, and what the reservation shows of it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.put(TABLE, STORE, 100);
});
afterAll(() => shop.app.close());

let told = 0;
async function tell(
  movement: object,
): Promise<{ outcome: string; problem?: { code: string; errors?: unknown } }> {
  told += 1;
  const sale = {
    type: 'sale',
    sku: TABLE,
    location: STORE,
    quantity: 2,
    occurredAt: new Date().toISOString(),
  };
  const movements = [{ eventId: `till-${told}`, ...sale, ...movement }];
  const { body } = await shop.post('/v1/stock/movements', { source: 'pos', movements }).expect(200);
  return body.outcomes[0];
}

async function order(orderReference: string, channel = 'web') {
  const { id } = await shop.hold({ channel });
  return (await shop.post(`/v1/reservations/${id}/confirm`, { orderReference }).expect(200)).body;
}

test.each([
  ['two names', { reservationId: 'rsv_X', pickupCode: '123456' }, '/reservationId'],
  ['three names', { reservationId: 'rsv_X', orderReference: 'o', pickupCode: '123456' }, '/reservationId'],
  ['a channel without a reference', { channel: 'web' }, '/channel'],
  ['a channel beside an id', { reservationId: 'rsv_X', channel: 'web' }, '/channel'],
  ['a channel that cannot be', { orderReference: 'o', channel: 'The Web' }, '/channel'],
  ['an empty code', { pickupCode: '' }, '/pickupCode'],
  ['a code of 33 characters', { pickupCode: '1'.repeat(33) }, '/pickupCode'],
  ['a blank reference', { orderReference: '  ' }, '/orderReference'],
  ['a reference of 129 characters', { orderReference: 'o'.repeat(129) }, '/orderReference'],
  ['an id that cannot be', { reservationId: 'rsv X' }, '/reservationId'],
])('a movement with %s is refused', async (_, names, pointer) => {
  expect(await tell(names)).toMatchObject({
    outcome: 'rejected',
    problem: { code: 'invalid-request', errors: [{ pointer }] },
  });
});

test('a sale and a return by reference show in the reservation, its history and the stream', async () => {
  const { id } = await order('t-1');
  expect(await tell({ orderReference: 't-1', channel: 'web' })).toMatchObject({ outcome: 'applied' });
  expect(await tell({ orderReference: 't-1', type: 'return', quantity: 1 })).toMatchObject({
    outcome: 'applied',
  });
  const { body } = await shop.get(`/v1/reservations/${id}`).expect(200);
  expect(body).toMatchObject({ status: 'collected', lines: [{ collected: 2, returned: 1 }] });
  expect(body.history.slice(2)).toMatchObject([
    { type: 'collected', from: 'confirmed', to: 'collected', data: { toldBy: 'sale' } },
    { type: 'returned', from: 'collected', to: 'collected', data: { toldBy: 'return' } },
  ]);
  const events = await shop.get('/v1/events?types=reservation.collected,reservation.returned').expect(200);
  expect(events.body.data.map(({ type, subject }: never) => ({ type, subject }))).toEqual([
    { type: 'reservation.collected', subject: id },
    { type: 'reservation.returned', subject: id },
  ]);
});

test('the ledger shows both tellings of one handing over, and the units once', async () => {
  const { id, pickupCode } = await order('t-2');
  await shop.post(`/v1/reservations/${id}/start`, { staff: 'Ana' }).expect(200);
  await shop.post(`/v1/reservations/${id}/pick`, { lines: [{ sku: TABLE, picked: 2 }] }).expect(200);
  await shop.post(`/v1/reservations/${id}/ready`).expect(200);
  await shop.post(`/v1/reservations/${id}/collect`, { pickupCode }).expect(200);
  await tell({ pickupCode, occurredAt: new Date(Date.now() - 60_000).toISOString() });
  const { body } = await shop.get(`/v1/stock/movements?reservationId=${id}`).expect(200);
  expect(body.data).toMatchObject([
    { type: 'sale', quantity: -2, onHandDelta: 2, source: 'comptoir', reason: 'told_again' },
    { type: 'sale', quantity: 2, onHandDelta: -2, source: 'pos' },
    { type: 'sale', quantity: 2, onHandDelta: -2, source: 'comptoir', reason: 'collected' },
  ]);
});

test('a unit that a till sold while the order was picked is neither picked nor missing', async () => {
  const { id, pickupCode } = await order('t-picking');
  const level = async () =>
    (await shop.get(`/v1/stock?sku=${TABLE}&location=${STORE}`).expect(200)).body.data[0];
  const before = await level();
  await shop.post(`/v1/reservations/${id}/start`, { staff: 'Ana' }).expect(200);
  await tell({ reservationId: id, quantity: 1 });
  await shop.post(`/v1/reservations/${id}/ready`).expect(409);
  await shop.post(`/v1/reservations/${id}/pick`, { lines: [{ sku: TABLE, picked: 1 }] }).expect(200);
  await shop.post(`/v1/reservations/${id}/ready`).expect(200);
  const { body } = await shop.post(`/v1/reservations/${id}/collect`, { pickupCode }).expect(200);
  expect(body).toMatchObject({ status: 'collected', lines: [{ collected: 2, missing: 0 }] });
  const after = await level();
  expect([after.onHand - before.onHand, after.reserved - before.reserved]).toEqual([-2, -2]);
});

test('the event of a sale tells which units nobody has to find any more', async () => {
  const { id } = await order('t-told');
  await tell({ reservationId: id, quantity: 1 });
  const events = await shop.get('/v1/events?types=reservation.collected').expect(200);
  expect(events.body.data.findLast(({ subject }: { subject: string }) => subject === id)).toMatchObject({
    data: { status: 'confirmed', lines: [{ sku: TABLE, quantity: 2, collected: 1, picked: 0, missing: 0 }] },
  });
});

test.each([
  ['one found and one not', { picked: 1, missing: 1 }, 2, { status: 'picking', missing: 0, lost: 0 }],
  ['none found', { picked: 0, missing: 2 }, 1, { status: 'collected', missing: 1, lost: 1 }],
])(
  'a tablet that had not heard of a sale tells %s: what was sold is not missing',
  async (_, told, times, is) => {
    const { id } = await order(`t-unheard-${told.missing}`);
    const onHand = async () =>
      (await shop.get(`/v1/stock?sku=${TABLE}&location=${STORE}`).expect(200)).body.data[0].onHand;
    const before = await onHand();
    await shop.post(`/v1/reservations/${id}/start`, { staff: 'Ana' }).expect(200);
    await tell({ reservationId: id, quantity: 1 });
    const lines = [{ sku: TABLE, ...told, reason: 'not_found' }];
    for (let time = 0; time < times; time += 1) {
      const { body } = await shop.post(`/v1/reservations/${id}/pick`, { lines }).expect(200);
      expect(body).toMatchObject({
        status: is.status,
        lines: [{ picked: told.picked, missing: is.missing, collected: 1 }],
      });
    }
    expect((await onHand()) - before).toBe(0 - 1 - is.lost);
  },
);

test('a hold with its reference that a till sold is an order once the shop confirms it', async () => {
  const { id } = await shop.hold({ orderReference: 't-sold' });
  await tell({ orderReference: 't-sold' });
  const customer = { name: 'Camille Martin' };
  const confirm = { orderReference: 't-sold', customer, payment: 'online' };
  const { body } = await shop.post(`/v1/reservations/${id}/confirm`, confirm).expect(200);
  expect(body).toMatchObject({ status: 'collected', customer, payment: 'online', expiresAt: null });
  const told = await shop.get(`/v1/reservations/${id}`).expect(200);
  expect(told.body.history.map(({ type }: { type: string }) => type)).toEqual([
    ...['held', 'collected', 'confirmed', 'collected'],
  ]);
  const again = await shop.post(`/v1/reservations/${id}/confirm`, confirm).expect(200);
  expect(again.body.version).toBe(body.version);
});

test('an ambiguous reference is refused in words that help', async () => {
  const ids = [(await order('t-3')).id, (await order('t-3', 'app')).id];
  expect(await tell({ orderReference: 't-3' })).toMatchObject({
    outcome: 'rejected',
    problem: {
      code: 'ambiguous-order-reference',
      status: 409,
      reservations: ids.toSorted((a, b) => (a < b ? -1 : 1)),
    },
  });
  expect(await tell({ orderReference: 't-3', channel: 'app' })).toMatchObject({ outcome: 'applied' });
});

test('a key of another store does not learn of an order by any name', async () => {
  const { id, pickupCode } = await order('t-4');
  const { token } = await shop.app.key({ scopes: ['stock:write'], locations: [OTHER_STORE] });
  for (const name of [{ reservationId: id }, { orderReference: 't-4' }, { pickupCode }]) {
    for (const [location, code] of [
      [STORE, 'unknown-location'],
      [OTHER_STORE, 'unknown-reservation'],
    ] as const) {
      const sale = { type: 'sale', sku: TABLE, quantity: 1, occurredAt: new Date().toISOString() };
      const movements = [{ eventId: `other-${++told}`, location, ...sale, ...name }];
      const { body } = await shop
        .post('/v1/stock/movements', { source: 'pos', movements }, { token })
        .expect(200);
      expect(body.outcomes).toMatchObject([{ outcome: 'rejected', problem: { code } }]);
    }
  }
  expect(await tell({ pickupCode, sku: LAMP })).toMatchObject({ problem: { code: 'unknown-line' } });
});
