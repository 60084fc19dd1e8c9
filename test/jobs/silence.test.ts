// A source that should speak and does not: its locations are stale, their buffers grow with what usually sells there, and
// both come back with its first word. The clock is the test's.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { STEP_MILLISECONDS, watch } from '../../src/jobs/silence.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf } from '../support/catalogue.ts';
import { contradictions } from '../support/evidence.ts';
import { openRetailer, type Retailer } from '../support/retailer.ts';

const TUESDAY = new Date('2026-11-24T08:00:00.000Z').getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let now = new Date(TUESDAY);
let app: TestApp;
let other: TestApp;
let shop: Retailer;
beforeAll(async () => {
  app = await startTestApp({ now: () => now });
  other = await startTestApp({ now: () => now, databaseUrl: app.databaseUrl });
  shop = openRetailer(app);
  await shop.locations({ LILLE: {}, LYON: {}, PARIS: {} });
  await shop.items('TABLE', 'LAMP', 'VASE');
  now = new Date(TUESDAY - 40 * DAY);
  await shop.stock(
    ['TABLE', 'LILLE', 400],
    ['LAMP', 'LILLE', 3],
    ['VASE', 'LILLE', 50],
    ['TABLE', 'LYON', 100],
  );
  // In the 28 days before Tuesday: 168 tables in Lille, one every four hours; 336 lamps, which are gone again.
  await sell('TABLE', 'LILLE', 100, 30 * DAY);
  await sell('TABLE', 'LILLE', 168, 10 * DAY);
  await sell('LAMP', 'LILLE', 336, 10 * DAY);
  now = new Date(TUESDAY);
  await shop.stock(['LAMP', 'LILLE', 3]);
  await app.deps.database.run(
    'test.sources',
    `INSERT INTO sources (name, kind) VALUES ('pos-lille', 'pos'), ('erp', 'erp') ON CONFLICT DO NOTHING`,
    [],
  );
});
beforeEach(async () => {
  now = new Date(TUESDAY);
  // Nobody waits for it while the clock goes back.
  await speaks('pos-lille', ['LILLE'], null);
  await watch(app.deps);
  await speaks('pos-lille', ['LILLE'], 15 * 60);
});
afterAll(async () => {
  expect(await contradictions(app.deps.database)).toEqual([]);
  await other.close();
  await app.close();
});

async function sell(sku: string, location: string, quantity: number, ago: number): Promise<void> {
  const eventId = `${sku}-${ago}`;
  const occurredAt = new Date(TUESDAY - ago).toISOString();
  const clock = now;
  now = new Date(TUESDAY);
  const sale = { eventId, type: 'sale', sku, location, quantity, occurredAt };
  await api().post('/v1/stock/movements', { source: 'till', movements: [sale] });
  now = clock;
}

function api(of = app) {
  return callerOf(of.url, of.admin);
}

/** What the ledger notes of a message: here, because when is what these tests are about. */
async function speaks(name: string, codes: string[], heartbeatSeconds: number | null): Promise<void> {
  const { database } = app.deps;
  await database.run(
    'test.speaks',
    'UPDATE sources SET last_message_at = $2, heartbeat_seconds = $3 WHERE name = $1',
    [name, now, heartbeatSeconds],
  );
  await database.run(
    'test.speaks_from',
    `INSERT INTO source_locations (source, location_id, last_message_at)
     SELECT $1, id, $2 FROM locations WHERE code = ANY ($3)
     ON CONFLICT (source, location_id) DO UPDATE SET last_message_at = excluded.last_message_at`,
    [name, now, codes],
  );
}

/** Time passes, and every process looks. */
async function pass(milliseconds: number): Promise<void> {
  now = new Date(TUESDAY + milliseconds);
  await Promise.all([watch(app.deps), watch(other.deps)]);
  for (const { deps } of [app, other]) {
    await deps.feed.settled();
    await deps.availability.settled();
  }
}

type Shown = {
  location: { code: string };
  stale?: boolean;
  lines: { available: number; terms: object }[];
  reasons: object;
};

async function placeOf(code: string, sku: string, of = app): Promise<Shown> {
  const { body } = await api(of).get(`/v1/availability?items=${sku}&explain=true`);
  return body.locations.find(({ location }: Shown) => location.code === code);
}

