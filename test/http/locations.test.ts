// Locations over HTTP: kept with versions, guarded by tags, listed by code and by distance, limited to their key.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf, locationInput, statusesOf } from '../support/catalogue.ts';

let app: TestApp;
let api: ReturnType<typeof callerOf>;

beforeAll(async () => {
  app = await startTestApp();
  api = callerOf(app.url, app.admin);
});
afterAll(() => app.close());

let made = 0;
const newCode = (prefix = 'L') => `${prefix}-${String(++made).padStart(4, '0')}`;
const eventVersions = async (code: string) => {
  const rows = await app.deps.database.run<{ version: number }>(
    'test.events_of',
    'SELECT version FROM events WHERE subject = $1::text ORDER BY id',
    [code],
  );
  return rows.map((row) => row.version);
};
const codesOf = (answer: { body: unknown }) =>
  z
    .object({ data: z.array(z.object({ code: z.string() })) })
    .parse(answer.body)
    .data.map(({ code }) => code);

describe('a PUT', () => {
  test('creates with 201, a first version, a tag and an event', async () => {
    const code = newCode();
    const answer = await api.put(`/v1/locations/${code}`, locationInput());
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ code, version: 1, ...locationInput(), replenishment: null });
    expect(answer.headers.etag).toBe('"v1"');
    expect(await eventVersions(code)).toEqual([1]);
  });

  test('that changes nothing is 200 with the same version and no event', async () => {
    const code = newCode();
    const first = await api.put(`/v1/locations/${code}`, locationInput());
    const again = await api.put(`/v1/locations/${code}`, { ...locationInput(), replenishment: null });
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect(await eventVersions(code)).toEqual([1]);
  });

  test('that changes something is 200 with the next version and an event that shows it whole, and what supplied it before', async () => {
    const code = newCode();
    await api.put(`/v1/locations/${code}`, locationInput());
    const pickup = { enabled: false, preparationMinutes: 60, holdDays: 5 };
    const answer = await api.put(`/v1/locations/${code}`, locationInput({ pickup }));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ version: 2, pickup });
    expect(answer.headers.etag).toBe('"v2"');
    const [event] = await app.deps.database.run<{ type: string; location: string; data: unknown }>(
      'test.last_event',
      'SELECT type, location, data FROM events WHERE subject = $1::text ORDER BY id DESC LIMIT 1',
      [code],
    );
    const previous = { kind: 'store', replenishment: null };
    expect(event).toEqual({ type: 'location.changed', location: code, data: { ...answer.body, previous } });
  });

  test('with a stale If-Match is 412 and changes nothing', async () => {
    const code = newCode();
    await api.put(`/v1/locations/${code}`, locationInput());
    await api.put(`/v1/locations/${code}`, locationInput({ name: 'Second' }), { 'If-Match': '"v1"' });
    const stale = await api.put(`/v1/locations/${code}`, locationInput({ name: 'Third' }), {
      'If-Match': '"v1"',
    });
    expect(stale.status).toBe(412);
    expect(stale.body).toMatchObject({ code: 'precondition-failed', currentETag: '"v2"' });
    expect((await api.get(`/v1/locations/${code}`)).body.name).toBe('Second');
  });

  test('with a stale If-Match is 412 even where nothing would change', async () => {
    const code = newCode();
    await api.put(`/v1/locations/${code}`, locationInput());
    const stale = await api.put(`/v1/locations/${code}`, locationInput(), { 'If-Match': '"v7"' });
    expect(stale.status).toBe(412);
  });

  test('with If-Match on what is not there is 412, and with If-None-Match: * on what is', async () => {
    const code = newCode();
    const missing = await api.put(`/v1/locations/${code}`, locationInput(), { 'If-Match': '*' });
    expect(missing.status).toBe(412);
    const only = { 'If-None-Match': '*' };
    expect((await api.put(`/v1/locations/${code}`, locationInput(), only)).status).toBe(201);
    expect((await api.put(`/v1/locations/${code}`, locationInput(), only)).status).toBe(412);
  });

  test('is told that it is done, also when If-None-Match names the version that it makes', async () => {
    const code = newCode();
    await api.put(`/v1/locations/${code}`, locationInput());
    const next = { 'If-None-Match': '"v2"' };
    const answer = await api.put(`/v1/locations/${code}`, locationInput({ name: 'Second' }), next);
    expect([answer.status, answer.headers.etag, answer.body.name]).toEqual([200, '"v2"', 'Second']);
  });

  test('raced by 20 with one If-Match changes once; the others are 412', async () => {
    const code = newCode();
    await api.put(`/v1/locations/${code}`, locationInput());
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        api.put(`/v1/locations/${code}`, locationInput({ name: `Racer ${at}` }), { 'If-Match': '"v1"' }),
      ),
    );
    expect(statusesOf(answers)).toEqual([200, ...Array<number>(19).fill(412)]);
    expect(await eventVersions(code)).toEqual([1, 2]);
  });

  test('raced by 20 on a new code creates once and updates 19 times, without an error', async () => {
    const code = newCode();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        api.put(`/v1/locations/${code}`, locationInput({ name: `Racer ${at}` })),
      ),
    );
    expect(statusesOf(answers)).toEqual([...Array<number>(19).fill(200), 201]);
    expect(await eventVersions(code)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  });

  test('of what is not valid is 400 with a pointer for each thing', async () => {
    const answer = await api.put(`/v1/locations/${newCode()}`, {
      ...locationInput({ timeZone: 'Europe/Lille' }),
      colour: 'red',
    });
    expect(answer.status).toBe(400);
    const pointers = answer.body.errors.map((error: { pointer: string }) => error.pointer).sort();
    expect(pointers).toEqual(['/colour', '/timeZone']);
  });

  test('to a code that is none is 400', async () => {
    expect((await api.put('/v1/locations/a%20b', locationInput())).status).toBe(400);
    expect((await api.put(`/v1/locations/${'x'.repeat(65)}`, locationInput())).status).toBe(400);
  });
});

