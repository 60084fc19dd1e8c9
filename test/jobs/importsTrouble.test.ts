// An import when the rest of the system is in trouble: it waits for what passes, and lets one row pay for what does not.
// The real stock writer, with an eye on its door.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Problem } from '../../src/domain/problem.ts';
import { startImports } from '../../src/jobs/imports/runner.ts';
import type { RecordMovement } from '../../src/operations/recordMovements.ts';
import type { StockWriter } from '../../src/operations/stockWriter.ts';
import { type ImportShop, openImportShop } from '../support/imports.ts';
import { STORE, TABLE } from '../support/shop.ts';

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

test('a row that cannot be written for a reason that nobody foresaw is rejected alone', async () => {
  startWith((commands) => {
    if (commands.some((command) => (command as RecordMovement).eventId === 'e37')) throw new Error('poison');
  });
  const record = await shop.run(file(100), { type: 'movements' });
  expect(record).toMatchObject({ status: 'succeeded', rowsDone: 100, rowsRejected: 1 });
  expect(await shop.errors(record.id)).toEqual([expect.stringMatching(/^38,internal-error,,.*e37/)]);
  expect(await shop.count('movements')).toBe(99);
});
