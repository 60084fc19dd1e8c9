// The /live namespace: who gets in, what they hear, and how they resume.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { begin, fact, openTestDatabase, record } from '../support/feedBench.ts';
import { callerOf, type LiveBench, refusalOf, startLiveBench } from '../support/liveBench.ts';

const LYON = 'FR-LYON-01';

let testDatabase: TestDatabase;
let database: Database;
let bench: LiveBench;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openTestDatabase(testDatabase.url);
});
beforeEach(async () => {
  bench = await startLiveBench(database);
});
afterEach(() => bench.close());
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

test('a tablet hears of its own store, without asking, and of no other', async () => {
  const tablet = bench.connect({ token: 'lille' });
  await tablet.isReady();
  await record(database, fact('A', 1, { location: LYON }), fact('A', 1));
  await eventually(() => expect(tablet.texts()).toEqual(['A v1']));
});

test('what a tablet hears has the envelope of the feed', async () => {
  const tablet = bench.connect({ token: 'lille' });
  await tablet.isReady();
  const told = fact('A', 3, { occurredAt: new Date('2026-03-01T10:00:00.123Z') });
  await record(database, told);
  await eventually(() => expect(tablet.events.length).toBe(1));
  expect(tablet.events[0]).toEqual({
    id: expect.stringMatching(/^evt_/),
    cursor: expect.any(String),
    type: 'stock.changed',
    occurredAt: '2026-03-01T10:00:00.123Z',
    location: 'FR-LILLE-01',
    subject: 'A',
    version: 3,
    data: told.data,
  });
});

test('a server hears nothing before it subscribes, then everything that it asked for', async () => {
  const client = bench.connect({ token: 'server' });
  await eventually(() => client.socket.connected);
  await record(database, fact('before', 1));
  await bench.feed.settled();
  expect(await client.subscribe()).toEqual({ ok: true });
  await client.isReady();
  await record(database, fact('A', 1), fact('B', 1, { location: LYON }));
  await eventually(() => expect(client.texts()).toEqual(['A v1', 'B v1']));
});

test('a subscription chooses by location, item and type', async () => {
  const client = bench.connect({ token: 'server' });
  const rsv = (lines: object[]) => ({ type: 'reservation.held' as const, location: LYON, data: { lines } });
  await client.subscribe({ locations: [LYON], skus: ['B'], types: ['stock.changed', 'reservation.*'] });
  await client.isReady();
  await record(
    database,
    fact('B', 1),
    fact('A', 2, { location: LYON }),
    fact('B', 3, { location: LYON }),
    fact('rsv_1', 4, rsv([{ sku: 'A' }])),
    fact('rsv_2', 5, rsv([{ sku: 'A' }, { sku: 'B' }])),
    fact(LYON, 6, { type: 'location.changed', location: LYON, data: {} }),
  );
  await eventually(() => expect(client.texts()).toEqual(['B v3', 'rsv_2 v5']));
});

test('a new subscription replaces the one before, from then on', async () => {
  const client = bench.connect({ token: 'server' });
  await client.subscribe({ skus: ['A'] });
  await client.isReady();
  await record(database, fact('A', 1), fact('B', 1));
  await eventually(() => expect(client.texts()).toEqual(['A v1']));
  await client.subscribe({ skus: ['B'] });
  await record(database, fact('A', 2), fact('B', 2));
  await eventually(() => expect(client.texts()).toEqual(['A v1', 'B v2']));
});

test('a subscription with after starts there', async () => {
  const client = bench.connect({ token: 'server' });
  await client.subscribe();
  await client.isReady();
  await record(database, fact('A', 1), fact('A', 2), fact('A', 3));
  await eventually(() => expect(client.events.length).toBe(3));
  await client.subscribe({ after: client.events[0]?.cursor });
  await eventually(() => expect(client.texts()).toEqual(['A v1', 'A v2', 'A v3', 'A v2', 'A v3']));
});

test.each([
  ['an unknown type', { types: ['stock.exploded'] }, 'invalid-request'],
  ['an internal type', { types: ['key.revoked'] }, 'invalid-request'],
  ['an unknown field', { stores: [LYON] }, 'invalid-request'],
  ['no object', 7, 'invalid-request'],
  ['a malformed cursor', { after: 'x' }, 'invalid-cursor'],
  ['another store’s location', { locations: [LYON] }, 'unknown-location'],
])('a subscription with %s is answered with a problem', async (_what, wish, code) => {
  const tablet = bench.connect({ token: 'lille' });
  expect(await tablet.socket.emitWithAck('subscribe', wish)).toMatchObject({ code });
});

