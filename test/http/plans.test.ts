// Plans over HTTP: what they show and to whom, what their ids are good for, and taking one, all or nothing.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { PLAN_ID_CHARACTERS_MAX } from '../../src/domain/planQuote.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf } from '../support/catalogue.ts';
import { contradictions } from '../support/evidence.ts';
import { openRetailer, type Retailer } from '../support/retailer.ts';

/** A Tuesday, 14:00 in Paris. */
const STARTED_AT = new Date('2026-11-24T13:00:00.000Z');
const NEAR = '50.63,3.06';
const TEN_MINUTES = 600_000;

let now = STARTED_AT;
let app: TestApp;
let retailer: Retailer;
let server: ReturnType<typeof callerOf>;
let browser: ReturnType<typeof callerOf>;

beforeAll(async () => {
  app = await startTestApp({ now: () => now });
  retailer = openRetailer(app);
  await retailer.locations({
    DEPOT: {
      kind: 'warehouse',
      coordinates: { latitude: 50.58, longitude: 3.12 },
      pickup: { enabled: false, preparationMinutes: 0, holdDays: 1 },
    },
  });
  await retailer.locations({
    LILLE: { replenishment: { from: 'DEPOT', leadTimeDays: 1, cutOff: '15:00' } },
    LENS: { coordinates: { latitude: 50.4324, longitude: 2.8319 } },
    LYON: { coordinates: { latitude: 45.76, longitude: 4.84 } },
  });
  await retailer.items('TABLE', 'LAMP', 'RUG');
  server = callerOf(app.url, app.admin);
  browser = callerOf(app.url, (await app.key({ kind: 'publishable' })).token);
});
beforeEach(() =>
  retailer.stock(
    ['TABLE', 'LILLE', 2],
    ['TABLE', 'LENS', 0],
    ['TABLE', 'DEPOT', 9],
    ['LAMP', 'LILLE', 0],
    ['LAMP', 'LENS', 3],
    ['LAMP', 'DEPOT', 9],
    ['TABLE', 'LYON', 7],
    ['LAMP', 'LYON', 7],
  ),
);
afterAll(async () => {
  expect(await contradictions(app.deps.database)).toEqual([]);
  await app.close();
});

const TABLE_AND_LAMP = [
  { sku: 'TABLE', quantity: 1 },
  { sku: 'LAMP', quantity: 1 },
];
const nearLille = { near: NEAR, lines: TABLE_AND_LAMP };

let keys = 0;
const newKey = () => ({ 'Idempotency-Key': `take-${++keys}` });

type ShownPlan = {
  id: string;
  validUntil: string;
  readyAt: string;
  legs: {
    location: { code: string };
    fulfilment: string;
    from?: string;
    lines: { sku: string; quantity: number }[];
    promise: { readyAt: string };
  }[];
};

async function plansFor(body: object, caller = server): Promise<ShownPlan[]> {
  const answer = await caller.post('/v1/plans', body);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body.data;
}

