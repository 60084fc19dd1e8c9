// A key's imports run one after another, whichever of its uploads was through first and whoever looks for work at the
// same instant; those of other keys run beside them.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ImportOptions } from '../../src/domain/import.ts';
import {
  cancelImport,
  claimImport,
  endImport,
  insertReceiving,
  queueImport,
  releaseLease,
} from '../../src/queries/imports.ts';
import type { Tx } from '../../src/queries/transaction.ts';
import { eventually } from '../support/eventually.ts';
import { openStockRoom, type StockRoom } from '../support/stockRoom.ts';

const OPTIONS = { source: 'erp', dryRun: false } as ImportOptions;
const [OLDER, NEWER, OTHERS] = ['imp_1', 'imp_2', 'imp_3'] as const;
const LEASE_SECONDS = 60;

let room: StockRoom;
beforeAll(async () => {
  room = await openStockRoom();
});
afterAll(() => room.close());
beforeEach(async () => {
  await room.database.run('test.clear', 'DELETE FROM imports', []);
  for (const [id, keyId] of [
    [OLDER, 'key_erp'],
    [NEWER, 'key_erp'],
    [OTHERS, 'key_pos'],
  ] as const) {
    const made = { id, type: 'items', format: 'csv', options: OPTIONS, keyId, now: new Date() } as const;
    await insertReceiving(room.database, made, LEASE_SECONDS);
  }
});

const queue = (id: string) => queueImport(room.database, id, false);
const end = { status: 'succeeded', failure: null, now: new Date() } as const;

async function claimIn(tx: Tx, holder: string): Promise<string | null> {
  return (await claimImport(tx, holder, LEASE_SECONDS, new Date()))?.id ?? null;
}
const claim = (holder: string) => room.database.transaction((tx) => claimIn(tx, holder));

async function waitsForALock(): Promise<boolean> {
  const waiting = await room.database.run(
    'test.waits',
    `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
     WHERE d.datname = current_database() AND NOT l.granted`,
    [],
  );
  return waiting.length > 0;
}

test('the older one runs first', async () => {
  await queue(NEWER);
  await queue(OLDER);
  expect(await claim('one')).toBe(OLDER);
  expect(await claim('two')).toBeNull();
  await endImport(room.database, { id: OLDER, holder: 'one' }, end);
  expect(await claim('two')).toBe(NEWER);
});

describe('one that is through with its upload while a newer one of its key runs', () => {
  beforeEach(async () => {
    await queue(NEWER);
    await claim('one');
    await queue(OLDER);
  });

  test('waits for its end, and holds up nobody else', async () => {
    expect(await claim('two')).toBeNull();
    await queue(OTHERS);
    expect(await claim('two')).toBe(OTHERS);
    await endImport(room.database, { id: NEWER, holder: 'one' }, end);
    expect(await claim('three')).toBe(OLDER);
  });

  test('waits no longer once that is cancelled', async () => {
    await cancelImport(room.database, NEWER, new Date());
    expect(await claim('two')).toBe(OLDER);
  });

  test('goes after it also where another process takes that over', async () => {
    await releaseLease(room.database, NEWER, 'one');
    expect(await claim('two')).toBe(NEWER);
    expect(await claim('three')).toBeNull();
  });
});

test('of two who look at the same instant one finds that there is nothing for it', async () => {
  await queue(NEWER);
  let second: Promise<string | null> = Promise.resolve(null);
  await room.database.transaction(async (tx) => {
    expect(await claimIn(tx, 'one')).toBe(NEWER);
    await queue(OLDER);
    let isThrough = false;
    second = claim('two').finally(() => {
      isThrough = true;
    });
    // Before the first one commits, so that what it took cannot be seen.
    await eventually(async () => isThrough || (await waitsForALock()));
  });
  expect(await second).toBeNull();
});