test('subscribing without a callback, or with nothing else, harms nobody', async () => {
  const client = bench.connect({ token: 'server' });
  client.socket.emit('subscribe', { types: 'broken' });
  client.socket.emit('subscribe');
  expect(await client.socket.emitWithAck('subscribe')).toEqual({ ok: true });
});

test.each([
  ['no token', {}, 'unauthorized'],
  ['an unknown token', { token: 'nobody' }, 'unauthorized'],
  ['a token that is no text', { token: { $ne: null } }, 'unauthorized'],
  ['a publishable key', { token: 'shop' }, 'forbidden'],
  ['a malformed cursor', { token: 'lille', after: 'x' }, 'invalid-cursor'],
  ['a cursor that is no text', { token: 'lille', after: { x: 1 } }, 'invalid-cursor'],
])('with %s nobody gets in', async (_what, auth, code) => {
  expect(await refusalOf(bench.connect(auth))).toMatchObject({ code });
});

test('a key without events:read does not get in', async () => {
  bench.callers.set('narrow', { ...callerOf('key_narrow', 'secret'), scopes: new Set(['stock:read']) });
  expect(await refusalOf(bench.connect({ token: 'narrow' }))).toMatchObject({
    code: 'forbidden',
    status: 403,
  });
});

test('a database that is away is a problem, not a silence', async () => {
  const away = await startLiveBench(database, {
    authenticate: () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })),
  });
  const refusal = await refusalOf(away.connect({ token: 'lille' }));
  await away.close();
  expect(refusal).toMatchObject({ code: 'unavailable', status: 503 });
});

test('a key that has too many connections gets no more', async () => {
  const small = await startLiveBench(database, { limits: { socketsPerKey: 1 } });
  await small.connect({ token: 'lille' }).isReady();
  const refusal = await refusalOf(small.connect({ token: 'lille' }));
  await small.close();
  expect(refusal).toMatchObject({ code: 'rate-limited' });
});

test('a socket that subscribes too often is told so', async () => {
  const small = await startLiveBench(database, { limits: { subscribesPerMinute: 1 } });
  const client = small.connect({ token: 'server' });
  const answers = [await client.subscribe(), await client.subscribe()];
  await small.close();
  expect(answers).toMatchObject([{ ok: true }, { code: 'rate-limited' }]);
});

test('a message that is too large ends the connection', async () => {
  const client = bench.connect({ token: 'server' });
  await client.subscribe();
  client.socket.emit('subscribe', { skus: ['x'.repeat(100_000)] });
  await eventually(() => expect(client.socket.connected).toBe(false));
});

test('the default namespace lets nobody in', async () => {
  const { io } = await import('socket.io-client');
  const socket = io(bench.url, { transports: ['websocket'], reconnection: false, auth: { token: 'server' } });
  const error = await new Promise((resolve) => socket.once('connect_error', resolve));
  socket.disconnect();
  expect(error).toMatchObject({ data: { code: 'not-found' } });
});

test('long polling works as the websocket does', async () => {
  const tablet = bench.connect({ token: 'lille' }, { transports: ['polling'] });
  await tablet.isReady();
  await record(database, fact('A', 1), fact('A', 2));
  await eventually(() => expect(tablet.texts()).toEqual(['A v1', 'A v2']));
});

test('a revoked key is disconnected at once, and its neighbours are not', async () => {
  const tablet = bench.connect({ token: 'lille' });
  const other = bench.connect({ token: 'lyon' });
  await Promise.all([tablet.isReady(), other.isReady()]);
  const reason = new Promise((resolve) => tablet.socket.once('disconnect', resolve));
  await record(
    database,
    fact('key_lille', 2, { type: 'key.revoked', location: null, data: { id: 'key_lille' } }),
  );
  expect(await reason).toBe('io server disconnect');
  expect(other.socket.connected).toBe(true);
});

test('a key that is revoked while its socket is being let in does not stay', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const slow = await startLiveBench(database, {
    authenticate: async () => {
      asked.resolve();
      await answer.promise;
      return callerOf('key_late', 'device', [LYON]);
    },
  });
  const tablet = slow.connect({ token: 'late' });
  const left = new Promise((resolve) => tablet.socket.once('disconnect', resolve));
  await asked.promise;
  await record(database, fact('key_late', 2, { type: 'key.revoked', location: null, data: {} }));
  await slow.feed.settled();
  answer.resolve();
  expect(await left).toBe('io server disconnect');
  await slow.close();
});

