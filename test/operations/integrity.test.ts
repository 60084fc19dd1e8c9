// The second guard: what no code of ours should ever write, PostgreSQL refuses by a named constraint; what it writes is
// told, once for each level and batch.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recordMovements } from '../../src/operations/recordMovements.ts';
import { reserveItems } from '../../src/operations/reserveItems.ts';
import { checkIntegrity } from '../../src/queries/integrity.ts';
import { violatedConstraint } from '../../src/queries/pgError.ts';
import { contradictions } from '../support/evidence.ts';
import { movement } from '../support/facts.ts';
import { walk } from '../support/orderSteps.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import {
  LAMP,
  LILLE,
  must,
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
  await room.put(TABLE, LILLE, 10);
  await room.put(LAMP, LILLE, 10);
  must(await process.one(reserveItems, reserveCommand({ lines: [{ sku: TABLE, quantity: 3 }] })));
});
afterAll(async () => {
  await process.close();
  expect(await contradictions(room.database)).toEqual([]);
  await room.close();
});

let forgeries = 0;

/** The constraint that a statement breaks, or what became of it. */
async function refusalOf(statement: string): Promise<string> {
  forgeries += 1;
  const done = room.database.transaction(async (tx) => {
    await tx.run(`test.forge_${forgeries}`, statement, []);
    throw new Error('it was written');
  });
  return done.catch((error: Error) => violatedConstraint(error) ?? error.message);
}

describe('PostgreSQL refuses', () => {
  test.each([
    ['levels', 'reserved = -1', 'levels_reserved_not_negative'],
    ['levels', 'buffer = -1', 'levels_buffer_not_negative'],
    ['levels', 'incoming = -1', 'levels_incoming_not_negative'],
    ['levels', 'on_hand = 1000000001', 'levels_on_hand_range'],
    ['levels', 'on_hand = -1000000001', 'levels_on_hand_range'],
    [
      'reservation_lines',
      'quantity = 0, reserved = 0, released_at = now()',
      'reservation_lines_quantity_positive',
    ],
    ['reservation_lines', 'reserved = -1', 'reservation_lines_reserved_range'],
    ['reservation_lines', 'reserved = quantity + 1', 'reservation_lines_reserved_range'],
    ['reservation_lines', 'picked = -1', 'reservation_lines_picked_range'],
    ['reservation_lines', 'missing = -1', 'reservation_lines_picked_range'],
    ['reservation_lines', 'picked = 2, missing = 2', 'reservation_lines_picked_range'],
    ['reservation_lines', 'collected = 4', 'reservation_lines_collected_range'],
    ['reservation_lines', 'collected = -1', 'reservation_lines_collected_range'],
    ['reservation_lines', 'sold = 4', 'reservation_lines_collected_range'],
    ['reservation_lines', 'awaited = -1', 'reservation_lines_awaited_not_negative'],
    ['reservation_lines', 'awaited = 1', 'reservation_lines_reserved_range'],
    ['reservation_lines', 'returned = 4', 'reservation_lines_returned_range'],
    ['reservation_lines', 'returned_sold = 4', 'reservation_lines_returned_range'],
    ['reservation_lines', 'reserved = 0', 'reservation_lines_released_whole'],
    ['reservation_lines', 'released_at = now()', 'reservation_lines_released_whole'],
    ['reservation_lines', 'item_id = 999999', 'reservation_lines_level_fkey'],
    ['reservations', "status = 'lost'", 'reservations_status_known'],
    ['reservations', 'expires_at = NULL', 'reservations_held_expires'],
    ['reservations', "payment = 'later'", 'reservations_payment_known'],
  ])('%s SET %s', async (table, change, constraint) => {
    expect(await refusalOf(`UPDATE ${table} SET ${change}`)).toBe(constraint);
  });

  const forged = (columns: string, values: string) =>
    `INSERT INTO movements (item_id, location_id, source, event_id, occurred_at, ${columns})
     SELECT item_id, location_id, 'forger', 'one', now(), ${values} FROM levels LIMIT 1`;
  test.each([
    ['an unknown type', forged('type, quantity, on_hand_delta', "'gift', 1, 1"), 'movements_type_known'],
    ['a movement without a delta', forged('type, quantity', "'sale', 1"), 'movements_count_states_a_value'],
    [
      'a count with one',
      forged('type, quantity, on_hand_delta', "'count', 1, 1"),
      'movements_count_states_a_value',
    ],
    [
      'one that reserves',
      forged('type, quantity, on_hand_delta, reserved_delta', "'sale', 1, -1, 1"),
      'movements_reserved_delta_sign',
    ],
    [
      'the same event twice',
      `INSERT INTO movements (item_id, location_id, type, quantity, source, event_id, occurred_at)
       SELECT item_id, location_id, type, quantity, source, event_id, occurred_at FROM movements LIMIT 1`,
      'movements_source_event_key',
    ],
    [
      'a change of the ledger',
      'UPDATE movements SET quantity = 0',
      'movements are immutable: record a correcting movement instead',
    ],
    [
      'a hole in the ledger',
      'DELETE FROM movements',
      'movements are immutable: record a correcting movement instead',
    ],
  ])('%s', async (_, statement, refusal) => {
    expect(await refusalOf(statement)).toBe(refusal);
  });
});

