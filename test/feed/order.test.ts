// Promises of the feed about order: what commits is handed out once, per subject in the order of commit.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import {
  begin,
  fact,
  makeSubjects,
  openTestDatabase,
  record,
  startTestFeed,
  type TestFeed,
} from '../support/feedBench.ts';

let testDatabase: TestDatabase;
let database: Database;
let feed: TestFeed;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openTestDatabase(testDatabase.url);
  await makeSubjects(database, ['S', 'T']);
});
beforeEach(async () => {
  feed = await startTestFeed(database);
});
afterEach(() => feed.close());
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

test('events of one transaction arrive in the order in which they were told', async () => {
  await record(database, fact('S', 1), fact('T', 1), fact('S', 2));
  await feed.settled();
  expect(feed.texts()).toEqual(['S v1', 'T v1', 'S v2']);
});

test('an aborted transaction tells nothing', async () => {
  const tx = await begin(testDatabase.url);
  await tx.tell(fact('S', 1));
  await tx.rollback();
  await record(database, fact('T', 1));
  await feed.settled();
  expect(feed.texts()).toEqual(['T v1']);
});

test('a transaction that stays open holds nothing else back, and arrives when it commits', async () => {
  const slow = await begin(testDatabase.url);
  await slow.tell(fact('S', 1));
  await record(database, fact('T', 1));
  await feed.settled();
  expect(feed.texts()).toEqual(['T v1']);
  await slow.commit();
  await feed.settled();
  expect(feed.texts()).toEqual(['T v1', 'S v1']);
});

test('of two writers of a subject, the one with the higher transaction id comes first when it commits first', async () => {
  const low = await begin(testDatabase.url);
  const high = await begin(testDatabase.url);
  await high.lock('S');
  const locked = low.lock('S');
  await high.tell(fact('S', 1));
  await high.commit();
  await locked;
  await low.tell(fact('S', 2));
  await low.commit();
  await feed.settled();
  expect(feed.texts()).toEqual(['S v1', 'S v2']);
});

test('the same, with a third transaction between their ids that stays open and parts them', async () => {
  const low = await begin(testDatabase.url);
  const bystander = await begin(testDatabase.url);
  const high = await begin(testDatabase.url);
  await high.lock('S');
  const locked = low.lock('S');
  await high.tell(fact('S', 1));
  await high.commit();
  await locked;
  await low.tell(fact('S', 2));
  await low.commit();
  await feed.settled();
  expect(feed.texts()).toEqual(['S v1', 'S v2']);
  await bystander.commit();
  await feed.settled();
  expect(feed.texts()).toEqual(['S v1', 'S v2']);
});

test('a page that ends in the middle of a window skips nothing and repeats nothing', async () => {
  const small = await startTestFeed(database, { pageRows: 3 });
  const facts = Array.from({ length: 10 }, (_, at) => fact('S', at + 1));
  await record(database, ...facts);
  await small.settled();
  expect(small.texts()).toEqual(facts.map(({ version }) => `S v${version}`));
  expect(small.position().window).toBeNull();
  await small.close();
});

test('wake makes the feed look without waiting for the next poll', async () => {
  const lazy = await startTestFeed(database, { pollMilliseconds: 3_600_000 });
  await record(database, fact('S', 1));
  lazy.wake();
  await eventually(() => expect(lazy.texts()).toEqual(['S v1']));
  await lazy.close();
});

test('a consumer that throws is counted and does not keep the others from theirs', async () => {
  const stop = feed.subscribe({
    name: 'broken',
    onEvents: () => {
      throw new Error('broken');
    },
  });
  const heard: string[] = [];
  feed.subscribe({ name: 'after it', onEvents: (events) => heard.push(...events.map((e) => e.subject)) });
  await record(database, fact('S', 1));
  await feed.settled();
  expect(heard).toEqual(['S']);
  expect(feed.counts().consumerErrors).toBe(1);
  stop();
});

test('a consumer that left hears nothing more', async () => {
  const heard: string[] = [];
  const stop = feed.subscribe({
    name: 'leaving',
    onEvents: (events) => heard.push(...events.map((e) => e.subject)),
  });
  stop();
  await record(database, fact('S', 1));
  await feed.settled();
  expect(heard).toEqual([]);
});

test('settled is refused once the feed is closed', async () => {
  await feed.close();
  await expect(feed.settled()).rejects.toMatchObject({ code: 'unavailable' });
});
