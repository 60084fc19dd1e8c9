// An order rings until somebody in the store touches it; where nobody does, the head office hears of it, once, and not
// while the store is closed.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { tellOfUntouched } from '../../src/jobs/unacknowledged.ts';
import { changeHours } from '../support/hours.ts';
import { openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

/** The shop's stores are open from 9 to 19, local time; Paris is an hour ahead of UTC then. */
const MORNING = new Date('2026-11-20T09:00:00.000Z');
let now = MORNING;
let shop: Shop;
let orders = 0;

beforeAll(async () => {
  shop = await openShop({ now: () => now });
  const count = {
    eventId: 'all',
    sku: TABLE,
    location: STORE,
    onHand: 500,
    countedAt: '2026-11-19T00:00:00Z',
  };
  await shop.post('/v1/stock/counts', { source: 'wms', counts: [count] }).expect(200);
});
afterAll(() => shop.app.close());
beforeEach(() => {
  now = MORNING;
});

const later = (minutes: number) => {
  now = new Date(now.getTime() + minutes * 60_000);
};

async function place(): Promise<string> {
  orders += 1;
  const { id } = await shop.hold();
  await shop.post(`/v1/reservations/${id}/confirm`, { orderReference: `RING-${orders}` }).expect(200);
  return id;
}

const work = () => tellOfUntouched({ ...shop.app.deps, minutes: 10 });
const show = async (id: string) => (await shop.get(`/v1/reservations/${id}`)).body;
const typesOf = async (id: string): Promise<string[]> =>
  (await show(id)).history.map(({ type }: { type: string }) => type);

test('an order that nobody touches for ten minutes is told once, by however many processes', async () => {
  const id = await place();
  later(9);
  await work();
  expect(await typesOf(id)).toEqual(['held', 'confirmed']);
  later(1);
  await Promise.all([work(), work(), work()]);
  later(60);
  await work();
  expect(await typesOf(id)).toEqual(['held', 'confirmed', 'unacknowledged']);
  const { body } = await shop.get('/v1/events?types=reservation.unacknowledged&limit=1000').expect(200);
  const told = body.data.filter(({ subject }: { subject: string }) => subject === id);
  expect(told).toMatchObject([{ location: STORE, data: { status: 'confirmed', acknowledgedAt: null } }]);
});

describe('nobody is told of an order', () => {
  test.each(['acknowledge', 'start', 'cancel'])('after %s', async (move) => {
    const id = await place();
    await shop.post(`/v1/reservations/${id}/${move}`).expect(200);
    later(30);
    await work();
    expect(await typesOf(id)).not.toContain('unacknowledged');
  });

  test('overnight: the minutes are those of the store', async () => {
    now = new Date('2026-11-20T17:55:00.000Z');
    const id = await place();
    later(12 * 60);
    await work();
    expect(await typesOf(id)).toEqual(['held', 'confirmed']);
    now = new Date('2026-11-21T08:04:00.000Z');
    await work();
    expect(await typesOf(id)).toEqual(['held', 'confirmed']);
    now = new Date('2026-11-21T08:05:00.000Z');
    await work();
    expect(await typesOf(id)).toContain('unacknowledged');
  });

  test('while the store is closed by an exception that came later; its staff get as long again', async () => {
    const id = await place();
    const before = await changeHours(shop, STORE, () => ({
      exceptions: [{ date: '2026-11-20', closed: true }],
    }));
    later(30);
    await work();
    expect(await typesOf(id)).toEqual(['held', 'confirmed']);
    await changeHours(shop, STORE, () => before);
    now = new Date('2026-11-21T08:09:00.000Z');
    await work();
    expect(await typesOf(id)).toEqual(['held', 'confirmed']);
    now = new Date('2026-11-21T08:10:00.000Z');
    await work();
    expect(await typesOf(id)).toContain('unacknowledged');
  });
});

describe('a store without hours for a while is told on once it has some again', () => {
  test('where they were taken away after the order came', async () => {
    const id = await place();
    const before = await changeHours(shop, STORE, () => ({ weekly: [] }));
    later(15);
    await work();
    await changeHours(shop, STORE, () => before);
    expect(await typesOf(id)).toEqual(['held', 'confirmed']);
    later(24 * 60);
    await work();
    expect(await typesOf(id)).toEqual(['held', 'confirmed', 'unacknowledged']);
  });

  test('where there were none as the order came', async () => {
    const before = await changeHours(shop, STORE, () => ({ weekly: [] }));
    const id = await place();
    // For days there are none.
    for (let day = 0; day < 3; day++) {
      later(24 * 60);
      await work();
    }
    await changeHours(shop, STORE, () => before);
    expect(await typesOf(id)).toEqual(['held', 'confirmed']);
    later(24 * 60);
    await work();
    expect(await typesOf(id)).toEqual(['held', 'confirmed', 'unacknowledged']);
  });
});

describe('acknowledging', () => {
  test('stops the alert on every tablet, says who, and is done once', async () => {
    const id = await place();
    expect((await show(id)).acknowledgedAt).toBeNull();
    const first = await shop.post(`/v1/reservations/${id}/acknowledge`).expect(200);
    later(1);
    const again = await shop.post(`/v1/reservations/${id}/acknowledge`).expect(200);
    expect(first.body.acknowledgedAt).toBe(MORNING.toISOString());
    expect(again.body).toEqual(first.body);
    expect(await typesOf(id)).toEqual(['held', 'confirmed', 'acknowledged']);
  });

  test('is implied by start, and nothing is left to do after it', async () => {
    const id = await place();
    const started = await shop.post(`/v1/reservations/${id}/start`).expect(200);
    expect(started.body.acknowledgedAt).toBe(now.toISOString());
    const after = await shop.post(`/v1/reservations/${id}/acknowledge`).expect(200);
    expect(after.body.version).toBe(started.body.version);
  });

  test('needs an order', async () => {
    const { id } = await shop.hold();
    const refused = await shop.post(`/v1/reservations/${id}/acknowledge`).expect(409);
    expect(refused.body.code).toBe('invalid-transition');
  });
});
