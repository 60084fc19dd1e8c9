// The filled database is one that the product could have made: every level is the fold of its movements.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkIntegrity } from '../../src/queries/integrity.ts';
import { findFacts } from '../../src/queries/movements.ts';
import type { Database } from '../../src/queries/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openTestDatabase } from '../support/feedBench.ts';
import { fill } from './fill.ts';
import { unitsAt } from './world.ts';

const WORLD = { stores: 7, items: 11 };
const MOVEMENTS = 400;

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  await fill(testDatabase.url, { world: WORLD, movements: MOVEMENTS });
  database = openTestDatabase(testDatabase.url);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

let asked = 0;
function ask<Row extends Record<string, unknown>>(text: string): Promise<Row[]> {
  asked += 1;
  return database.run<Row>(`test.${asked}`, text, []);
}

test('no level drifts, and units are where the retailer has them', async () => {
  expect(await checkIntegrity(database)).toEqual({ checkedLevels: 77, drifting: 0, drift: [] });
  const rows = await ask<{ store: number; item: number; units: number }>(
    `SELECT substr(l.code, 4)::int AS store, substr(i.sku, 6)::int AS item, v.on_hand AS units
     FROM levels v JOIN items i ON i.id = v.item_id JOIN locations l ON l.id = v.location_id`,
  );
  for (const { store, item, units } of rows) expect(units).toBe(unitsAt(store, item));
});

test('levels name the count that governs and their latest movement', async () => {
  const rows = await ask(
    `SELECT l.item_id FROM levels l
     JOIN movement_facts f ON f.source = l.counted_source AND f.event_id = l.counted_event_id
     WHERE f.occurred_at = l.counted_at AND (f.item_id, f.location_id) = (l.item_id, l.location_id)
       AND l.updated_at = (SELECT max(occurred_at) FROM movements m WHERE (m.item_id, m.location_id) = (l.item_id, l.location_id))
       AND l.version = (SELECT count(*) FROM movements m WHERE (m.item_id, m.location_id) = (l.item_id, l.location_id))`,
  );
  expect(rows).toHaveLength(77);
});

test('every movement has its fact, two years of quarters hold them, and what comes next is as usual', async () => {
  expect(await ask('SELECT count(*)::int AS facts FROM movement_facts')).toEqual([{ facts: MOVEMENTS }]);
  expect(await ask('SELECT FROM movements_default')).toEqual([]);
  expect((await ask('SELECT DISTINCT tableoid FROM movements')).length).toBeGreaterThanOrEqual(8);
  expect(await findFacts(database, [{ source: 'wms', eventId: 'h0' }])).toHaveLength(1);
  const again = `INSERT INTO movements (item_id, location_id, type, quantity, on_hand_delta, source, event_id, occurred_at)
                 VALUES (1, 1, 'sale', 1, -1, 'pos', $1, now()) RETURNING id`;
  await expect(database.run('test.again', again, ['h77'])).rejects.toMatchObject({
    constraint: 'movements_source_event_key',
  });
  expect(Number((await database.run<{ id: number }>('test.again', again, ['new']))[0]?.id)).toBeGreaterThan(
    MOVEMENTS,
  );
});
