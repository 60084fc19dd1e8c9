// Silence where things go wrong: one dead store of a network, nobody who listens, processes that race or die, ledgers
// that are wild. The clock is the test's.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { giveBack, grow, look, startSilence, watch } from '../../src/jobs/silence.ts';
import type { Database } from '../../src/queries/transaction.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf } from '../support/catalogue.ts';
import { eventually } from '../support/eventually.ts';
import { contradictions } from '../support/evidence.ts';
import { openRetailer, type Retailer } from '../support/retailer.ts';

const TUESDAY = new Date('2026-11-24T08:00:00.000Z').getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let now = new Date(TUESDAY);
let app: TestApp;
let shop: Retailer;
beforeAll(async () => {
  app = await startTestApp({ now: () => now });
  shop = openRetailer(app);
  await shop.locations({ LILLE: {}, LYON: {}, PARIS: {} });
  await shop.items('TABLE', 'LAMP');
});
let round = 0;
beforeEach(async () => {
  // Each test is a week later: silences of before are over, sales of before too old or counted.
  round += 1;
  now = new Date(TUESDAY + round * 29 * 24 * HOUR);
  await app.deps.database.run('test.end', 'UPDATE sources SET heartbeat_seconds = NULL', []);
  await watch(app.deps);
  await shop.stock(
    ['TABLE', 'LILLE', 700],
    ['LAMP', 'LILLE', 700],
    ['TABLE', 'LYON', 700],
    ['LAMP', 'LYON', 700],
  );
  now = new Date(now.getTime() + MINUTE);
});
afterAll(async () => {
  await app.deps.database.run('test.end', 'UPDATE sources SET heartbeat_seconds = NULL', []);
  await watch(app.deps);
  expect(await contradictions(app.deps.database)).toEqual([]);
  await app.close();
});

const api = () => callerOf(app.url, app.admin);

/** One of each an hour, for 28 days. */
async function sell(source: string, location: string, skus = ['TABLE', 'LAMP']): Promise<void> {
  const movements = skus.map((sku) => ({
    eventId: `${source}-${location}-${sku}-${now.getTime()}`,
    ...{ type: 'sale', sku, location, quantity: 672, occurredAt: now.toISOString() },
  }));
  const { body } = await api().post('/v1/stock/movements', { source, movements });
  expect(body).toMatchObject({ applied: skus.length });
  const counts = skus.map((sku) => ({
    eventId: `${source}-${location}-${sku}-${now.getTime()}-count`,
    ...{ sku, location, onHand: 700, countedAt: new Date(now.getTime() + 1).toISOString() },
  }));
  await api().post('/v1/stock/counts', { source, counts });
  await app.deps.sources.write(now);
}

async function expectHeartbeat(name: string): Promise<void> {
  await api().put(`/v1/sources/${name}`, { kind: 'pos', heartbeatSeconds: 600 });
}

async function pass(milliseconds: number): Promise<void> {
  now = new Date(now.getTime() + milliseconds);
  await watch(app.deps);
  await settled();
}

async function settled(): Promise<void> {
  await app.deps.feed.settled();
  await app.deps.availability.settled();
}

/** The codes of stale places. */
async function stale(): Promise<string[]> {
  await settled();
  const { body } = await api().get('/v1/availability?items=TABLE');
  return body.locations
    .filter((place: { stale?: boolean }) => place.stale === true)
    .map((place: { location: { code: string } }) => place.location.code)
    .sort();
}

async function buffers(location = 'LILLE'): Promise<[string, number][]> {
  const { body } = await api().get(`/v1/stock?location=${location}`);
  return body.data.map(({ sku, buffer }: { sku: string; buffer: number }) => [sku, buffer]);
}

async function lastEvents(count: number) {
  return app.deps.database.run(
    'test.events',
    `SELECT type, location, data->'locations' AS locations, data->'stillSilent' AS "stillSilent", version > max(version)
       OVER (PARTITION BY subject ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS "isNewer"
     FROM events WHERE type LIKE 'source.%' ORDER BY id DESC LIMIT $1`,
    [count],
  );
}

/** The app's database, where a statement is preceded by something else that happens. */
function before(name: string, happens: () => Promise<unknown>): Database {
  const { database } = app.deps;
  let isDue = true;
  return {
    ...database,
    async run(statement, text, values) {
      if (statement === name && isDue) {
        isDue = false;
        await happens();
      }
      return database.run(statement, text, values);
    },
  };
}

