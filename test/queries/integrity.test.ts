// The check of all levels in ranges: the same answer whatever their size and whatever is written meanwhile, in statements
// that end in time, and ended when nobody waits.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { checkIntegrity, deriveLevel } from '../../src/queries/integrity.ts';
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
    incoming: number;
  }>(
    'test.levels',
    `SELECT l.*, i.sku, o.code FROM levels l JOIN items i ON i.id = l.item_id JOIN locations o ON o.id = l.location_id
     ORDER BY l.item_id, l.location_id`,
    [],
  );
  const drift = [];
  for (const { item_id, location_id, sku, code, on_hand, reserved, incoming } of levels) {
    const told = await deriveLevel(tx, item_id, location_id);
    if (told.onHand === on_hand && told.reserved === reserved && told.incoming === incoming) continue;
    drift.push({
      sku,
      location: code,
      onHand: { level: on_hand, ledger: Number(told.onHand) },
      reserved: { level: reserved, lines: Number(told.reserved) },
      incoming: { level: incoming, transfers: Number(told.incoming) },
    });
  }
  return { checkedLevels: levels.length, drifting: drift.length, drift };
}

test.each([1, 2, 3, 4, 5, 9, 10, 11, 20_000])(
  'ranges of %d levels find what looking one by one finds',
  async (levels) => {
    const expected = await oneByOne(room.database);
    expect(expected).toMatchObject({ checkedLevels: 10, drifting: 5 });
    expect(await checkIntegrity(room.database, { levelsAtFirst: levels, levelsMax: levels })).toEqual(
      expected,
    );
  },
);

test('what is sold and received between two ranges is no drift', async () => {
  const before = await oneByOne(room.database);
  let sold = 0;
  const found = await checkIntegrity(room.database, {
    levelsAtFirst: 2,
    levelsMax: 2,
    async onRange() {
      sold += 1;
      await room.put('B', LYON, sold);
      must(await room.one(recordMovements, movement({ sku: 'D', location: LILLE, eventId: `sold-${sold}` })));
    },
  });
  expect(found).toEqual(before);
});

/** Statements that check more than so many levels take too long, as where their ledger is long. */
function slowBeyond(levels: number): Tx & { ranges: number[] } {
  const ranges: number[] = [];
  return {
    ...{ drizzle: room.database.drizzle, ranges },
    async run(name, text, values) {
      const rows = await room.database.run<{ checked: number }>(name, text, values);
      const checked = rows[0]?.checked ?? 0;
      if (name === 'integrity.check_range') ranges.push(checked);
      if (checked > levels) await room.database.transaction(tooLong, { statementMilliseconds: 1 });
      return rows as never;
    },
  };
}

async function tooLong(tx: Tx): Promise<void> {
  await tx.run('test.too_long', 'SELECT pg_sleep(60)', []);
}

test('a range with a ledger too long for one statement is cut until it is not', async () => {
  const slow = slowBeyond(3);
  const options = { levelsAtFirst: 8, levelsMax: 8 };
  expect(await checkIntegrity(slow, options)).toEqual(await oneByOne(room.database));
  expect(slow.ranges.filter((levels) => levels > 3)).not.toEqual([]);
});

test('a level that cannot be checked in time ends the check', async () => {
  await expect(checkIntegrity(slowBeyond(0), { levelsMax: 8 })).rejects.toMatchObject({ code: '57014' });
});

test('it ends when it is told to', async () => {
  let ranges = 0;
  const onRange = () => {
    ranges += 1;
    if (ranges === 3) throw new Error('nobody waits');
  };
  await expect(checkIntegrity(room.database, { levelsAtFirst: 1, levelsMax: 1, onRange })).rejects.toThrow(
    'nobody waits',
  );
  expect(ranges).toBe(3);
});
