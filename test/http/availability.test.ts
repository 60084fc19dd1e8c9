// GET /v1/availability: who is shown which places, in which order, with what.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf } from '../support/catalogue.ts';
import { openRetailer, type Retailer } from '../support/retailer.ts';

/** A Tuesday, 14:00 in Paris. */
const TUESDAY = new Date('2026-11-24T13:00:00.000Z');
const NEAR = '50.63,3.06';

let app: TestApp;
let shop: Retailer;
let now = TUESDAY;

beforeAll(async () => {
  app = await startTestApp({ now: () => now });
  shop = openRetailer(app);
  await shop.locations({
    DEPOT: {
      kind: 'warehouse',
      coordinates: { latitude: 50.58, longitude: 3.12 },
      pickup: { enabled: false, preparationMinutes: 0, holdDays: 1 },
    },
  });
  await shop.locations({
    LILLE: {
      coordinates: { latitude: 50.6346, longitude: 3.0612 },
      replenishment: { from: 'DEPOT', leadTimeDays: 1, cutOff: '15:00' },
    },
    ROUBAIX: { coordinates: { latitude: 50.6903, longitude: 3.1817 } },
    LENS: { coordinates: { latitude: 50.4324, longitude: 2.8319 } },
    PARIS: { coordinates: { latitude: 48.8566, longitude: 2.3522 } },
  });
  await shop.items('TABLE', 'LAMP', 'VASE', 'RUG', 'BED', 'SOFA');
  await shop.stock(
    ['TABLE', 'LILLE', 2],
    ['TABLE', 'ROUBAIX', 12],
    ['TABLE', 'LENS', 3],
    ['TABLE', 'PARIS', 40],
    ['LAMP', 'ROUBAIX', 1],
    ['LAMP', 'DEPOT', 5],
    ['VASE', 'DEPOT', 7],
    ['RUG', 'LENS', 1],
  );
});
beforeEach(() => {
  now = TUESDAY;
});
afterAll(() => app.close());

type Line = { sku: string; requested: number; status: string; available?: number };
type Place = {
  location: { code: string; name: string };
  distanceKm: number | null;
  fulfilment: string;
  promise: { readyAt: string } | null;
  lines: Line[];
};

function ask(query: Record<string, string>, token = app.admin, headers: Record<string, string> = {}) {
  return callerOf(app.url, token).get(`/v1/availability?${new URLSearchParams(query)}`, headers);
}

async function places(query: Record<string, string>, token = app.admin): Promise<Place[]> {
  const { status, body } = await ask(query, token);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body.locations;
}

async function codes(query: Record<string, string>, token = app.admin): Promise<string[]> {
  return (await places(query, token)).map(({ location }) => location.code);
}

const summary = (found: Place[]) => found.map(({ location, fulfilment }) => `${location.code} ${fulfilment}`);

describe('a cart near Lille', () => {
  test('is offered by the stores within 50 km, the nearest first, with what each has', async () => {
    const found = await places({ items: 'TABLE:1', near: NEAR });
    expect(found.map(({ location, distanceKm }) => [location.code, distanceKm])).toEqual([
      ['LILLE', 0.52],
      ['ROUBAIX', 10.89],
      ['LENS', 27.25],
    ]);
    expect(found[0]).toMatchObject({
      location: {
        code: 'LILLE',
        name: 'LILLE',
        address: { city: 'Lille', country: 'FR' },
        coordinates: { latitude: 50.6346, longitude: 3.0612 },
        timeZone: 'Europe/Paris',
      },
      fulfilment: 'now',
      promise: { readyAt: '2026-11-24T14:00:00.000Z' },
      lines: [{ sku: 'TABLE', requested: 1, status: 'low_stock', available: 2 }],
    });
  });

  test('comes first from stores that have the whole of it, whatever the distance', async () => {
    const found = await places({ items: 'TABLE:3', near: NEAR });
    expect(summary(found)).toEqual(['ROUBAIX now', 'LENS now', 'LILLE partial']);
  });

  test('comes by transfer, after the shelves, where the source has what is missing', async () => {
    const found = await places({ items: 'TABLE:1,LAMP:1', near: NEAR });
    expect(summary(found)).toEqual(['ROUBAIX now', 'LILLE transfer', 'LENS partial']);
    expect(found[1]?.lines).toEqual([
      { sku: 'TABLE', requested: 1, status: 'low_stock', available: 2 },
      { sku: 'LAMP', requested: 1, status: 'out_of_stock', available: 0 },
    ]);
  });

  test('is none where nothing of it is, and such stores are listed last', async () => {
    expect(summary(await places({ items: 'RUG:1', near: NEAR }))).toEqual([
      'LENS now',
      'LILLE none',
      'ROUBAIX none',
    ]);
  });

  test('has no promise where a part of it is', async () => {
    const found = await places({ items: 'TABLE:1,RUG:1', near: NEAR });
    expect(found.find(({ location }) => location.code === 'ROUBAIX')).toMatchObject({
      fulfilment: 'partial',
      promise: null,
    });
  });

  test('adds lines of one sku up', async () => {
    const [place] = await places({ items: 'TABLE:1,TABLE:2', near: NEAR });
    expect(place).toMatchObject({ location: { code: 'ROUBAIX' }, lines: [{ sku: 'TABLE', requested: 3 }] });
  });

  test('never names a location without pickup', async () => {
    expect(await codes({ items: 'VASE:1', near: NEAR, radiusKm: '20000' })).not.toContain('DEPOT');
  });
});

