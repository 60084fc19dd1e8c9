// A client that does not read: memory stays bounded, nobody else waits, and it misses nothing.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { fact, openTestDatabase, record } from '../support/feedBench.ts';
import { type Client, type LiveBench, startLiveBench } from '../support/liveBench.ts';

let testDatabase: TestDatabase;
let database: Database;
let bench: LiveBench;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openTestDatabase(testDatabase.url);
});
beforeEach(async () => {
  bench = await startLiveBench(database, { limits: { backlogBytes: 50_000, pageRows: 5, heldEvents: 20 } });
});
afterEach(() => bench.close());
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

/** The TCP connection below a client's WebSocket, which can be told not to read. */
function connectionOf(client: Client): { pause(): void; resume(): void } {
  return (client.socket.io.engine.transport as unknown as { ws: { _socket: never } }).ws._socket;
}

const PADDING = 'x'.repeat(50_000);

/** More than what the kernel's buffers take. */
async function tellMuch(events: number): Promise<void> {
  for (let version = 1; version <= events; version++) {
    await record(database, fact('A', version, { data: { sku: 'A', padding: PADDING } }));
  }
}

test('a client that stops reading is served from the database once it reads again, and misses nothing', async () => {
  const slow = bench.connect({ token: 'lille' });
  const quick = bench.connect({ token: 'lille' });
  await Promise.all([slow.isReady(), quick.isReady()]);
  connectionOf(slow).pause();
  let told = 0;
  while (bench.live.counts().fellBehind === 0) {
    await tellMuch(20);
    told += 20;
    await bench.feed.settled();
    // Megabytes fit into the kernel's buffers, not gigabytes.
    expect(told).toBeLessThan(2_000);
  }
  await eventually(() => expect(quick.events.length).toBe(told));
  connectionOf(slow).resume();
  await eventually(() => expect(slow.events.length).toBe(told));
  expect(slow.events.map(({ id }) => id)).toEqual(quick.events.map(({ id }) => id));
  await eventually(() => expect(slow.ready.length).toBeGreaterThan(1));
});

test('it is live again afterwards', async () => {
  const slow = bench.connect({ token: 'lille' });
  await slow.isReady();
  connectionOf(slow).pause();
  while (bench.live.counts().fellBehind === 0) {
    await tellMuch(20);
    await bench.feed.settled();
  }
  connectionOf(slow).resume();
  await eventually(() => expect(slow.ready.length).toBeGreaterThan(1));
  await record(database, fact('last', 1));
  await eventually(() => expect(slow.texts().at(-1)).toBe('last v1'));
  const versions = slow.events.slice(0, -1).map(({ version }) => version);
  expect(versions).toEqual(versions.map((_version, at) => (at % 20) + 1));
});

test('a client that is slow and leaves is forgotten', async () => {
  const slow = bench.connect({ token: 'lille' });
  await slow.isReady();
  connectionOf(slow).pause();
  while (bench.live.counts().fellBehind === 0) {
    await tellMuch(20);
    await bench.feed.settled();
  }
  connectionOf(slow).resume();
  slow.close();
  await eventually(() => expect(bench.live.counts().sockets).toBe(0));
});