async function firstPlan(body: object, caller = server): Promise<ShownPlan> {
  const [plan] = await plansFor(body, caller);
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

const take = (id: string, body: object = {}, caller = server, key = newKey()) =>
  caller.post(`/v1/plans/${id}/reserve`, body, key);

const shown = ({ legs }: ShownPlan) =>
  legs.map(({ location, fulfilment, lines }) => [location.code, fulfilment, ...lines.map(({ sku }) => sku)]);

async function onHand(sku: string, location: string) {
  const { body } = await server.get(`/v1/stock?sku=${sku}&location=${location}`);
  const { onHand: units, reserved, incoming } = body.data[0];
  return { onHand: units, reserved, incoming };
}

/** Ends the holds that a test placed, so that the next one starts with all units. */
async function release(reservations: readonly { id: string }[]) {
  for (const { id } of reservations) await retailer.cancel(id);
}

describe('the plans for a cart', () => {
  test('are whole: two stores now, or one by transfer on the next working day', async () => {
    const plans = await plansFor({ ...nearLille, strategy: 'soonest' });
    expect(plans.map(shown)).toEqual([
      [
        ['LILLE', 'now', 'TABLE'],
        ['LENS', 'now', 'LAMP'],
      ],
      [['LILLE', 'transfer', 'TABLE', 'LAMP']],
    ]);
    expect(plans).toMatchObject([
      {
        readyAt: '2026-11-24T14:00:00.000Z',
        validUntil: new Date(now.getTime() + TEN_MINUTES).toISOString(),
        legs: [
          { distanceKm: 0.52, promise: { readyAt: '2026-11-24T14:00:00.000Z' } },
          { distanceKm: expect.any(Number), location: { name: 'LENS', timeZone: 'Europe/Paris' } },
        ],
      },
      { readyAt: '2026-11-25T09:30:00.000Z', legs: [{ from: 'DEPOT' }] },
    ]);
  });

  test.each([
    ['one_store', [['LILLE', 'transfer']]],
    [
      'fewest_stores',
      [
        ['LILLE', 'transfer'],
        ['LILLE', 'now', 'LENS', 'now'],
      ],
    ],
  ])('by the strategy %s', async (strategy, expected) => {
    const plans = await plansFor({ ...nearLille, strategy });
    expect(plans.map((plan) => shown(plan).flatMap((leg) => leg.slice(0, 2)))).toEqual(expected);
  });

  test.each(['TABLE:1', 'TABLE:3', 'TABLE:1,LAMP:1', 'LAMP:4', 'TABLE:2,LAMP:2'])(
    'for one store are the places that availability has for %s, in its order and with its promises',
    async (items) => {
      const query = new URLSearchParams({ items, near: NEAR, radiusKm: '600', limit: '200' });
      const { body } = await server.get(`/v1/availability?${query}`);
      const places = body.locations.filter((one: { promise: object | null }) => one.promise !== null);
      expect(places.length).toBeGreaterThan(0);
      const lines = items.split(',').map((line) => {
        const [sku, quantity] = line.split(':');
        return { sku, quantity: Number(quantity) };
      });
      const asked = { near: NEAR, radiusKm: 600, lines, strategy: 'one_store', limit: 20 };
      const plans = await plansFor(asked);
      const legs = plans.flatMap((plan) => plan.legs);
      expect(legs.map(({ location, fulfilment, promise }) => [location.code, fulfilment, promise])).toEqual(
        places.map((one: ShownPlan['legs'][number]) => [one.location.code, one.fulfilment, one.promise]),
      );
    },
  );

  test('take the point as availability does, or as coordinates', async () => {
    const near = { latitude: 50.63, longitude: 3.06 };
    const [text, object] = [await plansFor(nearLille), await plansFor({ ...nearLille, near })];
    expect(object.map(shown)).toEqual(text.map(shown));
  });

  test('are among the given stores, wherever they are, without those that hand over no orders', async () => {
    const plans = await plansFor({ locations: ['LYON', 'DEPOT', 'LENS'], lines: TABLE_AND_LAMP });
    expect(plans.map(shown)).toEqual([[['LYON', 'now', 'TABLE', 'LAMP']]]);
    expect(plans[0]?.legs).toMatchObject([{ distanceKm: null }]);
  });

  test('reach as far as asked', async () => {
    expect(await plansFor({ ...nearLille, radiusKm: 0.1 })).toEqual([]);
    const far = await plansFor({ ...nearLille, radiusKm: 20_000, limit: 20 });
    expect(far.map(shown)).toContainEqual([['LYON', 'now', 'TABLE', 'LAMP']]);
  });

  test('are not missed where many near stores have little: a far one with all, one with what is rare', async () => {
    await retailer.items('VASE', 'CLOCK');
    const near = Array.from({ length: 25 }, (_, n) => `NEAR-${String(n).padStart(2, '0')}`);
    const at = (latitude: number) => ({ coordinates: { latitude, longitude: 7.75 } });
    await Promise.all(near.map((code, n) => retailer.locations({ [code]: at(48.5 + n / 100) })));
    await retailer.locations({ WHOLE: at(47.5), RARE: at(47.8) });
    await retailer.stock(...near.map((code) => ['VASE', code, 1] as const), ['CLOCK', 'RARE', 1]);
    await retailer.stock(['VASE', 'WHOLE', 1], ['CLOCK', 'WHOLE', 1]);
    const lines = ['VASE', 'CLOCK'].map((sku) => ({ sku, quantity: 1 }));
    const asked = { near: '48.5,7.75', radiusKm: 500, lines, limit: 20 };
    const plans = (await plansFor({ ...asked, strategy: 'fewest_stores' })).map(shown);
    expect(plans[0]).toEqual([['WHOLE', 'now', 'VASE', 'CLOCK']]);
    await retailer.stock(['CLOCK', 'WHOLE', 0]);
    expect((await plansFor(asked)).map(shown)[0]).toEqual([
      ['NEAR-00', 'now', 'VASE'],
      ['RARE', 'now', 'CLOCK'],
    ]);
  });

  test('tell a key no count of a supplier that it may not see', async () => {
    const lille = callerOf(app.url, (await app.key({ locations: ['LILLE'] })).token);
    const { id } = await firstPlan({ near: NEAR, lines: [{ sku: 'TABLE', quantity: 6 }] }, lille);
    await retailer.stock(['TABLE', 'DEPOT', 3]);
    const { body } = await take(id, {}, lille);
    expect(body.shortages).toEqual([{ location: 'LILLE', sku: 'TABLE', requested: 6 }]);
  });

  test('are none where the cart cannot be had', async () => {
    expect(await plansFor({ near: NEAR, lines: [{ sku: 'RUG', quantity: 1 }] })).toEqual([]);
  });

  test('are among the locations of the key', async () => {
    const { token } = await app.key({ locations: ['LENS'] });
    const lens = callerOf(app.url, token);
    expect(await plansFor(nearLille, lens)).toEqual([]);
    const { status, body } = await lens.post('/v1/plans', { locations: ['LILLE'], lines: TABLE_AND_LAMP });
    expect([status, body.code]).toEqual([404, 'unknown-location']);
  });
});

describe('a request for plans', () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ sku: n % 2 === 0 ? 'TABLE' : 'LAMP', quantity: 1 }));
  const codes = (count: number) => ['LILLE', ...Array.from({ length: count - 1 }, (_, n) => `NO-${n}`)];

  test.each([
    ['at most 50 lines', { ...nearLille, lines: lines(50) }, 200],
    ['not 51', { ...nearLille, lines: lines(51) }, 400],
    ['at least a line', { ...nearLille, lines: [] }, 400],
    ['at most 20 plans', { ...nearLille, limit: 20 }, 200],
    ['not 21', { ...nearLille, limit: 21 }, 400],
    ['50 locations, here of 49 that do not exist', { locations: codes(50), lines: TABLE_AND_LAMP }, 404],
    ['not 51', { locations: codes(51), lines: TABLE_AND_LAMP }, 400],
    ['no location twice', { locations: ['LILLE', 'LILLE'], lines: TABLE_AND_LAMP }, 400],
    ['a point or locations', { lines: TABLE_AND_LAMP }, 400],
    ['not both', { ...nearLille, locations: ['LILLE'] }, 400],
    ['a radius only around a point', { locations: ['LILLE'], radiusKm: 5, lines: TABLE_AND_LAMP }, 400],
    ['20,000 km', { ...nearLille, radiusKm: 20_000 }, 200],
    ['not more', { ...nearLille, radiusKm: 20_001 }, 400],
    ['a point on earth', { ...nearLille, near: '91,0' }, 400],
    ['10,000 units of an item', { ...nearLille, lines: [{ sku: 'RUG', quantity: 10_000 }] }, 200],
    ['not more', { ...nearLille, lines: [{ sku: 'RUG', quantity: 10_001 }] }, 400],
    ['an item that exists', { ...nearLille, lines: [{ sku: 'NO-SUCH', quantity: 1 }] }, 404],
    ['a known strategy', { ...nearLille, strategy: 'cheapest' }, 400],
  ])('takes %s', async (_what, body, expected) => {
    expect((await server.post('/v1/plans', body)).status).toBe(expected);
  });

  test('takes no more than 10,000 units of an item when its lines are merged either', async () => {
    const { status, body } = await server.post('/v1/plans', {
      ...nearLille,
      lines: [10_000, 1].map((quantity) => ({ sku: 'RUG', quantity })),
    });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([
      { pointer: '/lines', code: 'too-large', detail: expect.stringContaining('RUG') },
    ]);
  });
});

