// Store to web: sold in one store, prepared at another place, there to be collected, brought here or sent home.
// What the seller may do, what only the place that prepares may, and who never learns where it goes.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf } from '../support/catalogue.ts';
import { contradictions } from '../support/evidence.ts';
import { openRetailer, type Retailer } from '../support/retailer.ts';

/** A Tuesday, 14:00 in Paris. */
const now = new Date('2026-11-24T13:00:00.000Z');
const HOME = {
  name: 'Camille Secret-Martin',
  street: '12 impasse Confidentielle',
  postalCode: 'F-59777',
  city: 'Villeneuve-la-Cachée',
  country: 'FR',
  phone: '+33 6 98 76 54 32',
  instructions: 'Code du portail 8642',
};

type Caller = ReturnType<typeof callerOf>;

let app: TestApp;
let retailer: Retailer;
let server: Caller;
let tabletOf: Record<'LILLE' | 'LENS' | 'DEPOT', Caller>;
let lilleDevice: string;
const logged: unknown[] = [];

beforeAll(async () => {
  app = await startTestApp({ now: () => now, onLog: (line) => logged.push(line) });
  retailer = openRetailer(app);
  server = callerOf(app.url, app.admin);
  const closed = { enabled: false, preparationMinutes: 0, holdDays: 1 };
  await retailer.locations({ DEPOT: { kind: 'warehouse', pickup: closed } });
  await retailer.locations({
    LILLE: { replenishment: { from: 'DEPOT', leadTimeDays: 1, cutOff: '15:00' } },
    LENS: { coordinates: { latitude: 50.4324, longitude: 2.8319 } },
  });
  await retailer.items('LAMP', 'TABLE');
  const lille = await pair('LILLE');
  lilleDevice = lille.id;
  tabletOf = { LILLE: lille.tablet, LENS: (await pair('LENS')).tablet, DEPOT: (await pair('DEPOT')).tablet };
});
beforeEach(() =>
  retailer.stock(['LAMP', 'LILLE', 0], ['LAMP', 'LENS', 5], ['LAMP', 'DEPOT', 5], ['TABLE', 'LILLE', 5]),
);
afterAll(async () => {
  expect(await contradictions(app.deps.database)).toEqual([]);
  await app.close();
});

async function pair(location: string): Promise<{ id: string; tablet: Caller }> {
  const { body: device } = await server.post('/v1/devices', { name: `Tablet ${location}`, location });
  const paired = await callerOf(app.url, null).post('/v1/devices/pair', { code: device.pairingCode });
  return { id: device.id, tablet: callerOf(app.url, paired.body.token) };
}

const LAMP = [{ sku: 'LAMP', quantity: 1 }];
const SALE = { channel: 'store', lines: LAMP };

const place = (caller: Caller, body: object) =>
  caller.post('/v1/reservations', { lines: LAMP, ...body }, { 'Idempotency-Key': randomUUID() });

async function placed(caller: Caller, body: object) {
  const answer = await place(caller, body);
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body;
}

const move = (caller: Caller, { id }: { id: string }, name: string, body: object = {}) =>
  caller.post(`/v1/reservations/${id}/${name}`, body);

