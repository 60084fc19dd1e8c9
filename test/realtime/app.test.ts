// The sockets as the process has them: real keys, real writes, beside the HTTP API on one port.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { io } from 'socket.io-client';
import request from 'supertest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { storeRow } from '../support/feedBench.ts';
import { type Client, clientOf, refusalOf } from '../support/liveBench.ts';

const LILLE = 'FR-LILLE-01';
const LYON = 'FR-LYON-01';

let app: TestApp;
const clients: Client[] = [];

beforeAll(async () => {
  app = await startTestApp();
  for (const code of [LILLE, LYON]) await api('put', `/v1/locations/${code}`, storeRow(code).input);
  await api('put', '/v1/items/TABLE', { name: 'Table' });
});
afterAll(async () => {
  for (const client of clients) client.close();
  await app.close();
});

async function api(method: 'put' | 'post' | 'delete', path: string, body?: object): Promise<void> {
  const { status } = await request(app.url)
    [method](path)
    .set('Authorization', `Bearer ${app.admin}`)
    .send(body);
  expect(status).toBeLessThan(300);
}

function connect(token: string): Client {
  const client = clientOf(
    io(`${app.url}/live`, {
      auth: { token },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    }),
  );
  clients.push(client);
  return client;
}

function count(eventId: string, location: string, onHand: number): Promise<void> {
  const counted = { eventId, sku: 'TABLE', location, onHand, countedAt: new Date().toISOString() };
  return api('post', '/v1/stock/counts', { source: 'wms', counts: [counted] });
}

test('what the back office reports is on the store’s tablet, and on no other', async () => {
  const tablets = await Promise.all(
    [LILLE, LYON].map(async (code) => connect((await app.key({ kind: 'device', locations: [code] })).token)),
  );
  await Promise.all(tablets.map((tablet) => tablet.isReady()));
  await count('c1', LYON, 3);
  await count('c2', LILLE, 5);
  await eventually(() => expect(tablets.map(({ events }) => events.length)).toEqual([1, 1]));
  expect(tablets.map(({ events }) => events[0]?.data)).toMatchObject([
    { sku: 'TABLE', onHand: 5 },
    { sku: 'TABLE', onHand: 3 },
  ]);
});

test('the socket and GET /v1/events tell the same envelopes', async () => {
  const client = connect(app.admin);
  await client.subscribe();
  await client.isReady();
  const after = client.ready[0] ?? '';
  await count('c3', LILLE, 6);
  await count('c4', LYON, 7);
  await eventually(() => expect(client.events.length).toBe(2));
  const { body } = await request(app.url)
    .get('/v1/events')
    .query({ after })
    .set('Authorization', `Bearer ${app.admin}`);
  const facts = (events: { cursor: string }[]) => events.map(({ cursor: _cursor, ...rest }) => rest);
  expect(facts(body.data)).toEqual(facts(client.events));
});

test('a burst of 1,000 changes of one level is told in a few events, one a batch, and ends with the newest state', async () => {
  await api('put', '/v1/items/STORM', { name: 'Storm' });
  const client = connect(app.admin);
  await client.subscribe({ skus: ['STORM'], types: ['stock.changed'] });
  await client.isReady();
  const receive = (request: number, size: number) =>
    api('post', '/v1/stock/movements', {
      source: 'wms',
      movements: Array.from({ length: size }, (_, at) => ({
        ...{ eventId: `storm-${request}-${at}`, type: 'receipt', sku: 'STORM', location: LILLE, quantity: 1 },
        occurredAt: new Date().toISOString(),
      })),
    });
  await receive(0, 1_000);
  await eventually(() => expect(client.events.at(-1)?.data).toMatchObject({ onHand: 1_000 }));
  expect(client.events).toHaveLength(1);
  await Promise.all(Array.from({ length: 20 }, (_, at) => receive(at + 1, 50)));
  await eventually(() => expect(client.events.at(-1)?.data).toMatchObject({ onHand: 2_000 }));
  expect(client.events.length).toBeLessThanOrEqual(21);
  const versions = client.events.map(({ version }) => version);
  expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
});

test('a key that is revoked over HTTP loses its socket, and gets no other', async () => {
  const { id, token } = await app.key();
  const client = connect(token);
  await client.subscribe();
  await client.isReady();
  const left = new Promise((resolve) => client.socket.once('disconnect', resolve));
  await api('delete', `/v1/keys/${id}`);
  expect(await left).toBe('io server disconnect');
  expect(await refusalOf(connect(token))).toMatchObject({ code: 'unauthorized', status: 401 });
});

test('a client that offers HTTP/2 in clear is answered as ever', async () => {
  // As `curl --http2` and Java's HttpClient do unasked.
  const offer = {
    Connection: 'Upgrade, HTTP2-Settings',
    Upgrade: 'h2c',
    'HTTP2-Settings': 'AAMAAABkAAQAoAAA',
  };
  const read = request(app.url).get('/health/live').set(offer);
  expect((await read).status).toBe(200);
  const write = request(app.url).put('/v1/items/OFFERED').set(offer).send({ name: 'Offered' });
  expect((await write.set('Authorization', `Bearer ${app.admin}`)).status).toBe(201);
});
