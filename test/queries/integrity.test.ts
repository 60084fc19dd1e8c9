// The check of all levels in ranges: the same answer whatever their size, of one instant, and ended when nobody waits.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { checkIntegrity, deriveLevel, readOneSnapshot } from '../../src/queries/integrity.ts';
import type { Tx } from '../../src/queries/transaction.ts';
import { movement } from '../support/facts.ts';
import { LILLE, LYON, must, openStockRoom, type StockRoom } from '../support/stockRoom.ts';

const SKUS = ['A', 'B', 'C', 'D', 'E'];
let room: StockRoom;

beforeAll(async () => {
  room = await openStockRoom();
  const items = SKUS.map((sku) => ({ sku, input: { name: { fr: sku } } }));
  await room.database.transaction((tx) => saveItems(tx, items, new Date()));
  for (const [at, sku] of SKUS.entries()) {
    await room.put(sku, LILLE, 10 + at);
    await room.put(sku, LYON, at);
    must(await room.reserve({ location: LILLE, lines: [{ sku, quantity: 2 }] }));
  }
  await room.database.run(
    'test.forge',
    `UPDATE levels l SET on_hand = on_hand + 7, reserved = reserved + (o.code = '${LYON}')::int
     FROM items i, locations o
     WHERE i.id = l.item_id AND o.id = l.location_id AND (i.sku IN ('A', 'E') OR (i.sku, o.code) = ('C', '${LYON}'))`,
    [],
  );
});
afterAll(() => room.close());

/** Level by level, by the statement that repairs use. */
async function oneByOne(tx: Tx) {
  const levels = await tx.run<{
    item_id: number;
    location_id: number;
    sku: string;
    code: string;
    on_hand: number;
    reserved: number;
  }>(
    'test.levels',
    `SELECT l.*, i.sku, o.code FROM levels l JOIN items i ON i.id = l.item_id JOIN locations o ON o.id = l.location_id
     ORDER BY l.item_id, l.location_id`,
    [],
  );
  const drift = [];
  for (const { item_id, location_id, sku, code, on_hand, reserved } of levels) {
    const told = await deriveLevel(tx, item_id, location_id);
    if (told.onHand === on_hand && told.reserved === reserved) continue;
    drift.push({
      sku,
      location: code,
      onHand: { level: on_hand, ledger: Number(told.onHand) },
      reserved: { level: reserved, lines: Number(told.reserved) },
    });
  }
  return { checkedLevels: levels.length, drifting: drift.length, drift };
}

test.each([1, 2, 3, 4, 5, 9, 10, 11, 20_000])(
  'ranges of %d levels find what looking one by one finds',
  async (levels) => {
    const expected = await oneByOne(room.database);
    expect(expected).toMatchObject({ checkedLevels: 10, drifting: 5 });
    expect(await checkIntegrity(room.database, { levelsAStatement: levels })).toEqual(expected);
  },
);

test('all ranges are of one instant, whatever is written between two of them', async () => {
  const before = await oneByOne(room.database);
  let sold = 0;
  const found = await room.database.transaction(async (tx) => {
    await readOneSnapshot(tx);
    return checkIntegrity(tx, {
      levelsAStatement: 2,
      async onRange() {
        sold += 1;
        const items = [{ sku: `NEW-${sold}`, input: { name: { fr: 'x' } } }];
        await room.database.transaction((other) => saveItems(other, items, new Date()));
        must(
          await room.one(recordMovements, movement({ sku: 'E', location: LYON, eventId: `sold-${sold}` })),
        );
        await room.put(`NEW-${sold}`, LYON, 3);
      },
    });
  });
  // The first range begins after the first of these writes: the snapshot is taken by the first statement that reads.
  expect(found.checkedLevels).toBe(before.checkedLevels + 1);
  const [seen, now] = [found.drift.at(-1), (await oneByOne(room.database)).drift.at(-1)];
  expect(seen).toMatchObject({ sku: 'E', location: LYON });
  expect((now?.onHand.level ?? 0) - (seen?.onHand.level ?? 0)).toBe(-(sold - 1));
});

test('it ends when it is told to', async () => {
  let ranges = 0;
  const onRange = () => {
    ranges += 1;
    if (ranges === 3) throw new Error('nobody waits');
  };
  await expect(checkIntegrity(room.database, { levelsAStatement: 1, onRange })).rejects.toThrow(
    'nobody waits',
  );
  expect(ranges).toBe(3);
});
