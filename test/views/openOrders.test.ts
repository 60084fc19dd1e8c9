// What the feed tells of orders makes the queue of a store, and the items that it works on.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { tellLate } from '../../src/jobs/lateTransfers.ts';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let shop: Shop;
let orders = 0;
let ahead = 0;
const now = () => new Date(Date.now() + ahead);
beforeAll(async () => {
  shop = await openShop({ now });
});
beforeEach(async () => {
  for (const store of [STORE, OTHER_STORE]) await shop.put(TABLE, store, 10);
  await shop.put(LAMP, OTHER_STORE, 10);
});
afterAll(() => shop.app.close());

const heard = () => shop.app.deps.feed.settled();
const inQueue = () => shop.app.deps.availability.openOrders(STORE);
const ordered = () => [TABLE, LAMP].map((sku) => shop.app.deps.orderedItems.isOrdered(sku, STORE));

async function order(body: object): Promise<string> {
  orders += 1;
  const { id } = await shop.hold(body);
  await shop.post(`/v1/reservations/${id}/confirm`, { orderReference: `R-${orders}` }).expect(200);
  await heard();
  return id;
}

async function sell(reservationId: string, quantity: number): Promise<void> {
  orders += 1;
  const occurredAt = new Date().toISOString();
  const sale = { eventId: `sale-${orders}`, type: 'sale', sku: TABLE, location: STORE, quantity, occurredAt };
  const movements = [{ ...sale, reservationId }];
  const { body } = await shop.post('/v1/stock/movements', { source: 'pos', movements }).expect(200);
  expect(body.applied).toBe(1);
  await heard();
}

test('an order of which a till sold a part stands in the queue until the rest is ready or gone', async () => {
  const id = await order({ lines: [{ sku: TABLE, quantity: 2 }] });
  expect(inQueue()).toBe(1);
  await sell(id, 1);
  expect(inQueue()).toBe(1);
  await sell(id, 1);
  expect(inQueue()).toBe(0);
});

test('an order that is ready and goes back to whoever prepares it stands in the queue again', async () => {
  const id = await order({ lines: [{ sku: TABLE, quantity: 1 }] });
  const act = (name: string, body: object = {}) =>
    shop.post(`/v1/reservations/${id}/${name}`, body).expect(200);
  await act('start');
  await act('pick', { lines: [{ sku: TABLE, picked: 1 }] });
  await act('ready');
  await heard();
  expect(inQueue()).toBe(0);
  await act('reopen');
  await heard();
  expect(inQueue()).toBe(1);
  await act('cancel');
  await heard();
  expect(inQueue()).toBe(0);
});

test('an order whose transfer is late or short still holds all its items', async () => {
  const lines = [TABLE, LAMP].map((sku) => ({ sku, quantity: 1 }));
  const id = await order({ lines, fulfilment: 'transfer', transferFrom: OTHER_STORE });
  expect(ordered()).toEqual([true, true]);
  const { body } = await shop.get(`/v1/reservations/${id}`).expect(200);
  ahead = Date.parse(body.transfer.expectedAt) - Date.now() + 1_000;
  expect(await tellLate({ ...shop.app.deps, now })).toBe(1);
  await heard();
  expect(ordered()).toEqual([true, true]);
  await shop.post(`/v1/transfers/${body.transfer.id}/cancel`, {}).expect(200);
  await heard();
  expect(ordered()).toEqual([true, true]);
  const warnings = await shop.get('/v1/events?types=reservation.at_risk').expect(200);
  const told = warnings.body.data.map(({ data }: { data: { reason: string } }) => data.reason);
  expect(told).toEqual(['transfer-late', 'transfer-short']);
  await shop.post(`/v1/reservations/${id}/cancel`, {}).expect(200);
  await heard();
  expect(ordered()).toEqual([false, false]);
});
