// Where items stand: noted by element, read by its own location's callers only.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf, locationInput } from '../support/catalogue.ts';

let app: TestApp;
let api: ReturnType<typeof callerOf>;

beforeAll(async () => {
  app = await startTestApp();
  api = callerOf(app.url, app.admin);
  for (const code of ['LILLE', 'LYON']) await api.put(`/v1/locations/${code}`, locationInput());
  for (const sku of ['BOWL', 'LAMP', 'TABLE']) await api.put(`/v1/items/${sku}`, { name: sku });
});
afterAll(() => app.close());

const put = (places: unknown[], code = 'LILLE', as = api) =>
  as.put(`/v1/locations/${code}/shelves`, { places });
const outcomes = (answer: { body: { outcomes: { outcome: string }[] } }) =>
  answer.body.outcomes.map(({ outcome }) => outcome);

test('places are noted one by one, kept where they are not named, and removed by null', async () => {
  const first = await put([
    { sku: 'TABLE', aisle: 'A4' },
    { sku: 'GHOST', aisle: 'A4' },
    { sku: 'LAMP', aisle: '' },
    { sku: 'BOWL', aisle: 'C2' },
  ]);
  expect([first.status, ...outcomes(first)]).toEqual([200, 'updated', 'rejected', 'rejected', 'updated']);
  expect(first.body.outcomes[1]).toMatchObject({ sku: 'GHOST', problem: { code: 'unknown-item' } });
  expect(first.body.outcomes[2]).toMatchObject({ sku: 'LAMP', problem: { code: 'invalid-request' } });
  expect(
    outcomes(
      await put([
        { sku: 'TABLE', aisle: 'A4' },
        { sku: 'BOWL', aisle: null },
      ]),
    ),
  ).toEqual(['unchanged', 'updated']);
  expect((await api.get('/v1/locations/LILLE/shelves')).body.data).toEqual([{ sku: 'TABLE', aisle: 'A4' }]);
});

test('a sku that comes twice stands where it was named last', async () => {
  expect(
    outcomes(
      await put([
        { sku: 'LAMP', aisle: 'X1' },
        { sku: 'LAMP', aisle: 'X2' },
      ]),
    ),
  ).toEqual(['updated', 'updated']);
  const { body } = await api.get('/v1/locations/LILLE/shelves?skus=LAMP,GHOST');
  expect(body).toEqual({ data: [{ sku: 'LAMP', aisle: 'X2' }], nextCursor: null });
});

test('they are read page by page', async () => {
  await put(
    [
      { sku: 'BOWL', aisle: '1' },
      { sku: 'LAMP', aisle: '2' },
      { sku: 'TABLE', aisle: '3' },
    ],
    'LYON',
  );
  const first = (await api.get('/v1/locations/LYON/shelves?limit=2')).body;
  const second = (await api.get(`/v1/locations/LYON/shelves?limit=2&cursor=${first.nextCursor}`)).body;
  expect([...first.data, ...second.data].map(({ aisle }) => aisle)).toEqual(['1', '2', '3']);
  expect(second.nextCursor).toBeNull();
});

test('another store’s do not exist for a tablet, which notes its own', async () => {
  const device = callerOf(app.url, (await app.key({ kind: 'device', locations: ['LILLE'] })).token);
  expect((await device.get('/v1/locations/LYON/shelves')).status).toBe(404);
  expect((await put([{ sku: 'BOWL', aisle: 'B1' }], 'LYON', device)).status).toBe(404);
  expect(outcomes(await put([{ sku: 'BOWL', aisle: 'B1' }], 'LILLE', device))).toEqual(['updated']);
});

test('two who note the same places at once do not lock each other out', async () => {
  const skus = ['BOWL', 'LAMP', 'TABLE'];
  const rounds = Array.from({ length: 12 }, (_, n) => {
    const order = n % 2 === 0 ? skus : skus.toReversed();
    return put(order.map((sku) => ({ sku, aisle: n % 3 === 0 ? null : `R${n}` })));
  });
  expect(new Set((await Promise.all(rounds)).map(({ status }) => status))).toEqual(new Set([200]));
});

test('the items of a pick list are read in one call, page by page', async () => {
  const skus = 'TABLE,GHOST,BOWL';
  const all = await api.get(`/v1/items?skus=${skus}`);
  expect(all.body.data.map(({ sku }: { sku: string }) => sku)).toEqual(['BOWL', 'TABLE']);
  const { body: first } = await api.get(`/v1/items?skus=${skus}&limit=1`);
  const { body: second } = await api.get(`/v1/items?skus=${skus}&limit=1&cursor=${first.nextCursor}`);
  expect(second).toMatchObject({ data: [{ sku: 'TABLE' }], nextCursor: null });
  expect((await api.get(`/v1/items?skus=LAMP&cursor=${first.nextCursor}`)).status).toBe(400);
});
