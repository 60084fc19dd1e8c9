// What each kind of key sees of availability: bands for the shop's pages, counts and reasons for servers.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf } from '../support/catalogue.ts';
import { openRetailer } from '../support/retailer.ts';

/** A Tuesday, 14:00 in Paris. */
const now = new Date('2026-11-24T13:00:00.000Z');
const NEAR = '50.63,3.06';

let app: TestApp;
let publishable: ReturnType<typeof callerOf>;
let secret: ReturnType<typeof callerOf>;

beforeAll(async () => {
  app = await startTestApp({ now: () => now });
  const shop = openRetailer(app);
  const pickup = { enabled: false, preparationMinutes: 0, holdDays: 1 };
  await shop.locations({
    DEPOT: { kind: 'warehouse', coordinates: { latitude: 50.58, longitude: 3.12 }, pickup },
  });
  await shop.locations({
    LILLE: { replenishment: { from: 'DEPOT', leadTimeDays: 1, cutOff: '15:00' } },
    LENS: { coordinates: { latitude: 50.4324, longitude: 2.8319 } },
  });
  await shop.items('TABLE', 'LAMP');
  await shop.stock(['TABLE', 'LILLE', 7], ['TABLE', 'LENS', 2], ['LAMP', 'DEPOT', 731]);
  await shop.hold('LILLE', [{ sku: 'TABLE', quantity: 1 }]);
  publishable = callerOf(app.url, (await app.key({ kind: 'publishable' })).token);
  secret = callerOf(app.url, (await app.key({ scopes: ['availability:read'] })).token);
});
afterAll(() => app.close());

const search = (query: Record<string, string>) =>
  `/v1/availability?${new URLSearchParams({ near: NEAR, ...query })}`;

/** Every number in an answer with the path that leads to it. */
function numbersIn(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    numbersIn(inner, Array.isArray(value) ? path : `${path}.${name}`),
  );
}

describe('a publishable key', () => {
  test('sees bands', async () => {
    const { body } = await publishable.get(search({ items: 'TABLE:1,LAMP:1' }));
    expect(body.locations).toMatchObject([
      {
        location: { code: 'LILLE' },
        fulfilment: 'transfer',
        lines: [
          { sku: 'TABLE', requested: 1, status: 'in_stock' },
          { sku: 'LAMP', requested: 1, status: 'out_of_stock' },
        ],
      },
      {
        location: { code: 'LENS' },
        fulfilment: 'partial',
        lines: [{ status: 'low_stock' }, { status: 'out_of_stock' }],
      },
    ]);
  });

  test.each([
    ['a search', () => publishable.get(search({ items: 'TABLE:1,LAMP:1' }))],
    ['an item everywhere', () => publishable.get('/v1/items/LAMP/availability')],
    [
      'a batch',
      () => publishable.post('/v1/availability/batch', { items: ['LAMP'], locations: ['DEPOT', 'LILLE'] }),
    ],
  ])('sees no count anywhere in the answer to %s', async (_what, asked) => {
    const { status, body } = await asked();
    expect(status).toBe(200);
    const harmless = [
      '.locations.distanceKm',
      '.locations.location.coordinates.latitude',
      '.locations.location.coordinates.longitude',
      '.locations.lines.requested',
    ];
    expect(numbersIn(body).filter((path) => !harmless.includes(path))).toEqual([]);
    expect(JSON.stringify(body)).not.toMatch(/731|available|onHand|reserved|buffer/);
  });

  test('cannot find a count by halving: more than it may hold it may not ask for', async () => {
    expect((await publishable.get(search({ items: 'TABLE:10' }))).status).toBe(200);
    const { status, body } = await publishable.get(search({ items: 'TABLE:6,TABLE:5' }));
    expect([status, body.errors]).toMatchObject([400, [{ pointer: 'query:items', code: 'over-the-cap' }]]);
  });

  test('is not told why', async () => {
    const { status, body } = await publishable.get(search({ items: 'TABLE', explain: 'true' }));
    expect([status, body.code]).toEqual([403, 'forbidden']);
  });
});