describe('taking a plan', () => {
  test('holds all of it, one reservation for each store, and lists them by the plan', async () => {
    const plan = await firstPlan({ ...nearLille, strategy: 'soonest' });
    const { status, body, headers } = await take(plan.id, { customer: { name: 'Camille' }, channel: 'app' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      planId: expect.stringMatching(/^obj_/),
      reservations: [
        { location: 'LILLE', status: 'held', channel: 'app', customer: { name: 'Camille' } },
        { location: 'LENS', lines: [{ sku: 'LAMP', quantity: 1, awaited: 0 }] },
      ],
    });
    expect(headers.location).toBe(`/v1/reservations?planId=${body.planId}`);
    const listed = await server.get(headers.location ?? '');
    expect(listed.body.data.map(({ id }: { id: string }) => id).sort()).toEqual(
      body.reservations.map(({ id }: { id: string }) => id).sort(),
    );
    expect(listed.body.data).toMatchObject([{ planId: body.planId }, { planId: body.planId }]);
    await release(body.reservations);
  });

  test('for a store that sells it says so on each', async () => {
    const { id } = await firstPlan({ ...nearLille, strategy: 'soonest' });
    expect((await take(id, { soldAt: 'LYON' })).body.errors).toMatchObject([{ pointer: '/soldAt' }]);
    const { body } = await take(id, { channel: 'store', soldAt: 'LYON' });
    expect(body.reservations).toMatchObject([{ soldAt: 'LYON' }, { soldAt: 'LYON' }]);
    await release(body.reservations);
  });

  test('with a transfer makes it too: what is here is reserved, the rest comes', async () => {
    const plan = await firstPlan({
      near: NEAR,
      lines: [{ sku: 'TABLE', quantity: 3 }],
      strategy: 'one_store',
    });
    expect(shown(plan)).toEqual([['LILLE', 'transfer', 'TABLE']]);
    const { body } = await take(plan.id);
    expect(body.reservations).toMatchObject([
      {
        lines: [{ quantity: 3, awaited: 1 }],
        transfer: { from: 'DEPOT', status: 'created', expectedAt: '2026-11-25T08:30:00.000Z' },
        promise: plan.legs[0]?.promise,
      },
    ]);
    expect(await onHand('TABLE', 'LILLE')).toMatchObject({ reserved: 2 });
    expect(await onHand('TABLE', 'DEPOT')).toMatchObject({ reserved: 1 });
    await release(body.reservations);
    expect(await onHand('TABLE', 'DEPOT')).toMatchObject({ reserved: 0 });
  });

  test('waits for what is on its way to a store already, where that is sooner than to send it', async () => {
    await retailer.stock(['RUG', 'DEPOT', 9]);
    const lines = [{ sku: 'RUG', quantity: 2 }];
    const expectedAt = '2026-11-24T15:00:00.000Z';
    const { body: transfer } = await server.post('/v1/transfers', {
      from: 'DEPOT',
      to: 'LENS',
      lines,
      expectedAt,
    });
    expect((await server.post(`/v1/transfers/${transfer.id}/ship`, {})).status).toBe(200);
    await app.deps.feed.settled();
    const plans = await plansFor({ near: NEAR, lines, strategy: 'soonest' });
    expect(plans.map((plan) => [shown(plan), plan.legs[0]?.from, plan.readyAt])).toEqual([
      [[['LENS', 'transfer', 'RUG']], undefined, '2026-11-24T16:00:00.000Z'],
      [[['LILLE', 'transfer', 'RUG']], 'DEPOT', '2026-11-25T09:30:00.000Z'],
    ]);
    const key = newKey();
    const { body } = await take(plans[0]?.id ?? '', {}, server, key);
    expect(body.reservations).toMatchObject([
      {
        location: 'LENS',
        lines: [{ awaited: 2 }],
        transfer: { id: transfer.id },
        promise: { readyAt: plans[0]?.readyAt },
      },
    ]);
    // It waits for somebody now: nothing else supplies the store, and the answer is kept all the same.
    await app.deps.feed.settled();
    const again = await take(plans[0]?.id ?? '', {}, server, key);
    expect([again.status, again.body]).toEqual([201, body]);
    await release(body.reservations);
  });

  test('is done once', async () => {
    const { id } = await firstPlan(nearLille);
    const first = await take(id);
    const second = await take(id);
    expect([second.status, second.body.code]).toEqual([409, 'plan-taken']);
    await release(first.body.reservations);
    expect((await take(id)).body.code).toBe('plan-taken');
  });

  test('by 64 at once, with units for ten, is whole for ten and nothing for the others', async () => {
    await retailer.stock(['TABLE', 'LILLE', 10], ['LAMP', 'LENS', 30]);
    const asked = { locations: ['LILLE', 'LENS'], lines: TABLE_AND_LAMP, strategy: 'soonest' };
    const plans = await Promise.all(Array.from({ length: 64 }, () => firstPlan(asked)));
    const answers = await Promise.all(plans.map(({ id }) => take(id)));
    const taken = answers.filter(({ status }) => status === 201);
    expect(taken).toHaveLength(10);
    const refused = answers.filter(({ body }) => body.code === 'insufficient-stock');
    expect(refused).toHaveLength(54);
    expect(await onHand('TABLE', 'LILLE')).toMatchObject({ reserved: 10 });
    expect(await onHand('LAMP', 'LENS')).toMatchObject({ reserved: 10 });
    for (const { body } of taken) await release(body.reservations);
  });

  test('where units are gone holds nothing anywhere, and names each store’s shortages', async () => {
    const { id } = await firstPlan({ ...nearLille, strategy: 'soonest' });
    await retailer.stock(['TABLE', 'LILLE', 0], ['LAMP', 'LENS', 0]);
    const { status, body } = await take(id);
    expect([status, body.code]).toEqual([409, 'insufficient-stock']);
    expect(body.shortages).toEqual([
      { location: 'LILLE', sku: 'TABLE', requested: 1, available: 0 },
      { location: 'LENS', sku: 'LAMP', requested: 1, available: 0 },
    ]);
    await retailer.stock(['TABLE', 'LILLE', 2]);
    const half = await firstPlan({ ...nearLille, locations: ['LILLE', 'LYON'], near: undefined });
    await retailer.stock(['LAMP', 'LYON', 0], ['LAMP', 'DEPOT', 0], ['TABLE', 'LYON', 0]);
    expect((await take(half.id)).status).toBe(409);
    expect(await onHand('TABLE', 'LILLE')).toMatchObject({ reserved: 0 });
    expect(await onHand('TABLE', 'LYON')).toMatchObject({ reserved: 0 });
  });
});

