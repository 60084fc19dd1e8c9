// An upload that stood still for too long is cleared away in several statements; whoever goes on with it in between is
// told so, and never is what is left of it taken for the file.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ImportOptions } from '../../src/domain/import.ts';
import { deleteAbandoned, findChunk, insertChunk } from '../../src/queries/importFiles.ts';
import { insertReceiving, queueImport } from '../../src/queries/imports.ts';
import { openStockRoom, type StockRoom } from '../support/stockRoom.ts';

const ID = 'imp_upload';
const LEASE_SECONDS = 60;
const PIECES = 5;
const PIECES_AT_ONCE = 3;

let room: StockRoom;
beforeAll(async () => {
  room = await openStockRoom();
});
afterAll(() => room.close());
beforeEach(async () => {
  await room.database.run('test.clear', 'DELETE FROM imports', []);
  const options = { source: 'erp', dryRun: false } as ImportOptions;
  const made = { id: ID, type: 'items', format: 'csv', options, keyId: 'key_erp', now: new Date() } as const;
  await insertReceiving(room.database, made, LEASE_SECONDS);
  for (let number = 0; number < PIECES; number++) await send(number);
});

const send = (number: number) =>
  insertChunk(room.database, { importId: ID, number, bytes: Buffer.from(`${number}\n`) }, LEASE_SECONDS);
const clearAway = () => deleteAbandoned(room.database, PIECES_AT_ONCE);
const standStill = () =>
  room.database.run(
    'test.stand_still',
    "UPDATE imports SET leased_until = now() - interval '1 s' WHERE id = $1",
    [ID],
  );

describe('an upload of which pieces were cleared away', () => {
  beforeEach(async () => {
    await standStill();
    await clearAway();
  });

  test('takes no more pieces, and all of it goes', async () => {
    expect(await send(PIECES)).toBe(false);
    expect(await clearAway()).toBe(PIECES - PIECES_AT_ONCE);
    expect(await room.database.run('test.left', 'SELECT id FROM imports', [])).toEqual([]);
  });

  test('does not become an import', async () => {
    expect(await queueImport(room.database, ID, false)).toBeNull();
  });
});

test('one that nobody has begun to clear away goes on', async () => {
  await standStill();
  expect(await send(PIECES)).toBe(true);
  expect(await clearAway()).toBe(0);
  expect(await queueImport(room.database, ID, false)).toMatchObject({ id: ID, status: 'queued' });
  expect(await findChunk(room.database, ID, 0)).toEqual(Buffer.from('0\n'));
});

test('a piece that comes as it is cleared away is kept with all others, or not at all', async () => {
  await standStill();
  const [isKept, cleared] = await Promise.all([send(PIECES), clearAway()]);
  const queued = await queueImport(room.database, ID, false);
  expect([isKept, cleared === 0, queued !== null]).toEqual(Array(3).fill(isKept));
});
