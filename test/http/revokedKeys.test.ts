// What is still under way for a key when it is revoked: it opens nothing from then on, so long polls, uploads and streams
// that began before end there.
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { z } from 'zod';
import { route } from '../../src/http/route.ts';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { rowsOf, sendFile } from '../support/imports.ts';
import { openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let shop: Shop;
let idle: number;
beforeAll(async () => {
  shop = await openShop();
  idle = listeners();
});
afterAll(() => shop.app.close());
beforeEach(() => eventually(() => listeners() === idle));

const listeners = () => shop.app.deps.feed.counts().consumers;
/** A long poll listens to the feed while it waits. */
const isWaiting = (polls = 1) => eventually(() => expect(listeners()).toBe(idle + polls));
const remove = (path: string) =>
  request(shop.app.url).delete(path).set('Authorization', `Bearer ${shop.app.admin}`).expect(204);

/** So long that only what ends a wait ends this one. */
const poll = (token: string) =>
  shop
    .get('/v1/events?after=latest&wait=30&types=stock.changed', token)
    .then(({ status, headers, body }) => ({
      status,
      code: body.code,
      events: body.data?.length,
      challenge: headers['www-authenticate'],
    }));

describe('a long poll', () => {
  const REFUSED = { status: 401, code: 'unauthorized', challenge: expect.stringContaining('invalid_token') };

  test('of a key that is revoked meanwhile ends with 401; another key’s goes on', async () => {
    const key = await shop.app.key({ scopes: ['events:read'] });
    const other = await shop.app.key({ scopes: ['events:read'] });
    const [polled, others] = [poll(key.token), poll(other.token)];
    await isWaiting(2);
    await remove(`/v1/keys/${key.id}`);
    expect(await polled).toMatchObject(REFUSED);
    await isWaiting(1);
    await shop.put(TABLE, STORE, 33);
    expect(await others).toMatchObject({ status: 200, events: 1 });
  });

  test('tells nothing that came after the revocation, however soon', async () => {
    const key = await shop.app.key({ scopes: ['events:read'] });
    const polled = poll(key.token);
    await isWaiting();
    await Promise.all([remove(`/v1/keys/${key.id}`).then(() => shop.put(TABLE, STORE, 34)), polled]);
    expect(await polled).toMatchObject(REFUSED);
  });

  test('of a tablet ends when that is removed', async () => {
    const { body: device } = await shop.post('/v1/devices', { name: 'Queue', location: STORE }).expect(201);
    const paired = await shop.post('/v1/devices/pair', { code: device.pairingCode }).expect(200);
    const polled = poll(paired.body.token);
    await isWaiting();
    await remove(`/v1/devices/${device.id}`);
    expect(await polled).toMatchObject(REFUSED);
  });
});

test('an upload of a key that is revoked meanwhile ends with 401, and nothing stays of it', async () => {
  const key = await shop.app.key({ scopes: ['catalogue:write', 'stock:write'] });
  const body = new Readable({ read() {} });
  body.push('sku,name\n');
  const sent = sendFile(shop.app.url, key.token, body, { type: 'items' });
  const kept = () => rowsOf<{ status: string }>(shop, 'SELECT status FROM imports');
  await eventually(async () => expect(await kept()).toEqual([{ status: 'receiving' }]));
  await remove(`/v1/keys/${key.id}`);
  const answer = await sent;
  body.push(null);
  expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
  await eventually(async () => expect(await kept()).toEqual([]));
});

test('a stream that its reader takes his time with is cut as its key is revoked', async () => {
  const endless = route({
    method: 'GET',
    path: '/v1/endless',
    operationId: 'readEndless',
    summary: 'A stream without an end',
    tag: 'Stock',
    scopes: ['stock:read'],
    responses: { 200: { description: 'Zeros.', schema: z.string(), contentType: 'text/plain' } },
    problems: [],
    handler: async () => ({ status: 200, stream: zeros, headers: { 'Content-Type': 'text/plain' } }),
  });
  const zeros = new Readable({ read() {} });
  zeros.push('0');
  const app = await startTestApp({ routes: [endless] });
  const key = await app.key({ scopes: ['stock:read'] });
  const answer = await fetch(`${app.url}/v1/endless`, { headers: { Authorization: `Bearer ${key.token}` } });
  app.deps.keyring.onEvents([{ type: 'key.revoked', subject: key.id }]);
  await expect(answer.text()).rejects.toThrow('terminated');
  expect(zeros.destroyed).toBe(true);
  await app.close();
});
