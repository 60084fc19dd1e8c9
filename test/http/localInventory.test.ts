// The local inventory feed over the demo: every store and item against what the tables and the shop's own question say,
// and changes that make the whole of before the whole of now.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { loadDemo } from '../../src/demo/load.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { recompute } from '../support/availabilityOracle.ts';
import { callerOf } from '../support/catalogue.ts';
import { differences, type FeedRow, feedReader, offered } from '../support/localInventoryFeed.ts';
import { openRetailer, type Retailer } from '../support/retailer.ts';

// A Tuesday noon in Paris: stores are open, the warehouse has not reached its cut-off.
let now = new Date('2026-11-24T11:00:00.000Z');
let app: TestApp;
let retailer: Retailer;
let api: ReturnType<typeof callerOf>;

beforeAll(async () => {
  app = await startTestApp({ now: () => now });
  api = callerOf(app.url, app.admin);
  retailer = openRetailer(app);
  const { database, catalogue, feed } = app.deps;
  await loadDemo({
    database,
    catalogue,
    log: pino({ level: 'silent' }),
    now: () => now,
    adminKey: app.admin,
    feed,
  });
  await app.deps.feed.settled();
  await app.deps.locations.settled();
});
afterAll(() => app.close());

type Pair = { sku: string; store: string; source: string | null; enabled: boolean; price: number | null };

/** Every pair that has a row: by levels of the store and of what replenishes it. */
async function pairs(): Promise<Pair[]> {
  return app.deps.database.run<Pair>(
    'test.pairs',
    `SELECT i.sku, o.code AS store, s.code AS source, (o.pickup->>'enabled')::bool AS enabled,
            (i.price->>'amount')::float AS price
     FROM locations o CROSS JOIN items i LEFT JOIN locations s ON s.id = o.replenished_from
     WHERE o.kind = 'store' AND EXISTS (
       SELECT FROM levels l WHERE l.item_id = i.id AND l.location_id IN (o.id, s.id))
     ORDER BY o.code, i.id`,
    [],
  );
}

test('the whole has a row for each store and item, in order, each with what the tables say is there', async () => {
  const units = await recompute(app.deps.database, now);
  const rows = await feedReader(app.url, app.admin, { quantity: 'true' }).readWhole();
  const all = await pairs();
  expect(all.length).toBeGreaterThan(10_000);
  expect(rows.map(({ store_code, id }) => `${id}@${store_code}`)).toEqual(
    all.map(({ sku, store }) => `${sku}@${store}`),
  );
  const wrong = rows.filter((row, at) => {
    const { sku, store, source, enabled, price } = all[at] as Pair;
    const here = units[`${sku}@${store}`] ?? 0;
    const there = source === null ? 0 : (units[`${sku}@${source}`] ?? 0);
    const toOrder = enabled && there > 0 ? 'on_display_to_order' : 'out_of_stock';
    const expected = here >= 3 ? 'in_stock' : here > 0 ? 'limited_availability' : toOrder;
    const told = price === null ? null : `${price.toFixed(2)} EUR`;
    return row.availability !== expected || row.quantity !== here || row.price !== told;
  });
  expect(wrong).toEqual([]);
  const words = new Set(rows.map((row) => row.availability));
  expect([...words].sort()).toEqual([
    'in_stock',
    'limited_availability',
    'on_display_to_order',
    'out_of_stock',
  ]);
});

describe('method and time of pickup', () => {
  const NAMES = ['same day', 'next day', '2-day', '3-day', '4-day', '5-day', '6-day'];
  const dateAt = (timeZone: string, at: Date) =>
    Date.parse(new Intl.DateTimeFormat('en-CA', { timeZone }).format(at)) / 86_400_000;

  type Place = {
    location: { code: string; timeZone: string };
    fulfilment: string;
    promise: { readyAt: string } | null;
  };

  /** What the shop's own question says of one unit at every place. */
  async function promised(sku: string): Promise<Record<string, string>> {
    const { body } = await api.get(`/v1/availability?items=${sku}:1&limit=200`);
    return Object.fromEntries(
      body.locations.map(({ location: { code, timeZone }, fulfilment, promise }: Place) => {
        if (promise === null) return [code, 'not supported, null'];
        const days = dateAt(timeZone, new Date(promise.readyAt)) - dateAt(timeZone, now);
        return [code, `${fulfilment === 'now' ? 'buy' : 'ship to store'}, ${NAMES[days] ?? 'multi-week'}`];
      }),
    );
  }

  test.each([
    ['at noon', '2026-11-24T11:00:00.000Z'],
    ['late in the evening, for another day', '2026-11-24T22:30:00.000Z'],
    ['before a day when almost nobody works', '2026-12-24T20:00:00.000Z'],
  ])('are those of the promise that the shop gets %s', async (_, at) => {
    now = new Date(at);
    const rows = await feedReader(app.url, app.admin).readWhole();
    const bySku = Map.groupBy(rows, (row) => row.id);
    const skus = [...bySku.keys()].filter((_sku, place) => place % 13 === 0);
    const seen = new Set<string>();
    for (const sku of skus) {
      const expected = await promised(sku);
      const told = (bySku.get(sku) ?? []).map((row) => {
        seen.add(String(row.pickup_sla));
        return [row.store_code, `${row.pickup_method}, ${row.pickup_sla}`];
      });
      expect({ sku, told: Object.fromEntries(told) }).toEqual({
        sku,
        told: Object.fromEntries(
          told.map(([code]) => [code, expected[String(code)] ?? 'not supported, null']),
        ),
      });
    }
    expect(seen.size).toBeGreaterThan(2);
    now = new Date('2026-11-24T11:00:00.000Z');
  });
});

