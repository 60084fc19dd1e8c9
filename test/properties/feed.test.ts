// The feed against an oracle: whatever order transactions begin, lock, tell, commit and abort in, and wherever readers
// are cut off, each reader gets what committed, once, per subject in the order of commit, and as soon as it commits.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EVERYTHING_PUBLIC } from '../../src/domain/eventFilter.ts';
import { decodeCursor, encodeCursor } from '../../src/domain/feedPosition.ts';
import { pollEvents } from '../../src/feed/longPoll.ts';
import type { Feed } from '../../src/feed/reader.ts';
import type { Database } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  begin,
  fact,
  type OpenTransaction,
  openTestDatabase,
  startTestFeed,
  type TestFeed,
  textOf,
} from '../support/feedBench.ts';

let testDatabase: TestDatabase;
let database: Database;
let feeds: TestFeed[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openTestDatabase(testDatabase.url);
  feeds = [await startTestFeed(database), await startTestFeed(database, { pageRows: 2 })];
});
afterAll(async () => {
  for (const feed of feeds) await feed.close();
  await database.close();
  await testDatabase.drop();
});

const SUBJECTS = ['S', 'T', 'U'] as const;
const READERS = 3;

type Step =
  | { do: 'begin' | 'commit' | 'abort'; writer: number }
  | { do: 'tell'; writer: number; subject: (typeof SUBJECTS)[number] }
  | { do: 'read'; reader: number; feed: number; limit: number };

const writer = fc.nat({ max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('begin' as const), writer }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('tell' as const), writer, subject: fc.constantFrom(...SUBJECTS) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('commit' as const), writer }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), writer }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      reader: fc.nat({ max: READERS - 1 }),
      feed: fc.nat({ max: 1 }),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

/** What is known without the feed: who holds which lock, and what committed in which order. */
class Oracle {
  readonly committed: string[] = [];
  readonly #open = new Map<number, { tx: OpenTransaction; told: string[]; locks: Set<string> }>();
  #versions = 0;

  async apply(url: string, step: Exclude<Step, { do: 'read' }>): Promise<void> {
    const open = this.#open.get(step.writer);
    if (step.do === 'begin') {
      if (open === undefined)
        this.#open.set(step.writer, { tx: await begin(url), told: [], locks: new Set() });
      return;
    }
    if (open === undefined) return;
    if (step.do === 'tell') {
      // The lock of a subject is the oracle's: another holder would have to be waited for.
      const isTaken = [...this.#open.values()].some(
        (other) => other !== open && other.locks.has(step.subject),
      );
      if (isTaken) return;
      open.locks.add(step.subject);
      this.#versions += 1;
      const told = fact(step.subject, this.#versions);
      await open.tx.tell(told);
      open.told.push(textOf(told));
      return;
    }
    this.#open.delete(step.writer);
    if (step.do === 'abort') return open.tx.rollback();
    await open.tx.commit();
    this.committed.push(...open.told);
  }

  async close(): Promise<void> {
    for (const { tx } of this.#open.values()) await tx.rollback();
  }
}

class Reader {
  readonly heard: string[] = [];
  #cursor: string;

  constructor(cursor: string) {
    this.#cursor = cursor;
  }

  /** One page, by cursor text, as another process or a client after a restart would. Returns whether it was empty. */
  async read(feed: Feed, limit: number): Promise<boolean> {
    const { events, position } = await pollEvents(database, feed, {
      from: decodeCursor(this.#cursor),
      filter: EVERYTHING_PUBLIC,
      limit,
      waitMilliseconds: 0,
      signal: new AbortController().signal,
    });
    this.heard.push(...events.map(textOf));
    // Both are places to go on from.
    const last = events.at(-1);
    this.#cursor = last !== undefined && limit % 2 === 0 ? last.cursor : encodeCursor(position);
    return events.length === 0;
  }

  async readAll(feed: Feed): Promise<void> {
    while (!(await this.read(feed, 2)));
  }
}

const subjectOf = (text: string) => text.split(' ')[0];
const bySubject = (texts: readonly string[]) => Object.fromEntries(Map.groupBy(texts, subjectOf));

test('any interleaving of transactions and readers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const oracle = new Oracle();
      try {
        for (const feed of feeds) {
          await feed.settled();
          feed.heard.length = 0;
        }
        const start = encodeCursor((feeds[0] as TestFeed).horizon());
        const readers = Array.from({ length: READERS }, () => new Reader(start));
        for (const one of steps) {
          if (one.do !== 'read') await oracle.apply(testDatabase.url, one);
          else await readers[one.reader]?.read(feeds[one.feed] as TestFeed, one.limit);
        }
        // With transactions still open: what has committed is there all the same.
        for (const feed of feeds) await feed.settled();
        await Promise.all(readers.map((reader) => reader.readAll(feeds[1] as TestFeed)));
        for (const heard of [
          ...readers.map((reader) => reader.heard),
          ...feeds.map((feed) => feed.texts()),
        ]) {
          expect(heard.toSorted()).toEqual(oracle.committed.toSorted());
          expect(bySubject(heard)).toEqual(bySubject(oracle.committed));
        }
      } finally {
        await oracle.close();
      }
    }),
    { numRuns: 40 },
  );
});