describe('replenishment', () => {
  const from = (code: string) => ({ replenishment: { from: code, leadTimeDays: 2, cutOff: '14:00' } });
  const errorOf = (answer: { body: { errors?: { pointer: string; code: string }[] } }) =>
    answer.body.errors?.[0];

  test('names a location that exists, and is shown', async () => {
    const [warehouse, store] = [newCode('W'), newCode()];
    await api.put(`/v1/locations/${warehouse}`, locationInput({ kind: 'warehouse' }));
    const answer = await api.put(`/v1/locations/${store}`, locationInput(from(warehouse)));
    expect(answer.status).toBe(201);
    expect(answer.body.replenishment).toEqual({ from: warehouse, leadTimeDays: 2, cutOff: '14:00' });
    const without = await api.put(`/v1/locations/${store}`, locationInput());
    expect(without.body).toMatchObject({ version: 2, replenishment: null });
  });

  test('from an unknown location, from itself or round in a circle is 400', async () => {
    const [a, b] = [newCode(), newCode()];
    const unknown = await api.put(`/v1/locations/${a}`, locationInput(from('NOWHERE')));
    expect(unknown.status).toBe(400);
    expect(errorOf(unknown)).toMatchObject({ pointer: '/replenishment/from', code: 'unknown-location' });
    await api.put(`/v1/locations/${a}`, locationInput());
    await api.put(`/v1/locations/${b}`, locationInput(from(a)));
    const itself = await api.put(`/v1/locations/${a}`, locationInput(from(a)));
    expect(errorOf(itself)).toMatchObject({ code: 'replenishment-from-itself' });
    const circle = await api.put(`/v1/locations/${a}`, locationInput(from(b)));
    expect(circle.status).toBe(400);
    expect(errorOf(circle)).toMatchObject({ code: 'replenishment-circle' });
  });

  test('never closes a circle, even when both halves are sent at once', async () => {
    for (let round = 0; round < 10; round++) {
      const [a, b] = [newCode(), newCode()];
      await api.put(`/v1/locations/${a}`, locationInput());
      await api.put(`/v1/locations/${b}`, locationInput());
      const answers = await Promise.all([
        api.put(`/v1/locations/${a}`, locationInput(from(b))),
        api.put(`/v1/locations/${b}`, locationInput(from(a))),
      ]);
      expect(statusesOf(answers)).toEqual([200, 400]);
    }
  });
});

describe('a GET', () => {
  test('of what is not there is 404 unknown-location', async () => {
    const answer = await api.get('/v1/locations/NOWHERE');
    expect(answer.status).toBe(404);
    expect(answer.body.code).toBe('unknown-location');
  });

  test('of the version that the caller has is 304', async () => {
    const code = newCode();
    await api.put(`/v1/locations/${code}`, locationInput());
    expect((await api.get(`/v1/locations/${code}`, { 'If-None-Match': '"v1"' })).status).toBe(304);
    expect((await api.get(`/v1/locations/${code}`, { 'If-None-Match': '"v2"' })).status).toBe(200);
  });

  test('by a publishable key does not tell how the retailer runs its network', async () => {
    const [warehouse, store] = [newCode('W'), newCode()];
    await api.put(`/v1/locations/${warehouse}`, locationInput({ kind: 'warehouse' }));
    const replenishment = { from: warehouse, leadTimeDays: 1, cutOff: '10:00' };
    await api.put(`/v1/locations/${store}`, locationInput({ replenishment }));
    const browser = callerOf(app.url, (await app.key({ kind: 'publishable' })).token);
    const answer = await browser.get(`/v1/locations/${store}`);
    expect(answer.body).toMatchObject({ code: store, replenishment: null });
    expect(answer.body.pickup).toEqual({ enabled: true, preparationMinutes: 60, holdDays: 5 });
  });
});

