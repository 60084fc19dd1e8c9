// GET /v1/events: pages, filters, the long poll, and who may see what.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import request from 'supertest';
import { eventRoutes } from '../../src/http/routes/events.ts';
import { saveLocations } from '../../src/operations/saveLocation.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { begin, fact, record, storeRow } from '../support/feedBench.ts';

const LILLE = 'FR-LILLE-01';
const LYON = 'FR-LYON-01';

type Page = {
  data: { id: string; cursor: string; type: string; subject: string; version: number }[];
  nextCursor: string;
};

let app: TestApp;
let latest: string;

beforeAll(async () => {
  app = await startTestApp({ routes: eventRoutes });
  await app.deps.database.transaction((tx) =>
    saveLocations(tx, [storeRow(LILLE), storeRow(LYON)], new Date()),
  );
  await app.deps.locations.load();
});
beforeEach(async () => {
  latest = (await page({ after: 'latest' })).nextCursor;
});
afterAll(() => app.close());

function get(query: Record<string, string>, token = app.admin) {
  return request(app.url).get('/v1/events').query(query).set('Authorization', `Bearer ${token}`);
}

async function page(query: Record<string, string>, token = app.admin): Promise<Page> {
  const response = await get(query, token);
  expect({ status: response.status, body: response.body }).toMatchObject({ status: 200 });
  return response.body;
}

const versions = ({ data }: Page) => data.map(({ version }) => version);
const subjects = ({ data }: Page) => data.map(({ subject }) => subject);

test('what was committed before the question is in the answer, though nobody woke the feed', async () => {
  await record(app.deps.database, fact('A', 1));
  expect(subjects(await page({ after: latest }))).toEqual(['A']);
});

test('the envelope has the facts as they were told', async () => {
  const told = fact('A', 7, { occurredAt: new Date('2026-03-01T10:00:00.123Z') });
  await record(app.deps.database, told);
  const { data } = await page({ after: latest });
  expect(data).toEqual([
    {
      id: expect.stringMatching(/^evt_[0-9A-Z]{13}$/),
      cursor: expect.any(String),
      type: 'stock.changed',
      occurredAt: '2026-03-01T10:00:00.123Z',
      location: LILLE,
      subject: 'A',
      version: 7,
      data: told.data,
    },
  ]);
});

test('pages follow one another by nextCursor without a gap or a repeat', async () => {
  await record(app.deps.database, ...[1, 2, 3, 4, 5, 6, 7].map((version) => fact('A', version)));
  const seen: number[] = [];
  for (let after = latest, more = true; more; ) {
    const next = await page({ after, limit: '3' });
    seen.push(...versions(next));
    more = next.data.length > 0;
    after = next.nextCursor;
  }
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('every event’s own cursor is a place to go on from', async () => {
  await record(app.deps.database, ...[1, 2, 3].map((version) => fact('A', version)));
  const { data } = await page({ after: latest });
  const rest = await Promise.all(data.map(({ cursor }) => page({ after: cursor })));
  expect(rest.map(versions)).toEqual([[2, 3], [3], []]);
});

test('without a cursor it begins with the oldest event kept', async () => {
  const { data } = await page({ limit: '1' });
  expect(data[0]?.id).toBe('evt_0000000000001');
});

test('an empty page has a nextCursor that sees what comes later', async () => {
  const { nextCursor } = await page({ after: latest });
  await record(app.deps.database, fact('A', 1));
  expect(versions(await page({ after: nextCursor }))).toEqual([1]);
});

test('what commits late is in a later page, although its id is lower', async () => {
  const slow = await begin(app.databaseUrl);
  await slow.tell(fact('slow', 1));
  await record(app.deps.database, fact('quick', 1));
  const first = await page({ after: latest });
  await slow.commit();
  const second = await page({ after: first.nextCursor });
  expect([subjects(first), subjects(second)]).toEqual([['quick'], ['slow']]);
});

test('types filters, by name and by family', async () => {
  await record(
    app.deps.database,
    fact('A', 1),
    fact('rsv_1', 1, { type: 'reservation.held', data: { id: 'rsv_1' } }),
    fact('rsv_1', 2, { type: 'reservation.confirmed', data: { id: 'rsv_1' } }),
  );
  expect(subjects(await page({ after: latest, types: 'stock.changed' }))).toEqual(['A']);
  expect(versions(await page({ after: latest, types: 'reservation.*' }))).toEqual([1, 2]);
  expect(versions(await page({ after: latest, types: 'reservation.confirmed,stock.*' }))).toEqual([1, 2]);
});

test('location filters', async () => {
  await record(app.deps.database, fact('A', 1), fact('B', 1, { location: LYON }));
  expect(subjects(await page({ after: latest, location: LYON }))).toEqual(['B']);
});

test('a filtered page moves past what it leaves out', async () => {
  await record(app.deps.database, fact('A', 1), fact('B', 1));
  const { nextCursor } = await page({ after: latest, location: LYON });
  expect(subjects(await page({ after: nextCursor }))).toEqual([]);
});

test('a filtered page that is full does not lose what follows in the same window', async () => {
  await record(app.deps.database, fact('A', 1), fact('B', 1, { location: LYON }), fact('A', 2), fact('A', 3));
  const first = await page({ after: latest, location: LILLE, limit: '2' });
  const second = await page({ after: first.nextCursor, location: LILLE });
  expect([versions(first), versions(second)]).toEqual([[1, 2], [3]]);
});

test('a key that is limited to a location sees that one only, and nothing that belongs to none', async () => {
  const { token } = await app.key({ kind: 'device', locations: [LYON] });
  await record(
    app.deps.database,
    fact('A', 1),
    fact('B', 1, { location: LYON }),
    fact('C', 1, { location: null, type: 'item.changed', data: {} }),
  );
  expect(subjects(await page({ after: latest }, token))).toEqual(['B']);
});

test('another store’s location is unknown to a limited key, as is one that does not exist to anybody', async () => {
  const { token } = await app.key({ kind: 'device', locations: [LYON] });
  const foreign = await get({ location: LILLE }, token);
  const missing = await get({ location: 'NOWHERE' });
  expect([foreign.status, foreign.body.code]).toEqual([404, 'unknown-location']);
  expect([missing.status, missing.body.code]).toEqual([404, 'unknown-location']);
});

test('internal events are nobody’s', async () => {
  await record(app.deps.database, fact('key_1', 2, { type: 'key.revoked', location: null, data: {} }));
  expect((await page({ after: latest })).data).toEqual([]);
});

test('a publishable key and a key without the scope are refused', async () => {
  const publishable = await app.key({ kind: 'publishable' });
  const narrow = await app.key({ scopes: ['stock:read'] });
  const answers = [await get({}, publishable.token), await get({}, narrow.token)];
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
    [403, 'forbidden'],
    [403, 'forbidden'],
  ]);
});