describe('a plan’s id', () => {
  test('is another key’s secret, and whatever was changed in it makes it unknown', async () => {
    const { id } = await firstPlan(nearLille);
    const other = callerOf(app.url, (await app.key()).token);
    const [text = '', signature = ''] = id.slice(4).split('.');
    const payload = Buffer.from(text, 'base64url').toString();
    const sent = (changed: string) => `pln_${Buffer.from(changed).toString('base64url')}.${signature}`;
    const forged = [
      sent(payload.replace('TABLE:1', 'TABLE:2')),
      sent(payload.replace(/ (\d{13}) /, (_, at) => ` ${Number(at) + 1} `)),
      `pln_${text}.${'A'.repeat(43)}`,
      `pln_${text}.`,
      `pln_.${signature}`,
      text,
      'obj_01M805GM0VVZQWX59QYNSPH2WS',
    ];
    expect(payload).toContain('TABLE:1');
    for (const [planId, caller] of [...forged.map((one) => [one, server] as const), [id, other] as const]) {
      const { status, body } = await take(planId, {}, caller);
      expect([status, body.code]).toEqual([404, 'unknown-plan']);
    }
  });

  test('is good in every process of the installation', async () => {
    const second = await startTestApp({ databaseUrl: app.databaseUrl, now: () => now });
    const { token } = await app.key();
    const { id } = await firstPlan(nearLille, callerOf(app.url, token));
    const { status, body } = await take(id, {}, callerOf(second.url, token));
    await second.close();
    expect(status).toBe(201);
    await release(body.reservations);
  });

  test('of the largest plan is as long as documented, and still is taken', async () => {
    const code = (name: string) => `${name}-${'x'.repeat(62)}`;
    const skus = Array.from({ length: 50 }, (_, n) => `S${String(n).padStart(2, '0')}-${'"'.repeat(60)}`);
    const places = ['A', 'B', 'C'].map(code);
    await retailer.locations(Object.fromEntries(places.map((place) => [place, {}])));
    const items = skus.map((sku) => ({ sku, name: { fr: 'x' } }));
    expect((await server.post('/v1/items/batch', { items })).status).toBe(200);
    await retailer.stock(...skus.map((sku, n) => [sku, places[n % 3] ?? '', 10_000] as const));
    const lines = skus.map((sku) => ({ sku, quantity: 10_000 }));
    const plan = await firstPlan({ locations: places, lines });
    expect(plan.legs.map((leg) => leg.lines.length)).toEqual([17, 17, 16]);
    expect(plan.id.length).toBeLessThanOrEqual(PLAN_ID_CHARACTERS_MAX);
    expect(plan.id.length).toBeGreaterThan(PLAN_ID_CHARACTERS_MAX - 100);
    expect((await take(plan.id)).status).toBe(201);
    expect((await take(`${'x'.repeat(PLAN_ID_CHARACTERS_MAX)}`)).status).toBe(404);
    expect((await take(`${'x'.repeat(PLAN_ID_CHARACTERS_MAX + 1)}`)).status).toBe(400);
  });
});