describe('around and how many', () => {
  test.each([
    ['1', ['LILLE']],
    ['11', ['LILLE', 'ROUBAIX']],
    ['20000', ['LILLE', 'ROUBAIX', 'LENS', 'PARIS']],
    ['0', []],
  ])('within %s km', async (radiusKm, expected) => {
    expect(await codes({ items: 'TABLE', near: NEAR, radiusKm })).toEqual(expected);
  });

  test('the limit cuts the list, and nextCursor goes on from there', async () => {
    const query = { items: 'TABLE', near: NEAR, radiusKm: '500', limit: '3' };
    const first = (await ask(query)).body;
    expect(first.locations).toHaveLength(3);
    const second = (await ask({ ...query, cursor: first.nextCursor })).body;
    expect(second.locations.map(({ location }: Place) => location.code)).toEqual(['PARIS']);
    expect(second.nextCursor).toBeNull();
  });

  test('a cursor belongs to its cart', async () => {
    const { nextCursor } = (await ask({ items: 'TABLE', near: NEAR, limit: '1' })).body;
    const { status, body } = await ask({ items: 'LAMP', near: NEAR, limit: '1', cursor: nextCursor });
    expect([status, body.code]).toEqual([400, 'invalid-cursor']);
  });

  test('without a point every pickup location answers, those with the whole cart first, then by code', async () => {
    const found = await places({ items: 'TABLE:3' });
    expect(summary(found)).toEqual(['LENS now', 'PARIS now', 'ROUBAIX now', 'LILLE partial']);
    expect(found.every(({ distanceKm }) => distanceKm === null)).toBe(true);
  });

  test('without a point the pages together are every pickup location once', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await ask({ items: 'TABLE:3', limit: '1', ...(cursor ? { cursor } : {}) });
      seen.push(...body.locations.map(({ location }: Place) => location.code));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(['LENS', 'PARIS', 'ROUBAIX', 'LILLE']);
  });
});

describe('what may be asked', () => {
  test('an unknown sku is named', async () => {
    const { status, body } = await ask({ items: 'TABLE:1,NO-SUCH:1', near: NEAR });
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'unknown-item', sku: 'NO-SUCH' });
    expect(body.detail).toContain('NO-SUCH');
  });

  test.each([
    { items: 'TABLE:10000', near: '90,-180', radiusKm: '20000', limit: '200' },
    { items: 'TABLE:1', near: '-90,180', radiusKm: '0', limit: '1' },
    { items: 'TABLE', near: NEAR, sort: 'soonest', explain: 'false' },
  ])('up to the bounds: %j', async (query) => {
    expect((await ask(query)).status).toBe(200);
  });

  test.each<Record<string, string>>([
    {},
    { items: '' },
    { items: 'TABLE:0' },
    { items: 'TABLE:10001' },
    { items: 'TABLE', near: '91,0' },
    { items: 'TABLE', near: '50.63' },
    { items: 'TABLE', near: NEAR, radiusKm: '-1' },
    { items: 'TABLE', near: NEAR, radiusKm: '20001' },
    { items: 'TABLE', near: NEAR, limit: '0' },
    { items: 'TABLE', near: NEAR, limit: '201' },
    { items: 'TABLE', near: NEAR, sort: 'price' },
    { items: 'TABLE', near: NEAR, explain: 'yes' },
    { items: 'TABLE', near: NEAR, colour: 'red' },
  ])('beyond the bounds it is a 400: %j', async (query) => {
    const { status, body } = await ask(query);
    expect([status, body.code]).toEqual([400, 'invalid-request']);
    expect(body.errors[0].pointer).toMatch(/^query:/);
  });
});

