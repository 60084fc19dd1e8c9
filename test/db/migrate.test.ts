// Migrations run once, whoever else runs them at the same time.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { describeSchema } from '../../db/describeSchema.ts';
import { migrate } from '../../db/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function emptyDatabase(): Promise<void> {
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA drizzle CASCADE');
}

async function schema(): Promise<string> {
  const client = await pool.connect();
  try {
    return await describeSchema(client);
  } finally {
    client.release(true);
  }
}

test('eight clients at once migrate an empty database once', async () => {
  const whole = await schema();
  await emptyDatabase();
  await Promise.all(Array.from({ length: 8 }, () => migrate(database.url)));
  expect(await schema()).toBe(whole);
  const { rows } = await pool.query(
    'SELECT count(*) = count(DISTINCT hash) AS once FROM drizzle.__drizzle_migrations',
  );
  expect(rows).toEqual([{ once: true }]);
});

test('a pool serves as well as a URL', async () => {
  const whole = await schema();
  await emptyDatabase();
  await migrate(pool);
  expect(await schema()).toBe(whole);
});

test('a migrated database is left as it is', async () => {
  const applied = 'SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id';
  const before = (await pool.query(applied)).rows;
  await migrate(database.url);
  expect((await pool.query(applied)).rows).toEqual(before);
});
