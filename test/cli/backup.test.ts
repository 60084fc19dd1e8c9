// Backups as operators make and use them: from an external database to an embedded one and back, equal by checksum.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startTestApp } from '../support/app.ts';
import { runCommand, runHere } from '../support/command.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type RealProcess, startProcess } from '../support/realProcess.ts';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let folder: string;
let shop: Shop;
let saved: string;
let checksum: string;
let cursor: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'comptoir-backup-'));
  shop = await openShop();
  await shop.put(TABLE, STORE, 9);
  await shop.put(LAMP, OTHER_STORE, 3);
  const { id } = await shop.hold({ customer: { name: 'Zoé “À\\ part”', email: 'zoe@example.com' } });
  await shop.post(`/v1/reservations/${id}/confirm`, { orderReference: 'B-1' }).expect(200);
  ({ nextCursor: cursor } = (await shop.get('/v1/events?limit=3').expect(200)).body);
  saved = path.join(folder, 'saved');
  checksum = checksumIn(await runHere(['backup', saved], { env: { DATABASE_URL: shop.app.databaseUrl } }));
});
afterAll(async () => {
  await shop.app.close();
  await rm(folder, { recursive: true, force: true });
});

function checksumIn({ code, out, err }: { code: number | null; out: string; err: string }): string {
  const found = /^Checksum of the data: ([0-9a-f]{64})$/m.exec(out)?.[1];
  if (code !== 0 || found === undefined) throw new Error(`it ended with ${code}: ${out}${err}`);
  return found;
}

async function inEmpty(work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase();
  try {
    await work(database);
  } finally {
    await database.drop();
  }
}

async function ask<Row extends pg.QueryResultRow>(url: string, query: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(query)).rows;
  } finally {
    await client.end();
  }
}

const events = (url: string) => ask<{ rows: number }>(url, 'SELECT count(*)::int AS rows FROM events');

test('what an external database saved is the same in an embedded one, and the same again in an external one', async () => {
  const dataDir = path.join(folder, 'data');
  const env = { COMPTOIR_DATA_DIR: dataDir };
  expect(checksumIn(await runCommand(['restore', saved], { env }))).toBe(checksum);
  const again = path.join(folder, 'again');
  expect(checksumIn(await runHere(['backup', again], { env }))).toBe(checksum);
  await inEmpty(async ({ url }) => {
    expect(checksumIn(await runHere(['restore', again, '--database', url]))).toBe(checksum);
    const third = await runHere(['backup', path.join(folder, 'third'), '--json', '--database', url]);
    expect(JSON.parse(third.out)).toMatchObject({ checksum });
  });

  const comptoir = await startProcess({ ...env, COMPTOIR_DEMO: '0' });
  try {
    await servesAsBefore(comptoir, env);
    // Through the running server, which notes when it looked at what: no second process opens its files.
    const running = path.join(folder, 'running');
    const second = checksumIn(await runHere(['backup', running], { env }));
    const refused = await runHere(['restore', running], { env });
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('is in use by process') });
    await inEmpty(async ({ url }) => {
      expect(checksumIn(await runHere(['restore', running, '--database', url]))).toBe(second);
    });
  } finally {
    expect(await comptoir.stop()).toBe(0);
  }
});

async function servesAsBefore(comptoir: RealProcess, env: Record<string, string>): Promise<void> {
  const { url } = comptoir;
  // The key of the restored installation, found in its data directory.
  const verified = await runHere(['verify', '--url', url], { env });
  expect(verified).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^2 levels were checked; none drifts\.$/m),
  });
  const admin = (await readFile(path.join(env.COMPTOIR_DATA_DIR ?? '', 'admin-key'), 'utf8')).trim();
  const headers = { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' };
  const stale = await fetch(`${url}/v1/events?after=${cursor}`, { headers });
  expect({ status: stale.status, body: await stale.json() }).toMatchObject({
    status: 410,
    body: { code: 'cursor-expired' },
  });
  const all = await fetch(`${url}/v1/events?limit=1000`, { headers });
  const { data } = (await all.json()) as { data: { id: string; type: string }[] };
  const { body: before } = await shop.get('/v1/events?limit=1000').expect(200);
  expect(data.map(({ id, type }) => [id, type])).toEqual(
    before.data.map(({ id, type }: { id: string; type: string }) => [id, type]),
  );
  const found = await fetch(`${url}/v1/reservations?orderReference=B-1`, { headers });
  const { body: reservations } = await shop.get('/v1/reservations?orderReference=B-1').expect(200);
  expect(await found.json()).toEqual(reservations);
}

describe('a database that is not empty', () => {
  test('is refused while a Comptoir runs on it, and when it has data; --replace makes it the backup, and it counts on', async () => {
    const other = await startTestApp({ databaseUrl: (await createdOnce()).url });
    await other.key();
    const env = { DATABASE_URL: other.databaseUrl };
    const running = await runHere(['restore', saved], { env });
    expect(running).toMatchObject({
      code: 1,
      err: expect.stringContaining('A Comptoir runs on this database'),
    });
    await other.close();
    const full = await runHere(['restore', saved], { env });
    expect(full).toMatchObject({
      code: 1,
      err: expect.stringContaining('not empty: there are rows in api_keys'),
    });
    const [before] = await ask<{ epoch: number }>(other.databaseUrl, 'SELECT epoch FROM feed_state');
    expect(checksumIn(await runHere(['restore', '--replace', saved], { env }))).toBe(checksum);
    const [after] = await ask<{ epoch: number }>(other.databaseUrl, 'SELECT epoch FROM feed_state');
    expect(after?.epoch).toBeGreaterThan(before?.epoch ?? 0);
    // Numbers go on above those restored, and the ledger is guarded again.
    const restored = await startTestApp({ databaseUrl: other.databaseUrl });
    const made = await fetch(`${restored.url}/v1/items/NEW`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${restored.admin}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: { fr: 'Neuf' } }),
    });
    expect(made.status).toBe(201);
    await restored.close();
    await expect(ask(other.databaseUrl, 'DELETE FROM movements')).rejects.toThrow('movements are immutable');
  });

  let once: Promise<TestDatabase> | undefined;
  const createdOnce = () => {
    once ??= createTestDatabase();
    return once;
  };
  afterAll(async () => (await once)?.drop());
});

test('a file that is cut off is refused before the database is touched', async () => {
  const cut = path.join(folder, 'cut');
  const whole = await readFile(saved);
  await writeFile(cut, whole.subarray(0, whole.length - 9));
  await inEmpty(async ({ url }) => {
    const ran = await runHere(['restore', '--replace', '--database', url, cut]);
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('The file is cut off') });
    expect(await events(url)).toEqual([{ rows: 0 }]);
  });
});

test('a backup is its owner’s alone, is not written over unasked, and leaves nothing when it fails', async () => {
  expect((await stat(saved)).mode & 0o777).toBe(0o600);
  const env = { DATABASE_URL: shop.app.databaseUrl };
  const again = await runHere(['backup', saved], { env });
  expect(again).toMatchObject({ code: 2, err: expect.stringContaining('is there already') });
  const noFile = await runHere(['backup', '--force', folder], { env });
  expect(noFile).toMatchObject({ code: 2, err: expect.stringContaining('is no file') });
  const nowhere = await runHere(['backup', path.join(folder, 'none')], {
    env: { COMPTOIR_DATA_DIR: path.join(folder, 'no-data') },
  });
  expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining('There is no database in') });
  await expect(stat(path.join(folder, 'none'))).rejects.toThrow('ENOENT');
});
