// Transfers that two processes report at once, both ways, with the reservations that wait for them: each unit moves once,
// and nobody waits for ever.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cancelReservation } from '../../src/operations/cancelReservation.ts';
import { cancelTransfer } from '../../src/operations/cancelTransfer.ts';
import { confirmReservation } from '../../src/operations/confirmReservation.ts';
import { createTransfer } from '../../src/operations/createTransfer.ts';
import { receiveTransfer } from '../../src/operations/receiveTransfer.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { shipTransfer } from '../../src/operations/shipTransfer.ts';
import { readTransfers } from '../../src/queries/transfers.ts';
import { contradictions, deadlocks } from '../support/evidence.ts';
import { ROUNDS_TIMEOUT, rounds } from '../support/rounds.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  ACTOR,
  codeOf,
  confirmCommand,
  LILLE,
  LYON,
  must,
  newReservationId,
  openStockRoom,
  reserveCommand,
  type StockRoom,
} from '../support/stockRoom.ts';

let room: StockRoom;
let processes: [StockProcess, StockProcess];
beforeAll(async () => {
  room = await openStockRoom();
  processes = [openStockProcess(room.url), openStockProcess(room.url)];
});
afterAll(async () => {
  for (const process of processes) await process.close();
  expect(processes.flatMap(({ errors }) => errors)).toEqual([]);
  expect(await contradictions(room.database)).toEqual([]);
  expect(await deadlocks(room.database)).toBe(0);
  await room.close();
});

const by = { admit: () => true, actor: ACTOR };
const tomorrow = () => new Date(Date.now() + 86_400_000);
const processOf = (n: number) => processes[n % 2 === 0 ? 0 : 1];

let made = 0;
/** Transfers that shipped and arrived. */
let received = 0;
const newTransferId = () => newReservationId().replace('rsv', 'trf');

/** New items, 50 of each at both places. */
async function stocked(count: number): Promise<string[]> {
  made += 1;
  const skus = Array.from({ length: count }, (_, n) => `T${made}-${n}`);
  const items = skus.map((sku) => ({ sku, input: { name: { fr: sku } } }));
  await room.database.transaction((tx) => saveItems(tx, items, new Date()));
  for (const sku of skus) for (const place of [LILLE, LYON]) await room.put(sku, place, 50);
  return skus;
}

async function create(process: StockProcess, lines: { sku: string; quantity: number }[], back = false) {
  const ends = back ? { from: LYON, to: LILLE } : { from: LILLE, to: LYON };
  const command = {
    id: newTransferId(),
    ...ends,
    lines,
    expectedAt: tomorrow(),
    reference: null,
    actor: ACTOR,
  };
  return must(await process.one(createTransfer, command)).id;
}

test(
  'received 20 times at once, it has arrived once',
  async () => {
    const [sku = ''] = await stocked(1);
    for (let round = 0; round < rounds(5); round++) {
      const before = await room.level(sku, LYON);
      const id = await create(processes[0], [{ sku, quantity: 5 }]);
      must(await processes[0].one(shipTransfer, { ...by, id, lines: null }));
      const lines = [{ sku, received: 4, damaged: 1, lost: null }];
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          processOf(n).one(receiveTransfer, { ...by, id, lines, complete: n % 3 === 0 }),
        ),
      );
      expect(outcomes.map(codeOf)).toEqual(Array.from({ length: 20 }, () => 'ok'));
      const after = await room.level(sku, LYON);
      expect([after.onHand - before.onHand, after.incoming]).toEqual([4, 0]);
    }
  },
  ROUNDS_TIMEOUT,
);

test(
  'shipped and cancelled at once, it is one of the two',
  async () => {
    const [sku = ''] = await stocked(1);
    for (let round = 0; round < rounds(10); round++) {
      const id = await create(processes[0], [{ sku, quantity: 2 }]);
      const [shipped, cancelled] = await Promise.all([
        processOf(round).one(shipTransfer, { ...by, id, lines: null }),
        processOf(round + 1).one(cancelTransfer, { ...by, id, reason: null }),
      ]);
      expect([codeOf(shipped), codeOf(cancelled)].sort()).toEqual(['invalid-transition', 'ok']);
      const level = await room.level(sku, LILLE);
      expect(level.reserved).toBe(0);
      if (shipped.ok) must(await room.one(receiveTransfer, { ...by, id, lines: [], complete: true }));
      expect((await room.level(sku, LYON)).incoming).toBe(0);
    }
  },
  ROUNDS_TIMEOUT,
);

