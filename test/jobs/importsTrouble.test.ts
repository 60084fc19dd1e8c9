// An import when the rest of the system is in trouble: it waits for what passes, and lets one row pay for what does not.
// The real stock writer, with an eye on its door.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Problem } from '../../src/domain/problem.ts';
import { startImports } from '../../src/jobs/imports/runner.ts';
import type { RecordMovement } from '../../src/operations/recordMovements.ts';
import type { StockWriter } from '../../src/operations/stockWriter.ts';
import { type ImportShop, openImportShop } from '../support/imports.ts';
import { OTHER_STORE, STORE, TABLE } from '../support/shop.ts';

let shop: ImportShop;
let job: { close(): Promise<void> } | undefined;
beforeEach(async () => {
  shop = await openImportShop({ job: false });
});
afterEach(async () => {
  await job?.close();
  await shop.close();
});

/** The job on a writer whose door `atDoor` watches: what it throws, the writer's callers get. */
function startWith(atDoor: (commands: readonly unknown[]) => void): void {
  const { deps } = shop.app;
  const stock: StockWriter = {
    ...deps.stock,
    apply(operation, commands) {
      atDoor(commands);
      return deps.stock.apply(operation, commands);
    },
  };
  job = startImports({ ...deps, stock, pollMilliseconds: 20 });
}

const file = (rows: number) =>
  `eventId,type,sku,location,quantity,occurredAt\n${Array.from({ length: rows }, (_, n) => `e${n},receipt,${TABLE},${STORE},1,2026-07-14\n`).join('')}`;

test('while the stock writer has too much to do it waits, and then goes on', async () => {
  let refused = 0;
  startWith(() => {
    if (refused === 3) return;
    refused += 1;
    throw new Problem('overloaded', 'Too many stock changes are waiting already.');
  });
  expect(await shop.run(file(10), { type: 'movements' })).toMatchObject({
    status: 'succeeded',
    rowsRejected: 0,
  });
  expect(refused).toBe(3);
  expect(await shop.count('movements')).toBe(10);
});

test('rows whose batch was written are not told again, nor counted as told before, where another batch failed', async () => {
  const batches: number[] = [];
  startWith((commands) => {
    batches.push(commands.length);
    if (batches.length === 2) throw new Problem('overloaded', 'Too many stock changes are waiting already.');
  });
  const rows = Array.from(
    { length: 800 },
    (_, n) => `e${n},receipt,${TABLE},${n % 2 ? STORE : OTHER_STORE},1,2026-07-14`,
  );
  const record = await shop.run(`eventId,type,sku,location,quantity,occurredAt\n${rows.join('\n')}`, {
    type: 'movements',
  });
  expect(record).toMatchObject({ status: 'succeeded', rowsDone: 800, rowsUnchanged: 0, rowsRejected: 0 });
  expect(batches).toEqual([400, 400, 400]);
  expect(await shop.count('movements')).toBe(800);
});

/** What a statement that ends so rejects with: the driver's own error. */
function errorWith(sqlState: string): Promise<unknown> {
  const text = `DO $$ BEGIN RAISE EXCEPTION 'as in real life' USING ERRCODE = '${sqlState}'; END $$`;
  return shop.app.deps.database.run(`test.raise_${sqlState}`, text, []).catch((error: unknown) => error);
}

/** statement timeout, lock_not_available, deadlock_detected, serialization_failure */
const HELD_UP = ['57014', '55P03', '40P01', '40001'];

test.each(HELD_UP)('what is held up by others (%s) is tried again, and costs no row', async (sqlState) => {
  const error = await errorWith(sqlState);
  let tries = 0;
  startWith(() => {
    tries += 1;
    if (tries < 4) throw error;
  });
  expect(await shop.run(file(1), { type: 'movements' })).toMatchObject({
    status: 'succeeded',
    rowsDone: 1,
    rowsRejected: 0,
  });
  expect(tries).toBe(4);
});

test('rows that are held up whenever they are too many are written in smaller steps', async () => {
  const error = await errorWith('57014');
  startWith((commands) => {
    if (commands.length > 10) throw error;
  });
  expect(await shop.run(file(15), { type: 'movements' })).toMatchObject({
    status: 'succeeded',
    rowsDone: 15,
    rowsRejected: 0,
  });
});

test.each(HELD_UP)('a file that cannot be read at once (%s) is read later', async (sqlState) => {
  const { deps } = shop.app;
  const error = await errorWith(sqlState);
  let reads = 0;
  const database: typeof deps.database = {
    ...deps.database,
    async run(name, text, values) {
      if (name === 'import_chunks.find') reads += 1;
      if (name === 'import_chunks.find' && reads < 3) throw error;
      return deps.database.run(name, text, values);
    },
  };
  job = startImports({ ...deps, database, pollMilliseconds: 20 });
  expect(await shop.run(file(1), { type: 'movements' })).toMatchObject({ status: 'succeeded', rowsDone: 1 });
});

test('a row that cannot be written for a reason that nobody foresaw is rejected alone', async () => {
  startWith((commands) => {
    if (commands.some((command) => (command as RecordMovement).eventId === 'e37')) throw new Error('poison');
  });
  const record = await shop.run(file(100), { type: 'movements' });
  expect(record).toMatchObject({ status: 'succeeded', rowsDone: 100, rowsRejected: 1 });
  expect(await shop.errors(record.id)).toEqual([expect.stringMatching(/^38,internal-error,,.*e37/)]);
  expect(await shop.count('movements')).toBe(99);
});

test('a row that is nested as deep as no value of ours is rejected alone, in both formats', async () => {
  job = startImports({ ...shop.app.deps, pollMilliseconds: 20 });
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const line = (sku: string, attributes: string) =>
    `{"sku":"${sku}","name":"x","attributes":${attributes}}\n`;
  const headers = { 'Content-Type': 'application/x-ndjson' };
  const lines = `${line('N1', '{}')}${line('N2', deep)}{"sku":${deep}}\n${line('N3', '{}')}`;
  const ndjson = await shop.run(lines, { type: 'items' }, { headers });
  expect(ndjson).toMatchObject({ status: 'succeeded', rowsDone: 4, rowsRejected: 2 });
  expect((await shop.errors(ndjson.id))[0]).toMatch(/^2,too-deep,/);
  const csv = await shop.run(`sku,name,more\nC1,x,${deep}\nC2,x,{}\n`, {
    type: 'items',
    map: 'attributes:more',
  });
  expect(csv).toMatchObject({ status: 'succeeded', rowsDone: 2, rowsRejected: 1 });
  expect((await shop.errors(csv.id))[0]).toMatch(/^1,too-deep,\/attributes,/);
});
