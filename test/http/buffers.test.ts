// PUT, GET and DELETE /v1/buffers: who keeps which rules, what they show, and what self-tuning ones rest on.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { applyTasks } from '../../src/jobs/buffers.ts';
import { tune } from '../../src/jobs/tuning.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf } from '../support/catalogue.ts';
import { contradictions } from '../support/evidence.ts';
import { openRetailer, type Retailer } from '../support/retailer.ts';

const TUESDAY = new Date('2026-11-24T08:00:00.000Z');
const DAY = 86_400_000;

let now = TUESDAY;
let app: TestApp;
let shop: Retailer;
beforeAll(async () => {
  app = await startTestApp({ now: () => now });
  shop = openRetailer(app);
  await shop.locations({ LILLE: {}, LYON: {} });
  await shop.items('TABLE', 'LAMP');
  await api().put('/v1/items/TABLE', { name: 'Table', category: 'Tables' });
  await shop.stock(['TABLE', 'LILLE', 100], ['LAMP', 'LILLE', 10], ['TABLE', 'LYON', 100]);
});
afterEach(async () => {
  now = TUESDAY;
  const { body } = await api().get('/v1/buffers?limit=200');
  for (const { id } of body.data) await api().delete(`/v1/buffers/${id}`);
  await work();
});
afterAll(async () => {
  expect(await contradictions(app.deps.database)).toEqual([]);
  await app.close();
});

function api(token = app.admin) {
  return callerOf(app.url, token);
}

async function work(): Promise<void> {
  await tune(app.deps);
  await applyTasks(app.deps);
  expect(await contradictions(app.deps.database)).toEqual([]);
  await app.deps.feed.settled();
}

async function put(body: object, token?: string) {
  return api(token).put('/v1/buffers', body);
}

async function termsOf(sku: string, code: string) {
  const { body } = await api().get(`/v1/availability?items=${sku}&explain=true`);
  const place = body.locations.find((one: { location: { code: string } }) => one.location.code === code);
  return place.lines[0].terms.buffer;
}

