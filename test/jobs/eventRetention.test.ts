// Old events go, young ones stay, and a reader that needed the old ones is told.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EVERYTHING_PUBLIC } from '../../src/domain/eventFilter.ts';
import { type Position, xmin } from '../../src/domain/feedPosition.ts';
import { readForward } from '../../src/feed/history.ts';
import { pollEvents } from '../../src/feed/longPoll.ts';
import { startEventRetention } from '../../src/jobs/eventRetention.ts';
import type { Retention } from '../../src/jobs/retention.ts';
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
  retention = startEventRetention({ database, now: () => NOW, log: silent, stepRows: 3 });
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

/**
 * Also waits until every transaction that is older than the events has ended, in the databases of other tests too:
 * nothing younger than the oldest open transaction is removed.
 */
async function tell(...days: number[]): Promise<void> {
  await tellOnly(...days);
  const [last] = await database.run<{ xid: string }>(
    'test.last',
    'SELECT xid::text AS xid FROM events ORDER BY events.xid DESC LIMIT 1',
    [],
  );
  await eventually(
    async () => {
      await feed.settled();
      return xmin(feed.horizon().seen) > Number(last?.xid);
    },
    { milliseconds: 25_000 },
  );
}

test('events older than 30 days are removed, in as many steps as it takes', async () => {
  await tell(40, 39, 38, 37, 36, 35, 34, 29, 1);
  expect(await retention.run()).toBe(7);
  expect(versions(await read('oldest'))).toEqual([8, 9]);
});

test('what is old goes soon after the start, without anybody asking', async () => {
  await tell(40, 1);
  const soon = startEventRetention({ database, now: () => NOW, log: silent, firstMilliseconds: 10 });
  await eventually(async () => expect(versions(await read('oldest'))).toEqual([2]));
  await soon.close();
});

test('when nothing is due nothing is removed', async () => {
  await tell(29, 1);
  expect(await retention.run()).toBe(0);
  expect(versions(await read('oldest'))).toEqual([1, 2]);
});

test('an old event after a young one waits for it, so that what is gone is always the beginning', async () => {
  await tell(40, 29, 40);
  await retention.run();
  expect(versions(await read('oldest'))).toEqual([2, 3]);
});

test('a reader that has not had what is gone is told that its cursor has expired', async () => {
  const before = feed.horizon();
  await tell(40, 1);
  await retention.run();
  await expect(read(before)).rejects.toMatchObject({ code: 'cursor-expired' });
});

test('a reader in the middle of what is gone is told so too', async () => {
  const before = feed.horizon();
  await tell(40, 39, 1);
  const { position } = await read(before, 1);
  await retention.run();
  await expect(read(position)).rejects.toMatchObject({ code: 'cursor-expired' });
});

test('a reader that has had what is gone goes on', async () => {
  const before = feed.horizon();
  await tell(40, 39, 1);
  const { position } = await read(before, 2);
  await retention.run();
  expect(versions(await read(position))).toEqual([3]);
});

test('a reader from the oldest event is told when its next page was removed under it', async () => {
  await tell(40, 39, 1);
  const { position } = await read('oldest', 1);
  await retention.run();
  await expect(read(position)).rejects.toMatchObject({ code: 'cursor-expired' });
});

test('a cursor at the present is good, however much was removed', async () => {
  await tell(40, 39);
  await feed.settled();
  const present = feed.horizon();
  await retention.run();
  await record(database, fact('A', 3));
  expect(versions(await read(present))).toEqual([3]);
});

test('an event of a transaction that is still open cannot be skipped by what is removed around it', async () => {
  const slow = await begin(testDatabase.url);
  await slow.tell(fact('slow', 1));
  await tellOnly(40, 39);
  await feed.settled();
  const present = feed.horizon();
  await retention.run();
  await slow.commit();
  await feed.settled();
  const { events } = await readForward(database, present, feed.horizon(), 10);
  expect(versions({ events })).toEqual([1]);
});
