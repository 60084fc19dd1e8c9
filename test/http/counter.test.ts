// What staff do at a tablet beside the straight way: undo, replace, refuse; as themselves.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Desk, openDesk } from '../support/desk.ts';
import { contradictions } from '../support/evidence.ts';
import { LAMP, type Shop, STORE, TABLE } from '../support/shop.ts';

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

describe('a shift', () => {
  test('makes the person the one who takes and does, without a word in each call; without one it is the tablet', async () => {
    const token = await desk.tablet('Counter');
    const id = await order();
    const taken = await move(id, 'start', {}, token).expect(200);
    expect(taken.body.takenBy).toBe('Counter');
    await shop.post('/v1/devices/self/shift', { name: 'Nadia' }, { token }).expect(200);
    expect((await move(id, 'start', {}, token).expect(409)).body.takenBy).toBe('Counter');
    expect((await move(id, 'start', { takeOver: true }, token).expect(200)).body.takenBy).toBe('Nadia');
    await move(id, 'pick', { lines: [{ sku: TABLE, picked: 2 }] }, token).expect(200);
    // The next one who works there counts from the very next move.
    await shop.post('/v1/devices/self/shift', { name: 'Paul' }, { token }).expect(200);
    await move(id, 'ready', {}, token).expect(200);
    const { history } = await show(id);
    expect(history.slice(2).map(({ type, by }: { type: string; by: string }) => `${type} by ${by}`)).toEqual([
      'picking by Counter',
      'picking by Nadia',
      'picked by Nadia',
      'ready by Paul',
    ]);
  });

  test('still lets a call say who takes it', async () => {
    const token = await desk.tablet('Back room');
    await shop.post('/v1/devices/self/shift', { name: 'Nadia' }, { token }).expect(200);
    const taken = await move(await order(), 'start', { staff: 'Karim' }, token).expect(200);
    expect(taken.body.takenBy).toBe('Karim');
  });
});

describe('reopen', () => {
  test('undoes ready, with what was picked, and ready can be said again', async () => {
    const id = await order('start', 'pick', 'ready');
    const reopened = await move(id, 'reopen', { reason: 'wrong bag' }).expect(200);
    expect(reopened.body).toMatchObject({
      status: 'picking',
      pickupDeadlineAt: null,
      lines: [{ picked: 2 }],
    });
    const { history } = await show(id);
    expect(history.at(-1)).toMatchObject({
      type: 'picking',
      from: 'ready',
      to: 'picking',
      data: { reopened: true, reason: 'wrong bag' },
    });
    expect((await move(id, 'ready').expect(200)).body.status).toBe('ready');
  });

  test.each(['collect', 'refuse'])('is too late after a part was dealt with by %s', async (name) => {
    const id = await order('start', 'pick', 'ready');
    const lines = [{ sku: TABLE, quantity: 1 }];
    await move(
      id,
      name,
      name === 'collect' ? { override: { reason: 'known' }, lines } : { reason: 'no', lines },
    ).expect(200);
    const refused = await move(id, 'reopen').expect(409);
    expect(refused.body).toMatchObject({ code: 'invalid-transition', from: 'ready' });
    expect(refused.body.allowed).not.toContain('reopen');
  });

  test('is for what is ready', async () => {
    expect((await move(await order('start'), 'reopen').expect(409)).body.allowed).toContain('pick');
  });
});

describe('refuse', () => {
  test('ends the order where nothing of it was taken; its units wait to be put back', async () => {
    const id = await order('start', 'pick', 'ready');
    const before = await level();
    const refused = await move(id, 'refuse', { reason: 'too large' }).expect(200);
    expect(refused.body).toMatchObject({
      status: 'cancelled',
      reason: 'too large',
      putBackPending: true,
      lines: [{ refused: 2, collected: 0 }],
    });
    expect(await level()).toMatchObject({ reserved: before.reserved, available: before.available });
    const list = await shop.get(`/v1/reservations?location=${STORE}&putBackPending=true`).expect(200);
    expect(list.body.data.map((r: { id: string }) => r.id)).toContain(id);
    await move(id, 'put-back').expect(200);
    expect(await level()).toMatchObject({ reserved: before.reserved - 2, available: before.available + 2 });
  });

  test('of a part leaves the rest ready; the part is available after its put-back scan', async () => {
    const id = await order('start', 'pick', 'ready');
    const { available } = await level();
    const lines = [{ sku: TABLE, quantity: 1 }];
    const refused = await move(id, 'refuse', { reason: 'scratched', lines }).expect(200);
    expect(refused.body).toMatchObject({ status: 'ready', putBackPending: true, lines: [{ refused: 1 }] });
    expect(
      (await move(id, 'refuse', { reason: 'all', lines: [{ sku: TABLE, quantity: 2 }] }).expect(409)).body
        .code,
    ).toBe('units-not-here');
    expect((await move(id, 'put-back').expect(200)).body).toMatchObject({
      status: 'ready',
      putBackPending: false,
    });
    expect((await level()).available).toBe(available + 1);
    const collected = await move(id, 'collect', { override: { reason: 'known' } }).expect(200);
    expect(collected.body).toMatchObject({ status: 'collected', lines: [{ collected: 1, refused: 1 }] });
    expect((await move(id, 'put-back').expect(409)).body.code).toBe('nothing-to-put-back');
  });

  test('after a part was taken ends the order as collected', async () => {
    const id = await order('start', 'pick', 'ready');
    const lines = [{ sku: TABLE, quantity: 1 }];
    await move(id, 'collect', { override: { reason: 'known' }, lines }).expect(200);
    const refused = await move(id, 'refuse', { reason: 'one is enough' }).expect(200);
    expect(refused.body).toMatchObject({ status: 'collected', putBackPending: true });
    // Whoever follows the ends of orders hears of this one as of any other.
    const { body } = await shop.get(`/v1/reservations/${id}`).expect(200);
    expect(body.history.slice(-2)).toMatchObject([
      { type: 'refused', from: 'ready', to: 'ready' },
      { type: 'collected', from: 'ready', to: 'collected' },
    ]);
    const { available } = await level();
    await move(id, 'put-back').expect(200);
    expect((await level()).available).toBe(available + 1);
  });

  test.each([
    ['without a reason', {}, 400],
    ['of nothing', { reason: 'no', lines: [] }, 400],
    ['of an item that is not in it', { reason: 'no', lines: [{ sku: LAMP, quantity: 1 }] }, 409],
  ])('%s is refused', async (_, body, status) => {
    expect((await move(await order('start', 'pick', 'ready'), 'refuse', body)).status).toBe(status);
  });
});

