// An order waits at the counter for its days, and those are days on which its store opens: also where the store closed
// after the deadline was told.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sweep } from '../../src/jobs/expiry.ts';
import { changeHours } from '../support/hours.ts';
import { openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

/** A Friday; the shop's stores are open every day until 19:00, local time, and keep an order for five days. */
const MORNING = new Date('2026-11-20T09:00:00.000Z');
const DEADLINE = '2026-11-25T18:00:00.000Z';
let now = MORNING;
let shop: Shop;
let orders = 0;
let usual: Parameters<Parameters<typeof changeHours>[2]>[0];

beforeAll(async () => {
  shop = await openShop({ now: () => now });
  const count = { eventId: 'all', sku: TABLE, location: STORE, onHand: 500 };
  const counts = [{ ...count, countedAt: '2026-11-19T00:00:00Z' }];
  await shop.post('/v1/stock/counts', { source: 'wms', counts }).expect(200);
  usual = await changeHours(shop, STORE, () => ({}));
});
afterAll(() => shop.app.close());
beforeEach(() => {
  now = MORNING;
});
afterEach(() => changeHours(shop, STORE, () => usual));

async function makeReady(): Promise<string> {
  orders += 1;
  const { id } = await shop.hold({ lines: [{ sku: TABLE, quantity: 1 }] });
  const move = (name: string, body: object) => shop.post(`/v1/reservations/${id}/${name}`, body).expect(200);
  await move('confirm', { orderReference: `KEPT-${orders}` });
  await move('start', { staff: 'Ana' });
  await move('pick', { lines: [{ sku: TABLE, picked: 1 }] });
  const { body } = await move('ready', {});
  expect(body.pickupDeadlineAt).toBe(DEADLINE);
  return id;
}

const closedFrom = (day: number, days: number) =>
  Array.from({ length: days }, (_, after) => ({
    date: new Date(Date.UTC(2026, 10, day + after)).toISOString().slice(0, 10),
    closed: true as const,
  }));
const close = (day: number, days: number) =>
  changeHours(shop, STORE, () => ({ exceptions: closedFrom(day, days) }));
const sweepAt = async (instant: string) => {
  now = new Date(instant);
  return sweep({ ...shop.app.deps, now: () => now });
};
const show = async (id: string) => (await shop.get(`/v1/reservations/${id}`)).body;

test('an order that its store kept for all its open days goes back at the deadline', async () => {
  const id = await makeReady();
  expect(await sweepAt('2026-11-25T17:59:59.000Z')).toBe(0);
  expect(await sweepAt(DEADLINE)).toBe(1);
  expect(await show(id)).toMatchObject({ status: 'expired', putBackPending: true });
});

describe('a store that closed after it had told the deadline', () => {
  test('keeps the order for as many open days', async () => {
    const id = await makeReady();
    // On Saturday the 21st it is open; then a flood.
    await close(22, 10);
    expect(await sweepAt(DEADLINE)).toBe(0);
    const kept = await show(id);
    // The second to the fifth open day after the flood.
    expect(kept).toMatchObject({ status: 'ready', pickupDeadlineAt: '2026-12-05T18:00:00.000Z' });
    expect(await sweepAt('2026-12-05T17:59:59.000Z')).toBe(0);
    expect(await sweepAt('2026-12-05T18:00:00.000Z')).toBe(1);
    expect(await show(id)).toMatchObject({ status: 'expired' });
  });

  test('tells the new deadline, once, by however many processes', async () => {
    const id = await makeReady();
    await close(20, 14);
    const told = (await show(id)).version;
    now = new Date(DEADLINE);
    await Promise.all([sweepAt(DEADLINE), sweepAt(DEADLINE), sweepAt(DEADLINE)]);
    const { version, history, pickupDeadlineAt } = await show(id);
    expect(version).toBe(told + 1);
    expect(pickupDeadlineAt).toBe('2026-12-08T18:00:00.000Z');
    expect(history.at(-1)).toMatchObject({
      ...{ type: 'ready', from: 'ready', to: 'ready', by: 'comptoir' },
      data: { putOff: true, pickupDeadlineAt },
    });
    const { body } = await shop.get('/v1/events?types=reservation.ready&limit=1000').expect(200);
    const events = body.data.filter(({ subject }: { subject: string }) => subject === id);
    expect(events).toMatchObject([
      { data: { pickupDeadlineAt: DEADLINE } },
      { version, data: { putOff: true, pickupDeadlineAt } },
    ]);
  });

  test('counts the days from when the order was ready last', async () => {
    const id = await makeReady();
    await shop.post(`/v1/reservations/${id}/reopen`).expect(200);
    now = new Date('2026-11-21T09:00:00.000Z');
    const { body } = await shop.post(`/v1/reservations/${id}/ready`, {}).expect(200);
    expect(body.pickupDeadlineAt).toBe('2026-11-26T18:00:00.000Z');
    await close(26, 1);
    await sweepAt('2026-11-26T18:00:00.000Z');
    expect((await show(id)).pickupDeadlineAt).toBe('2026-11-27T18:00:00.000Z');
  });

  test('until further notice keeps the order, and has its days once there are hours again', async () => {
    const id = await makeReady();
    await changeHours(shop, STORE, () => ({ weekly: [], exceptions: [] }));
    expect(await sweepAt(DEADLINE)).toBe(0);
    expect(await sweepAt('2026-11-30T18:00:00.000Z')).toBe(0);
    expect(await show(id)).toMatchObject({ status: 'ready' });
    await changeHours(shop, STORE, () => ({ ...usual, exceptions: closedFrom(20, 20) }));
    expect(await sweepAt('2026-12-08T18:00:00.000Z')).toBe(0);
    expect(await show(id)).toMatchObject({ status: 'ready', pickupDeadlineAt: '2026-12-14T18:00:00.000Z' });
  });
});

test('longer hours bring no deadline forward', async () => {
  await close(23, 1);
  orders += 1;
  const { id } = await shop.hold({ lines: [{ sku: TABLE, quantity: 1 }] });
  const move = (name: string, body: object) => shop.post(`/v1/reservations/${id}/${name}`, body).expect(200);
  await move('confirm', { orderReference: `KEPT-${orders}` });
  await move('start', { staff: 'Ana' });
  await move('pick', { lines: [{ sku: TABLE, picked: 1 }] });
  expect((await move('ready', {})).body.pickupDeadlineAt).toBe('2026-11-26T18:00:00.000Z');
  await changeHours(shop, STORE, () => usual);
  expect(await sweepAt('2026-11-25T18:00:01.000Z')).toBe(0);
  expect(await sweepAt('2026-11-26T18:00:00.000Z')).toBe(1);
  expect(await show(id)).toMatchObject({ status: 'expired' });
});
