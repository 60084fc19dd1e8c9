// When a cart is promised: opening hours, closed days, changed clocks, transfers and the queue, over HTTP.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocationInput } from '../../src/domain/location.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf } from '../support/catalogue.ts';
import { openRetailer, type Retailer } from '../support/retailer.ts';

let app: TestApp;
let retailer: Retailer;
let now = new Date('2026-01-05T09:00:00.000Z');

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const pickup = { enabled: true, preparationMinutes: 60, holdDays: 5 };
const hours = (...exceptions: LocationInput['openingHours']['exceptions']) => ({
  weekly: [{ days: [...days], opens: '09:30', closes: '19:00' }],
  exceptions,
});
/** Stores stand 10 km apart, each further east than the one before. */
const at = (place: number) => ({ coordinates: { latitude: 50.63, longitude: 3.06 + place * 0.1414 } });

beforeAll(async () => {
  app = await startTestApp({ now: () => now });
  retailer = openRetailer(app);
  const none = { enabled: false, preparationMinutes: 0, holdDays: 1 };
  await retailer.locations({
    DEPOT: {
      kind: 'warehouse',
      ...at(30),
      pickup: none,
      openingHours: {
        weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], opens: '06:00', closes: '20:00' }],
        exceptions: [],
      },
    },
  });
  const replenishment = { from: 'DEPOT', leadTimeDays: 1, cutOff: '14:00' };
  const closedForAWeek = Array.from({ length: 6 }, (_, day) => ({
    date: `2026-08-${10 + day}`,
    closed: true as const,
  }));
  await retailer.locations({
    USUAL: { ...at(0), pickup, openingHours: hours({ date: '2026-12-25', closed: true }), replenishment },
    HOLIDAYS: { ...at(1), pickup, openingHours: hours(...closedForAWeek) },
    NEVER: { ...at(2), pickup, openingHours: { weekly: [], exceptions: [] } },
    BUSY: { ...at(3), pickup: { ...pickup, ordersPerHour: 2 }, openingHours: hours() },
    REUNION: {
      coordinates: { latitude: -20.88, longitude: 55.45 },
      pickup,
      timeZone: 'Indian/Reunion',
      openingHours: hours(),
    },
  });
  await retailer.items('TABLE', 'LAMP', 'VASE');
  await retailer.stock(
    ['TABLE', 'USUAL', 9],
    ['TABLE', 'HOLIDAYS', 9],
    ['TABLE', 'NEVER', 9],
    ['TABLE', 'REUNION', 9],
    ['LAMP', 'DEPOT', 9],
    ['VASE', 'BUSY', 99],
  );
});
afterAll(() => app.close());

type Place = { location: { code: string }; fulfilment: string; promise: { readyAt: string } | null };