describe('the check', () => {
  test('counts all levels and finds nothing where nothing is wrong', async () => {
    expect(await checkIntegrity(room.database)).toEqual({ checkedLevels: 2, drifting: 0, drift: [] });
  });

  test('finds a line that was forged, though the level looks right', async () => {
    const found = room.database.transaction(async (tx) => {
      await tx.run('test.forge_line', 'UPDATE reservation_lines SET reserved = 1', []);
      const { drift } = await checkIntegrity(tx);
      throw new Error(JSON.stringify(drift.map(({ reserved }) => reserved)));
    });
    await expect(found).rejects.toThrow('[{"level":3,"lines":1}]');
  });
});

describe('what is written is told', () => {
  const told = async (after: number) =>
    room.database.run<{ type: string; subject: string; version: number; data: Record<string, unknown> }>(
      'test.told',
      'SELECT type, subject, version, data FROM events WHERE id > $1 ORDER BY id',
      [after],
    );
  const last = async () =>
    (await room.database.run<{ id: number }>('test.last', 'SELECT max(id) AS id FROM events', []))[0]?.id ??
    0;

  test('once for each level and batch, with the state after it, and after what the orders did', async () => {
    const before = await last();
    const { version } = await room.level(LAMP, LILLE);
    const lines = [{ sku: LAMP, quantity: 2 }];
    const [first, second] = await Promise.all([
      process.one(reserveItems, reserveCommand({ lines })),
      process.one(reserveItems, reserveCommand({ lines })),
      process.one(recordMovements, movement({ sku: LAMP })),
    ]);
    expect(await told(before)).toMatchObject([
      { type: 'reservation.held', subject: must(first).id, version: 1 },
      { type: 'reservation.held', subject: must(second).id, version: 1 },
      {
        type: 'stock.changed',
        subject: `stock/${LAMP}@${LILLE}`,
        version: version + 1,
        data: { sku: LAMP, onHand: 9, reserved: 4, buffer: 0, available: 5, reason: 'sale' },
      },
    ]);
  });

  test('not at all where nothing was: refusals and duplicates', async () => {
    const sale = movement({ sku: LAMP });
    must(await process.one(recordMovements, sale));
    const before = await last();
    await process.one(recordMovements, sale);
    await process.one(reserveItems, reserveCommand({ lines: [{ sku: LAMP, quantity: 100 }] }));
    await process.one(recordMovements, movement({ sku: 'NO-SUCH' }));
    expect(await told(before)).toEqual([]);
  });

  test('a whole life of an order: its events rise by one version each, and tell the state of their step', async () => {
    const order = must(
      await process.one(reserveItems, reserveCommand({ lines: [{ sku: TABLE, quantity: 2 }] })),
    );
    const before = await last();
    await walk(process, order, ['confirm', 'start', 'miss 1', 'ready', 'collect', 'return']);
    const events = (await told(before)).filter(({ subject }) => subject === order.id);
    expect(events.map(({ type, version, data }) => [type, version, data.status])).toEqual([
      ['reservation.confirmed', 2, 'confirmed'],
      ['reservation.picking', 3, 'picking'],
      ['reservation.picked', 4, 'picking'],
      ['reservation.ready', 5, 'ready'],
      ['reservation.collected', 6, 'collected'],
      ['reservation.returned', 7, 'collected'],
    ]);
  });
});
