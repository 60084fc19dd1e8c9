// Reservations over HTTP: what a shop, a browser, a store and another store each see and may do.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { reservationData } from '../../src/domain/event.ts';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(async () => {
  const { body } = await shop.get('/v1/integrity').expect(200);
  expect(body).toMatchObject({ drifting: 0, drift: [] });
  await shop.app.close();
});

describe('placing a hold', () => {
  test('answers 201 with the hold, where to find it and its tag', async () => {
    await shop.put(TABLE, STORE, 5);
    const lines = [
      { sku: TABLE, quantity: 1 },
      { sku: TABLE, quantity: 1 },
    ];
    const sent = { location: STORE, lines, customer: { name: 'Camille', email: 'c@example.com' } };
    const { body, headers } = await shop.post('/v1/reservations', sent, { key: 'place-1' }).expect(201);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^rsv_/),
      status: 'held',
      location: STORE,
      lines: [{ sku: TABLE, quantity: 2, picked: 0, missing: 0 }],
      promise: { readyAt: expect.any(String) },
      version: 1,
    });
    expect(body).not.toHaveProperty('pickupCode');
    expect(headers).toMatchObject({ location: `/v1/reservations/${body.id}`, etag: '"v1"' });
    await shop.post(`/v1/reservations/${body.id}/cancel`).expect(200);
  });

  test('is told with lines of which the document names every field', async () => {
    await shop.put(TABLE, STORE, 5);
    const { id } = await shop.hold();
    await shop.post(`/v1/reservations/${id}/cancel`).expect(200);
    const { body } = await shop.get('/v1/events?types=reservation.held&limit=1000').expect(200);
    const told = body.data.find(({ subject }: { subject: string }) => subject === id);
    const described = Object.keys(reservationData.shape.lines.unwrap().element.shape);
    expect(Object.keys(told.data.lines[0]).sort()).toEqual(described.sort());
  });

  test('needs an Idempotency-Key', async () => {
    const sent = { location: STORE, lines: [{ sku: TABLE, quantity: 1 }] };
    const { body } = await shop.post('/v1/reservations', sent).expect(400);
    expect(body.code).toBe('idempotency-key-required');
  });

  test('under one key 50 times at once is one reservation and 50 equal answers', async () => {
    await shop.put(TABLE, STORE, 5);
    const sent = { location: STORE, lines: [{ sku: TABLE, quantity: 1 }] };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => shop.post('/v1/reservations', sent, { key: 'place-50' })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(49);
    const other = { ...sent, lines: [{ sku: TABLE, quantity: 2 }] };
    const { body } = await shop.post('/v1/reservations', other, { key: 'place-50' }).expect(422);
    expect(body.code).toBe('idempotency-key-reused');
    await shop.post(`/v1/reservations/${answers[0]?.body.id}/cancel`).expect(200);
  });

  test('names shortages and the nearest stores that have the whole cart', async () => {
    await shop.put(TABLE, STORE, 1);
    await shop.put(LAMP, STORE, 0);
    await shop.put(TABLE, OTHER_STORE, 4);
    await shop.put(LAMP, OTHER_STORE, 4);
    const lines = [
      { sku: TABLE, quantity: 1 },
      { sku: LAMP, quantity: 2 },
    ];
    const first = await shop
      .post('/v1/reservations', { location: STORE, lines }, { key: 'short-1' })
      .expect(409);
    expect(first.body).toMatchObject({
      code: 'insufficient-stock',
      shortages: [{ sku: LAMP, requested: 2, available: 0 }],
      alternatives: [{ location: { code: OTHER_STORE }, promise: { readyAt: expect.any(String) } }],
    });
    const again = await shop
      .post('/v1/reservations', { location: STORE, lines }, { key: 'short-1' })
      .expect(409);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toMatchObject({ code: 'insufficient-stock', shortages: first.body.shortages });
  });

  test('of an unknown item or location is a 404 that names it', async () => {
    const at = (location: string, sku: string) =>
      shop.post(
        '/v1/reservations',
        { location, lines: [{ sku, quantity: 1 }] },
        { key: `404-${location}-${sku}` },
      );
    expect((await at(STORE, 'NO-SUCH').expect(404)).body).toMatchObject({
      code: 'unknown-item',
      sku: 'NO-SUCH',
    });
    expect((await at('NO-SUCH', TABLE).expect(404)).body.code).toBe('unknown-location');
  });

  test.each([
    ['no lines', { lines: [] }, '/lines', 'too-short'],
    ['a quantity of 0', { lines: [{ sku: TABLE, quantity: 0 }] }, '/lines/0/quantity', 'too-small'],
    ['a quantity of 10,001', { lines: [{ sku: TABLE, quantity: 10_001 }] }, '/lines/0/quantity', 'too-large'],
    [
      'lines of one sku of 10,001 in all',
      { lines: [10_000, 1].map((quantity) => ({ sku: TABLE, quantity })) },
      '/lines',
      'too-large',
    ],
    ['a TTL of 29 s', { ttlSeconds: 29 }, '/ttlSeconds', 'too-small'],
    ['a TTL of 14,401 s', { ttlSeconds: 14_401 }, '/ttlSeconds', 'too-large'],
    ['an unknown field', { colour: 'red' }, '/colour', 'unknown-field'],
    ['a bad e-mail address', { customer: { email: 'no' } }, '/customer/email', 'bad-format'],
  ])('refuses %s and says where and why', async (_what, wrong, pointer, why) => {
    const sent = { location: STORE, lines: [{ sku: TABLE, quantity: 1 }], ...wrong };
    const { body } = await shop.post('/v1/reservations', sent, { key: `bad-${pointer}` }).expect(400);
    expect(body).toMatchObject({ code: 'invalid-request', errors: [{ pointer, code: why }] });
  });
});

