// Old events go, young ones stay, and a reader that needed the old ones is told.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EVERYTHING_PUBLIC } from '../../src/domain/eventFilter.ts';
import { type Position, xmin } from '../../src/domain/feedPosition.ts';
import { readForward } from '../../src/feed/history.ts';
import { pollEvents } from '../../src/feed/longPoll.ts';
import { startEventRetention } from '../../src/jobs/eventRetention.ts';
import type { Retention } from '../../src/jobs/retention.ts';
import { openNextSpan } from '../../src/queries/eventUpkeep.ts';
import type { Database } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import {
  begin,
  fact,
  openTestDatabase,
  record,
  silent,
  startTestFeed,
  type TestFeed,
} from '../support/feedBench.ts';

const NOW = new Date('2026-06-30T12:00:00Z');
const daysAgo = (days: number) => ({ occurredAt: new Date(NOW.getTime() - days * 86_400_000) });

let testDatabase: TestDatabase;
let database: Database;
let feed: TestFeed;
let retention: Retention;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = openTestDatabase(testDatabase.url);
  feed = await startTestFeed(database);
  retention = startEventRetention({ database, now: () => NOW, log: silent });
});
afterEach(async () => {
  await retention.close();
  await feed.close();
  await database.close();
  await testDatabase.drop();
});

async function read(from: Position | 'oldest', limit = 100) {
  const signal = new AbortController().signal;
  return pollEvents(database, feed, { from, filter: EVERYTHING_PUBLIC, limit, waitMilliseconds: 0, signal });
}

const versions = ({ events }: { events: { version: number }[] }) => events.map(({ version }) => version);

async function tellOnly(...days: number[]): Promise<void> {
  for (const [at, age] of days.entries()) await record(database, fact('A', at + 1, daysAgo(age)));
}

/** As after days that passed: what is told from now on is in another span. */
async function nextSpan(): Promise<void> {
  expect(await openNextSpan(database, NOW)).toBe(true);
}

/**
 * Tells an event of each age, and the last in a span of its own. Also waits until every transaction that is older than
 * the events has ended, in the databases of other tests too: nothing younger than the oldest open transaction is removed.
 */
async function tell(...days: number[]): Promise<void> {
  await tellOnly(...days.slice(0, -1));
  await nextSpan();
  await record(database, fact('A', days.length, daysAgo(days.at(-1) ?? 0)));
  const [last] = await database.run<{ xid: string }>(
    'test.last',
    'SELECT xid::text AS xid FROM events ORDER BY events.xid DESC LIMIT 1',
    [],
  );
  await eventually(async () => {
    await feed.settled();
    return xmin(feed.horizon().seen) > Number(last?.xid);
  });
}

/** Once more where a reader was held up on the table that is to go: the job itself waits for its next time. */
const run = () => eventually(() => retention.run());

async function spans(): Promise<number> {
  const [row] = await database.run<{ spans: number }>(
    'test.spans',
    "SELECT count(*)::int AS spans FROM pg_inherits WHERE inhparent = 'events'::regclass",
    [],
  );
  return row?.spans ?? 0;
}

test('a span whose events are all older than 30 days goes, and the feed goes on with the next', async () => {
  await tell(40, 39, 38, 37, 36, 35, 34, 1);
  expect(await run()).toBe(1);
  expect(versions(await read('oldest'))).toEqual([8]);
});

test('as many spans go as are old, and what was told in between goes with them', async () => {
  for (const days of [70, 60, 50]) {
    await tellOnly(days);
    await nextSpan();
  }
  await tell(40, 1);
  expect(await run()).toBe(4);
  expect(versions(await read('oldest'))).toEqual([2]);
});

test('a new span is opened when the one in use began a fifth of the days ago, and never is one missing', async () => {
  await tellOnly(5);
  await run();
  expect(await spans()).toBe(2);
  await tellOnly(7);
  // The span in use began with the first event, which was five days ago.
  await run();
  expect(await spans()).toBe(2);
  const early = startEventRetention({ database, days: 20, now: () => NOW, log: silent });
  await early.run();
  await early.close();
  expect(await spans()).toBe(3);
});

