// Units on their way are no freer than units on the shelf: what rules will keep of them, and what the level owes
// already, is promised by no answer and to no order.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf } from '../support/catalogue.ts';
import { contradictions } from '../support/evidence.ts';
import { openRetailer, type Retailer } from '../support/retailer.ts';

const STARTED_AT = new Date('2026-11-24T13:00:00.000Z');
const DAY = 86_400_000;

let now = STARTED_AT;
let app: TestApp;
let shop: Retailer;
let cases = 0;
beforeAll(async () => {
  app = await startTestApp({ now: () => now });
  shop = openRetailer(app);
  await shop.locations({ HUB: {}, LILLE: {} });
});
afterEach(async () => {
  const { body } = await api().get('/v1/buffers');
  for (const { id } of body.data) await api().delete(`/v1/buffers/${id}`);
});
afterAll(async () => {
  expect(await contradictions(app.deps.database)).toEqual([]);
  await app.close();
});

function api() {
  return callerOf(app.url, app.admin);
}

let keys = 0;
async function post(path: string, body: object) {
  keys += 1;
  return api().post(path, body, { 'Idempotency-Key': `coming-${keys}` });
}

/** An item of its own for each case: so many on the shelf in Lille, and so many shipped there. */
async function coming({ onHand, units }: { onHand: number; units: number }): Promise<string> {
  cases += 1;
  now = new Date(STARTED_AT.getTime() + cases * 1_000);
  const sku = `ITEM-${cases}`;
  await api().put(`/v1/items/${sku}`, { name: sku, category: 'Lamps' });
  await shop.stock([sku, 'HUB', units]);
  const count = { eventId: sku, sku, location: 'LILLE', onHand, countedAt: now.toISOString() };
  await api().post('/v1/stock/counts', { source: 'wms-lille', counts: [count] });
  const expectedAt = new Date(now.getTime() + DAY).toISOString();
  const made = await post('/v1/transfers', {
    from: 'HUB',
    to: 'LILLE',
    lines: [{ sku, quantity: units }],
    expectedAt,
  });
  expect((await post(`/v1/transfers/${made.body.id}/ship`, {})).status).toBe(200);
  return sku;
}

async function settled(): Promise<void> {
  await app.deps.feed.settled();
  await app.deps.availability.settled();
}

async function answers(sku: string, quantity: number) {
  await settled();
  const { body } = await api().get(`/v1/availability?items=${sku}:${quantity}`);
  const place = body.locations.find((one: { location: { code: string } }) => one.location.code === 'LILLE');
  const lines = [{ sku, quantity }];
  const plans = await post('/v1/plans', { locations: ['LILLE'], lines, strategy: 'soonest' });
  const held = await post('/v1/reservations', { location: 'LILLE', lines, fulfilment: 'transfer' });
  const answered = [place.fulfilment, plans.body.data.length > 0, held.status === 201];
  if (held.status === 201) await post(`/v1/reservations/${held.body.id}/cancel`, {});
  return answered;
}

const YES = ['transfer', true, true];

describe.each<[string, object | null, { onHand: number; units: number }, number]>([
  ['all that comes, where nothing keeps any', null, { onHand: 0, units: 4 }, 4],
  ['with what is here', null, { onHand: 2, units: 4 }, 6],
  ['all but the units of a rule', { quantity: 1 }, { onHand: 0, units: 4 }, 3],
  [
    'all but the units of a rule that what is here falls short of',
    { quantity: 3 },
    { onHand: 1, units: 4 },
    2,
  ],
  ['all but the share of a rule, of what will be there', { percent: 25 }, { onHand: 0, units: 4 }, 3],
  ['all but the share of a category’s rule', { category: 'Lamps', percent: 50 }, { onHand: 0, units: 4 }, 2],
  ['nothing of an item that is excluded', { exclude: true }, { onHand: 0, units: 4 }, 0],
  ['nothing that is owed already', null, { onHand: -3, units: 4 }, 1],
])('what comes is promised: %s', (_, rule, stock, most) => {
  test('by the shop’s answer, by plans and to orders alike', async () => {
    const sku = await coming(stock);
    const scope = rule !== null && 'category' in rule ? {} : { sku };
    const kept = rule === null ? null : await api().put('/v1/buffers', { ...scope, ...rule });
    expect(kept?.status ?? 201).toBe(201);
    const all = most === 0 ? YES : await answers(sku, most);
    expect(all).toEqual(YES);
    const [fulfilment, ...taken] = await answers(sku, most + 1);
    expect(fulfilment).not.toBe('transfer');
    expect(taken).toEqual([false, false]);
  });
});

test('an item that comes to an excluded category is not promised any more, and is again when it leaves it', async () => {
  const sku = await coming({ onHand: 0, units: 2 });
  await api().put('/v1/buffers', { category: 'Recalled', exclude: true });
  await api().put(`/v1/items/${sku}`, { name: sku, category: 'Recalled' });
  expect(await answers(sku, 2)).toEqual(['none', false, false]);
  await api().put(`/v1/items/${sku}`, { name: sku });
  expect(await answers(sku, 2)).toEqual(YES);
});
