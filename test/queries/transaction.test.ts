// How long statements may take: the usual limit, a transaction's own, and what it is when one is over it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startFeed } from '../../src/feed/reader.ts';
import { problemOf } from '../../src/http/problems.ts';
import { type Database, openDatabase } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { fact, record, silent } from '../support/feedBench.ts';

let home: TestDatabase;
let database: Database;
beforeAll(async () => {
  home = await createTestDatabase();
  database = openDatabase({
    url: home.url,
    connectionsMax: 2,
    onIdleError: () => {},
    statementMilliseconds: 1_000,
  });
});
afterAll(async () => {
  await database.close();
  await home.drop();
});

const SLEEP = 'SELECT pg_sleep($1)::text AS slept';

test('a statement over its limit is a server that cannot answer now, and the connection stays good', async () => {
  const error = await database.run('test.sleep', SLEEP, [10]).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: '57014' });
  expect(problemOf(error)).toMatchObject({ code: 'unavailable', status: 503 });
  expect(await database.run('test.sleep', SLEEP, [0])).toHaveLength(1);
});

test('a transaction that may take longer does, past what this side waits for otherwise', async () => {
  // 1 s is the server's usual limit here, 6 s this side's.
  const long = { statementMilliseconds: 20_000 };
  expect(await database.retried((tx) => tx.run('test.sleep', SLEEP, [7]), long)).toHaveLength(1);
});

test('its limit ends with it', async () => {
  const limit = () => database.run('test.limit', "SELECT current_setting('statement_timeout') AS is", []);
  await database.transaction((tx) => tx.run('test.sleep', SLEEP, [0]), { statementMilliseconds: 9_000 });
  expect(await limit()).toEqual([{ is: '1s' }]);
});

test('a feed starts although the repair of what was restored takes longer than a statement may', async () => {
  await record(database, fact('A', 1));
  await database.run('test.elsewhere', "UPDATE events SET xid = '900000000000'::xid8", []);
  await database.run(
    'test.slow',
    `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN PERFORM pg_sleep(7); RETURN NEW; END $$`,
    [],
  );
  await database.run(
    'test.trigger',
    'CREATE TRIGGER slow BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION slow()',
    [],
  );
  const feed = await startFeed({ database, log: silent });
  await feed.close();
  const rows = await database.run('test.epoch', 'SELECT epoch FROM feed_state', []);
  expect(rows).toEqual([{ epoch: 2 }]);
});
