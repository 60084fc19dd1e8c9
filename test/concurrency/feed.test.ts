// Nothing is missed: many writers, one of them slow, and readers that are cut off again and again.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { insertEvents } from '../../src/queries/events.ts';
import { isUnavailable } from '../../src/queries/pgError.ts';
import type { Database, Tx } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { begin, fact, makeSubjects, openTestDatabase, startTestFeed } from '../support/feedBench.ts';
import { type Client, type LiveBench, startLiveBench } from '../support/liveBench.ts';

const WRITERS = 64;
const EVENTS_MIN = 1_000;
const SUBJECTS = Array.from({ length: 12 }, (_, at) => `S${String(at).padStart(2, '0')}`);

let testDatabase: TestDatabase;
/** A connection for each writer. */
let writers: Database;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openTestDatabase(testDatabase.url);
  writers = openTestDatabase(testDatabase.url, WRITERS);
  await makeSubjects(database, SUBJECTS);
});
afterAll(async () => {
  await Promise.all([database.close(), writers.close()]);
  await testDatabase.drop();
});

type Told = { id: string; subject: string; version: number };

/** One to three subjects, locked in order; now and then it changes its mind. */
async function write(tx: Tx): Promise<void> {
  const names = SUBJECTS.filter(() => Math.random() < 0.15).slice(0, 3);
  const rows = await tx.run<{ name: string; version: number }>(
    'test.next_versions',
    `UPDATE subjects SET version = version + 1 FROM
      (SELECT name FROM subjects WHERE name = ANY ($1) ORDER BY name FOR UPDATE) AS locked
      WHERE subjects.name = locked.name RETURNING subjects.name, version`,
    [names],
  );
  await insertEvents(
    tx,
    rows.map(({ name, version }) => fact(name, version)),
  );
  if (Math.random() < 0.1) throw new Error('changed its mind');
}

/** Returns how to stop them. */
function startWriting(count: number): () => Promise<unknown> {
  let isOver = false;
  async function writeOn(): Promise<void> {
    while (!isOver) {
      await writers.transaction(write).catch((error: Error) => {
        // A machine that is held up gives no connection: what is not written is not told, either.
        if (error.message !== 'changed its mind' && !isUnavailable(error)) throw error;
      });
      await delay(Math.random() * 60);
    }
  }
  const writing = Promise.all(Array.from({ length: count }, writeOn));
  return () => {
    isOver = true;
    return writing;
  };
}

/** Every committed event, as the table has it. */
async function committed(): Promise<Told[]> {
  const rows = await database.run<{ id: number; subject: string; version: number }>(
    'test.committed',
    'SELECT id, subject, version FROM events ORDER BY id',
    [],
  );
  const { eventId } = await import('../../src/domain/event.ts');
  return rows.map(({ id, subject, version }) => ({ id: eventId(id), subject, version }));
}

function expectOnceAndInOrder(heard: readonly Told[], told: readonly Told[]): void {
  expect(heard.map(({ id }) => id).sort()).toEqual(told.map(({ id }) => id));
  const bySubject = Map.groupBy(heard, ({ subject }) => subject);
  for (const [subject, events] of bySubject) {
    const versions = events.map(({ version }) => version);
    expect({ subject, versions }).toEqual({ subject, versions: versions.toSorted((a, b) => a - b) });
  }
}

/** Listens, is cut off, comes back to the other process with its last cursor. Returns the last cursor. */
async function listenInPieces(
  benches: LiveBench[],
  cuts: number,
  heard: Told[],
  after: string,
): Promise<string> {
  let cursor = after;
  for (let cut = 0; cut < cuts; cut++) {
    const bench = benches[cut % benches.length] as LiveBench;
    const client = bench.connect({ token: 'lille', after: cursor });
    const events = 1 + Math.floor(Math.random() * 60);
    await eventually(() => client.events.length >= events || client.ready.length > 0, { every: 1 });
    client.close();
    cursor = client.events.at(-1)?.cursor ?? client.ready[0] ?? cursor;
    heard.push(...client.events);
  }
  return cursor;
}

test('64 writers, one of which is open for 5 s: a reader that is cut off 100 times hears every event once, in order', async () => {
  const benches = [await startLiveBench(database), await startLiveBench(database)];
  const feed = await startTestFeed(database);
  const first = (benches[0] as LiveBench).connect({ token: 'lille' });
  await first.isReady();
  first.close();

  const slow = await begin(testDatabase.url);
  await slow.tell(fact('slow', 1));
  let isHeld = true;
  const holding = delay(5_000).then(async () => {
    await slow.commit();
    isHeld = false;
  });
  const stopWriting = startWriting(WRITERS);
  const heard: Told[] = [];
  let cursor = first.ready[0] ?? '';
  try {
    for (let cuts = 0; cuts < 100 || isHeld || (await committed()).length <= EVENTS_MIN; cuts += 10) {
      cursor = await listenInPieces(benches, 10, heard, cursor);
    }
  } finally {
    await Promise.all([stopWriting(), holding]);
  }

  const told = await committed();
  const last = (benches[0] as LiveBench).connect({ token: 'lille', after: cursor });
  await last.isReady();
  heard.push(...last.events);
  await feed.settled();
  expectOnceAndInOrder(heard, told);
  expect(feed.heard.length).toBe(told.length);
  await feed.close();
  await Promise.all(benches.map((bench) => bench.close()));
});

test('connections to PostgreSQL that break under the feed lose nothing and repeat nothing', async () => {
  const [start] = await database.run<{ count: number }>('test.count', 'SELECT count(*) FROM events', []);
  const feed = await startTestFeed(database, { pageRows: 7 });
  const stopWriting = startWriting(8);
  const breaker = openTestDatabase(testDatabase.url, 1);
  try {
    await eventually(
      async () => {
        await breaker.run('test.break', BREAK_FEED, []);
        return feed.counts().failures >= 5;
      },
      { every: 1 },
    );
  } finally {
    await Promise.all([breaker.close(), stopWriting()]);
  }
  await eventually(() => feed.settled());
  const heard = feed.heard.map(({ row }) => row.id);
  const told = await database.run<{ id: number }>(
    'test.since',
    'SELECT id FROM events ORDER BY id OFFSET $1',
    [start?.count],
  );
  expect(heard.toSorted((a, b) => a - b)).toEqual(told.map(({ id }) => id));
  await feed.close();
});

/** Only what reads events: the writers keep theirs. */
const BREAK_FEED = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND query LIKE '%feed_state%' AND pid <> pg_backend_pid()`;

test('a tablet that was offline during 1,000 changes has them all, in order and once', async () => {
  const bench = await startLiveBench(database);
  const before: Client = bench.connect({ token: 'lille' });
  await before.isReady();
  before.close();
  for (let version = 1; version <= 1_000; version++) {
    await database.transaction((tx) => insertEvents(tx, [fact('tablet', version)]));
  }
  const after = bench.connect({ token: 'lille', after: before.ready[0] });
  await after.isReady();
  expect(after.events.map(({ version }) => version)).toEqual(
    Array.from({ length: 1_000 }, (_, at) => at + 1),
  );
  await bench.close();
});
