// What keeps the demo's day gentle: it never takes the last units, never buries a store in orders, and stock goes round.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Happening, happenings, type Shelf, UNPICKED_MAX } from '../../src/demo/stream.ts';
import { runHere } from '../support/command.ts';
import { openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.app.close());

const shelf = (sku: string, onHand: number, reserved = 0): Shelf => ({
  sku,
  onHand,
  available: onHand - reserved,
});
const moment = (shelves: Shelf[], rest: { unpicked?: number; spared?: string[] } = {}) => ({
  ...{ shelves, unpicked: rest.unpicked ?? 0, spared: new Set(rest.spared), random: Math.random },
});
const kinds = (all: Happening[]) => all.map(({ kind }) => kind);

test('a thousand turns take no shelf below what it keeps for others, and fill none above what it had', () => {
  const units = new Map(Array.from({ length: 12 }, (_, place) => [`SKU-${place}`, 3 * place]));
  for (let turn = 0; turn < 1_000; turn++) {
    const shelves = [...units].map(([sku, onHand]) => shelf(sku, onHand));
    for (const happening of happenings(moment(shelves, { spared: ['SKU-0'] }))) {
      const lines = happening.kind === 'order' ? happening.lines : [happening];
      for (const { sku, quantity } of lines) {
        expect(quantity).toBeGreaterThan(0);
        const left = (units.get(sku) ?? 0) + (happening.kind === 'receipt' ? quantity : -quantity);
        expect(left).toBeGreaterThanOrEqual(happening.kind === 'receipt' ? 0 : 2);
        units.set(sku, left);
      }
    }
  }
  expect(units.get('SKU-0')).toBe(0);
  expect(Math.max(...units.values())).toBeLessThanOrEqual(33);
});

test('a store with many orders that nobody touched gets no more; where all is reserved nothing is sold', () => {
  expect(
    kinds(happenings(moment([shelf('A', 50), shelf('B', 50)], { unpicked: UNPICKED_MAX }))),
  ).not.toContain('order');
  expect(happenings(moment([shelf('A', 50, 50)]))).toEqual([]);
});

test('npm run demo orders, sells and says so, through the API alone', async () => {
  await shop.put(TABLE, STORE, 50);
  const env = { COMPTOIR_URL: shop.app.url, COMPTOIR_KEY: shop.app.admin };
  const { code, out, err } = await runHere(['demo', '--rate', '60', '--minutes', '0.02'], { env });
  expect({ code, out, err }).toEqual({
    err: expect.stringContaining('The day is over'),
    code: 0,
    out: expect.stringMatching(/^order {4}FM-\w+ .+: [12] × TABLE-BASSE/m),
  });
  const { body } = await shop.get(`/v1/reservations?location=${STORE}&status=confirmed`).expect(200);
  expect(body.data.length).toBeGreaterThan(0);
  const { body: stock } = await shop.get(`/v1/stock?sku=${TABLE}&location=${STORE}`).expect(200);
  expect(stock.data[0].onHand).toBeLessThanOrEqual(50);
  expect(await runHere(['demo', '--rate', '1000'], { env })).toMatchObject({ code: 2 });
});