async function level(sku: string, location: string) {
  const { body } = await api().get(`/v1/stock?sku=${sku}&location=${location}`);
  return body.data[0];
}

async function events(): Promise<[string, string, number][]> {
  const rows = await app.deps.database.run<{ type: string; subject: string; locations: number }>(
    'test.source_events',
    `SELECT type, subject, (data->>'locations')::int AS locations FROM events
     WHERE type LIKE 'source.%' ORDER BY id`,
    [],
  );
  return rows.map(({ type, subject, locations }) => [type, subject, locations]);
}

test('within its heartbeat nothing is stale', async () => {
  await pass(15 * MINUTE);
  expect((await placeOf('LILLE', 'TABLE')).stale).toBeUndefined();
  expect(await level('TABLE', 'LILLE')).toMatchObject({ buffer: 0 });
});

test('beyond it its locations are stale in every process and every answer, and no others are', async () => {
  await pass(15 * MINUTE + 1);
  for (const one of [app, other]) {
    const place = await placeOf('LILLE', 'TABLE', one);
    expect(place).toMatchObject({
      stale: true,
      reasons: { staleSince: new Date(TUESDAY + 15 * MINUTE).toISOString() },
    });
    expect((await placeOf('LYON', 'TABLE', one)).stale).toBeUndefined();
    const { body: item } = await api(one).get('/v1/items/TABLE/availability');
    expect(item.locations.map(({ stale }: { stale?: boolean }) => stale)).toEqual([
      true,
      undefined,
      undefined,
    ]);
    const batch = { items: ['TABLE'], locations: ['LYON', 'LILLE'] };
    const { body: cells } = await api(one).post('/v1/availability/batch', batch);
    expect(cells.items[0].locations.map(({ stale }: { stale?: boolean }) => stale)).toEqual([
      undefined,
      true,
    ]);
  }
});

test('the buffer grows by sell rate × silence, at most to on hand, and is given back at the first word', async () => {
  const before = (await level('TABLE', 'LILLE')).available;
  await pass(2 * HOUR);
  // 168 ÷ 672 h = a quarter of a table an hour; what sold more than 28 days ago does not count.
  expect(await level('TABLE', 'LILLE')).toMatchObject({ buffer: 1, available: before - 1 });
  await pass(9 * HOUR);
  expect(await level('TABLE', 'LILLE')).toMatchObject({ buffer: 2, available: before - 2 });
  expect(await placeOf('LILLE', 'TABLE', other)).toMatchObject({
    lines: [{ available: before - 2, terms: { buffer: { quantity: 2, rule: null, silence: 2 } } }],
  });
  // Half a lamp an hour: five by now, and three are there.
  expect(await level('LAMP', 'LILLE')).toMatchObject({ buffer: 3, available: 0 });
  expect(await level('VASE', 'LILLE')).toMatchObject({ buffer: 0 });
  expect(await level('TABLE', 'LYON')).toMatchObject({ buffer: 0 });
  now = new Date(TUESDAY + 9 * HOUR);
  await speaks('pos-lille', ['LILLE'], 15 * 60);
  await pass(9 * HOUR + 1);
  expect(await level('TABLE', 'LILLE')).toMatchObject({ buffer: 0, available: before });
  expect(await level('LAMP', 'LILLE')).toMatchObject({ buffer: 0, available: 3 });
  expect((await placeOf('LILLE', 'TABLE', other)).stale).toBeUndefined();
});

test('it is told once when it falls silent and once when it speaks, whoever looks', async () => {
  const known = (await events()).length;
  await pass(HOUR);
  await pass(2 * HOUR);
  await speaks('pos-lille', ['LILLE'], 15 * 60);
  await pass(2 * HOUR + 1);
  expect((await events()).slice(known)).toEqual([
    ['source.silent', 'pos-lille', 1],
    ['source.speaking', 'pos-lille', 1],
  ]);
});

test('between two steps nothing is written', async () => {
  const versions = async () => [
    (await level('TABLE', 'LILLE')).version,
    (await level('LAMP', 'LILLE')).version,
  ];
  await pass(HOUR);
  const written = await versions();
  await pass(HOUR + STEP_MILLISECONDS - 1);
  expect(await versions()).toEqual(written);
});