describe('substitute', () => {
  const by = { sku: LAMP, quantity: 3 };
  const consent = { givenBy: 'customer', note: 'by telephone' };

  test('holds another item for what is missing, to be picked like any other line', async () => {
    await desk.count(LAMP, 5);
    const id = await order('start', 'miss');
    const before = desk.now();
    desk.later(1);
    const { body } = await move(id, 'substitute', { sku: TABLE, by, consent }).expect(200);
    expect(body.lines).toMatchObject([
      { sku: LAMP, quantity: 3, substitutes: TABLE, picked: 0 },
      { sku: TABLE, quantity: 2, substitutes: null, missing: 1 },
    ]);
    expect(await level(LAMP)).toMatchObject({ reserved: 3, available: 2 });
    const replaced = desk.now();
    desk.later(1);
    expect((await move(id, 'ready').expect(409)).body.skus).toEqual([LAMP]);
    await move(id, 'pick', { lines: [{ sku: LAMP, picked: 3 }] }).expect(200);
    await move(id, 'ready').expect(200);
    await move(id, 'collect', { override: { reason: 'known' } }).expect(200);
    expect(await level(LAMP)).toMatchObject({ onHand: 2, reserved: 0 });
    const shown = await show(id);
    expect(shown.lines).toMatchObject([{ substitutes: TABLE, collected: 3 }, { collected: 1 }]);
    const entry = shown.history.find(({ type }: { type: string }) => type === 'substituted');
    expect(entry.data).toEqual({ sku: TABLE, by, consent });
    const { body: told } = await shop.get('/v1/events?types=reservation.substituted&limit=1000').expect(200);
    expect(told.data.at(-1)).toMatchObject({ subject: id, data: { lines: [{ substitutes: TABLE }, {}] } });
    const asOf = async (at: Date) =>
      (await shop.get(`/v1/stock?sku=${LAMP}&location=${STORE}&asOf=${at.toISOString()}`).expect(200)).body
        .data;
    expect(await asOf(before)).toMatchObject([{ onHand: 5, reserved: 0 }]);
    expect(await asOf(replaced)).toMatchObject([{ onHand: 5, reserved: 3 }]);
  });

  test('is refused where there is not enough, and then changes nothing', async () => {
    await desk.count(LAMP, 2);
    const id = await order('start', 'miss');
    const { version } = await show(id);
    const refused = await move(id, 'substitute', { sku: TABLE, by, consent }).expect(409);
    expect(refused.body).toMatchObject({
      code: 'insufficient-stock',
      shortages: [{ sku: LAMP, requested: 3, available: 2 }],
    });
    expect(await show(id)).toMatchObject({ version, lines: [{ sku: TABLE }] });
  });

  test.each<[string, 'miss' | 'pick', object, number, string]>([
    ['nothing that is missing', 'pick', {}, 409, 'nothing-to-substitute'],
    ['an item that it has', 'miss', { by: { sku: TABLE, quantity: 1 } }, 409, 'line-exists'],
    ['an unknown item', 'miss', { by: { sku: 'GHOST', quantity: 1 } }, 404, 'unknown-item'],
    ['a line that it has not', 'miss', { sku: LAMP }, 409, 'unknown-line'],
    ['without the customer’s consent', 'miss', { consent: undefined }, 400, 'invalid-request'],
  ])('replaces not: %s', async (_, step, change, status, code) => {
    await desk.count(LAMP, 50);
    const id = await order('start', step);
    const answer = await move(id, 'substitute', { sku: TABLE, by, consent, ...change });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('races with everything else that happens to the order, and nothing breaks', async () => {
    await desk.count(LAMP, 1_000);
    for (let round = 0; round < 8; round++) {
      const id = await order('start', 'miss');
      const answers = await Promise.all([
        move(id, 'substitute', { sku: TABLE, by, consent }),
        move(id, 'substitute', { sku: TABLE, by, consent }),
        move(id, 'pick', { lines: [{ sku: TABLE, picked: 1 }] }),
        ...(round % 2 === 0 ? [move(id, 'cancel')] : []),
      ]);
      for (const { status } of answers) expect([200, 409]).toContain(status);
      // Whoever is first finds nothing in their way.
      expect(answers.filter(({ status }) => status === 200)).not.toEqual([]);
      expect(answers.slice(0, 2).map(({ status }) => status)).not.toEqual([200, 200]);
      await move(id, 'cancel');
    }
    expect((await level(LAMP)).reserved).toBe(0);
  });
});