test('two processes that open the next span at once open one', async () => {
  await tellOnly(20);
  const opened = await Promise.all(Array.from({ length: 6 }, () => openNextSpan(database, NOW)));
  expect(opened.filter((did) => did).length).toBeLessThanOrEqual(1);
  expect(await spans()).toBe(3);
});

test('ids rise over the spans, so that the order of a subject stays', async () => {
  await tellOnly(3);
  await nextSpan();
  await record(database, fact('A', 2, daysAgo(2)));
  await nextSpan();
  await record(database, fact('A', 3, daysAgo(1)));
  await feed.settled();
  expect(versions(await read('oldest'))).toEqual([1, 2, 3]);
});

test('what is old goes soon after the start, without anybody asking', async () => {
  await tell(40, 1);
  const soon = startEventRetention({ database, now: () => NOW, log: silent, firstMilliseconds: 10 });
  await eventually(async () => expect(versions(await read('oldest'))).toEqual([2]));
  await soon.close();
});

test('a shop where nothing happens any more keeps nothing either', async () => {
  await tellOnly(41, 40);
  await eventually(async () => {
    await run();
    expect(versions(await read('oldest'))).toEqual([]);
  });
  await record(database, fact('A', 3));
  expect(versions(await read('oldest'))).toEqual([3]);
});

test('when nothing is due nothing is removed', async () => {
  await tell(29, 1);
  expect(await run()).toBe(0);
  expect(versions(await read('oldest'))).toEqual([1, 2]);
});

test('a span with one young event stays whole, and the spans after it, so that what is gone is always the beginning', async () => {
  await tellOnly(40);
  await nextSpan();
  await record(database, fact('A', 2, daysAgo(40)), fact('A', 3, daysAgo(29)));
  await nextSpan();
  await record(database, fact('A', 4, daysAgo(40)));
  await nextSpan();
  await eventually(async () => {
    await run();
    expect(versions(await read('oldest'))).toEqual([2, 3, 4]);
  });
});

test('a reader that has not had what is gone is told that its cursor has expired', async () => {
  const before = feed.horizon();
  await tell(40, 1);
  await run();
  await expect(read(before)).rejects.toMatchObject({ code: 'cursor-expired' });
});

test('a reader in the middle of what is gone is told so too', async () => {
  const before = feed.horizon();
  await tell(40, 39, 1);
  const { position } = await read(before, 1);
  await run();
  await expect(read(position)).rejects.toMatchObject({ code: 'cursor-expired' });
});

test('a reader that has had what is gone goes on', async () => {
  const before = feed.horizon();
  await tell(40, 39, 1);
  const { position } = await read(before, 2);
  await run();
  expect(versions(await read(position))).toEqual([3]);
});

test('a reader from the oldest event is told when its next page was removed under it', async () => {
  await tell(40, 39, 1);
  const { position } = await read('oldest', 1);
  expect(await run()).toBe(1);
  await expect(read(position)).rejects.toMatchObject({ code: 'cursor-expired' });
});

test('a cursor at the present is good, however much was removed', async () => {
  await tell(40, 39);
  await feed.settled();
  const present = feed.horizon();
  await run();
  await record(database, fact('A', 3));
  expect(versions(await read(present))).toEqual([3]);
});

test('an event of a transaction that is still open cannot be skipped by what is removed around it', async () => {
  const slow = await begin(testDatabase.url);
  await slow.tell(fact('slow', 1));
  await tellOnly(40, 39);
  await feed.settled();
  const present = feed.horizon();
  await run();
  await slow.commit();
  await feed.settled();
  const { events } = await readForward(database, present, feed.horizon(), 10);
  expect(versions({ events })).toEqual([1]);
});
