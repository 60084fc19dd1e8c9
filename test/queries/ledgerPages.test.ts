// Each filter of the ledger has a statement of its own: all of them list what one look at everything would.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listMovements, type MovementFilters, type MovementRow } from '../../src/queries/stock.ts';
import { LAMP, LILLE, LYON, openStockRoom, type StockRoom, TABLE } from '../support/stockRoom.ts';

const NOTHING: MovementFilters = { location: null, sku: null, visible: null, reservationId: null };

let room: StockRoom;
let all: MovementRow[];
beforeAll(async () => {
  room = await openStockRoom();
  await room.database.run(
    'test.ledger',
    `INSERT INTO movements (item_id, location_id, type, quantity, on_hand_delta, source, event_id, occurred_at, reservation_id)
     SELECT i.id, o.id, 'sale', 1, -1, 'pos', i.sku || o.code || n, now() - (n * 37 % 400) * interval '1 day',
            CASE WHEN n % 5 = 0 THEN 'rsv_' || n % 3 END
     FROM generate_series(1, 40) AS n, items i, locations o`,
    [],
  );
  all = await listMovements(room.database, NOTHING, null, 1_000);
});
afterAll(() => room.close());

test('the whole ledger is listed newest first, whatever quarter an entry is in', () => {
  expect(all).toHaveLength(160);
  expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).sort((a, b) => b - a));
});

test.each<Partial<MovementFilters>>([
  { location: LILLE },
  { sku: TABLE },
  { location: LYON, sku: LAMP },
  { reservationId: 'rsv_1' },
  { reservationId: 'rsv_1', location: LYON, sku: TABLE },
  { visible: [LILLE] },
  { visible: [LILLE, LYON] },
  { visible: [] },
  { visible: [LILLE], sku: LAMP },
  { visible: [LILLE], reservationId: 'rsv_2' },
  { visible: [LILLE], location: LILLE },
  { visible: [LILLE], location: LYON },
  { location: 'NOWHERE' },
  { sku: 'NOTHING' },
])('pages of %j are those of a look at everything', async (some) => {
  const filters = { ...NOTHING, ...some };
  const expected = all.filter(
    ({ location, sku, reservationId }) =>
      (filters.location ?? location) === location &&
      (filters.sku ?? sku) === sku &&
      (filters.visible?.includes(location) ?? true) &&
      (filters.reservationId ?? reservationId) === reservationId,
  );
  const found: MovementRow[] = [];
  for (let before: number | null = null; ; before = found.at(-1)?.id ?? null) {
    const page: MovementRow[] = await listMovements(room.database, filters, before, 7);
    found.push(...page);
    if (page.length < 7) break;
  }
  expect(found).toEqual(expected);
});