describe('the list', () => {
  const places = {
    'LIST-LILLE': { latitude: 50.6346, longitude: 3.0612 },
    'LIST-LYON': { latitude: 45.764, longitude: 4.8357 },
    'LIST-PARIS': { latitude: 48.8566, longitude: 2.3522 },
    'LIST-WALLIS': { latitude: -13.2825, longitude: -176.1736 },
  };
  let limited: ReturnType<typeof callerOf>;

  beforeAll(async () => {
    for (const [code, coordinates] of Object.entries(places)) {
      const kind = code === 'LIST-PARIS' ? 'warehouse' : 'store';
      await api.put(`/v1/locations/${code}`, locationInput({ coordinates, kind }));
    }
    limited = callerOf(app.url, (await app.key({ locations: Object.keys(places) })).token);
  });

  test('is by code, page by page, each location once', async () => {
    const first = await limited.get('/v1/locations?limit=3');
    expect(codesOf(first)).toEqual(['LIST-LILLE', 'LIST-LYON', 'LIST-PARIS']);
    const second = await limited.get(`/v1/locations?limit=3&cursor=${first.body.nextCursor}`);
    expect(codesOf(second)).toEqual(['LIST-WALLIS']);
    expect(second.body.nextCursor).toBeNull();
  });

  test('takes stores or warehouses alone', async () => {
    expect(codesOf(await limited.get('/v1/locations?kind=warehouse'))).toEqual(['LIST-PARIS']);
  });

  test('with near is by distance, with kilometres, page by page', async () => {
    const first = await limited.get('/v1/locations?near=50.63,3.06&limit=2');
    expect(codesOf(first)).toEqual(['LIST-LILLE', 'LIST-PARIS']);
    const [lille, paris] = first.body.data;
    expect(lille.distanceKm).toBeLessThan(1);
    // Great-circle, Lille to Paris.
    expect(paris.distanceKm).toBeCloseTo(203.4, 0);
    const query = `/v1/locations?near=50.63,3.06&limit=2&cursor=${first.body.nextCursor}`;
    expect(codesOf(await limited.get(query))).toEqual(['LIST-LYON', 'LIST-WALLIS']);
  });

  test('measures across the date line', async () => {
    const answer = await limited.get('/v1/locations?near=-13.28,179.9&limit=1');
    expect(codesOf(answer)).toEqual(['LIST-WALLIS']);
    expect(answer.body.data[0].distanceKm).toBeLessThan(430);
  });

  test('lists locations at one point each once', async () => {
    const codes = [newCode('TWIN'), newCode('TWIN'), newCode('TWIN')];
    for (const code of codes) await api.put(`/v1/locations/${code}`, locationInput());
    const twins = callerOf(app.url, (await app.key({ locations: codes })).token);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await twins.get(`/v1/locations?near=50,3&limit=1${cursor}`);
      seen.push(...codesOf(page));
      cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(codes);
  });

  test('refuses a cursor that comes from other filters', async () => {
    const first = await limited.get('/v1/locations?limit=1');
    const other = await limited.get(`/v1/locations?limit=1&kind=store&cursor=${first.body.nextCursor}`);
    expect(other.status).toBe(400);
    expect(other.body.code).toBe('invalid-cursor');
  });

  test.each([
    'near=50.63',
    'near=91,3',
    'near=50,181',
    'near=a,b',
    'kind=kiosk',
    'limit=0',
    'limit=201',
    'page=2',
  ])('refuses %s', async (query) => {
    expect((await limited.get(`/v1/locations?${query}`)).status).toBe(400);
  });
});

describe('a key limited to locations', () => {
  test('neither sees nor changes another store: it does not exist for it', async () => {
    const [own, other] = [newCode(), newCode()];
    await api.put(`/v1/locations/${own}`, locationInput());
    await api.put(`/v1/locations/${other}`, locationInput());
    const limited = callerOf(app.url, (await app.key({ locations: [own] })).token);
    expect((await limited.put(`/v1/locations/${own}`, locationInput({ name: 'Mine' }))).status).toBe(200);
    for (const answer of [
      await limited.get(`/v1/locations/${other}`),
      await limited.put(`/v1/locations/${other}`, locationInput({ name: 'Mine' })),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.body.code).toBe('unknown-location');
    }
    expect(codesOf(await limited.get('/v1/locations'))).toEqual([own]);
  });

  test('without the scope may not write', async () => {
    const reader = callerOf(app.url, (await app.key({ scopes: ['stock:read'] })).token);
    expect((await reader.put(`/v1/locations/${newCode()}`, locationInput())).status).toBe(403);
  });
});
