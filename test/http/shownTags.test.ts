// The tag of what an answer shows, also of what changes beside the versions of its resource: nobody is told that he has
// it already who has not, and nobody's write is stale for it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { sweep } from '../../src/jobs/expiry.ts';
import { type Desk, openDesk } from '../support/desk.ts';
import { LAMP, type Shop, STORE, TABLE } from '../support/shop.ts';

let desk: Desk;
let shop: Shop;
beforeAll(async () => {
  desk = await openDesk();
  shop = desk.shop;
});
afterAll(() => shop.app.close());

const put = (path: string, body: object) =>
  request(shop.app.url).put(path).set('Authorization', `Bearer ${shop.app.admin}`).send(body);
const tagOf = async (path: string): Promise<string> => (await shop.get(path).expect(200)).headers.etag ?? '';
const again = async (path: string, tag: string) => (await shop.get(path).set('If-None-Match', tag)).status;

describe('of a reservation', () => {
  test('it knows where its items stand', async () => {
    const id = await desk.order();
    const path = `/v1/reservations/${id}`;
    const before = await tagOf(path);
    expect(await again(path, before)).toBe(304);
    await put(`/v1/locations/${STORE}/shelves`, { places: [{ sku: TABLE, aisle: 'B7' }] }).expect(200);
    expect(await again(path, before)).toBe(200);
    const noted = await tagOf(path);
    expect(await again(path, noted)).toBe(304);
    await put(`/v1/locations/${STORE}/shelves`, { places: [{ sku: TABLE, aisle: 'C1' }] }).expect(200);
    expect(await again(path, noted)).toBe(200);
    // Whoever read it before may move it all the same.
    await shop.post(`${path}/start`).set('If-Match', before).expect(200);
    expect((await shop.post(`${path}/cancel`).set('If-Match', noted).expect(412)).body.code).toBe(
      'precondition-failed',
    );
  });

  test('it knows which of its lines stock no longer covers', async () => {
    const lines = [TABLE, LAMP].map((sku) => ({ sku, quantity: 1 }));
    await desk.count(TABLE, 500);
    await desk.count(LAMP, 500);
    const { id } = await shop.hold({ lines });
    const path = `/v1/reservations/${id}`;
    const before = await tagOf(path);
    await desk.count(TABLE, 0);
    expect(await again(path, before)).toBe(200);
    const short = await tagOf(path);
    expect(await again(path, short)).toBe(304);
    await desk.count(TABLE, 500);
    await desk.count(LAMP, 0);
    expect(await again(path, short)).toBe(200);
    await shop.post(`${path}/extend`, { ttlSeconds: 900 }).set('If-Match', short).expect(200);
  });
});

test('of a hold whose time is over it knows whether that has been recorded', async () => {
  const { id } = await shop.hold();
  const path = `/v1/reservations/${id}`;
  desk.later(16);
  const due = await tagOf(path);
  expect(await again(path, due)).toBe(304);
  await sweep({ ...shop.app.deps, now: desk.now });
  expect(await again(path, due)).toBe(200);
  expect((await shop.get(path).expect(200)).body.history.at(-1)).toMatchObject({ type: 'expired' });
});

test('of a webhook it knows until when a former secret signs', async () => {
  const url = 'https://erp.example.com/comptoir';
  const { body } = await shop.post('/v1/webhooks', { url }).expect(201);
  const path = `/v1/webhooks/${body.id}`;
  await shop.post(`${path}/rotate`).expect(200);
  const signsFor = (seconds: number) =>
    shop.app.deps.database.run(
      'test.signs_for',
      "UPDATE webhooks SET previous_until = now() + $2 * interval '1 second' WHERE id = $1",
      [body.id, seconds],
    );
  await signsFor(3_600);
  const rotated = await tagOf(path);
  expect(await again(path, rotated)).toBe(304);
  await signsFor(-1);
  expect(await again(path, rotated)).toBe(200);
  await shop.post(`${path}/rotate`).set('If-Match', rotated).expect(200);
});

test('of a member of staff it knows until when they are locked', async () => {
  const person = { location: STORE, name: 'Ana', pin: '8642' };
  const { body: ana } = await shop.post('/v1/staff', person).expect(201);
  const path = `/v1/staff/${ana.id}`;
  const before = await tagOf(path);
  expect(await again(path, before)).toBe(304);
  const token = await desk.tablet('Counter');
  for (let guess = 0; guess < 5; guess++) {
    await shop.post('/v1/devices/self/shift', { staffId: ana.id, pin: '0000' }, { token });
  }
  expect(await again(path, before)).toBe(200);
  const locked = await tagOf(path);
  expect(await again(path, locked)).toBe(304);
  desk.later(16);
  expect(await again(path, locked)).toBe(200);
  // A lock makes no version: who read of it may write, and so may who did not.
  const renamed = await put(path, { name: 'Anna' }).set('If-Match', locked).expect(200);
  await put(path, { name: 'Ana' })
    .set('If-Match', renamed.headers.etag ?? '')
    .expect(200);
  expect((await put(path, { name: 'Anne' }).set('If-Match', locked).expect(412)).body.code).toBe(
    'precondition-failed',
  );
});
