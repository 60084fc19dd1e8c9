// The seam between what was missed and what commits: while a socket's page is being read, the world goes on.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database, Tx } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { begin, fact, openTestDatabase, record } from '../support/feedBench.ts';
import { type Client, type LiveBench, startLiveBench } from '../support/liveBench.ts';

const HELD_MAX = 20;

let testDatabase: TestDatabase;
let database: Database;
let bench: LiveBench;
let pages: Turnstile;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openTestDatabase(testDatabase.url);
});
beforeEach(async () => {
  pages = turnstile(database);
  bench = await startLiveBench(database, {
    database: pages.tx,
    limits: { pageRows: 3, heldEvents: HELD_MAX },
  });
});
afterEach(() => bench.close());
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

type Turnstile = {
  tx: Tx;
  /** From now on a page that a socket reads stops, read already, until it is let go. */
  stopNext(): { isStopped(): boolean; letGo(): void };
  /** The next answer is lost with its connection. */
  breakOnce(): void;
  /** It was. */
  isBroken(): boolean;
};

/** The real database, behind a bar that lets answers through one by one. */
function turnstile(tx: Tx): Turnstile {
  let bar: { stopped: boolean; open: Promise<void> } | null = null;
  let breaks: 'not' | 'soon' | 'broken' = 'not';
  return {
    tx: {
      drizzle: tx.drizzle,
      async run<Row extends Record<string, unknown>>(name: string, text: string, values: readonly unknown[]) {
        const rows = await tx.run<Row>(name, text, values);
        if (bar !== null && name === 'read_events') {
          bar.stopped = true;
          await bar.open;
        }
        if (breaks === 'soon' && name === 'read_events') {
          breaks = 'broken';
          throw new Error('Connection terminated unexpectedly');
        }
        return rows;
      },
    },
    breakOnce() {
      breaks = 'soon';
    },
    isBroken: () => breaks === 'broken',
    stopNext() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const own = { stopped: false, open: promise };
      bar = own;
      return {
        isStopped: () => own.stopped,
        letGo() {
          bar = null;
          resolve();
        },
      };
    },
  };
}

/** A tablet that was away while `A v1` to `A v3` happened, stopped in the middle of reading them. */
async function comeBack(): Promise<{ tablet: Client; letGo(): void }> {
  const before = bench.connect({ token: 'lille' });
  await before.isReady();
  before.close();
  await record(database, fact('A', 1), fact('A', 2), fact('A', 3));
  const { isStopped, letGo } = pages.stopNext();
  const tablet = bench.connect({ token: 'lille', after: before.ready[0] });
  await eventually(isStopped);
  return { tablet, letGo };
}

test('what commits while the last page is read comes after it', async () => {
  const { tablet, letGo } = await comeBack();
  await record(database, fact('B', 1));
  await bench.feed.settled();
  expect(tablet.texts()).toEqual([]);
  letGo();
  await tablet.isReady();
  expect(tablet.texts()).toEqual(['A v1', 'A v2', 'A v3', 'B v1']);
});

test('what commits then, but was told before, comes too', async () => {
  const slow = await begin(testDatabase.url);
  await slow.tell(fact('slow', 1));
  const { tablet, letGo } = await comeBack();
  await slow.commit();
  await bench.feed.settled();
  letGo();
  await tablet.isReady();
  expect(tablet.texts()).toEqual(['A v1', 'A v2', 'A v3', 'slow v1']);
});

test('more than is kept in memory meanwhile is read from the database', async () => {
  const { tablet, letGo } = await comeBack();
  const many = Array.from({ length: HELD_MAX + 1 }, (_, at) => fact('B', at + 1));
  await record(database, ...many);
  await bench.feed.settled();
  letGo();
  await tablet.isReady();
  expect(tablet.texts().slice(3)).toEqual(many.map(({ version }) => `B v${version}`));
});

test('a filter that changes meanwhile holds for what is still to come, and nothing of it is lost', async () => {
  const { tablet, letGo } = await comeBack();
  await record(database, fact('B', 1), fact('A', 4));
  await bench.feed.settled();
  expect(await tablet.subscribe({ skus: ['B'] })).toEqual({ ok: true });
  await record(database, fact('B', 2));
  await bench.feed.settled();
  letGo();
  await tablet.isReady();
  expect(tablet.texts()).toEqual(['B v1', 'B v2']);
});

test('a subscription that starts elsewhere meanwhile ends the way that the socket was on', async () => {
  const { tablet, letGo } = await comeBack();
  await record(database, fact('B', 1));
  await bench.feed.settled();
  const elsewhere = bench.connect({ token: 'lyon' });
  await elsewhere.isReady();
  expect(await tablet.subscribe({ after: elsewhere.ready[0] })).toEqual({ ok: true });
  letGo();
  await tablet.isReady();
  await record(database, fact('B', 2));
  await eventually(() => expect(tablet.texts()).toEqual(['B v2']));
});

test('a socket that leaves meanwhile is forgotten', async () => {
  const { tablet, letGo } = await comeBack();
  tablet.close();
  await eventually(() => expect(bench.live.counts().sockets).toBe(0));
  letGo();
  await record(database, fact('B', 1));
  await bench.feed.settled();
  expect(bench.live.counts().emitted).toBe(0);
});

test('a database that fails meanwhile is asked again', async () => {
  const { tablet, letGo } = await comeBack();
  pages.breakOnce();
  letGo();
  await tablet.isReady();
  expect(pages.isBroken()).toBe(true);
  expect(tablet.texts()).toEqual(['A v1', 'A v2', 'A v3']);
});