describe('explain', () => {
  test('adds every term of what is available, and how fresh it is', async () => {
    const { body } = await secret.get(search({ items: 'TABLE', explain: 'true' }));
    expect(body.locations[0]).toMatchObject({
      location: { code: 'LILLE' },
      lines: [
        {
          available: 6,
          terms: {
            onHand: 7,
            reserved: 1,
            expiredHolds: 0,
            buffer: { quantity: 0, rule: null },
            availableAtSource: 0,
            countedAt: '2026-11-24T13:00:00.001Z',
            updatedAt: now.toISOString(),
          },
        },
      ],
      reasons: {
        refusals: [],
        hours: { timeZone: 'Europe/Paris', open: true, changesAt: '2026-11-24T18:00:00.000Z' },
        queue: { openOrders: 0, ordersPerHour: 20, preparationMinutes: 60 },
        replenishment: { from: 'DEPOT', leadTimeDays: 1, cutOff: '15:00' },
      },
    });
  });

  test('says why a place was refused', async () => {
    const { body } = await secret.get(search({ items: 'TABLE:3,LAMP:800', explain: 'true' }));
    const refusals = body.locations.map(
      ({ reasons }: { reasons: { refusals: unknown } }) => reasons.refusals,
    );
    expect(refusals).toEqual([
      [
        { reason: 'not_enough_here', sku: 'LAMP', requested: 800, available: 0 },
        { reason: 'not_enough_at_source', sku: 'LAMP', requested: 800, available: 731 },
      ],
      [
        { reason: 'not_enough_here', sku: 'TABLE', requested: 3, available: 2 },
        { reason: 'not_enough_here', sku: 'LAMP', requested: 800, available: 0 },
        { reason: 'not_replenished' },
      ],
    ]);
  });

  test('names what is in reach but hands over no orders', async () => {
    const { body } = await secret.get(search({ items: 'TABLE', explain: 'true' }));
    expect(body.withoutPickup).toEqual([{ code: 'DEPOT', name: 'DEPOT' }]);
  });

  test('shows a key with one location nothing of the source', async () => {
    const { token } = await app.key({ locations: ['LILLE'] });
    const { body } = await callerOf(app.url, token).get(search({ items: 'LAMP:800', explain: 'true' }));
    expect(JSON.stringify(body)).not.toContain('731');
    expect(body.locations[0].lines[0].terms.availableAtSource).toBeNull();
    expect(body.withoutPickup).toEqual([]);
  });

  test('a level that never was has no terms but zeros', async () => {
    const { body } = await secret.get(search({ items: 'LAMP', explain: 'true', limit: '1' }));
    expect(body.locations[0].lines[0].terms).toMatchObject({ onHand: 0, countedAt: null, updatedAt: null });
  });
});

describe('a key', () => {
  test('with some locations sees only these', async () => {
    const { token } = await app.key({ locations: ['LENS'] });
    const { body } = await callerOf(app.url, token).get(search({ items: 'TABLE' }));
    expect(body.locations).toMatchObject([{ location: { code: 'LENS' } }]);
    expect(body.locations).toHaveLength(1);
  });

  test('of a tablet sees every place, the warehouse too, with counts: it asks where the item is', async () => {
    const { token } = await app.key({ kind: 'device', locations: ['LENS'] });
    const tablet = callerOf(app.url, token);
    const { body: found } = await tablet.get(search({ items: 'TABLE' }));
    expect(found.locations).toMatchObject([
      { location: { code: 'LILLE' }, lines: [{ available: 6 }] },
      { location: { code: 'LENS' }, lines: [{ available: 2 }] },
    ]);
    const { body: item } = await tablet.get('/v1/items/LAMP/availability');
    expect(item.locations).toContainEqual(
      expect.objectContaining({ location: expect.objectContaining({ code: 'DEPOT' }), available: 731 }),
    );
  });

  test('without availability:read sees nothing', async () => {
    const { token } = await app.key({ scopes: ['stock:read'] });
    expect((await callerOf(app.url, token).get(search({ items: 'TABLE' }))).status).toBe(403);
  });

  test('that is unknown is a 401', async () => {
    expect((await callerOf(app.url, 'nonsense').get(search({ items: 'TABLE' }))).status).toBe(401);
  });
});