describe('what changes', () => {
  test('is in the answer once it is committed and told', async () => {
    await shop.stock(['BED', 'LILLE', 1]);
    expect((await places({ items: 'BED', near: NEAR }))[0]?.lines[0]?.available).toBe(1);
    await shop.stock(['BED', 'LILLE', 9], ['BED', 'PARIS', 2]);
    const found = await places({ items: 'BED', near: NEAR, radiusKm: '500' });
    expect(found.slice(0, 2).map(({ location, lines }) => [location.code, lines[0]?.available])).toEqual([
      ['LILLE', 9],
      ['PARIS', 2],
    ]);
  });

  test('a hold takes its units, and gives them back the moment its time is over, swept or not', async () => {
    await shop.stock(['SOFA', 'LILLE', 3]);
    const left = async () => (await places({ items: 'SOFA', near: NEAR }))[0]?.lines[0]?.available;
    expect(await left()).toBe(3);
    const id = await shop.hold('LILLE', [{ sku: 'SOFA', quantity: 2 }], 60);
    expect(await left()).toBe(1);
    now = new Date(TUESDAY.getTime() + 59_999);
    expect(await left()).toBe(1);
    now = new Date(TUESDAY.getTime() + 60_000);
    expect(await left()).toBe(3);
    const rows = await app.deps.database.run('test.status', 'SELECT status FROM reservations WHERE id = $1', [
      id,
    ]);
    expect(rows).toEqual([{ status: 'held' }]);
  });

  test('an expired hold is not counted either where the item is loaded only afterwards', async () => {
    await shop.items('STOOL');
    await shop.stock(['STOOL', 'LENS', 4]);
    await shop.hold('LENS', [{ sku: 'STOOL', quantity: 4 }], 60);
    now = new Date(TUESDAY.getTime() + 61_000);
    const [place] = await places({ items: 'STOOL:4', near: NEAR });
    expect(place).toMatchObject({ location: { code: 'LENS' }, fulfilment: 'now' });
  });

  test('a location that is new, moved or closed for pickup', async () => {
    await shop.locations({ DUNKERQUE: { coordinates: { latitude: 51.0343, longitude: 2.3768 } } });
    await shop.stock(['VASE', 'DUNKERQUE', 1]);
    const query = { items: 'VASE', near: '51.03,2.37', radiusKm: '5' };
    expect(await codes(query)).toEqual(['DUNKERQUE']);
    await shop.locations({ DUNKERQUE: { coordinates: { latitude: 50.95, longitude: 1.85 } } });
    expect(await codes(query)).toEqual([]);
    expect(await codes({ ...query, near: '50.95,1.85' })).toEqual(['DUNKERQUE']);
    await shop.locations({
      DUNKERQUE: {
        coordinates: { latitude: 50.95, longitude: 1.85 },
        pickup: { enabled: false, preparationMinutes: 0, holdDays: 1 },
      },
    });
    expect(await codes({ ...query, near: '50.95,1.85' })).toEqual([]);
  });
});

