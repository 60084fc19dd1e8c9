// Many events in one write: whatever their sizes and however a client is connected, it hears each once and in order.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { EventEnvelope } from '../../src/domain/event.ts';
import type { Database } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { fact, openTestDatabase, record } from '../support/feedBench.ts';
import { type LiveBench, startLiveBench } from '../support/liveBench.ts';

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

/** Characters of one to four bytes; below, at and above what one, two and eight bytes of a frame's length hold. */
const PADDINGS = ['', 'é'.repeat(60), '漢'.repeat(21_700), '🪑'.repeat(16_400), 'x'.repeat(70_000), 'end'];

/** Without the cursor: it names what others were writing when the event was read. */
const contentOf = (event: EventEnvelope) => ({ ...event, cursor: '' });

const burst = (count: number) =>
  Array.from({ length: count }, (_, at) =>
    fact('A', at + 1, { data: { sku: 'A', padding: PADDINGS[at % PADDINGS.length] } }),
  );

test.each([
  ['a WebSocket', ['websocket']],
  ['long polling', ['polling']],
  ['long polling that becomes a WebSocket meanwhile', ['polling', 'websocket']],
])('a burst of all sizes arrives whole and in order over %s', async (_name, transports) => {
  const client = bench.connect({ token: 'lille' }, { transports });
  await client.isReady();
  const told = burst(60);
  await record(database, ...told);
  await eventually(() => expect(client.events.length).toBe(told.length));
  expect(client.events.map(({ version, data }) => [version, data])).toEqual(
    told.map(({ version, data }) => [version, data]),
  );
  // What was missed comes in the same letters.
  const late = bench.connect({ token: 'lille', after: client.ready[0] }, { transports });
  await late.isReady();
  expect(late.events.map(contentOf)).toEqual(client.events.map(contentOf));
});

test('sockets that hear different parts of a burst each get their own, in the order in which it committed', async () => {
  const all = bench.connect({ token: 'server' });
  const [lille, lyon, types, again] = ['lille', 'lyon', 'server', 'server'].map((token) =>
    bench.connect({ token }),
  );
  await Promise.all([lille?.isReady(), lyon?.isReady()]);
  await all.subscribe();
  for (const client of [types, again])
    await client?.subscribe({ types: ['item.changed'], locations: ['FR-LYON-01'] });
  await types?.subscribe({ types: ['stock.changed'], locations: ['FR-LYON-01', 'FR-LILLE-01'] });
  for (const client of [all, types, again]) await client?.isReady();
  const told = Array.from({ length: 40 }, (_, at) =>
    fact('A', at + 1, { location: at % 3 === 0 ? 'FR-LYON-01' : 'FR-LILLE-01' }),
  );
  await record(database, ...told);
  await eventually(() => expect(all.events.length).toBe(40));
  await eventually(() => expect(types?.events).toEqual(all.events));
  for (const [client, location] of [
    [lille, 'FR-LILLE-01'],
    [lyon, 'FR-LYON-01'],
  ] as const) {
    const own = all.events.filter((event) => event.location === location);
    await eventually(() => expect(client?.events).toEqual(own));
  }
  // It hears what it asked for, and heard nothing else before.
  const renamed = fact('B', 1, { type: 'item.changed', location: 'FR-LYON-01' });
  await record(database, renamed);
  await eventually(() => expect(again?.events.map(({ type }) => type)).toEqual(['item.changed']));
});

test('what comes before the end of a key is heard by its sockets, and nothing after it', async () => {
  const client = bench.connect({ token: 'lille' });
  const other = bench.connect({ token: 'server' });
  await client.isReady();
  await other.subscribe();
  await other.isReady();
  const revoked = fact('key_lille', 1, { type: 'key.revoked', location: null });
  await record(database, fact('A', 1), fact('A', 2), revoked, fact('A', 3));
  await eventually(() => expect(client.socket.connected).toBe(false));
  await eventually(() => expect(other.texts()).toEqual(['A v1', 'A v2', 'A v3']));
  expect(client.texts()).toEqual(['A v1', 'A v2']);
});