test('of a network whose other stores are heard, the store that is not is stale, and told', async () => {
  await sell('network', 'LILLE');
  await sell('network', 'LYON');
  await expectHeartbeat('network');
  now = new Date(now.getTime() + 9 * MINUTE);
  await api().post('/v1/sources/network/heartbeat', { locations: ['LYON'] });
  await pass(2 * MINUTE);
  expect(await stale()).toEqual(['LILLE']);
  expect((await api().get('/v1/sources/network')).body).toMatchObject({ silentSince: null });
  expect(await lastEvents(1)).toEqual([
    { type: 'source.silent', location: 'LILLE', locations: 1, stillSilent: null, isNewer: true },
  ]);
  await pass(HOUR);
  expect(await stale()).toEqual(['LILLE', 'LYON']);
  await api().post('/v1/sources/network/heartbeat', { locations: ['LYON'] });
  await pass(0);
  expect(await stale()).toEqual(['LILLE']);
  expect(await lastEvents(1)).toEqual([
    { type: 'source.speaking', location: null, locations: 1, stillSilent: 1, isNewer: true },
  ]);
  expect(await buffers('LYON')).toEqual([
    ['LAMP', 0],
    ['TABLE', 0],
  ]);
  // Without locations: of all that it speaks for.
  await api().post('/v1/sources/network/heartbeat', {});
  await pass(0);
  expect(await stale()).toEqual([]);
});

test('what nobody could hear, because no process ran, is no silence of a source', async () => {
  await sell('till', 'LILLE');
  await expectHeartbeat('till');
  await watch(app.deps);
  await app.deps.database.run(
    'test.outage',
    "UPDATE silence_state SET looked_at = looked_at - interval '1 hour'",
    [],
  );
  await pass(HOUR);
  expect(await stale()).toEqual([]);
  await pass(10 * MINUTE);
  expect(await stale()).toEqual([]);
  await pass(1);
  expect(await stale()).toEqual(['LILLE']);
});

test('a silence changes no description: its ETag is good, and versions of events rise', async () => {
  await sell('described', 'LILLE');
  await expectHeartbeat('described');
  const { headers } = await api().get('/v1/sources/described');
  await pass(HOUR);
  const description = { kind: 'pos', rank: 3, heartbeatSeconds: 600 };
  const put = await api().put('/v1/sources/described', description, { 'If-Match': headers.etag ?? '' });
  expect(put.status).toBe(200);
  expect(await lastEvents(1)).toMatchObject([{ type: 'source.changed', isNewer: true }]);
});

test('a step goes on where a process died, and from the start of the next location', async () => {
  await sell('till', 'LILLE');
  await sell('till', 'LYON');
  await expectHeartbeat('till');
  now = new Date(now.getTime() + 2 * HOUR);
  await look(app.deps);
  await app.deps.database.run(
    'test.died',
    `UPDATE silence_state SET stepped_at = $1, leased_until = clock_timestamp() - interval '1 s',
       step_location_id = (SELECT id FROM locations WHERE code = 'LILLE'),
       step_item_id = (SELECT id FROM items WHERE sku = 'TABLE')`,
    [now],
  );
  await grow(app.deps);
  expect(await buffers('LILLE')).toEqual([
    ['LAMP', 2],
    ['TABLE', 0],
  ]);
  expect(await buffers('LYON')).toEqual([
    ['LAMP', 2],
    ['TABLE', 2],
  ]);
});

test('a step that another process works on is left to it', async () => {
  await sell('till', 'LILLE');
  await expectHeartbeat('till');
  now = new Date(now.getTime() + 2 * HOUR);
  await look(app.deps);
  const database = before('silence.levels', () => grow(app.deps));
  await grow({ ...app.deps, database });
  expect(await buffers()).toContainEqual(['TABLE', 2]);
  const { body } = await api().get('/v1/stock?location=LILLE&sku=TABLE');
  await watch(app.deps);
  expect((await api().get('/v1/stock?location=LILLE&sku=TABLE')).body).toEqual(body);
});

