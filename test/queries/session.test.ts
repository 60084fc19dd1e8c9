// What a transaction says to PostgreSQL in one message: in order, all or nothing, and COMMIT only where all of it went well.
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { CommitUnknown, isRetryable, violatedConstraint } from '../../src/queries/pgError.ts';
import { Session } from '../../src/queries/session.ts';
import { type Database, openDatabase, type Transaction, type Tx } from '../../src/queries/transaction.ts';
import { encodeValue } from '../../src/queries/values.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let home: TestDatabase;
let database: Database;
beforeAll(async () => {
  home = await createTestDatabase();
  database = openDatabase({ url: home.url, connectionsMax: 1, onIdleError: () => {} });
  await database.run('test.make', 'CREATE TABLE notes (id int CONSTRAINT notes_key UNIQUE, note text)', []);
});
afterAll(async () => {
  await database.close();
  await home.drop();
});
beforeEach(async () => {
  await database.run('test.empty', 'DELETE FROM notes', []);
});

const note = (tx: Tx, id: number) => tx.run('test.note', 'INSERT INTO notes (id) VALUES ($1)', [id]);
const noted = async (tx: Tx) =>
  (await tx.run<{ id: number }>('test.noted', 'SELECT id FROM notes ORDER BY id', [])).map(({ id }) => id);

test('statements that nobody waits between run in the order in which they were asked for', async () => {
  const seen = await database.transaction((tx) =>
    Promise.all([noted(tx), note(tx, 1), noted(tx), note(tx, 2)]),
  );
  expect([seen[0], seen[2]]).toEqual([[], [1]]);
  expect(await noted(database)).toEqual([1, 2]);
});

test('what goes with COMMIT is there afterwards, and its values are answered', async () => {
  const answer = await database.transaction(async (tx) => {
    await note(tx, 1);
    return tx.last(async () => (await Promise.all([note(tx, 2), noted(tx)]))[1]);
  });
  expect(answer).toEqual([1, 2]);
  expect(await noted(database)).toEqual([1, 2]);
});

test('a statement that fails keeps all after it from running, COMMIT too, and says which constraint spoke', async () => {
  const failing = database.transaction(async (tx) => {
    await note(tx, 1);
    return tx.last(() => Promise.all([note(tx, 2), note(tx, 1), note(tx, 3)]));
  });
  const error = await failing.catch((thrown: unknown) => thrown);
  expect(violatedConstraint(error)).toBe('notes_key');
  expect(isRetryable(error)).toBe(false);
  expect(error).toMatchObject({ statement: 'test.note' });
  expect(await noted(database)).toEqual([]);
});

const copied = (tx: Transaction, ids: readonly number[]) =>
  tx.copy?.('test.copy', 'COPY notes (id) FROM STDIN', ids.map((id) => `${id}\n`).join('')) ??
  Promise.reject();
const MANY = Array.from({ length: 50_000 }, (_, place) => place);

test('copied rows go with what else is asked for, in order', async () => {
  const seen = await database.transaction((tx) =>
    tx.last(() => Promise.all([note(tx, -1), noted(tx), copied(tx, [1, 2]), noted(tx), copied(tx, [3])])),
  );
  expect([seen[1], seen[3]]).toEqual([[-1], [-1, 1, 2]]);
  expect(await noted(database)).toEqual([-1, 1, 2, 3]);
});

test('rows that cannot be copied keep all after them from running, however many are on their way', async () => {
  const nowhere = (tx: Transaction) =>
    tx.copy?.('test.nowhere', 'COPY nowhere FROM STDIN', '1\n'.repeat(50_000));
  const twiceBefore = (tx: Transaction) => Promise.all([note(tx, -1), note(tx, -1), copied(tx, MANY)]);
  for (const copy of [(tx: Transaction) => copied(tx, [1, ...MANY]), nowhere, twiceBefore]) {
    const failing = database.transaction((tx) => tx.last(() => Promise.all([copy(tx), note(tx, -1)])));
    const { cause, ...error } = await failing.catch((thrown) => thrown);
    expect(cause ?? error).toMatchObject({ code: expect.stringMatching(/^(23505|42P01)$/) });
    expect(await noted(database)).toEqual([]);
  }
});

test('what fails before it is sent leaves nothing', async () => {
  const failing = database.transaction((tx) =>
    tx.last(() => Promise.all([note(tx, 1), Promise.reject(new Error('not encoded'))])),
  );
  await expect(failing).rejects.toThrow('not encoded');
  expect(await noted(database)).toEqual([]);
});