describe('a browser’s key', () => {
  test('places and cancels its own holds, and learns no counts', async () => {
    const { token } = await shop.app.key({ kind: 'publishable' });
    await shop.put(TABLE, STORE, 1);
    const place = (quantity: number, key: string) =>
      shop.post('/v1/reservations', { location: STORE, lines: [{ sku: TABLE, quantity }] }, { token, key });
    const short = await place(2, 'browser-1').expect(409);
    expect(short.body.shortages).toEqual([{ sku: TABLE, requested: 2 }]);
    const { body } = await place(1, 'browser-2').expect(201);
    await shop.get(`/v1/reservations/${body.id}`, token).expect(403);
    await shop.post(`/v1/reservations/${body.id}/cancel`, {}, { token }).expect(200);
  });

  test('cannot touch what another key holds, nor an order', async () => {
    const { token } = await shop.app.key({ kind: 'publishable' });
    await shop.put(TABLE, STORE, 4);
    const { id } = await shop.hold();
    const foreign = await shop.post(`/v1/reservations/${id}/cancel`, {}, { token }).expect(404);
    expect(foreign.body.code).toBe('unknown-reservation');
    await shop.post(`/v1/reservations/${id}/confirm`, { orderReference: 'B-1' }, { token }).expect(403);
    await shop.post(`/v1/reservations/${id}/cancel`).expect(200);
  });

  test.each([
    ['11 units of a line', { lines: [{ sku: TABLE, quantity: 11 }] }],
    ['1,801 s', { ttlSeconds: 1_801 }],
    ['an order reference', { orderReference: 'X-1' }],
  ])('is refused %s', async (_what, wrong) => {
    const { token } = await shop.app.key({ kind: 'publishable' });
    const sent = { location: STORE, lines: [{ sku: TABLE, quantity: 1 }], ...wrong };
    const { body } = await shop.post('/v1/reservations', sent, { token, key: 'cap' }).expect(403);
    expect(body.code).toBe('over-the-cap');
  });
});