describe('a rule', () => {
  test('is made, replaced, left as it is, and read', async () => {
    const made = await put({ location: 'LILLE', sku: 'TABLE', percent: 12.5 });
    expect([made.status, made.body]).toMatchObject([
      201,
      { location: 'LILLE', sku: 'TABLE', category: null, percent: 12.5, appliedAt: null, version: 1 },
    ]);
    expect(made.body.id).toMatch(/^obj_/);
    const again = await put({ location: 'LILLE', sku: 'TABLE', percent: 12.5 });
    expect([again.status, again.body]).toEqual([200, made.body]);
    const other = await put({ location: 'LILLE', sku: 'TABLE', quantity: 2 });
    expect([other.status, other.body]).toMatchObject([200, { id: made.body.id, quantity: 2, version: 2 }]);
    expect(other.body.percent).toBeUndefined();
    const read = await api().get(`/v1/buffers/${made.body.id}`);
    expect([read.status, read.body, read.headers.etag]).toEqual([200, other.body, other.headers.etag]);
  });

  test('says when every level has it, and its tag says that too', async () => {
    const { body, headers } = await put({ category: 'Tables', exclude: true });
    const seen = { 'If-None-Match': String(headers.etag) };
    expect((await api().get(`/v1/buffers/${body.id}`, seen)).status).toBe(304);
    await work();
    const applied = await api().get(`/v1/buffers/${body.id}`, seen);
    expect([applied.status, applied.body.appliedAt]).toEqual([200, TUESDAY.toISOString()]);
    const change = { category: 'Tables', quantity: 1 };
    const kept = await api().put('/v1/buffers', change, { 'If-Match': String(headers.etag) });
    expect([kept.status, kept.body.version]).toEqual([200, 2]);
  });

  test('is seen where it counts: the level, explain, the shop’s answer and the event', async () => {
    const { body } = await put({ category: 'Tables', percent: 10 });
    await work();
    expect(await termsOf('TABLE', 'LILLE')).toEqual({ quantity: 10, rule: body.id, silence: 0 });
    expect(await termsOf('LAMP', 'LILLE')).toEqual({ quantity: 0, rule: null, silence: 0 });
    const { body: stock } = await api().get('/v1/stock?sku=TABLE&location=LYON');
    expect(stock.data).toMatchObject([{ buffer: 10, bufferRule: body.id, available: 90 }]);
    const { body: everywhere } = await api().get('/v1/items/TABLE/availability');
    expect(everywhere.total.available).toBe(180);
    const { body: feed } = await api().get('/v1/events?types=stock.changed&limit=200');
    expect(feed.data.at(-1)).toMatchObject({
      location: 'LYON',
      data: { sku: 'TABLE', buffer: 10, available: 90, reason: 'buffer' },
    });
  });

  test('that ends leaves nothing', async () => {
    const { body } = await put({ quantity: 3 });
    await work();
    expect(await termsOf('LAMP', 'LILLE')).toMatchObject({ quantity: 3 });
    expect((await api().delete(`/v1/buffers/${body.id}`)).status).toBe(204);
    await work();
    expect(await termsOf('LAMP', 'LILLE')).toEqual({ quantity: 0, rule: null, silence: 0 });
    for (const gone of [
      await api().delete(`/v1/buffers/${body.id}`),
      await api().get(`/v1/buffers/${body.id}`),
    ]) {
      expect([gone.status, gone.body.code]).toEqual([404, 'unknown-buffer']);
    }
  });

  test.each([
    ['no way', { sku: 'TABLE' }],
    ['two ways', { sku: 'TABLE', quantity: 1, percent: 1 }],
    ['a category and a sku', { sku: 'TABLE', category: 'Tables', quantity: 1 }],
    ['less than nothing', { quantity: -1 }],
    ['more than all', { percent: 100.01 }],
    ['three decimals', { percent: 1.001 }],
    ['not to exclude', { exclude: false }],
    ['to tune itself without a limit', { auto: {} }],
    ['something else', { quantity: 1, days: 2 }],
    ['nothing', {}],
  ])('that says %s is a 400', async (_, body) => {
    const { status, body: problem } = await put(body);
    expect([status, problem.code]).toEqual([400, 'invalid-request']);
  });

  test.each([
    [{ sku: 'NO-SUCH', quantity: 1 }, 'unknown-item'],
    [{ location: 'NOWHERE', quantity: 1 }, 'unknown-location'],
  ])('about what is not there is a 404: %j', async (body, code) => {
    expect((await put(body)).body).toMatchObject({ status: 404, code });
  });

  test('that changed since is not overwritten, nor ended', async () => {
    const { body, headers } = await put({ quantity: 3 });
    const { headers: newer } = await put({ quantity: 4 });
    const stale = { 'If-Match': String(headers.etag) };
    expect((await api().put('/v1/buffers', { quantity: 5 }, stale)).status).toBe(412);
    expect((await api().put('/v1/buffers', { quantity: 5 }, { 'If-None-Match': '*' })).status).toBe(412);
    const end = request(app.url).delete(`/v1/buffers/${body.id}`).auth(app.admin, { type: 'bearer' });
    expect((await end.set(stale)).status).toBe(412);
    const current = { 'If-Match': String(newer.etag) };
    expect((await api().put('/v1/buffers', { quantity: 5 }, current)).status).toBe(200);
    expect((await api().get(`/v1/buffers/${body.id}`)).body.quantity).toBe(5);
  });
});