test('levels of a source that speaks while they are gone through grow no more', async () => {
  await sell('till', 'LILLE');
  await expectHeartbeat('till');
  now = new Date(now.getTime() + 2 * HOUR);
  await look(app.deps);
  const database = before('silence.levels', async () => {
    await api().post('/v1/sources/till/heartbeat', {});
    await look(app.deps);
  });
  await grow({ ...app.deps, database });
  expect(await buffers()).toEqual([
    ['LAMP', 0],
    ['TABLE', 0],
  ]);
});

test('what another process lets grow a moment later is not given back', async () => {
  await sell('till', 'LILLE');
  await expectHeartbeat('till');
  await pass(2 * HOUR);
  expect(await buffers()).toContainEqual(['TABLE', 2]);
  await api().post('/v1/sources/till/heartbeat', {});
  await look(app.deps);
  const { database } = app.deps;
  // Between what was found and the lock, the source falls silent again.
  const late: typeof app.deps.stock.apply = async (operation, commands) => {
    now = new Date(now.getTime() + HOUR);
    await look(app.deps);
    return app.deps.stock.apply(operation, commands);
  };
  await giveBack({ ...app.deps, database, stock: { ...app.deps.stock, apply: late } });
  expect(await buffers()).toContainEqual(['TABLE', 2]);
});

test('while many levels grow, others are listened to', async () => {
  await sell('slow', 'LILLE');
  await expectHeartbeat('slow');
  now = new Date(now.getTime() + HOUR);
  await sell('quick', 'LYON');
  await expectHeartbeat('quick');
  let isGrowing = false;
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const database = before('silence.levels', () => {
    isGrowing = true;
    return held;
  });
  const job = startSilence({ ...app.deps, database, pollMilliseconds: 5 });
  try {
    await eventually(async () => isGrowing);
    now = new Date(now.getTime() + HOUR);
    await eventually(async () => (await stale()).length === 2);
  } finally {
    goOn();
    await job.close();
  }
  expect(await stale()).toEqual(['LILLE', 'LYON']);
});

test('a ledger of billions sold ends the step for nobody', async () => {
  await sell('till', 'LYON');
  const at = new Date(now.getTime() - HOUR);
  await app.deps.database.run(
    'test.wild',
    `INSERT INTO movements (item_id, location_id, type, quantity, on_hand_delta, source, event_id, occurred_at, recorded_at)
     SELECT i.id, o.id, 'sale', 1000000, -1000000, 'wild', 'w' || g, $1, $1
     FROM items i, locations o, generate_series(1, 2200) g WHERE i.sku = 'TABLE' AND o.code = 'LILLE'`,
    [at],
  );
  await sell('till', 'LILLE');
  await expectHeartbeat('till');
  await pass(2 * HOUR);
  expect(await buffers('LILLE')).toEqual([
    ['LAMP', 2],
    ['TABLE', 700],
  ]);
  expect(await buffers('LYON')).toContainEqual(['TABLE', 2]);
});

test('plans, alternatives and what is sent from where it is silent are stale, too', async () => {
  await shop.locations({ PARIS: { replenishment: { from: 'LILLE', leadTimeDays: 1, cutOff: '18:00' } } });
  await sell('only-lille', 'LILLE');
  await expectHeartbeat('only-lille');
  await pass(HOUR);
  // Paris has none: what it promises is what Lille would send.
  expect(await stale()).toEqual(['LILLE', 'PARIS']);
  const lines = [{ sku: 'TABLE', quantity: 1 }];
  const plansOf = async (...locations: string[]) =>
    (await api().post('/v1/plans', { locations, lines, strategy: 'soonest' })).body.data.map(
      ({ legs }: { legs: { stale?: boolean }[] }) => legs.map((leg) => leg.stale),
    );
  expect(await plansOf('LILLE')).toEqual([[true]]);
  expect(await plansOf('PARIS')).toEqual([[true]]);
  expect(await plansOf('LYON')).toEqual([[undefined]]);
  const key = { 'Idempotency-Key': 'stale-alternatives' };
  const { body } = await api().post('/v1/reservations', { location: 'PARIS', lines }, key);
  const told = body.alternatives.map(
    ({ location, stale: is }: { location: { code: string }; stale?: true }) => [location.code, is],
  );
  expect(told).toContainEqual(['LILLE', true]);
  expect(told).toContainEqual(['LYON', undefined]);
  await shop.locations({ PARIS: {} });
});
