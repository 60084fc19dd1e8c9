// Values go to PostgreSQL and come back as they were, whatever they hold: as arrays, and by COPY.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { copyLine } from '../../src/queries/copy.ts';
import { violatedConstraint } from '../../src/queries/pgError.ts';
import { type Database, openDatabase } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let own: TestDatabase;
let database: Database;
beforeAll(async () => {
  own = await createTestDatabase();
  database = openDatabase({ url: own.url, connectionsMax: 2, onIdleError: () => {} });
  await database.run(
    'test.table',
    'CREATE TABLE told (place int, t text, n int, at timestamptz, bytes bytea)',
    [],
  );
  await database.run('test.key', 'ALTER TABLE told ADD CONSTRAINT told_key UNIQUE (place)', []);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

/** What PostgreSQL can keep as text. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('\\', '"', ',', '{', '}', '\t', '\n', '\r', 'N', ' ', "'") }),
    fc.constantFrom('', 'NULL', 'null', '\\N', '\\.', '{}'),
  )
  .map((value) => value.replaceAll('\0', '').toWellFormed());
const instant = fc.date({
  min: new Date('0000-01-01T00:00:00Z'),
  max: new Date('+010000-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
const row = fc.record({
  t: fc.option(text),
  n: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  at: fc.option(instant),
});
const rowWithBytes = fc.record({
  row,
  bytes: fc.option(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))),
});

test('arrays come back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (rows) => {
      const back = await database.run(
        'test.back',
        'SELECT * FROM unnest($1::text[], $2::int[], $3::timestamptz[]) AS r (t, n, at)',
        [rows.map(({ t }) => t), rows.map(({ n }) => n), rows.map(({ at }) => at)],
      );
      expect(back).toEqual(rows);
    }),
    { numRuns: 100 },
  );
});

test('copied rows come back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rowWithBytes, { maxLength: 30 }), async (told) => {
      const rows = told.map(({ row: cells, bytes }) => ({ ...cells, bytes }));
      const back = await database.transaction(async (tx) => {
        await tx.run('test.empty', 'DELETE FROM told', []);
        const lines = rows.map(({ t, n, at, bytes }, place) => copyLine([place, t, n, at, bytes]));
        await tx.copy?.('test.copy_all', 'COPY told (place, t, n, at, bytes) FROM STDIN', lines.join(''));
        return tx.run('test.told', 'SELECT t, n, at, bytes FROM told ORDER BY place', []);
      });
      expect(back).toEqual(rows);
    }),
    { numRuns: 50 },
  );
});

test('years that JavaScript writes otherwise are told as PostgreSQL reads them', async () => {
  const instants = ['-000043-03-15T12:00:00.000Z', '0000-01-01T00:00:00.000Z', '+012345-01-01T00:00:00.000Z'];
  const back = await database.run(
    'test.years',
    `SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD BC') AS at FROM unnest($1::timestamptz[]) AS r (at)`,
    [instants.map((at) => new Date(at))],
  );
  expect(back.map(({ at }) => at)).toEqual(['0044-03-15 BC', '0001-01-01 BC', '12345-01-01 AD']);
});

test('a copied row that breaks a rule fails with the rule’s name, and the connection goes on', async () => {
  const twice = copyLine([1, 'a', 1, null]).repeat(2);
  const failed = database.transaction(async (tx) => {
    await tx.copy?.('test.copy', 'COPY told (place, t, n, at) FROM STDIN', twice);
  });
  await expect(failed.catch(violatedConstraint)).resolves.toBe('told_key');
  await expect(database.run('test.one', 'SELECT 1 AS one', [])).resolves.toEqual([{ one: 1 }]);
});
