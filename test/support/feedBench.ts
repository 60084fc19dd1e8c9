// Owns what tests of the feed share: facts to record, a feed that remembers what it handed out, transactions held open.
import pg from 'pg';
import { pino } from 'pino';
import type { NewEvent } from '../../src/domain/event.ts';
import type { FeedEvent } from '../../src/domain/feedEvent.ts';
import type { LocationInput } from '../../src/domain/location.ts';
import { type Feed, type FeedOptions, startFeed } from '../../src/feed/reader.ts';
import { insertEvents } from '../../src/queries/events.ts';
import { type Database, openDatabase, type Tx } from '../../src/queries/transaction.ts';

export const silent = pino({ level: 'silent' });

export function openTestDatabase(url: string, connectionsMax = 8): Database {
  return openDatabase({ url, connectionsMax, onIdleError: () => {} });
}

/** A fact about a subject; everything else has a default. */
export function fact(subject: string, version: number, other: Partial<NewEvent> = {}): NewEvent {
  return {
    type: 'stock.changed',
    occurredAt: new Date(),
    location: 'FR-LILLE-01',
    subject,
    version,
    data: { sku: subject, onHand: version, reserved: 0, available: version, reason: 'sale' },
    ...other,
  };
}

export function record(database: Database, ...events: NewEvent[]): Promise<void> {
  return database.transaction((tx) => insertEvents(tx, events));
}

export type Heard = { subject: string; version: number };

export type TestFeed = Feed & { heard: FeedEvent[]; texts(): string[] };

/** A feed with one consumer that keeps all it gets. */
export async function startTestFeed(
  database: Database,
  options: Partial<FeedOptions> = {},
): Promise<TestFeed> {
  const feed = await startFeed({ database, log: silent, pollMilliseconds: 10, ...options });
  const heard: FeedEvent[] = [];
  feed.subscribe({ name: 'test', onEvents: (events) => heard.push(...events) });
  return { ...feed, heard, texts: () => heard.map(textOf) };
}

export function textOf({ subject, version }: Heard): string {
  return `${subject} v${version}`;
}

/** A transaction in the hands of the test: it commits when told to. */
export type OpenTransaction = Tx & {
  /** Waits for the row lock of a subject, as every writer must before it tells of it. */
  lock(subject: string): Promise<void>;
  tell(...events: NewEvent[]): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
};

/** Opens a connection with a transaction that has its transaction id already. */
export async function begin(url: string): Promise<OpenTransaction> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT pg_current_xact_id()');
  const tx = {
    run: async (name: string, text: string, values: readonly unknown[]) =>
      (await client.query({ name, text, values: [...values] })).rows,
  } as unknown as Tx;
  async function end(statement: string): Promise<void> {
    await client.query(statement);
    await client.end();
  }
  return {
    ...tx,
    lock: async (subject) => {
      await client.query('SELECT FROM subjects WHERE name = $1 FOR UPDATE', [subject]);
    },
    tell: (...events) => insertEvents(tx, events),
    commit: () => end('COMMIT'),
    rollback: () => end('ROLLBACK'),
  };
}

/** The rows whose locks stand for the subjects' in these tests. */
export async function makeSubjects(database: Database, names: readonly string[]): Promise<void> {
  await database.run(
    'make_subjects',
    'CREATE TABLE subjects (name text PRIMARY KEY, version int NOT NULL)',
    [],
  );
  await database.run('fill_subjects', 'INSERT INTO subjects SELECT unnest($1::text[]), 0', [names]);
}

/** A location as `saveLocations` takes it. */
export function storeRow(code: string): { code: string; input: LocationInput } {
  return {
    code,
    input: {
      kind: 'store',
      name: code,
      address: { street: '1 rue du Test', postalCode: '59000', city: 'Lille', country: 'FR' },
      coordinates: { latitude: 50.63, longitude: 3.06 },
      timeZone: 'Europe/Paris',
      openingHours: { weekly: [{ days: ['mon'], opens: '09:00', closes: '19:00' }], exceptions: [] },
      pickup: { enabled: true, preparationMinutes: 30, holdDays: 5 },
    },
  };
}
