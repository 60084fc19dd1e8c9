// A file of any size takes a bounded part of memory: what is read ahead, what is written at once, what is kept of a row.
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { ROW_BYTES_MAX } from '../../src/domain/import.ts';
import { CHUNK_ROWS_MAX } from '../../src/jobs/imports/readRows.ts';
import { type FileRecord, RecordSplitter } from '../../src/jobs/imports/records.ts';
import { type FileRules, openFile } from '../../src/jobs/imports/rows.ts';
import { startImports } from '../../src/jobs/imports/runner.ts';
import { openStockWriter } from '../../src/operations/stockWriter.ts';
import { Catalogue } from '../../src/views/catalogue.ts';
import { Locations } from '../../src/views/locations.ts';
import { openImportShop, receipts } from '../support/imports.ts';
import { STORE, TABLE } from '../support/shop.ts';
import { writerOptions } from '../support/stockRoom.ts';
import { watchDatabase } from '../support/watchedDatabase.ts';

const CSV: FileRules = { format: 'csv', header: true, delimiter: null };

test('reading pulls no piece before the last one’s rows were taken', async () => {
  let pulled = 0;
  async function* source() {
    yield Buffer.from('a,b\n');
    for (; pulled < 500; pulled++) yield Buffer.alloc(64_000, 'x,1234\n');
  }
  const file = await openFile(source(), CSV);
  let taken = 0;
  let rows = 0;
  for await (const records of file.records) {
    expect(pulled - taken).toBeLessThanOrEqual(1);
    taken = pulled;
    rows += records.length;
  }
  expect(rows).toBeGreaterThan(4_000_000);
});

test.each([
  ['a row without an end', 'x', ['row-too-long']],
  ['a quoted cell without an end', '"\n', ['unclosed-quote']],
])('%s keeps no more than the longest row that may be, and one piece', (_, text, codes) => {
  const PIECE = 65_536;
  const splitter = new RecordSplitter({ delimiters: [44], recordBytesMax: ROW_BYTES_MAX });
  const found = new Set<string | undefined>();
  const note = (records: FileRecord[]) => {
    for (const { fault } of records) found.add(fault?.code);
  };
  note(splitter.push(Buffer.from(text)));
  for (let n = 0; n < 200; n++) {
    note(splitter.push(Buffer.alloc(PIECE, 'x')));
    expect(splitter.held).toBeLessThanOrEqual(ROW_BYTES_MAX + PIECE);
  }
  expect([...found]).toEqual(expect.arrayContaining(codes));
});

test('200,000 rows go through with one chunk in the works at a time, none larger than it may be', async () => {
  const shop = await openImportShop({ job: false });
  const { deps } = shop.app;
  const chunks: number[] = [];
  let inFlight = 0;
  let inFlightMost = 0;
  // The real catalogue, with an eye on how it is asked: once for each chunk of a dry run.
  const catalogue = Object.create(deps.catalogue, {
    items: {
      value: async (skus: readonly string[]) => {
        chunks.push(skus.length);
        inFlight += 1;
        inFlightMost = Math.max(inFlightMost, inFlight);
        const items = await deps.catalogue.items(skus);
        inFlight -= 1;
        return items;
      },
    },
    locations: { value: (codes: readonly string[]) => deps.catalogue.locations(codes) },
  });
  const job = startImports({ ...deps, catalogue, pollMilliseconds: 20 });
  try {
    const body = Readable.from(receipts(200_000, TABLE, STORE));
    const record = await shop.run(body, { type: 'movements', dryRun: 'true' });
    expect(record).toMatchObject({
      status: 'succeeded',
      rowsTotal: 200_000,
      rowsDone: 200_000,
      rowsRejected: 0,
    });
    expect(inFlightMost).toBe(1);
    expect(Math.max(...chunks)).toBe(CHUNK_ROWS_MAX.movements);
    expect(chunks.length).toBe(200_000 / CHUNK_ROWS_MAX.movements);
  } finally {
    await job.close();
    await shop.close();
  }
});

test.each([
  ['recorded', 'false'],
  ['looked at', 'true'],
])('locations that there are not are looked for by the batch, not by the row: %s', async (_, dryRun) => {
  const shop = await openImportShop({ job: false });
  const { deps } = shop.app;
  const database = watchDatabase(deps.database);
  const onError = (error: Error) => {
    throw error;
  };
  const catalogue = new Catalogue(database, new Locations({ database, onError }));
  const stock = openStockWriter({ ...writerOptions(deps.database), catalogue });
  const job = startImports({ ...deps, stock, catalogue, pollMilliseconds: 20 });
  try {
    // The numbers of receipts, taken for the location's code; with local times, which ask for its zone.
    const rows = CHUNK_ROWS_MAX.movements * 2;
    const lines = Array.from(
      { length: rows },
      (_line, at) => `r${at},receipt,${TABLE},RECEIPT-${at},1,2026-01-02 03:04`,
    );
    const body = `eventId,type,sku,location,quantity,occurredAt\n${lines.join('\n')}\n`;
    const record = await shop.run(body, { type: 'movements', dryRun });
    expect(record).toMatchObject({ status: 'succeeded', rowsDone: rows, rowsRejected: rows });
    const looks = database.statements.filter((name) => name === 'locations.find');
    expect(looks.length).toBeLessThanOrEqual(rows / 100);
  } finally {
    await job.close();
    await stock.close();
    await shop.close();
  }
});
