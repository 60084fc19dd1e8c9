// On hand falls below what is to be shipped: the transfer and the order that waits for it are told, once, until it is back.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sweep } from '../../src/jobs/expiry.ts';
import { contradictions } from '../support/evidence.ts';
import { OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let clock = Date.UTC(2026, 0, 14, 10);
let made = 0;
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ now: () => new Date(clock) });
});
afterAll(async () => {
  await sweep({ ...shop.app.deps, now: () => new Date(clock + 86_400_000) });
  expect(await contradictions(shop.app.deps.database)).toEqual([]);
  await shop.app.close();
});
beforeEach(async () => {
  const { body } = await shop.get(`/v1/transfers?status=created`).expect(200);
  for (const { id } of body.data) await shop.post(`/v1/transfers/${id}/cancel`, {}).expect(200);
  await count(STORE, 0);
  await count(OTHER_STORE, 5);
});

async function count(location: string, onHand: number) {
  clock += 1_000;
  made += 1;
  const one = { eventId: `count-${made}`, sku: TABLE, location, onHand, countedAt: new Date(clock) };
  await shop.post('/v1/stock/counts', { source: 'wms', counts: [one] }).expect(200);
  clock += 1_000;
}

async function transfer(quantity: number) {
  clock += 10;
  const sent = { from: OTHER_STORE, to: STORE, lines: [{ sku: TABLE, quantity }] };
  const { body } = await shop.post('/v1/transfers', sent).expect(201);
  return body;
}

async function hold(location: string, quantity: number) {
  clock += 10;
  made += 1;
  const fed = location === STORE ? { fulfilment: 'transfer', transferFrom: OTHER_STORE } : {};
  const sent = { location, lines: [{ sku: TABLE, quantity }], ...fed };
  const { body } = await shop.post('/v1/reservations', sent, { key: `risk-${made}` }).expect(201);
  return body;
}

async function orderFed(quantity: number) {
  const { id } = await hold(STORE, quantity);
  const { body } = await shop.post(`/v1/reservations/${id}/confirm`, { orderReference: id }).expect(200);
  return body;
}

async function warnings(subject: string) {
  const rows = await shop.app.deps.database.run<{ location: string; data: Record<string, unknown> }>(
    'test.warnings',
    "SELECT location, data FROM events WHERE subject = $1 AND type LIKE '%.at_risk' ORDER BY id",
    [subject],
  );
  return rows;
}

async function isAtRisk(path: string): Promise<boolean> {
  const { body } = await shop.get(path).expect(200);
  return body.lines[0].atRisk;
}

test('an order that waits for units which are gone is told that its transfer is short, once', async () => {
  const order = await orderFed(4);
  await count(OTHER_STORE, 3);
  await count(OTHER_STORE, 2);
  expect(await warnings(order.id)).toEqual([
    {
      location: STORE,
      data: expect.objectContaining({ reason: 'transfer-short', lines: [{ sku: TABLE, quantity: 1 }] }),
    },
  ]);
  const told = await warnings(order.transfer.id);
  expect(told.map(({ location }) => location)).toEqual([OTHER_STORE, STORE]);
  expect(told[0]?.data).toMatchObject({ status: 'created', short: [{ sku: TABLE, quantity: 1 }] });
  expect(await isAtRisk(`/v1/reservations/${order.id}`)).toBe(true);
  expect(await isAtRisk(`/v1/transfers/${order.transfer.id}`)).toBe(true);
});

test('units that are found again take the warning back; losing them again tells again', async () => {
  const order = await orderFed(4);
  await count(OTHER_STORE, 3);
  await count(OTHER_STORE, 4);
  expect(await isAtRisk(`/v1/reservations/${order.id}`)).toBe(false);
  expect(await isAtRisk(`/v1/transfers/${order.transfer.id}`)).toBe(false);
  await count(OTHER_STORE, 0);
  expect((await warnings(order.id)).map(({ data }) => data.lines)).toEqual([
    [{ sku: TABLE, quantity: 1 }],
    [{ sku: TABLE, quantity: 4 }],
  ]);
});

test('customers and lorries are served in the order in which they came', async () => {
  const first = await transfer(2);
  const held = await hold(OTHER_STORE, 1);
  const last = await transfer(2);
  const both = () =>
    Promise.all([
      isAtRisk(`/v1/transfers/${first.id}`),
      isAtRisk(`/v1/reservations/${held.id}`),
      isAtRisk(`/v1/transfers/${last.id}`),
    ]);
  await count(OTHER_STORE, 4);
  expect(await both()).toEqual([false, false, true]);
  await count(OTHER_STORE, 2);
  expect(await both()).toEqual([false, true, true]);
  await shop.post(`/v1/transfers/${first.id}/cancel`, {}).expect(200);
  expect(await both()).toEqual([false, false, true]);
  await shop.post(`/v1/reservations/${held.id}/cancel`, {}).expect(200);
});

test('what has left is a fact: shipped though on hand did not cover it, and nobody is warned any more', async () => {
  const order = await orderFed(4);
  await count(OTHER_STORE, 1);
  const { headers } = await shop.get(`/v1/transfers/${order.transfer.id}`).expect(200);
  const shipped = await shop
    .post(`/v1/transfers/${order.transfer.id}/ship`, {})
    .set('If-Match', headers.etag ?? '')
    .expect(200);
  expect(shipped.body.lines).toMatchObject([{ shipped: 4, atRisk: false }]);
  const { body } = await shop.get(`/v1/stock?sku=${TABLE}&location=${OTHER_STORE}`).expect(200);
  expect(body.data).toMatchObject([{ onHand: -3, reserved: 0 }]);
  expect(await isAtRisk(`/v1/reservations/${order.id}`)).toBe(false);
  const lines = [{ sku: TABLE, received: 4 }];
  await shop.post(`/v1/transfers/${order.transfer.id}/receive`, { lines }).expect(200);
  await shop.post(`/v1/reservations/${order.id}/cancel`, {}).expect(200);
});

test('a transfer at risk reads under another tag', async () => {
  const { id } = await transfer(4);
  const before = await shop.get(`/v1/transfers/${id}`).expect(200);
  await count(OTHER_STORE, 3);
  const after = await shop.get(`/v1/transfers/${id}`).expect(200);
  expect(after.headers.etag).not.toBe(before.headers.etag);
});

test('the transfer of a hold that is due asks for nothing: nobody is warned of it, nor because of it', async () => {
  const held = await hold(STORE, 3);
  const younger = await transfer(2);
  clock += 3_600_000;
  await count(OTHER_STORE, 2);
  expect(await warnings(held.id)).toEqual([]);
  expect(await warnings(younger.id)).toEqual([]);
});