describe('many rules at once', () => {
  test('have no version of their own: a precondition beside them is refused, and nothing is written', async () => {
    const rules = [{ location: 'LILLE', quantity: 7 }];
    for (const name of ['If-Match', 'If-None-Match']) {
      const { status, body } = await api().put('/v1/buffers', { rules }, { [name]: '"v1"' });
      expect([status, body]).toMatchObject([
        400,
        { code: 'invalid-request', errors: [{ pointer: `header:${name}` }] },
      ]);
    }
    expect((await api().get('/v1/buffers')).body.data).toEqual([]);
  });

  test('have an outcome each, in order, and one that is wrong spoils no other', async () => {
    await put({ sku: 'LAMP', quantity: 1 });
    const { status, body } = await put({
      rules: [
        { category: 'Tables', quantity: 1 },
        { sku: 'LAMP', quantity: 1 },
        { sku: 'LAMP', percent: 10 },
        { sku: 'NO-SUCH', quantity: 1 },
        { quantity: 1, percent: 1 },
        'not a rule',
      ],
    });
    expect(status).toBe(200);
    expect(body.outcomes).toMatchObject([
      { outcome: 'created', buffer: { category: 'Tables', quantity: 1 } },
      { outcome: 'unchanged', buffer: { version: 1 } },
      { outcome: 'updated', buffer: { percent: 10, version: 2 } },
      { outcome: 'rejected', problem: { code: 'unknown-item' } },
      { outcome: 'rejected', problem: { code: 'invalid-request' } },
      { outcome: 'rejected', problem: { code: 'invalid-request' } },
    ]);
    await work();
    expect(await termsOf('LAMP', 'LILLE')).toMatchObject({ quantity: 1 });
  });

  test.each([
    ['beside one', { rules: [{ quantity: 1 }], quantity: 1 }],
    ['but none', { rules: [] }],
    ['beyond 200', { rules: Array.from({ length: 201 }, () => ({ quantity: 1 })) }],
  ])('%s are a 400', async (_, body) => {
    const { status, body: problem } = await put(body);
    expect([status, problem.code]).toEqual([400, 'invalid-request']);
  });
});

describe('a list', () => {
  test('goes page by page, and by what rules name', async () => {
    for (const body of [{ quantity: 1 }, { location: 'LILLE', quantity: 1 }, { sku: 'LAMP', quantity: 1 }]) {
      expect((await put(body)).status).toBe(201);
    }
    await put({ location: 'LYON', category: 'Tables', quantity: 1 });
    const first = await api().get('/v1/buffers?limit=3');
    const second = await api().get(`/v1/buffers?limit=3&cursor=${first.body.nextCursor}`);
    expect([first.body.data.length, second.body.data.length, second.body.nextCursor]).toEqual([3, 1, null]);
    for (const query of ['location=LILLE', 'sku=LAMP', 'category=Tables']) {
      const { body } = await api().get(`/v1/buffers?${query}`);
      expect(body.data).toHaveLength(1);
    }
  });

  test('of a key with one location has its own rules and the general ones; it keeps its own only', async () => {
    const mine = await put({ location: 'LILLE', quantity: 1 });
    const theirs = await put({ location: 'LYON', quantity: 1 });
    const general = await put({ quantity: 1 });
    const { token } = await app.key({ locations: ['LILLE'] });
    const { body } = await api(token).get('/v1/buffers');
    const seen = new Set(body.data.map(({ id }: { id: string }) => id));
    expect(seen).toEqual(new Set([mine.body.id, general.body.id]));
    expect((await api(token).get(`/v1/buffers/${theirs.body.id}`)).status).toBe(404);
    expect((await api(token).delete(`/v1/buffers/${theirs.body.id}`)).status).toBe(404);
    expect((await api(token).delete(`/v1/buffers/${general.body.id}`)).status).toBe(403);
    expect((await put({ quantity: 2 }, token)).status).toBe(403);
    expect((await put({ location: 'LYON', quantity: 2 }, token)).status).toBe(404);
    expect((await put({ location: 'LILLE', quantity: 2 }, token)).status).toBe(200);
  });

  test('needs the scopes', async () => {
    const { token } = await app.key({ scopes: ['stock:read'] });
    expect((await api(token).get('/v1/buffers')).status).toBe(200);
    expect((await put({ quantity: 2 }, token)).status).toBe(403);
  });
});

