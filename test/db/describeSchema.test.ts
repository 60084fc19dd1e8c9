// db/schema.sql is what the migrations make, on every PostgreSQL that is supported (run with DATABASE_URL to try another).
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { describeSchema } from '../../db/describeSchema.ts';
import { createTestDatabase } from '../support/database.ts';

test('db/schema.sql is the schema of a freshly migrated database (if not: npm run schema)', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const schema = await describeSchema(client);
  await client.end();
  await database.drop();
  const file = await readFile(path.join(import.meta.dirname, '../../db/schema.sql'), 'utf8');
  expect(file.replace(/^--.*\n\n/, '')).toBe(schema);
});