test(
  'both ways at once, with orders that wait for them and orders that are called off: nothing is lost, nobody deadlocks',
  async () => {
    const skus = await stocked(4);
    for (let round = 0; round < rounds(3); round++) {
      await Promise.all(
        Array.from({ length: 24 }, (_, n) => live(n, n % 2 === 0 ? skus : skus.toReversed())),
      );
    }
    // Else nothing went anywhere, and nothing could be lost.
    expect(received).toBeGreaterThan(0);
    for (const sku of skus) {
      const [lille, lyon] = [await room.level(sku, LILLE), await room.level(sku, LYON)];
      expect([lille.reserved, lyon.reserved, lille.incoming, lyon.incoming]).toEqual([0, 0, 0, 0]);
      expect(lille.onHand + lyon.onHand).toBe(100);
    }
  },
  ROUNDS_TIMEOUT,
);

test(
  'received while holds come to wait for it: who waits is fed, whoever was first',
  async () => {
    const outcomes: string[] = [];
    for (let round = 0; round < rounds(20); round++) {
      const [sku = ''] = await stocked(1);
      const id = await create(processes[0], [{ sku, quantity: 5 }]);
      must(await processes[0].one(shipTransfer, { ...by, id, lines: null }));
      const feed = {
        ...{ from: null, transferId: newTransferId(), expectedAt: tomorrow(), lines: null },
        joins: [{ transferId: id, promise: { readyAt: tomorrow() } }],
      };
      const cart = { location: LYON, lines: [{ sku, quantity: 53 }], feed };
      const receive = {
        ...by,
        id,
        lines: [{ sku, received: 5, damaged: null, lost: null }],
        complete: false,
      };
      const [first, second, received] = await Promise.all([
        processes[0].one(reserveItems, reserveCommand(cart)),
        processes[0].one(reserveItems, reserveCommand(cart)),
        processes[1].one(receiveTransfer, receive),
      ]);
      must(received);
      outcomes.push(`${codeOf(first)}, ${codeOf(second)}`);
      const level = await room.level(sku, LYON);
      expect(level).toMatchObject({ onHand: 55, reserved: first.ok ? 53 : 0, incoming: 0 });
      expect(codeOf(second)).toBe('insufficient-stock');
    }
    expect(new Set(outcomes)).toEqual(new Set(['ok, insufficient-stock']));
  },
  ROUNDS_TIMEOUT,
);

/** A life of a transfer, plain or made with an order, by two processes that take turns. */
async function live(n: number, skus: readonly string[]): Promise<void> {
  const lines = skus.map((sku) => ({ sku, quantity: 1 }));
  const [one, other] = [processOf(n), processOf(n + 1)];
  if (n % 3 !== 0) {
    const id = await create(one, lines, n % 4 < 2);
    await receiveAll(id, one, other);
    return;
  }
  const transferId = newTransferId();
  const feed = { from: n % 4 < 2 ? LYON : LILLE, transferId, expectedAt: tomorrow(), lines };
  const location = feed.from === LYON ? LILLE : LYON;
  const held = must(await one.one(reserveItems, reserveCommand({ location, lines, feed })));
  must(await other.one(confirmReservation, { ...confirmCommand(held), pickupCodes: [held.id] }));
  const cancel = { ...by, id: held.id, holdsOnly: false, reason: null };
  // Called off in the midst of it.
  const [, called] = await Promise.all([
    receiveAll(transferId, one, other),
    other.one(cancelReservation, cancel),
  ]);
  must(called);
}

async function receiveAll(id: string, one: StockProcess, other: StockProcess): Promise<void> {
  await one.one(shipTransfer, { ...by, id, lines: null });
  const [transfer] = await readTransfers(room.database, [id]);
  if (transfer?.status !== 'shipped') return;
  const lines = transfer.lines.map(({ sku, shipped }) => ({
    sku,
    received: shipped,
    damaged: null,
    lost: null,
  }));
  must(await other.one(receiveTransfer, { ...by, id, lines, complete: false }));
  received += 1;
}
