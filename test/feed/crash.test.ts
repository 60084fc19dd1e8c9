// PostgreSQL is killed and comes back: it gives out again the ids of transactions that were rolled back shortly before.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type EmbeddedDatabase, startEmbedded } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { EVERYTHING_PUBLIC } from '../../src/domain/eventFilter.ts';
import { decodeCursor, encodeCursor, parseSnapshot } from '../../src/domain/feedPosition.ts';
import { pollEvents } from '../../src/feed/longPoll.ts';
import { insertEvents } from '../../src/queries/events.ts';
import type { Database } from '../../src/queries/transaction.ts';
import { fact, openTestDatabase, record, startTestFeed } from '../support/feedBench.ts';

let dataDir: string;
let server: EmbeddedDatabase;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'comptoir-test-'));
  await start();
  await migrate(server.url);
});
afterEach(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const ended = Promise.withResolvers<string>();
  const started = await startEmbedded({ dataDir, durable: false, log: () => {}, onExit: ended.resolve });
  server = { ...started, stop: () => started.stop() };
  exited = ended.promise;
}

let exited: Promise<string>;

/** All at once, as a power cut would: nothing that waits in memory reaches the disk. */
async function kill(): Promise<void> {
  const [pid] = (await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGKILL');
  await exited;
}

async function rollBackThree(database: Database): Promise<void> {
  for (let times = 0; times < 3; times++) {
    const rolledBack = database.transaction(async (tx) => {
      await insertEvents(tx, [fact('A', 99)]);
      throw new Error('changed its mind');
    });
    await expect(rolledBack).rejects.toThrow('changed its mind');
  }
}

async function xmaxOf(database: Database): Promise<number> {
  const [row] = await database.run<{ text: string }>(
    'test.snapshot',
    'SELECT pg_current_snapshot()::text AS text',
    [],
  );
  return parseSnapshot(row?.text ?? '').xmax;
}

test('what is told under an id that was given out before the crash is not skipped', async () => {
  const before = openTestDatabase(server.url);
  // What was rolled back stays in memory, as it would in the fifth of a second before a power cut.
  await before.run('test.lazy', "ALTER SYSTEM SET wal_writer_delay = '10s'", []);
  await before.run('test.reload', 'SELECT pg_reload_conf()', []);
  const feedBefore = await startTestFeed(before);
  await record(before, fact('A', 1));
  await rollBackThree(before);
  await feedBefore.settled();
  const cursor = encodeCursor(feedBefore.horizon());
  const xmaxBefore = await xmaxOf(before);
  await kill();
  await feedBefore.close();
  await before.close();

  await start();
  const after = openTestDatabase(server.url);
  expect(await xmaxOf(after)).toBeLessThan(xmaxBefore);
  const told = [2, 3, 4, 5, 6].map((version) => fact('A', version));
  for (const one of told) await record(after, one);
  const feedAfter = await startTestFeed(after);
  const { events } = await pollEvents(after, feedAfter, {
    from: decodeCursor(cursor),
    filter: EVERYTHING_PUBLIC,
    limit: 10,
    waitMilliseconds: 0,
    signal: new AbortController().signal,
  });
  await feedAfter.close();
  await after.close();
  expect(events.map(({ version }) => version)).toEqual(told.map(({ version }) => version));
});