test.each([
  ['a malformed cursor', { after: 'not a cursor' }, 400, 'invalid-cursor'],
  ['a damaged cursor', { after: 'MX4xLWs' }, 400, 'invalid-cursor'],
  ['an unknown type', { types: 'stock.exploded' }, 400, 'invalid-request'],
  ['an internal type', { types: 'key.*' }, 400, 'invalid-request'],
  ['a limit of 0', { limit: '0' }, 400, 'invalid-request'],
  ['a limit above 1,000', { limit: '1001' }, 400, 'invalid-request'],
  ['a wait above 30 s', { wait: '31' }, 400, 'invalid-request'],
  ['an unknown parameter', { cursor: 'x' }, 400, 'invalid-request'],
])('%s is refused', async (_what, query, status, code) => {
  const response = await get(query as Record<string, string>);
  expect([response.status, response.body.code]).toEqual([status, code]);
});

test('a cursor of another database has expired', async () => {
  const other = await startTestApp({ routes: eventRoutes });
  await other.deps.database.run('test.epoch', 'UPDATE feed_state SET epoch = 7', []);
  await eventually(() => other.deps.feed.counts().resets === 1);
  const { body } = await request(other.url)
    .get('/v1/events')
    .query({ after: 'latest' })
    .set('Authorization', `Bearer ${other.admin}`);
  await other.close();
  const response = await get({ after: body.nextCursor });
  expect([response.status, response.body.code]).toEqual([410, 'cursor-expired']);
});

test('a long poll answers when an event commits', async () => {
  const answer = page({ after: latest, wait: '30' });
  await isWaiting();
  await record(app.deps.database, fact('A', 1));
  expect(subjects(await answer)).toEqual(['A']);
});

test('a long poll sleeps on through what its filter leaves out', async () => {
  const answer = page({ after: latest, wait: '30', location: LYON });
  await isWaiting();
  await record(app.deps.database, fact('A', 1));
  await app.deps.feed.settled();
  await record(app.deps.database, fact('B', 1, { location: LYON }));
  expect(subjects(await answer)).toEqual(['B']);
});

test('a long poll that ends empty has moved past what its filter left out', async () => {
  const answer = page({ after: latest, wait: '5', location: LYON });
  await isWaiting();
  await record(app.deps.database, fact('A', 1));
  const { data, nextCursor } = await answer;
  expect(data).toEqual([]);
  expect(subjects(await page({ after: nextCursor }))).toEqual([]);
});

test('a long poll that is far behind answers how far it came: it waits only at the end', async () => {
  // More than one answer looks at.
  const others = Array.from({ length: 20_001 }, (_, at) => fact(`other-${at}`, 1));
  await record(app.deps.database, ...others, fact('B', 1, { location: LYON }));
  const first = await page({ after: latest, wait: '30', location: LYON });
  const second = await page({ after: first.nextCursor, wait: '30', location: LYON });
  expect([subjects(first), subjects(second)]).toEqual([[], ['B']]);
});

test('a long poll whose client leaves stops waiting', async () => {
  const leaving = new AbortController();
  const answer = fetch(`${app.url}/v1/events?after=${latest}&wait=30`, {
    headers: { Authorization: `Bearer ${app.admin}` },
    signal: leaving.signal,
  });
  await isWaiting();
  leaving.abort();
  await expect(answer).rejects.toThrow('aborted');
  await eventually(() => expect(app.deps.feed.counts().consumers).toBe(idleConsumers()));
});

test('a long poll is answered when the server drains', async () => {
  const other = await startTestApp({ routes: eventRoutes });
  const idle = other.deps.feed.counts().consumers;
  const answer = request(other.url)
    .get('/v1/events')
    .query({ after: 'latest', wait: '30' })
    .set('Authorization', `Bearer ${other.admin}`)
    .then(({ status, body }) => ({ status, body }));
  await eventually(() => expect(other.deps.feed.counts().consumers).toBe(idle + 1));
  other.deps.health.drain();
  const { status, body } = await answer;
  expect([status, body.data]).toEqual([200, []]);
  await other.close();
});

let idle: number | undefined;
function idleConsumers(): number {
  idle ??= app.deps.feed.counts().consumers;
  return idle;
}
beforeAll(() => void idleConsumers());

/** A long poll listens to the feed while it waits. */
async function isWaiting(): Promise<void> {
  await eventually(() => expect(app.deps.feed.counts().consumers).toBe(idleConsumers() + 1));
}