test('one store is the part of the whole that is its own', async () => {
  const whole = await feedReader(app.url, app.admin).readWhole();
  const own = await feedReader(app.url, app.admin, { location: 'FR-LILLE-01' }).readWhole();
  expect(own.length).toBeGreaterThan(300);
  expect(own).toEqual(whole.filter((row) => row.store_code === 'FR-LILLE-01'));
});

test('units of a hold that is over count again, where it is and where the rest was to be sent from', async () => {
  const [STORE, OTHER] = ['FR-LILLE-01', 'FR-LYON-01'];
  const [free] = await app.deps.database.run<{ sku: string }>(
    'test.free',
    `SELECT sku FROM items i WHERE NOT EXISTS (SELECT FROM reservation_lines l WHERE l.item_id = i.id)
       AND NOT EXISTS (SELECT FROM transfer_lines l WHERE l.item_id = i.id) ORDER BY id LIMIT 1`,
    [],
  );
  const sku = free?.sku ?? '';
  const quantities = async () => {
    const rows = await feedReader(app.url, app.admin, { quantity: 'true' }).readWhole();
    const at = (code: string) => rows.find((row) => row.id === sku && row.store_code === code)?.quantity;
    return { here: at(STORE) ?? 0, there: at(OTHER) ?? 0 };
  };
  await retailer.stock([sku, STORE, 6], [sku, OTHER, 9]);
  const before = await quantities();
  const lines = [{ sku, quantity: before.here + 2 }];
  const sent = { location: STORE, lines, ttlSeconds: 60, fulfilment: 'transfer', transferFrom: OTHER };
  const held = await api.post('/v1/reservations', sent, { 'Idempotency-Key': 'over' });
  expect(await quantities()).toEqual({ here: 0, there: before.there - 2 });
  now = new Date(now.getTime() + 61_000);
  expect(await quantities()).toEqual(before);
  now = new Date(now.getTime() - 61_000);
  await retailer.cancel(held.body.id);
});

