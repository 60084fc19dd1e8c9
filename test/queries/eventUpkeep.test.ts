// A dump restored into a cluster whose transaction ids are lower: the feed goes on, and old cursors know nothing of it.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EVERYTHING_PUBLIC } from '../../src/domain/eventFilter.ts';
import { pollEvents } from '../../src/feed/longPoll.ts';
import { clusterTag, repairEpoch } from '../../src/queries/eventUpkeep.ts';
import type { Database } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { fact, openTestDatabase, record, startTestFeed } from '../support/feedBench.ts';

let testDatabase: TestDatabase;
let database: Database;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = openTestDatabase(testDatabase.url);
});
afterEach(async () => {
  await database.close();
  await testDatabase.drop();
});

/** As after pg_restore: the rows say transaction ids that this cluster will only give out in years. */
async function restoreFromElsewhere(): Promise<void> {
  await record(database, fact('A', 1), fact('A', 2));
  await record(database, fact('A', 3));
  await database.run('test.elsewhere', "UPDATE events SET xid = '900000000000'::xid8", []);
  await database.run('test.purged', "UPDATE feed_state SET purged_xid = '800000000000', purged_id = 1", []);
}

async function epoch(): Promise<number> {
  const [row] = await database.run<{ epoch: number }>('test.epoch', 'SELECT epoch FROM feed_state', []);
  return row?.epoch ?? 0;
}

test('a database that was written here is left alone', async () => {
  await record(database, fact('A', 1));
  expect(await database.transaction(repairEpoch)).toBe(false);
});

test('an empty one too', async () => {
  expect(await database.transaction(repairEpoch)).toBe(false);
});

test('restored events can be read after the repair, in their order, and it is done once', async () => {
  await restoreFromElsewhere();
  expect(await database.transaction(repairEpoch)).toBe(true);
  expect(await database.transaction(repairEpoch)).toBe(false);
  const feed = await startTestFeed(database);
  await record(database, fact('A', 4));
  const { events } = await pollEvents(database, feed, {
    from: 'oldest',
    filter: EVERYTHING_PUBLIC,
    limit: 10,
    waitMilliseconds: 0,
    signal: new AbortController().signal,
  });
  await feed.close();
  expect(events.map(({ version }) => version)).toEqual([2, 3, 4]);
});

test('a dump restored without its events is repaired too, and what is told then is heard', async () => {
  await database.run('test.purged', "UPDATE feed_state SET purged_xid = '800000000000', purged_id = 7", []);
  const epochBefore = await epoch();
  const feed = await startTestFeed(database);
  const heard: number[] = [];
  feed.subscribe({
    name: 'test',
    onEvents: (events) => heard.push(...events.map((event) => event.envelope().version)),
  });
  await record(database, fact('A', 8));
  await feed.settled();
  await feed.close();
  expect(heard).toEqual([8]);
  expect(await epoch()).toBe(epochBefore + 1);
});

test('cursors from before the repair have expired', async () => {
  const before = await startTestFeed(database);
  const cursor = before.horizon();
  await before.close();
  await restoreFromElsewhere();
  // The feed repairs what it finds when it starts.
  const feed = await startTestFeed(database);
  const answer = pollEvents(database, feed, {
    from: cursor,
    filter: EVERYTHING_PUBLIC,
    limit: 10,
    waitMilliseconds: 0,
    signal: new AbortController().signal,
  });
  await expect(answer).rejects.toMatchObject({ code: 'cursor-expired' });
  await feed.close();
});

test('every process finds the same name for the cluster', async () => {
  const [one, other] = await Promise.all([clusterTag(database), clusterTag(database)]);
  expect(one).toMatch(/^[0-9a-z]+$/);
  expect(other).toBe(one);
});
