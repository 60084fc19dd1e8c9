// An import outlives its process: killed in the middle, cancelled, stopped, it is never half of a chunk and never twice.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeId } from '../../src/domain/id.ts';
import { CHUNK_ROWS_MAX } from '../../src/jobs/imports/readRows.ts';
import { tidy } from '../../src/jobs/imports/runner.ts';
import { insertChunk, purgeErrors, purgeImports } from '../../src/queries/importFiles.ts';
import { insertReceiving } from '../../src/queries/imports.ts';
import { eventually } from '../support/eventually.ts';
import { type ImportShop, openImportShop, receipts, rowsOf } from '../support/imports.ts';
import { STORE, TABLE } from '../support/shop.ts';

/** So many that a busy machine finds the import in its middle. */
const ROWS = 20_000;

let shop: ImportShop;
let host: ChildProcess | undefined;
beforeEach(async () => {
  shop = await openImportShop({ job: false });
});
afterEach(async () => {
  if (host?.exitCode === null && host.signalCode === null) {
    host.kill('SIGKILL');
    await once(host, 'exit');
  }
  host = undefined;
  await shop.close();
});

/** Another process that runs imports on the same database. */
async function startHost(...leaseSeconds: string[]): Promise<ChildProcess> {
  const file = path.join(import.meta.dirname, '..', 'support', 'importsHost.ts');
  host = spawn(process.execPath, [file, shop.app.databaseUrl, ...leaseSeconds], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (host.stdout) await once(host.stdout, 'data');
  return host;
}

async function send(rows = ROWS): Promise<string> {
  const { body } = await shop.send(Readable.from(receipts(rows, TABLE, STORE)), {
    type: 'movements',
    source: 'wms',
  });
  return body.id;
}

const underWay = (id: string) => shop.until(id, ({ rowsDone }) => rowsDone > 0);
const level = async () => {
  const { body } = await shop.get(`/v1/stock?sku=${TABLE}&location=${STORE}`).expect(200);
  return body.data[0]?.onHand;
};

test('killed in the middle, it is taken over after its lease: every row once, none missing', async () => {
  const running = await startHost('2');
  // A row that is rejected before the kill must not be counted twice after it.
  const bad = 'bad,receipt,NO-SUCH,FR-LILLE-01,1,2026-01-02\n';
  const text = [...receipts(ROWS, TABLE, STORE)].join('').replace('\n', `\n${bad}`);
  const { body } = await shop.send(Readable.from([text]), { type: 'movements', source: 'wms' });
  await underWay(body.id);
  running.kill('SIGKILL');
  await once(running, 'exit');
  const { body: interrupted } = await shop.get(`/v1/imports/${body.id}`).expect(200);
  expect(interrupted.status).toBe('running');
  expect(interrupted.rowsDone).toBeLessThan(ROWS);

  shop.startJob();
  expect(await shop.ended(body.id)).toMatchObject({
    status: 'succeeded',
    rowsTotal: ROWS + 1,
    rowsDone: ROWS + 1,
    rowsRejected: 1,
  });
  expect(await level()).toBe(ROWS);
  expect(await shop.count('movements')).toBe(ROWS);
  expect(await shop.errors(body.id)).toHaveLength(1);
});

test('stopped in an orderly way, it gives its lease back and goes on elsewhere at once, from where it was', async () => {
  const id = await send();
  const first = shop.startJob();
  await underWay(id);
  await first.close();
  const stopped = await rowsOf<{ leased_by: string | null; rows_done: number }>(
    shop,
    'SELECT leased_by, rows_done FROM imports',
  );
  expect(stopped).toEqual([{ leased_by: null, rows_done: expect.any(Number) }]);
  expect(await shop.count('movements')).toBe(stopped[0]?.rows_done);
  shop.startJob();
  expect(await shop.ended(id)).toMatchObject({ status: 'succeeded', rowsDone: ROWS, rowsUnchanged: 0 });
  expect(await level()).toBe(ROWS);
});

test('two processes never run the same import', async () => {
  await startHost();
  shop.startJob();
  const ids = [await send(3_000), await send(3_000)];
  const records = await Promise.all(ids.map((id) => shop.ended(id)));
  expect(records.map(({ rowsUnchanged }) => rowsUnchanged)).toEqual([0, 3_000]);
  const starts = await rowsOf(shop, "SELECT subject FROM events WHERE type = 'import.running'");
  expect(starts).toHaveLength(2);
});

test('cancelled in the middle, it stops: what was applied stays, and nothing follows', async () => {
  const id = await send();
  const job = shop.startJob();
  await underWay(id);
  const { body } = await shop.post(`/v1/imports/${id}/cancel`).expect(200);
  expect(body.status).toBe('cancelled');
  await job.close();
  const movements = await shop.count('movements');
  expect(movements).toBeGreaterThanOrEqual(body.rowsDone);
  expect(movements).toBeLessThanOrEqual(body.rowsDone + CHUNK_ROWS_MAX.movements);
  expect(await level()).toBe(movements);
  shop.startJob();
  await eventually(async () => (await shop.count('import_chunks')) === 0);
  expect(await shop.count('movements')).toBe(movements);
  expect((await shop.get(`/v1/imports/${id}`)).body).toEqual(body);
});

test('the pieces of an upload whose process died are cleared away; one that goes on is left alone', async () => {
  const { database } = shop.app.deps;
  const receiving = async (leaseSeconds: number) => {
    const id = makeId('imp', Date.now(), Buffer.alloc(10, Math.random() * 256));
    const options = {
      map: '',
      header: true,
      delimiter: null,
      timeZone: null,
      dates: 'ymd' as const,
      decimal: 'point' as const,
      listSeparator: '|',
      negative: '',
      source: 'import',
      dryRun: false,
      locations: null,
    };
    const made = {
      id,
      type: 'items' as const,
      format: 'csv' as const,
      options,
      keyId: 'key_admin',
      now: new Date(),
    };
    await insertReceiving(database, made, leaseSeconds);
    for (let number = 0; number < 40; number++) {
      await insertChunk(database, { importId: id, number, bytes: Buffer.alloc(10) }, leaseSeconds);
    }
    return id;
  };
  await receiving(-1);
  const alive = await receiving(60);
  await tidy({ database, now: () => new Date() });
  expect(await rowsOf(shop, 'SELECT id FROM imports')).toEqual([{ id: alive }]);
  expect(await shop.count('import_chunks')).toBe(40);
});

test('imports that ended long ago are forgotten with their errors', async () => {
  const job = shop.startJob();
  const { id } = await shop.run('sku,name\n,x\n', { type: 'items' });
  await job.close();
  const later = (days: number) => () => new Date(Date.now() + days * 86_400_000);
  const { database } = shop.app.deps;
  await tidy({ database, now: later(29) });
  expect(await shop.count('import_chunks')).toBe(0);
  await shop.get(`/v1/imports/${id}`).expect(200);
  await tidy({ database, now: later(31) });
  await shop.get(`/v1/imports/${id}`).expect(404);
  expect(await rowsOf(shop, 'SELECT 1 FROM import_errors')).toEqual([]);
});

test('an import is forgotten only after its rejected rows, however many, were: so many at a time', async () => {
  const job = shop.startJob();
  const { id } = await shop.run('sku,name\n,x\n,y\n,z\n', { type: 'items' });
  await job.close();
  const { database } = shop.app.deps;
  await tidy({ database, now: () => new Date() });
  const later = new Date(Date.now() + 60_000);
  expect(await purgeErrors(database, new Date(0), 2)).toBe(0);
  expect(await purgeErrors(database, later, 2)).toBe(2);
  expect(await purgeImports(database, later, 100)).toBe(0);
  await shop.get(`/v1/imports/${id}`).expect(200);
  expect(await purgeErrors(database, later, 2)).toBe(1);
  expect(await purgeImports(database, later, 100)).toBe(1);
});