test('a tablet that was away hears all that it missed, in order and once, then what commits', async () => {
  const before = bench.connect({ token: 'lille' });
  await before.isReady();
  await record(database, fact('A', 0));
  await eventually(() => expect(before.events.length).toBe(1));
  before.close();
  for (let version = 1; version <= 20; version++)
    await record(database, fact('A', version), fact('B', version));
  const after = bench.connect({ token: 'lille', after: before.events[0]?.cursor });
  await after.isReady();
  await record(database, fact('A', 21));
  const expected = Array.from({ length: 20 }, (_, at) => [`A v${at + 1}`, `B v${at + 1}`]).flat();
  await eventually(() => expect(after.texts()).toEqual([...expected, 'A v21']));
});

test('ready comes after what was missed, and its cursor is a place to resume from', async () => {
  const first = bench.connect({ token: 'lille' });
  await first.isReady();
  first.close();
  await record(database, fact('A', 1));
  const second = bench.connect({ token: 'lille', after: first.ready[0] });
  await second.isReady();
  expect(second.texts()).toEqual(['A v1']);
  second.close();
  await record(database, fact('A', 2));
  const third = bench.connect({ token: 'lille', after: second.ready[0] });
  await third.isReady();
  expect(third.texts()).toEqual(['A v2']);
});

test('a cursor of one process is good in another', async () => {
  const other = await startLiveBench(database);
  const here = bench.connect({ token: 'lille' });
  await here.isReady();
  const slow = await begin(testDatabase.url);
  await slow.tell(fact('slow', 1));
  await record(database, fact('A', 1), fact('A', 2));
  await eventually(() => expect(here.events.length).toBe(2));
  here.close();
  const there = other.connect({ token: 'lille', after: here.events[0]?.cursor });
  await there.isReady();
  await slow.commit();
  await eventually(() => expect(there.texts()).toEqual(['A v2', 'slow v1']));
  await other.close();
});

test('a server’s handshake cursor is where its first subscription starts', async () => {
  const first = bench.connect({ token: 'server' });
  await first.subscribe();
  await first.isReady();
  first.close();
  await record(database, fact('A', 1), fact('B', 1));
  const second = bench.connect({ token: 'server', after: first.ready[0] });
  await second.subscribe({ skus: ['B'] });
  await second.isReady();
  expect(second.texts()).toEqual(['B v1']);
});

test('a quiet socket is told where it stands', async () => {
  const chatty = await startLiveBench(database, { limits: { cursorMilliseconds: 20 } });
  const tablet = chatty.connect({ token: 'lille' });
  await tablet.isReady();
  await record(database, fact('A', 1, { location: LYON }));
  await chatty.feed.settled();
  tablet.cursors.length = 0;
  await eventually(() => expect(tablet.cursors.length).toBeGreaterThan(0));
  await chatty.close();
  await record(database, fact('A', 2));
  const again = bench.connect({ token: 'lille', after: tablet.cursors.at(-1) });
  await again.isReady();
  expect(again.texts()).toEqual(['A v2']);
});

test('a cursor from before a restore gets a reset, and then what happens from now on', async () => {
  const first = bench.connect({ token: 'lille' });
  await first.isReady();
  first.close();
  await database.run('test.epoch', 'UPDATE feed_state SET epoch = epoch + 1', []);
  await eventually(() => expect(bench.feed.counts().resets).toBe(1));
  await record(database, fact('A', 1));
  await bench.feed.settled();
  const second = bench.connect({ token: 'lille', after: first.ready[0] });
  await second.isReady();
  await record(database, fact('A', 2));
  await eventually(() => expect(second.texts()).toEqual(['A v2']));
  expect(second.resets.length).toBe(1);
});

test('who is connected when events are lost for good is told so', async () => {
  const tablet = bench.connect({ token: 'lille' });
  await tablet.isReady();
  await database.run('test.epoch', 'UPDATE feed_state SET epoch = epoch + 1', []);
  await eventually(() => expect(tablet.resets.length).toBe(1));
  await eventually(() => expect(tablet.ready.length).toBe(2));
});

test('closing ends every connection, in a way that clients come back from by themselves', async () => {
  const tablet = bench.connect({ token: 'lille' });
  const poller = bench.connect({ token: 'lyon' }, { transports: ['polling'] });
  await Promise.all([tablet.isReady(), poller.isReady()]);
  const reasons = [tablet, poller].map(
    ({ socket }) => new Promise((resolve) => socket.once('disconnect', resolve)),
  );
  await bench.live.close();
  expect(await Promise.all(reasons)).not.toContain('io server disconnect');
  expect(bench.live.counts().sockets).toBe(0);
});

test('nobody gets in while it closes', async () => {
  await bench.live.close();
  const client = bench.connect({ token: 'lille' });
  await new Promise((resolve) => client.socket.once('connect_error', resolve));
  expect(client.socket.connected).toBe(false);
});