describe('changes over a whole', () => {
  const STORE = 'FR-LILLE-01';
  const DEPOT = 'FR-ENTREPOT-NORD';
  let reader: ReturnType<typeof feedReader>;
  let some: FeedRow[];

  /** A row of a word at the store, no two tests the same one. */
  const take = (word: string) => {
    const at = some.findIndex((row) => row.availability === word && row.store_code === STORE);
    const [row] = some.splice(at, 1);
    if (at === -1 || row === undefined) throw new Error(`no row is ${word}`);
    return row.id;
  };
  const change = async (code: string, edit: object) => {
    const { body } = await api.get(`/v1/locations/${code}`);
    const { code: _code, version: _version, createdAt: _made, updatedAt: _at, ...described } = body;
    await retailer.locations({ [code]: { ...described, ...edit } });
  };
  const priced = async (sku: string, amount: number) => {
    const item = { name: { fr: sku }, price: { amount, currency: 'EUR' } };
    expect((await api.put(`/v1/items/${sku}`, item)).status).toBeLessThan(300);
  };
  const never = { weekly: [], exceptions: [] };
  const closedForAWeek = {
    weekly: [],
    exceptions: [24, 25, 26, 27, 28, 29, 30].map((day) => ({ date: `2026-11-${day}`, closed: true })),
  };
  const fed = (from: string) => ({ replenishment: { from, leadTimeDays: 1, cutOff: '14:00' } });
  const noPickup = { enabled: false, preparationMinutes: 0, holdDays: 1 };
  let held = '';

  beforeAll(async () => {
    // Each change is held against the whole of now: of a fifth of the items, which is still some thousand rows, the
    // many wholes take seconds and not half a minute.
    await app.deps.database.run(
      'test.fewer',
      `DELETE FROM levels v WHERE v.item_id % 5 <> 0
         AND NOT EXISTS (SELECT FROM reservation_lines l WHERE l.item_id = v.item_id)
         AND NOT EXISTS (SELECT FROM transfer_lines l WHERE l.item_id = v.item_id)`,
      [],
    );
    reader = feedReader(app.url, app.admin, { quantity: 'true' });
    some = await reader.readWhole();
  });

  const cases: [string, () => Promise<unknown>][] = [
    ['units are counted', () => retailer.stock([take('in_stock'), STORE, 2], [take('in_stock'), STORE, 0])],
    ['a third unit is found', () => retailer.stock([take('limited_availability'), STORE, 3])],
    [
      'units are held',
      async () => {
        held = await retailer.hold(STORE, [{ sku: take('in_stock'), quantity: 2 }]);
      },
    ],
    ['a hold is cancelled', () => retailer.cancel(held)],
    [
      'the warehouse has no more of what a store lacks',
      () => retailer.stock([take('on_display_to_order'), DEPOT, 0]),
    ],
    ['a price changes', () => priced(take('in_stock'), 12.5)],
    [
      'a new item comes to the warehouse',
      async () => {
        await priced('NEW-ITEM', 19.999);
        await retailer.stock(['NEW-ITEM', DEPOT, 7]);
      },
    ],
    ['a store hands over no orders any more', () => change(STORE, { pickup: noPickup })],
    ['a store is replenished by nobody any more', () => change('FR-DIJON-01', { replenishment: null })],
    ['a store is replenished by another store', () => change('FR-DIJON-01', fed('FR-LYON-01'))],
    ['it is so no more', () => change('FR-DIJON-01', { replenishment: null })],
    ['it is so again', () => change('FR-DIJON-01', fed('FR-LYON-01'))],
    [
      'it is replenished by another one still, and then by none',
      async () => {
        await change('FR-DIJON-01', fed('FR-PARIS-01'));
        await change('FR-DIJON-01', { replenishment: null });
      },
    ],
    ['a store becomes a warehouse', () => change('FR-LYON-01', { kind: 'warehouse' })],
    ['it becomes a store again', () => change('FR-LYON-01', { kind: 'store' })],
    ['a store never opens', () => change('FR-NANTES-01', { openingHours: never })],
    ['what replenishes stores closes for a week', () => change(DEPOT, { openingHours: closedForAWeek })],
  ];

  test.each(cases)('are the whole of now when %s', async (_, act) => {
    const before = reader.offered();
    await act();
    const answers = await reader.readChanges(60);
    const fresh = offered(await feedReader(app.url, app.admin, { quantity: 'true' }).readWhole());
    expect(differences(reader.offered(), fresh)).toEqual([]);
    expect(differences(before, fresh)).not.toEqual([]);
    for (const { rows } of answers) {
      // One event's rows may come on top: one a store.
      expect(rows.length).toBeLessThanOrEqual(60 + 30);
      expect(new Set(rows.map((row) => row.id + row.store_code)).size).toBe(rows.length);
    }
  });

  test('are none when nothing changed', async () => {
    expect(await reader.readChanges()).toMatchObject([{ rows: [], headers: { 'has-more': 'false' } }]);
  });

  test('are the whole of now when sales, holds, counts and deliveries never stop while it is read', async () => {
    const busy = feedReader(app.url, app.admin, { quantity: 'true' });
    const stores = ['FR-PARIS-01', 'FR-PARIS-02', 'FR-LYON-01', DEPOT];
    const skus = [...new Set(some.map((row) => row.id))].slice(0, 12);
    let isOver = false;
    /** Moves a few levels between none and some, over and over. */
    async function trade(worker: number): Promise<void> {
      for (let round = 0; !isOver; round++) {
        const at = (worker * 7 + round * 5) % (skus.length * stores.length);
        const [sku = '', store = ''] = [skus[at % skus.length], stores[Math.floor(at / skus.length)]];
        await retailer.stock([sku, store, (round * 3 + worker) % 5]);
      }
    }
    const trading = [trade(1), trade(2), trade(3)];
    await busy.readWhole();
    for (let reads = 0; reads < 3; reads++) await busy.readChanges(20);
    isOver = true;
    await Promise.all(trading);
    await busy.readChanges(20);
    const fresh = offered(await feedReader(app.url, app.admin, { quantity: 'true' }).readWhole());
    expect(differences(busy.offered(), fresh)).toEqual([]);
  });
});