test('a transaction in which a statement failed does not pass for committed, whoever kept its error to himself', async () => {
  const hushed = database.transaction(async (tx) => {
    await note(tx, 1);
    await note(tx, 1).catch(() => {});
  });
  await expect(hushed).rejects.toThrow('a statement before it failed');
  expect(await noted(database)).toEqual([]);
});

test('a value that cannot be encoded fails its transaction, and the connection stays good', async () => {
  const never = new Date(Number.NaN);
  const broken = database.transaction(async (tx) => {
    await note(tx, 1);
    return tx.last(() => Promise.all([note(tx, 2), tx.run('test.at', 'SELECT $1::timestamptz', [never])]));
  });
  await expect(broken).rejects.toThrow(RangeError);
  expect(await noted(database)).toEqual([]);
});

test('what is asked for once COMMIT is on its way is refused, not run outside of the transaction', async () => {
  const late = database.transaction((tx) =>
    tx.last(async () => {
      await note(tx, 1);
      await note(tx, 2);
    }),
  );
  await expect(late).rejects.toThrow('after its transaction ended');
  expect(await noted(database)).toEqual([1]);
});

test('after a statement that PostgreSQL could not parse, the connection and its other statements are good', async () => {
  const wrong = database.transaction((tx) =>
    Promise.all([tx.run('test.new', 'SELECT 1 AS one', []), tx.run('test.wrong', 'SELEKT', []), note(tx, 1)]),
  );
  await expect(wrong).rejects.toMatchObject({ code: '42601' });
  const again = await database.transaction((tx) =>
    Promise.all([tx.run('test.new', 'SELECT 1 AS one', []), note(tx, 4)]),
  );
  expect(again[0]).toEqual([{ one: 1 }]);
});

test('a COMMIT that was never sent, as the connection had ended, is not of unknown outcome: another try may succeed', async () => {
  const pool = new pg.Pool({ connectionString: home.url, max: 1 });
  pool.on('error', () => {});
  const client = await pool.connect();
  const ended = new Promise((resolve) => client.on('error', resolve));
  const session = new Session(client);
  const [row] = await session.run('test.pid', 'SELECT pg_backend_pid() AS pid', []);
  await database.run('test.end', 'SELECT pg_terminate_backend($1)', [row?.pid]);
  await ended;
  const error = await session
    .last(() => session.run('test.note', 'INSERT INTO notes (id) VALUES (1)', []))
    .catch((thrown: unknown) => thrown);
  client.release(true);
  await pool.end();
  expect(error).not.toBeInstanceOf(CommitUnknown);
  expect(isRetryable(error)).toBe(true);
});

test('a transaction that asks for nothing sends nothing', async () => {
  const pool = new pg.Pool({ connectionString: home.url, max: 1 });
  const client = await pool.connect();
  const query = jest.spyOn(client, 'query');
  const session = new Session(client);
  await session.commit();
  expect(query).not.toHaveBeenCalled();
  // What does ask is seen: the spy is no deaf one.
  const asking = new Session(client);
  await asking.run('test.one', 'SELECT 1', []);
  await asking.commit();
  expect(query).toHaveBeenCalled();
  client.release();
  await pool.end();
  expect(await database.transaction(async () => 'done')).toBe('done');
});

test('values arrive as they are, in arrays too', async () => {
  const texts = ['plain', 'a "quoted" \\ one', '', 'NULL', '{1,2}', 'line\nfeed', 'é €', null];
  const at = new Date('2026-03-29T01:59:59.999Z');
  const bytes = Buffer.from([0, 1, 255]);
  const json = { a: ['"', '\\'] };
  const values = [texts, [at, null], [bytes], [1.5, -2, null], [true, false], at, bytes, json, [json], '7'];
  const text = `SELECT $1::text[] AS texts, $2::timestamptz[] AS instants, $3::bytea[] AS bytes, $4::float8[] AS numbers,
                       $5::bool[] AS flags, $6::timestamptz AS at, $7::bytea AS raw, $8::jsonb AS json, $9::jsonb[] AS jsons,
                       $10::int AS number`;
  const rows = await database.transaction((tx) => tx.run('test.values', text, values));
  expect(rows).toEqual([
    {
      ...{ texts, instants: [at, null], bytes: [bytes], numbers: [1.5, -2, null], flags: [true, false] },
      ...{ at, raw: bytes, json, jsons: [json], number: 7 },
    },
  ]);
});

test('nothing is null, and a view of bytes is bytes', () => {
  expect([encodeValue(undefined), encodeValue(null)]).toEqual([null, null]);
  expect(encodeValue(new Uint8Array([1, 2]))).toEqual(Buffer.from([1, 2]));
});