describe('caches', () => {
  test('an answer that did not change is a 304 for whoever has it, though asOf moved', async () => {
    const first = await ask({ items: 'TABLE', near: NEAR });
    now = new Date(TUESDAY.getTime() - 1_000);
    const again = await ask({ items: 'TABLE', near: NEAR }, app.admin, {
      'If-None-Match': first.headers.etag ?? '',
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test('an answer that changed is not', async () => {
    await shop.stock(['VASE', 'LENS', 1]);
    const first = await ask({ items: 'VASE', near: NEAR });
    await shop.stock(['VASE', 'LENS', 2]);
    const again = await ask({ items: 'VASE', near: NEAR }, app.admin, {
      'If-None-Match': first.headers.etag ?? '',
    });
    expect(again.status).toBe(200);
    expect(again.headers.etag).not.toBe(first.headers.etag);
  });

  test.each([
    ['publishable' as const, 'public, max-age=5, stale-while-revalidate=10'],
    ['secret' as const, 'private, max-age=5'],
    ['device' as const, 'private, no-cache'],
  ])('may keep what a %s key got as far as: %s', async (kind, expected) => {
    const key = await app.key(kind === 'device' ? { kind, locations: ['LILLE'] } : { kind });
    const { headers } = await ask({ items: 'TABLE', near: NEAR }, key.token);
    expect(headers['cache-control']).toBe(expected);
    expect(headers.vary).toContain('Authorization');
  });

  test('asOf is an instant up to which everything is in the answer', async () => {
    const { asOf } = (await ask({ items: 'TABLE', near: NEAR })).body;
    expect(Date.parse(asOf)).toBeLessThanOrEqual(now.getTime());
    expect(Date.parse(asOf)).toBeGreaterThan(now.getTime() - 60_000);
  });
});

describe('one item everywhere', () => {
  test('is every location, warehouses too, and the total', async () => {
    const { status, body } = await callerOf(app.url, app.admin).get('/v1/items/LAMP/availability');
    expect(status).toBe(200);
    expect(body).toMatchObject({ sku: 'LAMP', total: { status: 'in_stock', available: 6 } });
    expect(body.locations).toContainEqual({
      location: { code: 'DEPOT', name: 'DEPOT', kind: 'warehouse' },
      status: 'in_stock',
      available: 5,
    });
    const listed: string[] = body.locations.map(({ location }: Place) => location.code);
    expect(listed).toEqual(listed.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(listed).toEqual(expect.arrayContaining(['DEPOT', 'LENS', 'LILLE', 'PARIS', 'ROUBAIX']));
  });

  test('is a 404 when it is unknown', async () => {
    const { status, body } = await callerOf(app.url, app.admin).get('/v1/items/NO-SUCH/availability');
    expect([status, body.code]).toEqual([404, 'unknown-item']);
  });

  test('of a key with one location is that location, and its total', async () => {
    const { token } = await app.key({ locations: ['ROUBAIX'] });
    const { body } = await callerOf(app.url, token).get('/v1/items/LAMP/availability');
    expect(body).toMatchObject({ total: { available: 1 }, locations: [{ location: { code: 'ROUBAIX' } }] });
  });
});

describe('a batch', () => {
  const batch = (items: unknown, locations: unknown, token = app.admin) =>
    callerOf(app.url, token).post('/v1/availability/batch', { items, locations });

  test('answers each item at each location, in the order asked', async () => {
    const { status, body } = await batch(['LAMP', 'TABLE'], ['PARIS', 'ROUBAIX']);
    expect(status).toBe(200);
    expect(body.items).toEqual([
      {
        sku: 'LAMP',
        locations: [
          { location: 'PARIS', status: 'out_of_stock', available: 0 },
          { location: 'ROUBAIX', status: 'low_stock', available: 1 },
        ],
      },
      {
        sku: 'TABLE',
        locations: [
          { location: 'PARIS', status: 'in_stock', available: 40 },
          { location: 'ROUBAIX', status: 'in_stock', available: 12 },
        ],
      },
    ]);
  });

  test('shows what is unknown at its place, and spoils nothing else', async () => {
    const { body } = await batch(['NO-SUCH', 'LAMP', 'LAMP'], ['NOWHERE', 'ROUBAIX']);
    const lamp = {
      sku: 'LAMP',
      locations: [
        { location: 'NOWHERE', problem: expect.objectContaining({ code: 'unknown-location', status: 404 }) },
        { location: 'ROUBAIX', status: 'low_stock', available: 1 },
      ],
    };
    expect(body.items).toEqual([
      { sku: 'NO-SUCH', problem: expect.objectContaining({ code: 'unknown-item', status: 404 }) },
      lamp,
      lamp,
    ]);
  });

  test('hides a location of somebody else', async () => {
    const { token } = await app.key({ locations: ['ROUBAIX'] });
    const { body } = await batch(['LAMP'], ['DEPOT', 'ROUBAIX'], token);
    expect(body.items[0].locations).toMatchObject([
      { problem: { code: 'unknown-location' } },
      { available: 1 },
    ]);
  });

  test.each([
    [[], ['LILLE']],
    [['LAMP'], []],
    [Array.from({ length: 101 }, () => 'LAMP'), ['LILLE']],
    [['LAMP'], Array.from({ length: 101 }, () => 'LILLE')],
    [[1], ['LILLE']],
    ['LAMP', 'LILLE'],
  ])('beyond its bounds is a 400', async (items, locations) => {
    expect((await batch(items, locations)).status).toBe(400);
  });

  test('takes 100 × 100', async () => {
    const { body } = await batch(
      Array.from({ length: 100 }, () => 'LAMP'),
      Array.from({ length: 100 }, () => 'LILLE'),
    );
    expect(body.items).toHaveLength(100);
    expect(body.items[99].locations).toHaveLength(100);
  });
});
