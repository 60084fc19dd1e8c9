// Lists of transfers by any filters: the same as by reading all of them, and without reading all of them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TRANSFER_STATUSES } from '../../src/domain/transfer.ts';
import { listTransfers, type TransferFilters } from '../../src/queries/transferReads.ts';
import { LILLE, LYON, openStockRoom, type StockRoom } from '../support/stockRoom.ts';

const TRANSFERS = 20_000;
const ALL: TransferFilters = { from: null, to: null, statuses: null, reservationId: null, visible: null };

let room: StockRoom;
beforeAll(async () => {
  room = await openStockRoom();
  // Two of a thousand are open, a third goes the other way.
  await room.database.run(
    'test.transfers',
    `INSERT INTO transfers (id, from_location_id, to_location_id, status, expected_at, key_id)
     SELECT 'trf_' || lpad(n::text, 26, '0'), CASE WHEN n % 3 = 0 THEN b.id ELSE a.id END,
            CASE WHEN n % 3 = 0 THEN a.id ELSE b.id END,
            CASE WHEN n % 1000 = 1 THEN 'created' WHEN n % 1000 = 2 THEN 'shipped' ELSE 'received' END, now(), 'key_test'
     FROM generate_series(1, $3::int) n, locations a, locations b WHERE a.code = $1 AND b.code = $2`,
    [LILLE, LYON, TRANSFERS],
  );
  await room.database.run('test.analyze', 'ANALYZE transfers', []);
});
afterAll(() => room.close());

const CASES: [string, Partial<TransferFilters>][] = [
  ['what a place has to ship', { from: LILLE, statuses: ['created'] }],
  ['what comes to it', { to: LILLE, statuses: ['shipped', 'partly_received'] }],
  ['both ends', { from: LILLE, to: LYON, statuses: ['created', 'shipped'] }],
  ['what a key of one place may see', { visible: [LYON], statuses: ['created'] }],
  ['what it may see from one end', { from: LILLE, visible: [LYON], statuses: ['created', 'received'] }],
  ['everything of a place', { to: LYON }],
  ['everything that is visible', { visible: [LILLE, LYON] }],
];

test.each(CASES)('%s, page by page, is what is there', async (_, filters) => {
  const wanted = { ...ALL, ...filters };
  const found: string[] = [];
  for (let before: string | null = null; found.length < 60; ) {
    const page = await listTransfers(room.database, wanted, before, 7);
    found.push(...page.map(({ id }) => id));
    before = page.at(-1)?.id ?? null;
    if (before === null) break;
  }
  const rows = await room.database.run<{ id: string }>(
    'test.naive',
    `SELECT t.id FROM transfers t
     JOIN locations a ON a.id = t.from_location_id JOIN locations b ON b.id = t.to_location_id
     WHERE ($1::text IS NULL OR a.code = $1) AND ($2::text IS NULL OR b.code = $2) AND t.status = ANY ($3::text[])
       AND ($4::text[] IS NULL OR a.code = ANY ($4) OR b.code = ANY ($4))
     ORDER BY t.id DESC LIMIT $5`,
    [wanted.from, wanted.to, wanted.statuses ?? TRANSFER_STATUSES, wanted.visible, found.length + 1],
  );
  expect(found).toEqual(rows.slice(0, found.length).map(({ id }) => id));
  // Where the pages ended, there is no more; else there may be one.
  expect(rows.length - found.length).toBeLessThanOrEqual(found.length < 60 ? 0 : 1);
});

test.each(CASES)(
  '%s reads few pages of the database, however many transfers there are',
  async (_, filters) => {
    let blocks = 0;
    const watched: typeof room.database = {
      ...room.database,
      async run<Row>(name: string, text: string, values: readonly unknown[]) {
        if (name.startsWith('transfers.list ')) {
          const explain = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`;
          const [row] = await room.database.run<{ 'QUERY PLAN': { Plan: Record<string, number> }[] }>(
            `test.explain ${name}`,
            explain,
            values,
          );
          const plan = row?.['QUERY PLAN'][0]?.Plan ?? {};
          blocks += (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
        }
        return room.database.run<Row & Record<string, unknown>>(name, text, values);
      },
    };
    await listTransfers(watched, { ...ALL, ...filters }, null, 50);
    expect(blocks).toBeGreaterThan(0);
    expect(blocks).toBeLessThan(250);
  },
);
