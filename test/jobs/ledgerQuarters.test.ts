// The ledger's next quarters are there before they begin, and the planner knows the ledger afterwards.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startLedgerQuarters } from '../../src/jobs/ledgerQuarters.ts';
import type { Database } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { openTestDatabase, silent } from '../support/feedBench.ts';

let home: TestDatabase;
let database: Database;
beforeAll(async () => {
  home = await createTestDatabase();
  database = openTestDatabase(home.url);
});
afterAll(async () => {
  await database.close();
  await home.drop();
});

test('soon after the start the quarters ahead are made, and statistics of the whole ledger are taken', async () => {
  await database.run(
    'test.append',
    `INSERT INTO movements (item_id, location_id, type, quantity, on_hand_delta, source, event_id, occurred_at)
     VALUES (1, 1, 'sale', 1, -1, 'pos', 'one', '2050-02-03T00:00:00Z')`,
    [],
  );
  const now = () => new Date('2050-01-02T00:00:00Z');
  const quarters = startLedgerQuarters({ database, now, log: silent, firstMilliseconds: 0 });
  try {
    await eventually(async () => {
      const rows = await database.run(
        'test.known',
        `SELECT reltuples::int AS rows, to_regclass('movements_2050_q2') IS NOT NULL AS next FROM pg_class
         WHERE oid = 'movements'::regclass`,
        [],
      );
      expect(rows).toEqual([{ rows: 1, next: true }]);
    });
  } finally {
    await quarters.close();
  }
});
