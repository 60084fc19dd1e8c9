// What a tablet tells after it was offline: it happened when it says, within reason. And where things stand.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Desk, openDesk, type Step } from '../support/desk.ts';
import { contradictions } from '../support/evidence.ts';
import { type Shop, STORE, TABLE } from '../support/shop.ts';

let desk: Desk;
let shop: Shop;
const move: Desk['move'] = (...asked) => desk.move(...asked);
const order: Desk['order'] = (...steps) => desk.order(...steps);
const show: Desk['show'] = (id) => desk.show(id);
const level: Desk['level'] = (sku) => desk.level(sku);

beforeAll(async () => {
  desk = await openDesk();
  shop = desk.shop;
});
afterAll(async () => {
  expect(await contradictions(shop.app.deps.database)).toEqual([]);
  await shop.app.close();
});

/** What an order needs before a move; the others need it to be ready. */
const BEFORE: Readonly<Record<string, Step[]>> = {
  start: [],
  cancel: [],
  acknowledge: [],
  pick: ['start'],
  ready: ['start', 'pick'],
};

describe('what a tablet that was offline tells later', () => {
  test('happened when it says: a count between was taken without the units', async () => {
    const id = await order('start', 'pick', 'ready');
    const handedOverAt = new Date(desk.now().getTime() + 5 * 60_000);
    desk.later(10);
    // Counted at the shelf after the customer had left with two.
    await desk.count(TABLE, 7);
    desk.later(10);
    const body = { override: { reason: 'known' }, occurredAt: handedOverAt.toISOString() };
    await move(id, 'collect', body).expect(200);
    expect((await level()).onHand).toBe(7);
    const entry = (await show(id)).history.at(-1);
    expect(entry).toMatchObject({
      type: 'collected',
      at: desk.now().toISOString(),
      occurredAt: handedOverAt.toISOString(),
    });
    const { body: ledger } = await shop.get(`/v1/stock/movements?reservationId=${id}`).expect(200);
    expect(ledger.data).toMatchObject([
      { type: 'sale', occurredAt: handedOverAt.toISOString(), recordedAt: expect.any(String) },
    ]);
  });

  test('told at once, the same leaves the count’s figure', async () => {
    const id = await order('start', 'pick', 'ready');
    desk.later(10);
    await desk.count(TABLE, 7);
    desk.later(1);
    await move(id, 'collect', { override: { reason: 'known' } }).expect(200);
    expect((await level()).onHand).toBe(5);
    expect((await show(id)).history.at(-1).occurredAt).toBeNull();
  });

  test.each([
    'start',
    'pick',
    'ready',
    'cancel',
    'acknowledge',
    'put-back',
    'return',
    'refuse',
    'reopen',
    'collect',
  ])('%s takes the instant, and refuses one that cannot be', async (name) => {
    const steps = BEFORE[name] ?? ['start', 'pick', 'ready'];
    const bodies: Record<string, object> = {
      pick: { lines: [{ sku: TABLE, picked: 2 }] },
      refuse: { reason: 'no' },
      collect: { override: { reason: 'known' } },
      return: { lines: [{ sku: TABLE, quantity: 1 }] },
    };
    const body = bodies[name] ?? {};
    const id = await order(...steps);
    if (name === 'put-back') await move(id, 'cancel').expect(200);
    if (name === 'return') await move(id, 'collect', bodies.collect).expect(200);
    const created = new Date((await show(id)).createdAt).getTime();
    desk.later(3);
    const at = (milliseconds: number) => new Date(milliseconds).toISOString();
    const early = await move(id, name, { ...body, occurredAt: at(created - 1) }).expect(409);
    expect(early.body.code).toBe('occurred-too-early');
    const ahead = await move(id, name, { ...body, occurredAt: at(desk.now().getTime() + 61_000) }).expect(
      409,
    );
    expect(ahead.body.code).toBe('occurred-in-the-future');
    await move(id, name, { ...body, occurredAt: 'yesterday' }).expect(400);
    // A clock that is a little ahead: it was now.
    await move(id, name, { ...body, occurredAt: at(desk.now().getTime() + 59_000) }).expect(200);
    expect((await show(id)).history.at(-1).occurredAt).toBe(desk.now().toISOString());
  });

  test('is not believed after a week', async () => {
    const id = await order();
    desk.later(7 * 24 * 60 + 1);
    const occurredAt = new Date(desk.now().getTime() - 7 * 86_400_000 - 1).toISOString();
    expect((await move(id, 'start', { occurredAt }).expect(409)).body.code).toBe('occurred-too-early');
  });
});

test('lines say in which aisle their item stands, to the store’s own callers and to no browser', async () => {
  const id = await order();
  const { token } = await shop.app.key({ kind: 'device', locations: [STORE] });
  await shop.app.deps.database.run(
    'test.aisle',
    `INSERT INTO item_places (location_id, item_id, aisle)
     SELECT l.id, i.id, CASE l.code WHEN $1 THEN 'A2' ELSE 'Z9' END FROM locations l, items i WHERE i.sku = $2`,
    [STORE, TABLE],
  );
  const list = await shop.get(`/v1/reservations?location=${STORE}&status=confirmed`, token).expect(200);
  const found = list.body.data.find((reservation: { id: string }) => reservation.id === id);
  expect(found.lines).toMatchObject([{ sku: TABLE, aisle: 'A2' }]);
  // A browser sees no order but the holds that it placed, when it cancels them.
  const cancelledBy = async (caller: string, key: string) => {
    const asked = { location: STORE, lines: [{ sku: TABLE, quantity: 1 }] };
    const { body } = await shop.post('/v1/reservations', asked, { token: caller, key }).expect(201);
    return (await move(body.id, 'cancel', {}, caller).expect(200)).body.lines;
  };
  expect(await cancelledBy(token, 'tablet')).toMatchObject([{ sku: TABLE, aisle: 'A2' }]);
  const [line] = await cancelledBy((await shop.app.key({ kind: 'publishable' })).token, 'browser');
  expect(line).toMatchObject({ sku: TABLE, quantity: 1 });
  expect(line).not.toHaveProperty('aisle');
});
