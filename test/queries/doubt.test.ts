// How far back a location's ledger is evidence: late facts are told, and make no longer a time look watched.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { EVIDENCE_MOVEMENTS_MAX, readEvidence } from '../../src/queries/doubt.ts';
import { movement } from '../support/facts.ts';
import { LILLE, must, openStockRoom, type StockRoom, TABLE } from '../support/stockRoom.ts';

const DAY_MS = 86_400_000;
let room: StockRoom;
let locationId: number;
let itemId: number;

const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);
const sold = async (days: number, quantity: number) =>
  must(await room.one(recordMovements, movement({ occurredAt: daysAgo(days), quantity })));

beforeAll(async () => {
  room = await openStockRoom();
  await sold(40, 1);
  // Some seconds before it is recorded: a fact of the very millisecond is one of the time that was watched.
  await sold(0.0001, 2);
  await sold(0, 3);
  const [ids] = await room.database.run<{ locationId: number; itemId: number }>(
    'test.ids',
    `SELECT o.id AS "locationId", i.id AS "itemId" FROM locations o, items i WHERE o.code = $1 AND i.sku = $2`,
    [LILLE, TABLE],
  );
  ({ locationId, itemId } = ids ?? { locationId: 0, itemId: 0 });
});
afterAll(() => room.close());

const evidenceOf = async (movementsMax: number) => {
  const { from, byItem } = await readEvidence(room.database, locationId, daysAgo(90), movementsMax);
  return { days: Math.round((Date.now() - from) / DAY_MS), unitsSold: byItem.get(itemId)?.unitsSold };
};

test('a ledger that is read whole is evidence from its first fact on', async () => {
  expect(await evidenceOf(EVIDENCE_MOVEMENTS_MAX)).toEqual({ days: 40, unitsSold: 6 });
});

test('of a longer one, a late fact among the last is none that the time since was watched', async () => {
  await sold(60, 4);
  expect(await evidenceOf(3)).toEqual({ days: 0, unitsSold: 3 });
});
