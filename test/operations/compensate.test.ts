// A level and its evidence fell apart: the check says where, the repair brings them together once, and only that.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { compensateDrift } from '../../src/operations/compensateDrift.ts';
import { recordCounts } from '../../src/operations/recordCounts.ts';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { checkIntegrity } from '../../src/queries/integrity.ts';
import { contradictions } from '../support/evidence.ts';
import { count, movement } from '../support/facts.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  codeOf,
  LILLE,
  must,
  newReservationId,
  openStockRoom,
  reserveCommand,
  type StockRoom,
} from '../support/stockRoom.ts';

let room: StockRoom;
let process: StockProcess;
let made = 0;
let sku = '';
beforeAll(async () => {
  room = await openStockRoom();
  process = openStockProcess(room.url);
});
/** Ten on hand, three of them reserved. */
beforeEach(async () => {
  made += 1;
  sku = `ITEM-${made}`;
  await room.database.transaction((tx) => saveItems(tx, [{ sku, input: { name: { fr: sku } } }], new Date()));
  must(await process.one(recordMovements, movement({ sku, type: 'receipt', quantity: 10 })));
  must(await process.one(reserveItems, reserveCommand({ lines: [{ sku, quantity: 3 }] })));
});
afterAll(async () => {
  await process.close();
  expect(await contradictions(room.database)).toEqual([]);
  await room.close();
});

/** Somebody changes a level behind the writer's back. */
async function tamper(change: string): Promise<void> {
  await room.database.run(
    `test.tamper_${change}`,
    `UPDATE levels SET ${change} WHERE item_id = (SELECT id FROM items WHERE sku = $1)`,
    [sku],
  );
}

const repair = async () =>
  must(
    await process.one(compensateDrift, { sku, location: LILLE, id: newReservationId(), maySee: () => true }),
  );
const level = async () => {
  const { onHand, reserved } = await room.level(sku, LILLE);
  return { onHand, reserved };
};
const drift = async () => (await checkIntegrity(room.database)).drift;

test('levels that agree with their evidence are left as they are', async () => {
  expect(await drift()).toEqual([]);
  const { version } = await room.level(sku, LILLE);
  expect(await repair()).toMatchObject({ onHandDelta: 0, reservedDelta: 0 });
  expect((await room.level(sku, LILLE)).version).toBe(version);
});

describe('a level that was tampered with', () => {
  test('is found, with both figures of both', async () => {
    await tamper('on_hand = on_hand - 4, reserved = reserved + 2');
    expect(await drift()).toEqual([
      {
        ...{ sku, location: LILLE },
        ...{ onHand: { level: 6, ledger: 10 }, reserved: { level: 5, lines: 3 } },
        incoming: { level: 0, transfers: 0 },
      },
    ]);
    await repair();
  });

  test('is found and set right where it says that more is coming than is', async () => {
    await tamper('incoming = incoming + 3');
    expect(await drift()).toMatchObject([{ sku, incoming: { level: 3, transfers: 0 } }]);
    expect(await repair()).toMatchObject({ onHandDelta: 0, reservedDelta: 0, incomingDelta: -3 });
    expect([(await room.level(sku, LILLE)).incoming, await drift()]).toEqual([0, []]);
  });

  test.each([
    [
      'on hand too low',
      'on_hand = on_hand - 4',
      { onHandDelta: -4, reservedDelta: 0 },
      { onHand: 6, reserved: 3 },
    ],
    [
      'on hand too high',
      'on_hand = on_hand + 4',
      { onHandDelta: 4, reservedDelta: 0 },
      { onHand: 14, reserved: 3 },
    ],
    [
      'reserved too high',
      'reserved = reserved + 2',
      { onHandDelta: 0, reservedDelta: -2 },
      { onHand: 10, reserved: 3 },
    ],
    [
      'reserved too low',
      'reserved = reserved - 2',
      { onHandDelta: 0, reservedDelta: 2 },
      { onHand: 10, reserved: 3 },
    ],
  ])(
    '%s: on hand stays and the ledger explains it, reserved follows the lines; once',
    async (_, change, deltas, after) => {
      await tamper(change);
      expect(await repair()).toMatchObject(deltas);
      expect([await level(), await drift()]).toEqual([after, []]);
      expect(await repair()).toMatchObject({ onHandDelta: 0, reservedDelta: 0 });
      expect(await level()).toEqual(after);
    },
  );

  test('is repaired by what it was when it was looked at, whatever else its batch does', async () => {
    await tamper('on_hand = on_hand - 2, reserved = reserved + 2');
    await Promise.all([
      process.one(recordMovements, movement({ sku, quantity: 1 })),
      process.one(reserveItems, reserveCommand({ lines: [{ sku, quantity: 1 }] })),
      repair(),
      process.one(recordMovements, movement({ sku, quantity: 1 })),
    ]);
    expect([await level(), await drift()]).toEqual([{ onHand: 6, reserved: 4 }, []]);
  });

  test('is repaired once by two repairs in one batch', async () => {
    await tamper('on_hand = on_hand - 4');
    const both = await Promise.all([repair(), repair()]);
    expect(both.map(({ onHandDelta }) => onHandDelta)).toEqual([-4, 0]);
    expect([await level(), await drift()]).toEqual([{ onHand: 6, reserved: 3 }, []]);
  });

  test('needs no repair after a count in the same batch: that starts on hand anew', async () => {
    await tamper('on_hand = on_hand - 4');
    const [, repaired] = await Promise.all([process.one(recordCounts, count({ sku, onHand: 8 })), repair()]);
    expect(repaired).toMatchObject({ onHandDelta: 0 });
    expect([await level(), await drift()]).toEqual([{ onHand: 8, reserved: 3 }, []]);
  });

  test('is repaired under a count from a clock that is ahead', async () => {
    must(
      await process.one(recordCounts, count({ sku, onHand: 8, countedAt: new Date(Date.now() + 30_000) })),
    );
    await tamper('on_hand = on_hand + 1');
    await repair();
    expect([await level(), await drift()]).toEqual([{ onHand: 9, reserved: 3 }, []]);
  });
});

test('a level of an unknown item, place or another store is none', async () => {
  const ask = { sku, location: LILLE, id: newReservationId(), maySee: () => true };
  const outcomes = [
    await process.one(compensateDrift, { ...ask, sku: 'NO-SUCH' }),
    await process.one(compensateDrift, { ...ask, location: 'NO-SUCH' }),
    await process.one(compensateDrift, { ...ask, maySee: () => false }),
  ];
  expect(outcomes.map(codeOf)).toEqual(['unknown-item', 'unknown-location', 'unknown-location']);
});