describe('an order', () => {
  test('goes from hold to counter, and its history says who did what', async () => {
    await shop.put(TABLE, STORE, 2);
    const { token } = await shop.app.key({ kind: 'device', locations: [STORE] });
    const { id } = await shop.hold();
    const order = await shop.post(`/v1/reservations/${id}/confirm`, { orderReference: 'W-100' }).expect(200);
    expect(order.body).toMatchObject({ status: 'confirmed', pickupCode: expect.stringMatching(/^\d{6}$/) });
    const move = (name: string, body: object) => shop.post(`/v1/reservations/${id}/${name}`, body, { token });
    const started = await move('start', { staff: 'Ana' }).expect(200);
    expect(started.body).not.toHaveProperty('pickupCode');
    const lines = [{ sku: TABLE, picked: 2 }];
    await move('pick', { lines }).expect(200);
    const ready = await move('ready', { shelf: 'A3' }).expect(200);
    expect(ready.body).toMatchObject({ status: 'ready', shelf: 'A3', pickupDeadlineAt: expect.any(String) });
    await move('collect', { pickupCode: '000000x' }).expect(403);
    await move('collect', { pickupCode: order.body.pickupCode }).expect(200);
    const { body } = await shop.get(`/v1/reservations/${id}`).expect(200);
    expect(body.history.map(({ type }: { type: string }) => type)).toEqual([
      'held',
      'confirmed',
      'picking',
      'picked',
      'ready',
      'collected',
    ]);
    const level = await shop.get(`/v1/stock?sku=${TABLE}&location=${STORE}`).expect(200);
    expect(level.body.data).toMatchObject([{ onHand: 0, reserved: 0, available: 0 }]);
  });

  test('offers alternatives for what was missing', async () => {
    await shop.put(TABLE, STORE, 2);
    await shop.put(TABLE, OTHER_STORE, 9);
    const { id } = await shop.hold();
    await shop.post(`/v1/reservations/${id}/confirm`, { orderReference: 'W-101' }).expect(200);
    await shop.post(`/v1/reservations/${id}/start`, {}).expect(200);
    const lines = [{ sku: TABLE, picked: 1, missing: 1, reason: 'not_found' }];
    const { body } = await shop.post(`/v1/reservations/${id}/pick`, { lines }).expect(200);
    expect(body.alternatives).toMatchObject([{ location: { code: OTHER_STORE } }]);
    await shop.post(`/v1/reservations/${id}/cancel`).expect(200);
  });

  test('refuses a move that its state does not allow, and says which it does', async () => {
    await shop.put(TABLE, STORE, 2);
    const { id } = await shop.hold();
    const { body } = await shop.post(`/v1/reservations/${id}/ready`, {}).expect(409);
    expect(body).toMatchObject({
      code: 'invalid-transition',
      from: 'held',
      allowed: ['confirm', 'extend', 'cancel'],
    });
    await shop.post(`/v1/reservations/${id}/cancel`).expect(200);
  });

  test('is changed only at the version that If-Match names', async () => {
    await shop.put(TABLE, STORE, 2);
    const { id } = await shop.hold();
    const stale = shop.post(`/v1/reservations/${id}/cancel`).set('If-Match', '"v7"');
    expect((await stale.expect(412)).body.code).toBe('precondition-failed');
    await shop.post(`/v1/reservations/${id}/cancel`).set('If-Match', '"v1"').expect(200);
  });

  test('keeps its tag’s version when stock no longer covers it, so that If-Match still fits', async () => {
    await shop.put(TABLE, STORE, 2);
    const { id } = await shop.hold();
    await shop.post(`/v1/reservations/${id}/confirm`, { orderReference: 'W-102' }).expect(200);
    await shop.put(TABLE, STORE, 1);
    const { headers, body } = await shop.get(`/v1/reservations/${id}`).expect(200);
    expect(headers.etag).toMatch(/^"v2-.+"$/);
    expect(body.lines).toMatchObject([{ atRisk: true }]);
    const started = shop.post(`/v1/reservations/${id}/start`).set('If-Match', headers.etag ?? '');
    expect((await started.expect(200)).headers.etag).toMatch(/^"v3-.+"$/);
    await shop.post(`/v1/reservations/${id}/cancel`).expect(200);
  });

  test('does not exist for another store’s tablet', async () => {
    await shop.put(TABLE, STORE, 2);
    const { id } = await shop.hold();
    const { token } = await shop.app.key({ kind: 'device', locations: [OTHER_STORE] });
    await shop.get(`/v1/reservations/${id}`, token).expect(404);
    await shop.post(`/v1/reservations/${id}/cancel`, {}, { token }).expect(404);
    const list = await shop.get('/v1/reservations', token).expect(200);
    expect(list.body.data).toEqual([]);
    const elsewhere = { location: STORE, lines: [{ sku: TABLE, quantity: 1 }] };
    await shop.post('/v1/reservations', elsewhere, { token, key: 'elsewhere' }).expect(404);
    await shop.post(`/v1/reservations/${id}/cancel`).expect(200);
  });
});

test('an order reference of another store is taken, and no more is said about it', async () => {
  await shop.put(TABLE, STORE, 5);
  const { id } = await shop.hold({ orderReference: 'SHARED-1' });
  const sent = { location: STORE, lines: [{ sku: TABLE, quantity: 1 }], orderReference: 'SHARED-1' };
  const { body } = await shop.post('/v1/reservations', sent, { key: 'shared' }).expect(409);
  expect(body.code).toBe('order-reference-taken');
  expect(JSON.stringify(body)).not.toContain(id);
  await shop.post(`/v1/reservations/${id}/cancel`).expect(200);
});

test('a list pages newest first, by status, and a cursor belongs to its filters', async () => {
  await shop.put(TABLE, STORE, 50);
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.unshift((await shop.hold({ channel: 'list' })).id);
  const first = await shop.get(`/v1/reservations?location=${STORE}&status=held&limit=3`).expect(200);
  expect(first.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 3));
  const more = `/v1/reservations?location=${STORE}&status=held&limit=3&cursor=${first.body.nextCursor}`;
  const second = await shop.get(more).expect(200);
  expect(second.body).toMatchObject({ data: [{ id: ids[3] }, { id: ids[4] }], nextCursor: null });
  const misused = await shop.get(`/v1/reservations?limit=3&cursor=${first.body.nextCursor}`).expect(400);
  expect(misused.body.code).toBe('invalid-cursor');
  for (const id of ids) await shop.post(`/v1/reservations/${id}/cancel`).expect(200);
});
