// The sweeper's own part: what ends where one of many cannot. What an end does to stock is test/operations' matter.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sweep } from '../../src/jobs/expiry.ts';
import { readReservations } from '../../src/queries/reservations.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import { LAMP, LILLE, must, openStockRoom, type StockRoom, TABLE } from '../support/stockRoom.ts';

let room: StockRoom;
let process: StockProcess;
beforeAll(async () => {
  room = await openStockRoom();
  process = openStockProcess(room.url);
});
afterAll(async () => {
  await process.close();
  await room.close();
});

test('a hold that contradicts its level keeps no other from ending, and ends once it is put right', async () => {
  await room.put(TABLE, LILLE, 10);
  await room.put(LAMP, LILLE, 10);
  const broken = must(await room.reserve({ lines: [{ sku: TABLE, quantity: 2 }] }));
  const sound = must(await room.reserve({ lines: [{ sku: LAMP, quantity: 2 }] }));
  // The one that was over first is found first, every time.
  for (const { id } of [broken, sound]) await room.age(id);
  const setReserved = (units: number) =>
    room.database.run(
      'test.set_reserved',
      'UPDATE levels SET reserved = $2 WHERE item_id = (SELECT id FROM items WHERE sku = $1)',
      [TABLE, units],
    );
  const statuses = async () => {
    const found = await readReservations(room.database, [broken.id, sound.id]);
    return [broken, sound].map(({ id }) => found.find((one) => one.id === id)?.status);
  };
  await setReserved(0);
  const options = { database: room.database, stock: process.stock, now: () => new Date() };
  await expect(sweep(options)).rejects.toMatchObject({ constraint: 'levels_reserved_not_negative' });
  expect(await statuses()).toEqual(['held', 'expired']);
  await setReserved(2);
  expect(await sweep(options)).toBe(1);
  expect(await statuses()).toEqual(['expired', 'expired']);
});