describe('a rule that tunes itself', () => {
  /** An order of one item, picked as told at this instant. */
  async function pick(location: string, sku: string, picked: number, reason: string | null): Promise<void> {
    const id = await shop.hold(location, [{ sku, quantity: 1 }]);
    await shop.confirm(id);
    await api().post(`/v1/reservations/${id}/start`, {});
    const line = { sku, picked, ...(reason === null ? {} : { missing: 1, reason }) };
    const { status } = await api().post(`/v1/reservations/${id}/pick`, { lines: [line] });
    expect(status).toBe(200);
    // The same report again is the same pick.
    await api().post(`/v1/reservations/${id}/pick`, { lines: [line] });
  }

  test('keeps what the picks of 30 days at a location and category say, and shows them', async () => {
    now = new Date(TUESDAY.getTime() - 31 * DAY);
    await pick('LILLE', 'TABLE', 0, 'not_found');
    now = new Date(TUESDAY.getTime() - DAY);
    for (const reason of ['not_found', 'not_found', 'not_found', 'damaged', null, null]) {
      await pick('LILLE', 'TABLE', reason === null ? 1 : 0, reason);
    }
    await pick('LILLE', 'LAMP', 1, null);
    await pick('LYON', 'TABLE', 0, 'not_found');
    now = TUESDAY;
    const { body } = await put({ location: 'LILLE', auto: { percentMax: 50 } });
    await work();
    // 100 × 3 ÷ (6 + 20) = 11.5, so 12 % of the 95 that are left.
    expect(await termsOf('TABLE', 'LILLE')).toMatchObject({ quantity: 12, rule: body.id });
    expect(await termsOf('LAMP', 'LILLE')).toMatchObject({ quantity: 0, rule: body.id });
    expect(await termsOf('TABLE', 'LYON')).toMatchObject({ quantity: 0, rule: null });
    const figures = { location: 'LILLE', tunedAt: TUESDAY.toISOString() };
    expect((await api().get(`/v1/buffers/${body.id}`)).body).toMatchObject({
      auto: { percentMax: 50 },
      tunings: [
        { ...figures, category: 'Tables', picks: 6, notFound: 3, percent: 12, appliedPercent: 12 },
        { ...figures, category: null, picks: 1, notFound: 0, percent: 0, appliedPercent: 0 },
      ],
    });
    expect((await put({ location: 'LILLE', auto: { percentMax: 5 } })).body.tunings[0]).toMatchObject({
      percent: 12,
      appliedPercent: 5,
    });
    await work();
    expect(await termsOf('TABLE', 'LILLE')).toMatchObject({ quantity: 5 });
  });

  test('looks again every hour, and forgets what is older than 30 days', async () => {
    const { body } = await put({ auto: { percentMax: 50 } });
    // Two processes look at once: the figures are one's to take.
    const taken = await Promise.all([tune(app.deps), tune(app.deps)]);
    expect(taken.filter(Boolean)).toHaveLength(1);
    now = new Date(TUESDAY.getTime() + 3_599_999);
    expect(await tune(app.deps)).toBe(false);
    await work();
    expect(await termsOf('TABLE', 'LILLE')).toMatchObject({ quantity: 12, rule: body.id });
    now = new Date(TUESDAY.getTime() + 30 * DAY);
    await work();
    expect(await termsOf('TABLE', 'LILLE')).toMatchObject({ quantity: 0, rule: body.id });
    expect((await api().get(`/v1/buffers/${body.id}`)).body.tunings).toEqual([]);
  });

  test('sends nobody through levels that no rule governs by them', async () => {
    await pick('LILLE', 'TABLE', 0, 'not_found');
    await put({ location: 'LYON', category: 'Vases', auto: { percentMax: 50 } });
    await put({ location: 'LILLE', sku: 'LAMP', auto: { percentMax: 50 } });
    await applyTasks(app.deps);
    expect(await tune(app.deps)).toBe(true);
    const tasks = 'SELECT location_id FROM buffer_tasks';
    expect(await app.deps.database.run('test.tasks', tasks, [])).toEqual([]);
  });

  test('takes no figures where there is none', async () => {
    now = new Date(TUESDAY.getTime() + 60 * DAY);
    expect(await tune(app.deps)).toBe(false);
  });
});
