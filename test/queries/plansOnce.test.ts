// Plans that are made once stay right while tables grow: a batch reads what it asks for, and never a table.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { saveLocations } from '../../src/operations/saveLocation.ts';
import { openStockWriter, type StockWriter } from '../../src/operations/stockWriter.ts';
import { findAnswers } from '../../src/queries/idempotency.ts';
import { type Database, openDatabase } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { ACTOR, LILLE, locationRow, writerOptions } from '../support/stockRoom.ts';

const ROWS = 5_000;
const SKUS = Array.from({ length: 50 }, (_, n) => `ITEM-${n}`);
/** Two facts with all that hangs on them are some dozen rows, each found by an index or two. */
const READ_MAX = 300;

let home: TestDatabase;
/** One connection, which keeps what it planned. */
let database: Database;
let stock: StockWriter;
beforeEach(async () => {
  home = await createTestDatabase();
  await elsewhere(async (other) => {
    await other.transaction((tx) => saveLocations(tx, [locationRow(LILLE, 50.63, 3.06)], new Date()));
    const items = SKUS.map((sku) => ({ sku, input: { name: sku } }));
    await other.transaction((tx) => saveItems(tx, items, new Date()));
  });
  database = open({ plansOnce: true });
  stock = openStockWriter(writerOptions(database));
});
afterEach(async () => {
  await stock.close();
  await database.close();
  await home.drop();
});

function open({ plansOnce = false }): Database {
  const onIdleError = (error: Error) => {
    throw error;
  };
  return openDatabase({ url: home.url, connectionsMax: 1, onIdleError, plansOnce });
}

/** What another process does; PostgreSQL has counted what it read when it is over. */
async function elsewhere<T>(work: (other: Database) => Promise<T>): Promise<T> {
  const other = open({});
  try {
    return await work(other);
  } finally {
    await other.close();
  }
}

/** Facts `from` up to `to`, of all items in turn. */
function facts(from: number, to: number) {
  const rest = { reference: null, reservationId: null, maySee: () => true, actor: ACTOR };
  return Array.from({ length: to - from }, (_, at) => ({
    ...{ source: 'wms', eventId: `fact-${from + at}`, type: 'receipt' as const, quantity: 1, ...rest },
    ...{ sku: SKUS[(from + at) % SKUS.length] ?? '', location: LILLE, occurredAt: new Date(from + at) },
  }));
}

/** One fact that is known and one that is new, and the answer to one of the requests. */
async function ask(fact: number): Promise<void> {
  const known = facts(fact - 1, fact);
  const outcomes = await stock.apply(recordMovements, [...known, ...facts(fact, fact + 1)]);
  expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, true]);
  await findAnswers(database, [{ keyId: 'key', key: `answer-${fact}` }]);
}

function grow(): Promise<void> {
  return elsewhere(async (other) => {
    const writer = openStockWriter(writerOptions(other));
    await writer.apply(recordMovements, facts(100, ROWS));
    await writer.close();
    await other.run(
      'test.answers',
      `INSERT INTO idempotency_keys (key_id, idempotency_key, request_hash, status, response)
       SELECT 'key', 'answer-' || n, '', 201, '' FROM generate_series(1, ${ROWS}) n`,
      [],
    );
  });
}

/** Rows of the shop's tables that our connection reads for `work`. */
async function rowsRead(work: () => Promise<unknown>): Promise<number> {
  const count = () => database.run('test.count', 'SELECT pg_stat_force_next_flush()', []);
  await count();
  return elsewhere(async (other) => {
    await eventually(async () => expect(await other.run('test.open', OPEN, [])).toEqual([{ open: 2 }]));
    await other.run('test.forget', 'SELECT pg_stat_reset()', []);
    await work();
    await count();
    const [read] = await other.run<{ rows: number }>('test.read', READ, []);
    return read?.rows ?? 0;
  });
}

const OPEN = `
  SELECT count(*)::int AS open FROM pg_stat_activity
  WHERE datname = current_database() AND backend_type = 'client backend'`;
const READ = `
  SELECT ((SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes)
        + (SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables))::int AS rows`;

test.each([
  ['empty', () => Promise.resolve()],
  ['counted while it was empty', () => database.run('test.analyze', 'ANALYZE', [])],
  [
    'counted while it was small',
    async () => {
      await stock.apply(recordMovements, facts(0, 60));
      await database.run('test.analyze', 'ANALYZE', []);
    },
  ],
])(
  'a batch that was planned on a database that was %s reads no table when it is large',
  async (_, before) => {
    await before();
    await ask(70);
    await grow();
    const read = await rowsRead(() => ask(ROWS + 1));
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(READ_MAX);
  },
);
