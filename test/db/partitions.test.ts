// The ledger and the events in partitions: an older installation moves there whole, and nothing depends on the day.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { latestVersion, migrateWithin, versionOf } from '../../db/backup/migrations.ts';
import { coverLedger } from '../../src/queries/ledgerUpkeep.ts';
import type { Database } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { openTestDatabase } from '../support/feedBench.ts';

const BEFORE_PARTITIONS = { tag: '0013_units_found_again', when: 1_795_320_566_728 };

let testDatabase: TestDatabase;
let client: pg.Client;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  client = new pg.Client({ connectionString: testDatabase.url });
  await client.connect();
  database = openTestDatabase(testDatabase.url);
});
afterAll(async () => {
  await database.close();
  await client.end();
  await testDatabase.drop();
});

async function all<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  return (await client.query<Row>(text, values)).rows;
}

const append = (eventId: string, occurredAt: string) =>
  all(
    `INSERT INTO movements (item_id, location_id, type, quantity, on_hand_delta, source, event_id, occurred_at)
     VALUES (1, 1, 'sale', 1, -1, 'pos', $1, $2)`,
    [eventId, occurredAt],
  );

/** Event id → partition. */
async function places(): Promise<Record<string, string>> {
  const rows = await all<{ id: string; place: string }>(
    'SELECT event_id AS id, tableoid::regclass::text AS place FROM movements ORDER BY event_id',
  );
  return Object.fromEntries(rows.map(({ id, place }) => [id, place]));
}

test('an installation from before there were partitions comes over whole: rows, ids, transactions, what comes next', async () => {
  await all('DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA drizzle CASCADE');
  await client.query('BEGIN');
  await migrateWithin(client, { tag: 'none', when: 0 }, BEFORE_PARTITIONS);
  await client.query('COMMIT');
  await all(`INSERT INTO movements (item_id, location_id, type, quantity, on_hand_delta, source, source_rank, event_id, occurred_at,
                                    recorded_at, reference, reason, reservation_id)
             SELECT n % 7, n % 3, 'sale', n, -n, 'pos', n % 2, n::text, now() - n * interval '18 hours', now(), 'r' || n, 'why',
                    CASE WHEN n % 4 = 0 THEN 'rsv_' || n END
             FROM generate_series(1, 3000) AS n`);
  await all('DELETE FROM events');
  for (const version of [1, 2]) {
    await all(
      "INSERT INTO events (type, occurred_at, subject, version, data) VALUES ('item.changed', now(), 'A', $1, '{}')",
      [version],
    );
  }
  const ledger = 'SELECT to_jsonb(m) AS row FROM movements m ORDER BY id';
  const stream = 'SELECT to_jsonb(e) AS row, xid::text FROM events e ORDER BY id';
  const [movements, events] = [await all(ledger), await all(stream)];

  await client.query('BEGIN');
  await migrateWithin(client, await versionOf(client), latestVersion());
  await client.query('COMMIT');

  expect(await all(ledger)).toEqual(movements);
  expect(await all(stream)).toEqual(events);
  expect(await all('SELECT count(*)::int AS facts FROM movement_facts')).toEqual([{ facts: 3_000 }]);
  const spread = await all('SELECT DISTINCT tableoid FROM movements');
  expect(spread.length).toBeGreaterThan(15);
  await append('next', new Date().toISOString());
  const [last] = await all<{ id: string }>("SELECT id FROM movements WHERE event_id = 'next'");
  expect(Number(last?.id)).toBe(3_001);
  await expect(append('17', new Date().toISOString())).rejects.toMatchObject({
    constraint: 'movements_source_event_key',
  });
});

test('a fact is held once, in whatever quarters it claims to have occurred', async () => {
  await append('once', '2026-02-01T00:00:00Z');
  await expect(append('once', '2025-02-01T00:00:00Z')).rejects.toMatchObject({
    constraint: 'movements_source_event_key',
  });
});

test('facts of any time find a place, and a quarter that is made later takes over its own', async () => {
  await append('long ago', '1999-12-31T23:59:59.999Z');
  await append('before', '2031-12-31T23:59:59.999Z');
  await append('first', '2032-01-01T00:00:00Z');
  await append('last', '2032-03-31T23:59:59.999Z');
  expect(await places()).toMatchObject({ 'long ago': 'movements_default', first: 'movements_default' });
  expect(await database.transaction((tx) => coverLedger(tx, new Date('2032-01-02T00:00:00Z')))).toBe(2);
  expect(await places()).toMatchObject({
    'long ago': 'movements_default',
    before: 'movements_default',
    first: 'movements_2032_q1',
    last: 'movements_2032_q1',
  });
  expect(await database.transaction((tx) => coverLedger(tx, new Date('2032-01-02T00:00:00Z')))).toBe(0);
});

test('a quarter that many processes make at once is made once', async () => {
  const made = await Promise.all(
    Array.from({ length: 6 }, () =>
      database.transaction((tx) => coverLedger(tx, new Date('2035-05-05T00:00:00Z'))),
    ),
  );
  expect(made.reduce((sum, some) => sum + some, 0)).toBe(2);
});

test('a quarter is made while another one is vacuumed', async () => {
  await client.query('BEGIN');
  await client.query('LOCK TABLE movements_2032_q1 IN SHARE UPDATE EXCLUSIVE MODE');
  try {
    expect(await database.transaction((tx) => coverLedger(tx, new Date('2036-05-05T00:00:00Z')))).toBe(2);
  } finally {
    await client.query('ROLLBACK');
  }
});

test('a fact that is on its way while its quarter is made lies in it', async () => {
  const maker = new pg.Client({ connectionString: testDatabase.url });
  await maker.connect();
  try {
    await client.query('BEGIN');
    await append('on its way', '2040-02-03T00:00:00Z');
    const making = maker.query("SELECT movements_cover('2040-01-01T00:00:00Z', '2040-01-01T00:00:00Z')");
    making.catch(() => {});
    const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'movements_default'::regclass`;
    await eventually(async () => (await all(waiting)).length > 0);
    await client.query('COMMIT');
    await making;
  } finally {
    await maker.end();
  }
  expect(await places()).toMatchObject({ 'on its way': 'movements_2040_q1' });
});

test('what occurred since an instant is looked for in the quarters since then', async () => {
  await database.transaction((tx) => coverLedger(tx, new Date('2033-05-05T00:00:00Z')));
  const rows = await all<{ 'QUERY PLAN': string }>(
    `EXPLAIN SELECT sum(on_hand_delta) FROM movements
     WHERE item_id = 1 AND location_id = 1 AND occurred_at > '2033-05-05T00:00:00Z'`,
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('movements_2033_q2');
  expect(plan).not.toContain('movements_2032_q1');
});