describe('a browser', () => {
  const tables = (quantity: number) => ({ near: NEAR, lines: [{ sku: 'TABLE', quantity }] });

  test('gets plans and takes one, and learns neither a count nor where goods come from', async () => {
    const plan = await firstPlan({ ...tables(3), strategy: 'one_store' }, browser);
    expect(shown(plan)).toEqual([['LILLE', 'transfer', 'TABLE']]);
    const { status, body, text } = await take(plan.id, {}, browser);
    expect(status).toBe(201);
    const known = Buffer.from(plan.id.slice(4).split('.')[0] ?? '', 'base64url').toString();
    expect(JSON.stringify([plan, known]) + text).not.toMatch(/DEPOT|awaited|available|"transfer":/);
    await release(body.reservations);
  });

  test('is not told how many are left when a plan cannot be had any more', async () => {
    const { id } = await firstPlan(tables(2), browser);
    await retailer.stock(['TABLE', 'LILLE', 1]);
    const { status, body } = await take(id, {}, browser);
    expect([status, body.shortages]).toEqual([409, [{ location: 'LILLE', sku: 'TABLE', requested: 2 }]]);
  });

  test.each([
    ['10 units', () => browser.post('/v1/plans', tables(10)), 200],
    ['not 11', () => browser.post('/v1/plans', tables(11)), 403],
    [
      'a hold of 1,800 s',
      async () => {
        const taken = await take((await firstPlan(tables(1), browser)).id, { ttlSeconds: 1_800 }, browser);
        await release(taken.body.reservations);
        return taken;
      },
      201,
    ],
    [
      'not one of 1,801',
      async () => take((await firstPlan(tables(1), browser)).id, { ttlSeconds: 1_801 }, browser),
      403,
    ],
  ])('may ask for %s', async (_what, asked, expected) => {
    expect((await asked()).status).toBe(expected);
  });
});

// The clock never goes back: what is decided later is later.
describe('as time passes', () => {
  const wait = (milliseconds: number) => {
    now = new Date(now.getTime() + milliseconds);
  };

  test('taking a plan needs an Idempotency-Key, and answers the same under it when the plan is long over', async () => {
    const { id } = await firstPlan(nearLille);
    expect((await server.post(`/v1/plans/${id}/reserve`, {})).body.code).toBe('idempotency-key-required');
    const key = newKey();
    const first = await take(id, {}, server, key);
    await release(first.body.reservations);
    wait(TEN_MINUTES + 1);
    const again = await take(id, {}, server, key);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const reused = await take(id, { channel: 'app' }, server, key);
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  test('a plan holds until it ends and not a millisecond longer', async () => {
    const [last, late] = [await firstPlan(nearLille), await firstPlan(nearLille)];
    wait(TEN_MINUTES);
    const taken = await take(last.id);
    expect(taken.status).toBe(201);
    await release(taken.body.reservations);
    wait(1);
    const refused = await take(late.id);
    expect([refused.status, refused.body.code]).toEqual([410, 'plan-expired']);
  });
});
