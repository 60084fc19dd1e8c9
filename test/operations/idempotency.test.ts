// What is kept under an Idempotency-Key, and what is not. Racing for one is in test/concurrency.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cancelReservation } from '../../src/operations/cancelReservation.ts';
import { collectReservation } from '../../src/operations/collectReservation.ts';
import { pickLines } from '../../src/operations/pickLines.ts';
import { readyReservation } from '../../src/operations/readyReservation.ts';
import { type ReserveItems, reserveItems } from '../../src/operations/reserveItems.ts';
import { startPicking } from '../../src/operations/startPicking.ts';
import { contradictions } from '../support/evidence.ts';
import { breakConstraint } from '../support/poison.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  ACTOR,
  LAMP,
  LILLE,
  must,
  newReservationId,
  openStockRoom,
  reserveCommand,
  type StockRoom,
  TABLE,
} from '../support/stockRoom.ts';

let room: StockRoom;
let process: StockProcess;
beforeAll(async () => {
  room = await openStockRoom();
  process = openStockProcess(room.url);
});
afterAll(async () => {
  await process.close();
  expect(await contradictions(room.database)).toEqual([]);
  await room.close();
});

const admit = () => true;

function place(key: string, command: Partial<ReserveItems> = {}, body: unknown = command) {
  return process.ask(reserveItems, reserveCommand(command), key, body);
}

test('the same key and request later: the first answer, word for word', async () => {
  await room.put(TABLE, LILLE, 5);
  const key = newReservationId();
  const first = await place(key);
  const { id } = JSON.parse(first.body);
  must(await process.one(cancelReservation, { id, admit, holdsOnly: false, reason: null, actor: ACTOR }));
  expect(await place(key)).toEqual({ ...first, replayed: true });
  expect(await room.level(TABLE, LILLE)).toMatchObject({ reserved: 0 });
});

test.each([
  ['while the first is at work', false],
  ['when the first was answered', true],
])('the same key with another request, %s: idempotency-key-reused, and no effect', async (_, waits) => {
  await room.put(TABLE, LILLE, 5);
  const key = newReservationId();
  const first = place(key);
  if (waits) await first;
  const other = place(key, { lines: [{ sku: TABLE, quantity: 3 }] });
  await expect(other).rejects.toMatchObject({ code: 'idempotency-key-reused', status: 422 });
  expect((await first).status).toBe(201);
  expect(await room.level(TABLE, LILLE)).toMatchObject({ reserved: 1 });
  const { id } = JSON.parse((await first).body);
  must(await process.one(cancelReservation, { id, admit, holdsOnly: false, reason: null, actor: ACTOR }));
});

test('the same key of another caller is another key', async () => {
  await room.put(TABLE, LILLE, 5);
  const submit = (keyId: string) =>
    process.stock.submit({
      operation: reserveItems,
      commands: [reserveCommand({})],
      idempotency: { keyId, key: 'same', requestHash: Buffer.from(keyId) },
      answer: ([outcome]) => ({ status: outcome?.ok ? 201 : 409, body: outcome?.ok ? outcome.value.id : '' }),
    });
  const [one, other] = await Promise.all([submit('key_a'), submit('key_b')]);
  expect(one.body).not.toBe(other.body);
  expect([one.replayed, other.replayed]).toEqual([false, false]);
});

test('a refusal is kept too: stock that comes later does not change the answer', async () => {
  await room.put(LAMP, LILLE, 0);
  const key = newReservationId();
  const lines = [{ sku: LAMP, quantity: 1 }];
  const refused = await place(key, { lines });
  expect(refused).toMatchObject({ status: 409, body: '"insufficient-stock"', replayed: false });
  await room.put(LAMP, LILLE, 5);
  expect(await place(key, { lines })).toEqual({ ...refused, replayed: true });
  expect((await place(newReservationId(), { lines })).status).toBe(201);
});

test('a wrong pickup code that is sent again under its key counts once', async () => {
  await room.put(TABLE, LILLE, 5);
  const order = await room.order({});
  const base = { id: order.id, admit, actor: ACTOR };
  must(await process.one(startPicking, { ...base, staff: 'Ana', takeOver: false }));
  must(
    await process.one(pickLines, { ...base, lines: [{ sku: TABLE, picked: 1, missing: 0, reason: null }] }),
  );
  must(await process.one(readyReservation, { ...base, shelf: null, pickupDeadlineAt: null }));
  const key = newReservationId();
  const wrong = { ...base, proof: { pickupCode: 'wrong' }, lines: null };
  for (const _ of [1, 2, 3]) {
    expect(await process.ask(collectReservation, wrong, key, 'wrong')).toMatchObject({ status: 403 });
  }
  const [row] = await room.database.run<{ pickup_attempts: number }>(
    'test.attempts',
    'SELECT pickup_attempts FROM reservations WHERE id = $1',
    [order.id],
  );
  expect(row?.pickup_attempts).toBe(1);
});

test('a batch that is rolled back takes no key with it', async () => {
  await room.put(TABLE, LILLE, 50);
  const keys = Array.from({ length: 10 }, newReservationId);
  const poisoned = process.one(breakConstraint, { sku: TABLE, location: LILLE }).catch(() => 'failed');
  const answers = await Promise.all(keys.map((key) => place(key)));
  expect(await poisoned).toBe('failed');
  expect(answers.map(({ status, replayed }) => ({ status, replayed }))).toEqual(
    keys.map(() => ({ status: 201, replayed: false })),
  );
  const again = await Promise.all(keys.map((key) => place(key)));
  expect(again).toEqual(answers.map((answer) => ({ ...answer, replayed: true })));
});

test('what failed altogether is not kept: the same key may try again', async () => {
  const key = newReservationId();
  const where = { sku: TABLE, location: LILLE };
  await expect(process.ask(breakConstraint, where, key, 'x')).rejects.toThrow('levels_on_hand_range');
  await room.put(TABLE, LILLE, 50);
  expect(await process.ask(reserveItems, reserveCommand({}), key, 'x')).toMatchObject({
    status: 201,
    replayed: false,
  });
});