async function places(query: Record<string, string>): Promise<Place[]> {
  const asked = new URLSearchParams({ near: '50.63,3.06', radiusKm: '20000', limit: '100', ...query });
  const { status, body } = await callerOf(app.url, app.admin).get(`/v1/availability?${asked}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body.locations;
}

/** When the cart is promised at a store, asked at an instant. */
async function readyAt(code: string, asked: string, items = 'TABLE'): Promise<string | null> {
  now = new Date(asked);
  const place = (await places({ items })).find(({ location }) => location.code === code);
  return place?.promise?.readyAt ?? null;
}

describe('a store that has the cart promises it', () => {
  test.each([
    ['an hour later, while it is open', '2026-11-24T13:00:00Z', '2026-11-24T14:00:00.000Z'],
    ['on the whole minute', '2026-11-24T13:00:00.001Z', '2026-11-24T14:01:00.000Z'],
    ['an hour after it opens, when asked at night', '2026-11-24T03:00:00Z', '2026-11-24T09:30:00.000Z'],
    ['at 23:59 for the next morning', '2026-11-24T22:59:00Z', '2026-11-25T09:30:00.000Z'],
    [
      'for the next morning, what would be ready as it closes',
      '2026-11-24T17:00:00Z',
      '2026-11-25T08:30:00.000Z',
    ],
    ['over a Sunday', '2026-11-28T18:30:00Z', '2026-11-30T09:30:00.000Z'],
    ['on Sunday, for Monday', '2026-11-29T12:00:00Z', '2026-11-30T09:30:00.000Z'],
    ['over Christmas Day', '2026-12-24T18:30:00Z', '2026-12-26T09:30:00.000Z'],
    ['over the end of summer time, in wall-clock hours', '2026-10-24T17:30:00Z', '2026-10-26T09:30:00.000Z'],
    [
      'over the start of summer time, in wall-clock hours',
      '2026-03-28T18:30:00Z',
      '2026-03-30T08:30:00.000Z',
    ],
  ])('%s', async (_when, asked, expected) => {
    expect(await readyAt('USUAL', asked)).toBe(expected);
  });

  test('after a week of holidays', async () => {
    expect(await readyAt('HOLIDAYS', '2026-08-08T17:30:00Z')).toBe('2026-08-17T08:30:00.000Z');
  });

  test('in the hours of its own time zone', async () => {
    expect(await readyAt('REUNION', '2026-11-24T13:00:00Z')).toBe('2026-11-24T14:00:00.000Z');
    expect(await readyAt('REUNION', '2026-11-24T15:00:00Z')).toBe('2026-11-25T06:30:00.000Z');
  });
});

test('a store that never opens is none, however full its shelves are', async () => {
  now = new Date('2026-11-24T13:00:00Z');
  const never = (await places({ items: 'TABLE' })).find(({ location }) => location.code === 'NEVER');
  expect(never).toMatchObject({ fulfilment: 'none', promise: null });
});

test('a store that never opens takes no place from one that does', async () => {
  now = new Date('2026-11-24T13:00:00Z');
  const found = await places({ items: 'TABLE', limit: '3' });
  expect(found.map(({ location }) => location.code)).toEqual(['USUAL', 'HOLIDAYS', 'REUNION']);
});

describe('a transfer', () => {
  test.each([
    [
      'before the cut-off leaves today and is there the next working day',
      '2026-11-24T12:00:00Z',
      '2026-11-25T09:30:00.000Z',
    ],
    ['after the cut-off leaves a day later', '2026-11-24T13:00:00Z', '2026-11-26T09:30:00.000Z'],
    ['on Friday before the cut-off is there on Monday', '2026-11-27T12:59:00Z', '2026-11-30T09:30:00.000Z'],
    [
      'on Friday after the cut-off leaves on Monday and is there on Tuesday',
      '2026-11-27T13:00:00Z',
      '2026-12-01T09:30:00.000Z',
    ],
    ['on Saturday is there on Tuesday', '2026-11-28T10:00:00Z', '2026-12-01T09:30:00.000Z'],
  ])('asked for %s', async (_when, asked, expected) => {
    expect(await readyAt('USUAL', asked, 'LAMP')).toBe(expected);
  });

  test('is what the store is shown with', async () => {
    now = new Date('2026-11-24T12:00:00Z');
    expect((await places({ items: 'LAMP' }))[0]).toMatchObject({
      location: { code: 'USUAL' },
      fulfilment: 'transfer',
    });
  });
});

describe('sorted by soonest', () => {
  const order = async (asked: string, items: string) => {
    now = new Date(asked);
    return (await places({ items, sort: 'soonest' })).map(({ location }) => location.code);
  };

  test('an open store far away comes before a closed one near by', async () => {
    expect((await order('2026-08-11T13:00:00Z', 'TABLE')).slice(0, 3)).toEqual([
      'USUAL',
      'REUNION',
      'HOLIDAYS',
    ]);
    expect((await order('2026-08-11T05:00:00Z', 'TABLE'))[0]).toBe('REUNION');
  });

  test('equal promises come by distance', async () => {
    expect((await order('2026-11-24T13:00:00Z', 'TABLE')).slice(0, 3)).toEqual([
      'USUAL',
      'HOLIDAYS',
      'REUNION',
    ]);
  });

  test('stores without a promise come last', async () => {
    expect((await order('2026-11-24T13:00:00Z', 'TABLE')).slice(-2)).toEqual(['NEVER', 'BUSY']);
  });
});

test('orders that stand before this one push the promise back, until they are ready or gone', async () => {
  const asked = '2026-11-24T13:00:00Z';
  expect(await readyAt('BUSY', asked, 'VASE')).toBe('2026-11-24T14:00:00.000Z');
  const ids = [];
  for (let order = 0; order < 3; order++)
    ids.push(await retailer.hold('BUSY', [{ sku: 'VASE', quantity: 1 }]));
  expect(await readyAt('BUSY', asked, 'VASE')).toBe('2026-11-24T14:00:00.000Z');
  for (const id of ids) await retailer.confirm(id);
  expect(await readyAt('BUSY', asked, 'VASE')).toBe('2026-11-24T15:30:00.000Z');
  await retailer.cancel(ids[0] ?? '');
  expect(await readyAt('BUSY', asked, 'VASE')).toBe('2026-11-24T15:00:00.000Z');
});
