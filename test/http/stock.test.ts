// What back offices report and read over HTTP: outcomes in order, levels now and then, the ledger.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(async () => {
  await shop.app.close();
});

const yesterday = (hour: number) => {
  const at = new Date(Date.now() - 24 * 3_600_000);
  at.setUTCHours(hour, 0, 0, 0);
  return at.toISOString();
};
const movement = (eventId: string, more: object = {}) => ({
  eventId,
  type: 'receipt',
  sku: TABLE,
  location: STORE,
  quantity: 10,
  occurredAt: yesterday(8),
  ...more,
});
const report = (movements: object[], source = 'wms') =>
  shop.post('/v1/stock/movements', { source, movements });

test('each element has its own outcome, in order; one bad element does not spoil the others', async () => {
  const { body } = await report([
    movement('a1'),
    movement('a2', { sku: 'NO-SUCH' }),
    movement('a1'),
    movement('a1', { quantity: 11 }),
    movement('a3', { type: 'sale', quantity: 3, occurredAt: yesterday(9) }),
    movement('a4', { occurredAt: new Date(Date.now() + 120_000).toISOString() }),
  ]).expect(200);
  expect(body).toMatchObject({ applied: 2, duplicates: 1, rejected: 3 });
  expect(body.outcomes).toMatchObject([
    { eventId: 'a1', outcome: 'applied' },
    { eventId: 'a2', outcome: 'rejected', problem: { code: 'unknown-item' } },
    { eventId: 'a1', outcome: 'duplicate' },
    { eventId: 'a1', outcome: 'rejected', problem: { code: 'event-id-reused' } },
    { eventId: 'a3', outcome: 'applied' },
    { eventId: 'a4', outcome: 'rejected', problem: { code: 'occurred-in-the-future' } },
  ]);
  const { body: levels } = await shop.get(`/v1/stock?sku=${TABLE}&location=${STORE}`).expect(200);
  expect(levels.data).toMatchObject([{ onHand: 7, reserved: 0, available: 7, countedAt: null }]);
});

test('a request under a key is answered again, word for word', async () => {
  const sent = { source: 'wms', movements: [movement('k1', { sku: LAMP })] };
  const first = await shop.post('/v1/stock/movements', sent, { key: 'facts-1' }).expect(200);
  const again = await shop.post('/v1/stock/movements', sent, { key: 'facts-1' }).expect(200);
  expect(again.text).toBe(first.text);
  expect(again.headers['idempotent-replayed']).toBe('true');
});

test('a count that expected another level is stale, and says what is there', async () => {
  await shop.put(LAMP, OTHER_STORE, 4);
  const count = {
    eventId: 'c1',
    sku: LAMP,
    location: OTHER_STORE,
    onHand: 3,
    countedAt: new Date().toISOString(),
  };
  const { body } = await shop
    .post('/v1/stock/counts', { source: 'tablet', counts: [{ ...count, expected: 5 }] })
    .expect(200);
  expect(body.outcomes).toMatchObject([{ outcome: 'rejected', problem: { code: 'stale-count', onHand: 4 } }]);
});

test('levels of the past are what had occurred by then', async () => {
  await report([
    movement('p1', { location: OTHER_STORE, occurredAt: yesterday(8) }),
    movement('p2', { location: OTHER_STORE, type: 'sale', quantity: 4, occurredAt: yesterday(12) }),
  ]).expect(200);
  const at = async (asOf: string) => {
    const { body } = await shop
      .get(`/v1/stock?sku=${TABLE}&location=${OTHER_STORE}&asOf=${asOf}`)
      .expect(200);
    return body.data[0].onHand;
  };
  expect([await at(yesterday(7)), await at(yesterday(11)), await at(yesterday(12))]).toEqual([0, 10, 6]);
});

test('stock of an instant to come is refused', async () => {
  const asOf = new Date(Date.now() + 60_000).toISOString();
  const { body } = await shop.get(`/v1/stock?asOf=${asOf}`).expect(400);
  expect(body.errors).toMatchObject([{ pointer: 'query:asOf', code: 'in-the-future' }]);
});

test('the check of all levels is not for a key that is limited to some', async () => {
  const { token } = await shop.app.key({ locations: [STORE] });
  expect((await shop.get('/v1/integrity', token).expect(403)).body.code).toBe('forbidden');
});

test('the ledger is listed newest first, and pages', async () => {
  const { body } = await shop.get(`/v1/stock/movements?sku=${TABLE}&location=${STORE}&limit=1`).expect(200);
  expect(body.data).toMatchObject([
    { eventId: 'a3', type: 'sale', quantity: 3, onHandDelta: -3, source: 'wms' },
  ]);
  const path = `/v1/stock/movements?sku=${TABLE}&location=${STORE}&limit=1&cursor=${body.nextCursor}`;
  const next = await shop.get(path).expect(200);
  expect(next.body).toMatchObject({ data: [{ eventId: 'a1' }], nextCursor: null });
});

test('a store’s key reports and reads its own location only', async () => {
  const { token } = await shop.app.key({ kind: 'device', locations: [OTHER_STORE] });
  const sent = { source: 'tablet', movements: [movement('f1'), movement('f2', { location: OTHER_STORE })] };
  const { body } = await shop.post('/v1/stock/movements', sent, { token }).expect(200);
  expect(body.outcomes).toMatchObject([
    { outcome: 'rejected', problem: { code: 'unknown-location' } },
    { outcome: 'applied' },
  ]);
  const levels = await shop.get('/v1/stock', token).expect(200);
  expect(new Set(levels.body.data.map(({ location }: { location: string }) => location))).toEqual(
    new Set([OTHER_STORE]),
  );
});

test.each([
  ['a negative sale', { type: 'sale', quantity: -1 }, '/quantity'],
  ['an adjustment of 0', { type: 'adjustment', quantity: 0 }, '/quantity'],
  ['1,000,001 units', { quantity: 1_000_001 }, '/quantity'],
  ['a local time', { occurredAt: '2026-01-01T10:00:00' }, '/occurredAt'],
  ['an event id with a space', { eventId: 'a b' }, '/eventId'],
  ['an unknown field', { colour: 'red' }, '/colour'],
])('rejects %s by itself and says where', async (_what, wrong, pointer) => {
  const beside = movement(`beside-${pointer}-${JSON.stringify(wrong).length}`);
  const { body } = await report([movement('x', wrong), beside]).expect(200);
  expect(body.outcomes).toMatchObject([
    { outcome: 'rejected', problem: { code: 'invalid-request', errors: [{ pointer }] } },
    { eventId: beside.eventId, outcome: 'applied' },
  ]);
});

test('takes 1,000 facts at once, not 1,001, and none under our own name', async () => {
  const facts = (count: number) =>
    Array.from({ length: count }, (_, n) => movement(`m${n}`, { quantity: 1 }));
  const { body } = await report(facts(1_000)).expect(200);
  expect(body.applied).toBe(1_000);
  await report(facts(1_001)).expect(400);
  await report(facts(1), 'comptoir').expect(400);
});