async function moved(caller: Caller, reservation: { id: string }, name: string, body: object = {}) {
  const answer = await move(caller, reservation, name, body);
  if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${answer.text}`);
  return answer.body;
}

const confirmed = (caller: Caller, reservation: { id: string }) =>
  moved(caller, reservation, 'confirm', { orderReference: `S-${reservation.id}` });

/** As the place that prepares does it. */
async function prepared(caller: Caller, reservation: { id: string }) {
  await moved(caller, reservation, 'start', { staff: 'Nadia' });
  await moved(caller, reservation, 'pick', { lines: [{ sku: 'LAMP', picked: 1 }] });
  return moved(caller, reservation, 'ready', {});
}

async function idsOf(caller: Caller, query: string): Promise<string[]> {
  const { body } = await caller.get(`/v1/reservations?${query}`);
  return body.data.map(({ id }: { id: string }) => id);
}

async function onHand(location: string): Promise<number> {
  const { body } = await server.get(`/v1/stock?sku=LAMP&location=${location}`);
  return body.data[0].onHand;
}

describe('a tablet that finds its shelf empty', () => {
  test('is told where the item is, and what else there is when it asks too much', async () => {
    const { body } = await tabletOf.LILLE.get('/v1/items/LAMP/availability');
    expect(body.locations).toMatchObject([
      { location: { code: 'DEPOT' }, available: 5 },
      { location: { code: 'LENS' }, available: 5 },
      { location: { code: 'LILLE' }, available: 0 },
    ]);
    const refused = await place(tabletOf.LILLE, { location: 'LILLE', channel: 'store' });
    expect(refused.body).toMatchObject({
      code: 'insufficient-stock',
      alternatives: [{ location: { code: 'LENS' } }],
    });
  });

  test('sells it for pickup there: follows it, confirms it and tells the code; the other store hands over', async () => {
    const sale = await placed(tabletOf.LILLE, { ...SALE, location: 'LENS' });
    expect(sale).toMatchObject({ location: 'LENS', soldAt: 'LILLE', channel: 'store', deliverTo: null });
    const { pickupCode } = await confirmed(tabletOf.LILLE, sale);
    expect(pickupCode).toMatch(/^\d{6}$/);
    expect((await tabletOf.LILLE.get(`/v1/reservations/${sale.id}`)).body.pickupCode).toBe(pickupCode);
    expect((await tabletOf.LENS.get(`/v1/reservations/${sale.id}`)).body).not.toHaveProperty('pickupCode');
    expect(await idsOf(tabletOf.LENS, 'location=LENS&status=confirmed')).toContain(sale.id);
    expect((await prepared(tabletOf.LENS, sale)).pickupDeadlineAt).not.toBeNull();
    expect(await moved(tabletOf.LENS, sale, 'collect', { pickupCode })).toMatchObject({
      status: 'collected',
    });
    expect(await onHand('LENS')).toBe(4);
    const [row] = await app.deps.database.run<{ seller_device_id: string }>(
      'test.seller',
      'SELECT seller_device_id FROM reservations WHERE id = $1',
      [sale.id],
    );
    expect(row?.seller_device_id).toBe(lilleDevice);
  });

  test('may call a sale off and give it more time, but not do the other store’s work', async () => {
    const sale = await placed(tabletOf.LILLE, { ...SALE, location: 'LENS' });
    await moved(tabletOf.LILLE, sale, 'extend', { ttlSeconds: 1_000 });
    await confirmed(tabletOf.LILLE, sale);
    const work = {
      start: {},
      pick: { lines: [{ sku: 'LAMP', picked: 1 }] },
      ready: {},
      collect: { override: { reason: 'known customer' } },
      return: { lines: [{ sku: 'LAMP', quantity: 1, condition: 'sellable' }] },
      'put-back': {},
    };
    for (const [name, body] of Object.entries(work)) {
      const { status, body: problem } = await move(tabletOf.LILLE, sale, name, body);
      expect([name, status, problem.code]).toEqual([name, 403, 'forbidden']);
    }
    expect(await moved(tabletOf.LILLE, sale, 'cancel')).toMatchObject({ status: 'cancelled' });
  });

  test('has it sent here from any location, in the time that such a way is supposed to take', async () => {
    const asked = { ...SALE, location: 'LILLE', fulfilment: 'transfer' };
    const usual = await placed(tabletOf.LILLE, asked);
    const other = await placed(tabletOf.LILLE, { ...asked, transferFrom: 'LENS' });
    expect([usual, other]).toMatchObject([
      {
        lines: [{ awaited: 1 }],
        transfer: { from: 'DEPOT', expectedAt: '2026-11-25T08:30:00.000Z' },
        promise: { readyAt: '2026-11-25T09:30:00.000Z' },
      },
      // Two working days, and Lens sends nothing more after noon.
      {
        soldAt: 'LILLE',
        transfer: { from: 'LENS', expectedAt: '2026-11-27T08:30:00.000Z' },
        promise: { readyAt: '2026-11-27T09:30:00.000Z' },
      },
    ]);
    expect(await confirmed(tabletOf.LILLE, other)).toMatchObject({ promise: other.promise });
    expect((await move(tabletOf.LILLE, other, 'start')).body.code).toBe('awaiting-transfer');
    for (const sale of [usual, other]) await moved(tabletOf.LILLE, sale, 'cancel');
  });

  test('plans it at several places, and takes the plan as a sale of its own store only', async () => {
    const lines = [{ sku: 'TABLE', quantity: 1 }, ...LAMP];
    const { body: plans } = await tabletOf.LILLE.post('/v1/plans', { locations: ['LENS', 'LILLE'], lines });
    const [plan] = plans.data.filter(({ legs }: { legs: object[] }) => legs.length === 2);
    const take = (body: object) =>
      tabletOf.LILLE.post(`/v1/plans/${plan.id}/reserve`, body, { 'Idempotency-Key': randomUUID() });
    expect((await take({})).body.code).toBe('unknown-location');
    expect((await take({ channel: 'store', soldAt: 'LENS' })).body.code).toBe('unknown-location');
    const taken = await take({ channel: 'store' });
    expect(taken.body.reservations).toMatchObject([
      { location: 'LENS', soldAt: 'LILLE' },
      { location: 'LILLE', soldAt: 'LILLE' },
    ]);
    const { body: listed } = await tabletOf.LILLE.get(taken.headers.location ?? '');
    const ids = (all: { id: string }[]) => all.map(({ id }) => id).sort();
    expect(ids(listed.data)).toEqual(ids(taken.body.reservations));
    for (const sale of taken.body.reservations) await moved(tabletOf.LILLE, sale, 'cancel');
  });

  test('is a stranger to what a third store sold', async () => {
    const sale = await placed(tabletOf.LILLE, { ...SALE, location: 'LENS' });
    expect((await tabletOf.DEPOT.get(`/v1/reservations/${sale.id}`)).status).toBe(404);
    expect((await move(tabletOf.DEPOT, sale, 'cancel')).status).toBe(404);
    await moved(tabletOf.LILLE, sale, 'cancel');
  });
});

describe('a delivery', () => {
  const delivery = { ...SALE, location: 'DEPOT', deliverTo: HOME };

  test('is prepared by a warehouse that hands over no orders, without promise, code or deadline', async () => {
    const sale = await placed(tabletOf.LILLE, { ...delivery, customer: { name: HOME.name } });
    expect(sale).toMatchObject({ soldAt: 'LILLE', deliverTo: HOME, dispatch: null, promise: null });
    const order = await confirmed(server, sale);
    expect(order).toMatchObject({ promise: null });
    expect(order).not.toHaveProperty('pickupCode');
    expect(await idsOf(tabletOf.DEPOT, 'location=DEPOT&status=confirmed,picking,ready')).toEqual([sale.id]);
    expect(await prepared(tabletOf.DEPOT, sale)).toMatchObject({ pickupDeadlineAt: null, deliverTo: HOME });

    for (const proof of [{ pickupCode: '123456' }, { override: { reason: 'known' } }]) {
      expect((await move(tabletOf.DEPOT, sale, 'collect', proof)).body.code).toBe('wrong-handover');
    }
    expect(await onHand('DEPOT')).toBe(5);
    const dispatch = { carrier: 'Colissimo', trackingNumber: '6A12345678901' };
    const sent = await moved(tabletOf.DEPOT, sale, 'collect', { dispatch });
    expect(sent).toMatchObject({ status: 'collected', dispatch, lines: [{ collected: 1 }] });
    expect(await onHand('DEPOT')).toBe(4);
    const { body: read } = await tabletOf.LILLE.get(`/v1/reservations/${sale.id}`);
    expect(read).toMatchObject({ dispatch, deliverTo: HOME });
    expect(read.history.at(-1)).toMatchObject({ type: 'collected', data: { dispatch } });
  });

  test('tells its address to the two places that serve it, and to no event, history, log or other location', async () => {
    const sale = await placed(tabletOf.LILLE, { ...delivery, customer: { name: HOME.name } });
    await confirmed(tabletOf.LILLE, sale);
    await prepared(tabletOf.DEPOT, sale);
    await moved(tabletOf.DEPOT, sale, 'collect', { dispatch: {} });
    const told = await app.deps.database.run<{ type: string; data: Record<string, unknown> }>(
      'test.told',
      `SELECT type, data::jsonb AS data FROM events WHERE subject = $1
       UNION ALL SELECT type, data::jsonb FROM reservation_transitions WHERE reservation_id = $1`,
      [sale.id],
    );
    expect(told.length).toBeGreaterThanOrEqual(10);
    const events = told.filter(({ type }) => type.startsWith('reservation.'));
    for (const { data } of events) expect(data).toMatchObject({ soldAt: 'LILLE', delivery: true });
    const { body: others } = await tabletOf.LENS.get('/v1/reservations?soldAt=LILLE');
    const { body: everything } = await server.get('/v1/events?limit=200');
    const text = JSON.stringify([told, others, everything, logged]);
    for (const secret of Object.values(HOME).filter((value) => value !== 'FR')) {
      expect(text).not.toContain(secret);
    }
    expect(logged.length).toBeGreaterThan(0);
  });

  test('is not for an order that waits at a counter: that one has a code', async () => {
    const sale = await placed(server, { ...SALE, location: 'LENS' });
    await confirmed(server, sale);
    await prepared(tabletOf.LENS, sale);
    const { status, body } = await move(tabletOf.LENS, sale, 'collect', { dispatch: {} });
    expect([status, body.code]).toEqual([409, 'wrong-handover']);
    await moved(tabletOf.LENS, sale, 'collect', { override: { reason: 'known customer' } });
  });

  test('leaves in parts', async () => {
    const sale = await placed(server, {
      ...delivery,
      soldAt: 'LILLE',
      lines: [{ sku: 'LAMP', quantity: 2 }],
    });
    await confirmed(server, sale);
    await moved(tabletOf.DEPOT, sale, 'start');
    await moved(tabletOf.DEPOT, sale, 'pick', { lines: [{ sku: 'LAMP', picked: 2 }] });
    await moved(tabletOf.DEPOT, sale, 'ready');
    const part = { dispatch: { trackingNumber: '1' }, lines: LAMP };
    expect(await moved(tabletOf.DEPOT, sale, 'collect', part)).toMatchObject({ status: 'ready' });
    const rest = await moved(tabletOf.DEPOT, sale, 'collect', { dispatch: { trackingNumber: '2' } });
    expect(rest).toMatchObject({ status: 'collected', dispatch: { trackingNumber: '2' } });
  });
});

describe('what a store sold', () => {
  test('it lists by soldAt; the place that prepares sees its own part; the usual queue is as it was', async () => {
    const there = await placed(tabletOf.LILLE, { ...SALE, location: 'LENS' });
    const sent = await placed(server, { ...SALE, location: 'DEPOT', soldAt: 'LILLE', deliverTo: HOME });
    const sold = await idsOf(tabletOf.LILLE, 'soldAt=LILLE&status=held');
    expect(new Set(sold)).toEqual(new Set([there.id, sent.id]));
    expect(await idsOf(tabletOf.LENS, 'soldAt=LILLE&status=held')).toEqual([there.id]);
    expect(await idsOf(server, 'soldAt=LILLE&location=DEPOT&status=held')).toEqual([sent.id]);
    expect(await idsOf(tabletOf.LILLE, 'status=held')).toEqual([]);
    expect(await idsOf(server, 'soldAt=NOWHERE')).toEqual([]);
    for (const sale of [there, sent]) await moved(server, sale, 'cancel');
  });
});

describe('refused is', () => {
  type Who = 'tablet' | 'server' | 'Lille’s server' | 'browser';
  const callers = async (who: Who): Promise<Caller> => {
    if (who === 'tablet') return tabletOf.LILLE;
    if (who === 'server') return server;
    const key = who === 'browser' ? { kind: 'publishable' as const } : { locations: ['LILLE'] };
    return callerOf(app.url, (await app.key(key)).token);
  };
  const home = { deliverTo: HOME };
  const fed = { fulfilment: 'transfer' };

  test.each<[string, Who, object, number, string]>([
    ['a hold of a tablet elsewhere that is no sale', 'tablet', { location: 'LENS' }, 404, 'unknown-location'],
    [
      'a sale for another store',
      'tablet',
      { ...SALE, location: 'LENS', soldAt: 'LENS' },
      404,
      'unknown-location',
    ],
    ['a sale at no location', 'tablet', { ...SALE, location: 'NOWHERE' }, 404, 'unknown-location'],
    ['a limited server elsewhere', 'Lille’s server', { ...SALE, location: 'LENS' }, 404, 'unknown-location'],
    [
      'its sale for another store',
      'Lille’s server',
      { ...SALE, location: 'LILLE', soldAt: 'LENS' },
      404,
      'unknown-location',
    ],
    [
      'its transfer from another store',
      'Lille’s server',
      { location: 'LILLE', ...fed, transferFrom: 'LENS' },
      404,
      'unknown-location',
    ],
    [
      'a seller that does not exist',
      'server',
      { ...SALE, location: 'LENS', soldAt: 'NOWHERE' },
      404,
      'unknown-location',
    ],
    ['soldAt of another channel', 'server', { location: 'LENS', soldAt: 'LILLE' }, 400, 'invalid-request'],
    ['deliverTo of another channel', 'server', { location: 'LENS', ...home }, 400, 'invalid-request'],
    [
      'a delivery that waits for a transfer',
      'server',
      { ...SALE, location: 'LILLE', ...home, ...fed },
      400,
      'invalid-request',
    ],
    [
      'transferFrom without a transfer',
      'server',
      { location: 'LILLE', transferFrom: 'LENS' },
      400,
      'invalid-request',
    ],
    [
      'a transfer to itself',
      'server',
      { location: 'LENS', ...fed, transferFrom: 'LENS' },
      400,
      'invalid-request',
    ],
    [
      'a transfer from nowhere',
      'server',
      { location: 'LENS', ...fed, transferFrom: 'NOWHERE' },
      404,
      'unknown-location',
    ],
    [
      'a transfer that nobody sends',
      'server',
      { location: 'LENS', ...fed, lines: [{ sku: 'LAMP', quantity: 10_000 }] },
      409,
      'not-supplied',
    ],
    ['pickup where there is none', 'server', { ...SALE, location: 'DEPOT' }, 409, 'pickup-disabled'],
    [
      'a browser that sells for a store',
      'browser',
      { ...SALE, location: 'LENS', soldAt: 'LILLE' },
      403,
      'forbidden',
    ],
    ['a browser that sends home', 'browser', { ...SALE, location: 'LENS', ...home }, 403, 'forbidden'],
    [
      'a browser that chooses where it comes from',
      'browser',
      { location: 'LILLE', ...fed, transferFrom: 'LENS' },
      403,
      'forbidden',
    ],
  ])('%s (%s)', async (_what, who, body, status, code) => {
    const answer = await place(await callers(who), body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('a shortage tells neither a browser nor a key without the supplier what is there, nor its name', async () => {
    const asked = { location: 'LILLE', ...fed, lines: [{ sku: 'LAMP', quantity: 9 }] };
    const [all, own, browser] = await Promise.all([
      place(server, asked),
      place(callerOf(app.url, (await app.key({ locations: ['LILLE'] })).token), asked),
      place(await callers('browser'), asked),
    ]);
    const short = { sku: 'LAMP', requested: 9 };
    expect(all.body.shortages).toEqual([{ ...short, available: 5 }]);
    for (const { status, body, text } of [own, browser]) {
      expect([status, body.shortages]).toEqual([409, [short]]);
      expect(text).not.toContain('DEPOT');
    }
  });

  test('and a browser may ask for what is sent by the usual supplier', async () => {
    const answer = await place(await callers('browser'), { location: 'LILLE', ...fed });
    expect(answer.status).toBe(201);
    expect(answer.text).not.toMatch(/DEPOT|awaited/);
    await moved(server, answer.body, 'cancel');
  });
});

describe('the limits of', () => {
  const x = (length: number) => 'x'.repeat(length);
  test.each<[string, object, number]>([
    ['a name of 200 characters', { name: x(200) }, 201],
    ['of 201', { name: x(201) }, 400],
    ['of blanks', { name: ' ' }, 400],
    ['a street of 200', { street: x(200) }, 201],
    ['of 201', { street: x(201) }, 400],
    ['none', { street: undefined }, 400],
    ['a postal code of 20', { postalCode: x(20) }, 201],
    ['of 21', { postalCode: x(21) }, 400],
    ['a city of 100', { city: x(100) }, 201],
    ['of 101', { city: x(101) }, 400],
    ['another country', { country: 'BE' }, 201],
    ['one that is none', { country: 'fr' }, 400],
    ['no telephone', { phone: undefined }, 201],
    ['words instead of one', { phone: 'call me' }, 400],
    ['instructions of 500', { instructions: x(500) }, 201],
    ['of 501', { instructions: x(501) }, 400],
    ['a field that there is not', { state: 'Nord' }, 400],
  ])('deliverTo: %s', async (_what, change, status) => {
    const answer = await place(server, { ...SALE, location: 'DEPOT', deliverTo: { ...HOME, ...change } });
    expect(answer.status).toBe(status);
    if (status === 201) await moved(server, answer.body, 'cancel');
  });

  test.each<[string, object, number]>([
    ['texts of 100 characters', { dispatch: { carrier: x(100), trackingNumber: x(100) } }, 200],
    ['a carrier of 101', { dispatch: { carrier: x(101) } }, 400],
    ['a number of 101', { dispatch: { trackingNumber: x(101) } }, 400],
    ['a code beside', { dispatch: {}, pickupCode: '1' }, 400],
    ['an override beside', { dispatch: {}, override: { reason: 'x' } }, 400],
    ['nothing', {}, 400],
  ])('dispatch: %s', async (_what, body, status) => {
    const sale = await placed(server, { ...SALE, location: 'DEPOT', deliverTo: HOME });
    await confirmed(server, sale);
    await prepared(tabletOf.DEPOT, sale);
    expect((await move(tabletOf.DEPOT, sale, 'collect', body)).status).toBe(status);
    if (status !== 200) await moved(tabletOf.DEPOT, sale, 'collect', { dispatch: {} });
  });
});