describe('a source', () => {
  test('that is silent is not called speaking by a process whose clock is behind', async () => {
    await pass(HOUR);
    const known = (await events()).length;
    await watch({ ...other.deps, now: () => new Date(TUESDAY) });
    await watch(app.deps);
    expect((await events()).length).toBe(known);
  });

  test('without a heartbeat is waited for by nobody', async () => {
    await speaks('pos-lille', ['LILLE'], null);
    await pass(30 * DAY);
    expect((await placeOf('LILLE', 'TABLE')).stale).toBeUndefined();
  });

  test('that is waited for no more is not silent any more', async () => {
    await pass(HOUR);
    await app.deps.database.run(
      'test.hush',
      "UPDATE sources SET heartbeat_seconds = NULL WHERE name = 'pos-lille'",
      [],
    );
    await pass(2 * HOUR);
    expect((await placeOf('LILLE', 'TABLE')).stale).toBeUndefined();
    expect(await level('TABLE', 'LILLE')).toMatchObject({ buffer: 0 });
  });

  test('is not missed where it has not reported from for a month', async () => {
    now = new Date(TUESDAY - 31 * DAY);
    await speaks('erp', ['PARIS', 'LYON'], 3_600);
    now = new Date(TUESDAY);
    await speaks('erp', ['LYON'], 3_600);
    await pass(2 * HOUR);
    expect((await placeOf('LYON', 'TABLE')).stale).toBe(true);
    expect((await placeOf('PARIS', 'TABLE')).stale).toBeUndefined();
    await speaks('erp', ['LYON'], null);
  });

  test('leaves its location stale while another is silent too, and for that one’s silence', async () => {
    now = new Date(TUESDAY - 4 * HOUR);
    await speaks('erp', ['LILLE'], 3_600);
    await pass(HOUR);
    // Five hours since the ERP's last word, a quarter of a table each.
    expect(await level('TABLE', 'LILLE')).toMatchObject({ buffer: 1 });
    await speaks('pos-lille', ['LILLE'], 15 * 60);
    await pass(HOUR + STEP_MILLISECONDS);
    expect(await placeOf('LILLE', 'TABLE')).toMatchObject({ stale: true });
    await speaks('erp', ['LILLE'], null);
    await pass(HOUR + STEP_MILLISECONDS + 1);
    expect(await level('TABLE', 'LILLE')).toMatchObject({ buffer: 0 });
  });
});

test('described, heard, missed and heard again, by what systems send', async () => {
  const read = async () => (await api().get('/v1/sources/tills')).body;
  const hear = async (call: PromiseLike<{ status: number }>) => {
    expect((await call).status).toBe(200);
    await app.deps.sources.write(now);
  };
  await api().put('/v1/sources/tills', { kind: 'pos', heartbeatSeconds: 600 });
  const occurredAt = new Date(TUESDAY).toISOString();
  const sale = { eventId: 'last', type: 'sale', sku: 'TABLE', location: 'LYON', quantity: 28, occurredAt };
  await hear(api().post('/v1/stock/movements', { source: 'tills', movements: [sale] }));
  await pass(HOUR);
  expect(await read()).toMatchObject({ silentSince: new Date(TUESDAY + 600_000).toISOString() });
  expect(await placeOf('LYON', 'TABLE')).toMatchObject({ stale: true });
  // 28 ÷ 672 of a table an hour.
  expect(await level('TABLE', 'LYON')).toMatchObject({ onHand: 72, buffer: 0, available: 72 });
  await pass(25 * HOUR);
  expect(await level('TABLE', 'LYON')).toMatchObject({ buffer: 1, available: 71 });
  await hear(api().post('/v1/sources/tills/heartbeat', {}));
  await pass(25 * HOUR + 1);
  expect(await read()).toMatchObject({ silentSince: null });
  expect((await placeOf('LYON', 'TABLE')).stale).toBeUndefined();
  expect(await level('TABLE', 'LYON')).toMatchObject({ buffer: 0, available: 72 });
  await api().put('/v1/sources/tills', { kind: 'pos' });
});
