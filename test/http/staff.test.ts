// The people of a store and their shifts at its tablets: PINs that open for their own, lock for guessers, and never
// come out.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf, locationInput, statusesOf } from '../support/catalogue.ts';

type Caller = ReturnType<typeof callerOf>;

let app: TestApp;
let api: Caller;
/** Moved by tests; the app's clock. */
let now = new Date('2026-11-20T10:00:00.000Z');

beforeAll(async () => {
  app = await startTestApp({ now: () => now });
  api = callerOf(app.url, app.admin);
  for (const code of ['LILLE', 'LYON', 'NICE']) await api.put(`/v1/locations/${code}`, locationInput());
});
afterAll(() => app.close());

let made = 0;
async function add(change: object = {}) {
  made += 1;
  const answer = await api.post('/v1/staff', {
    name: `Person ${made}`,
    location: 'LILLE',
    pin: '4711',
    ...change,
  });
  return { ...answer.body, status: answer.status };
}

async function tablet(location = 'LILLE'): Promise<Caller> {
  const { body } = await api.post('/v1/devices', { name: 'Counter', location });
  const paired = await callerOf(app.url, null).post('/v1/devices/pair', { code: body.pairingCode });
  return callerOf(app.url, paired.body.token);
}

const shiftOf = async (device: Caller) => (await device.get('/v1/devices/self')).body.shift;

describe('the list of a store’s people', () => {
  test('shows names and never a PIN, and keeps of the PIN only a slow hash', async () => {
    const amelie = await add({ name: 'Amélie', pin: '987654' });
    expect(amelie).toMatchObject({ name: 'Amélie', location: 'LILLE', lockedUntil: null, version: 1 });
    expect(JSON.stringify(amelie)).not.toContain('987654');
    const [row] = await app.deps.database.run<{ pin_hash: string }>(
      'test.pin_hash',
      'SELECT pin_hash FROM staff WHERE id = $1::text',
      [amelie.id],
    );
    expect(row?.pin_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/);
  });

  test('is read by the store’s tablets, of their own store only, and changed by none', async () => {
    const lyon = await add({ location: 'LYON' });
    const here = await add();
    const device = await tablet();
    const ids = (await device.get('/v1/staff?limit=200')).body.data.map(({ id }: { id: string }) => id);
    expect(ids).toContain(here.id);
    expect(ids).not.toContain(lyon.id);
    expect((await device.get('/v1/staff?location=LYON')).body.data).toEqual([]);
    expect((await device.get(`/v1/staff/${lyon.id}`)).status).toBe(404);
    expect((await device.post('/v1/staff', { name: 'Me', location: 'LILLE', pin: '0000' })).status).toBe(403);
    expect((await device.delete(`/v1/staff/${here.id}`)).status).toBe(403);
  });

  test('has every name once, also when two are added at once', async () => {
    const answers = await Promise.all([add({ name: 'Paul' }), add({ name: 'Paul' }), add({ name: 'Paul' })]);
    expect(statusesOf(answers)).toEqual([201, 409, 409]);
    const other = await add();
    const renamed = await api.put(`/v1/staff/${other.id}`, { name: 'Paul' });
    expect([renamed.status, renamed.body.code]).toEqual([409, 'staff-name-taken']);
    expect((await add({ name: 'Paul', location: 'LYON' })).status).toBe(201);
  });

  test.each([
    ['a PIN of three digits', { pin: '123' }, 400],
    ['a PIN of nine digits', { pin: '123456789' }, 400],
    ['a PIN of letters', { pin: 'abcd' }, 400],
    ['a store that does not exist', { location: 'NOWHERE' }, 404],
    ['an unknown field', { role: 'boss' }, 400],
  ])('refuses %s', async (_, change, status) => {
    expect((await add(change)).status).toBe(status);
  });

  test('belongs to the admins of its store', async () => {
    const lyon = await add({ location: 'LYON' });
    const store = callerOf(app.url, (await app.key({ scopes: ['admin'], locations: ['LILLE'] })).token);
    expect((await store.post('/v1/staff', { name: 'X', location: 'LYON', pin: '1234' })).status).toBe(404);
    expect((await store.put(`/v1/staff/${lyon.id}`, { name: 'X' })).status).toBe(404);
    expect((await store.delete(`/v1/staff/${lyon.id}`)).status).toBe(404);
    expect(
      (await store.get('/v1/staff?limit=200')).body.data.map((s: { location: string }) => s.location),
    ).not.toContain('LYON');
  });

  test('guards a change against somebody else’s', async () => {
    const { id } = await add();
    const stale = await api.put(`/v1/staff/${id}`, { name: 'Ronan' }, { 'If-Match': '"v7"' });
    expect(stale.status).toBe(412);
    const changed = await api.put(`/v1/staff/${id}`, { name: 'Ronan' }, { 'If-Match': '"v1"' });
    expect([changed.status, changed.headers.etag]).toEqual([200, '"v2"']);
    // The same again changes nothing.
    expect((await api.put(`/v1/staff/${id}`, { name: 'Ronan' })).body.version).toBe(2);
    expect((await api.delete(`/v1/staff/${id}`, { 'If-Match': '"v1"' })).status).toBe(412);
    expect((await api.delete(`/v1/staff/${id}`, { 'If-Match': '"v2"' })).status).toBe(204);
  });
});

describe('a shift', () => {
  let device: Caller;
  let person: { id: string; name: string };
  beforeEach(async () => {
    device = await tablet();
    person = await add({ pin: '4711' });
  });
  const start = (body: object, at = device) => at.post('/v1/devices/self/shift', body);

  test('starts with the person’s PIN, is told by the tablet, and ends', async () => {
    expect(await shiftOf(device)).toBeNull();
    const started = await start({ staffId: person.id, pin: '4711' });
    const shift = { staff: { id: person.id, name: person.name }, startedAt: now.toISOString() };
    expect([started.status, started.body]).toEqual([200, shift]);
    expect(await shiftOf(device)).toEqual(shift);
    expect((await device.delete('/v1/devices/self/shift')).status).toBe(204);
    expect((await device.delete('/v1/devices/self/shift')).status).toBe(204);
    expect(await shiftOf(device)).toBeNull();
  });

  test('five wrong PINs lock the person at every tablet for 15 minutes', async () => {
    const other = await tablet();
    const tries = [];
    for (let i = 0; i < 5; i++)
      tries.push(await start({ staffId: person.id, pin: '0000' }, i % 2 ? other : device));
    expect(tries.map(({ status, body }) => [status, body.code, body.triesLeft])).toEqual(
      [4, 3, 2, 1, 0].map((left) => [403, 'wrong-pin', left]),
    );
    const right = await start({ staffId: person.id, pin: '4711' });
    expect([right.status, right.body.code, right.headers['retry-after']]).toEqual([423, 'pin-locked', '900']);
    expect((await api.get(`/v1/staff/${person.id}`)).body.lockedUntil).not.toBeNull();
    now = new Date(now.getTime() + 15 * 60_000);
    expect((await start({ staffId: person.id, pin: '4711' }, other)).status).toBe(200);
  });

  test('20 guesses at once are counted one by one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => start({ staffId: person.id, pin: '0000' })),
    );
    expect(statusesOf(answers)).toEqual([...Array(5).fill(403), ...Array(15).fill(423)]);
  });

  test('the right PIN forgets the wrong ones; a new PIN unlocks, and ends shifts begun with the old one', async () => {
    for (let i = 0; i < 4; i++) await start({ staffId: person.id, pin: '0000' });
    expect((await start({ staffId: person.id, pin: '4711' })).status).toBe(200);
    expect((await start({ staffId: person.id, pin: '0000' })).body.triesLeft).toBe(4);
    await api.put(`/v1/staff/${person.id}`, { name: person.name, pin: '2222' });
    expect(await shiftOf(device)).toBeNull();
    expect((await start({ staffId: person.id, pin: '4711' })).body.triesLeft).toBe(4);
    expect((await start({ staffId: person.id, pin: '2222' })).status).toBe(200);
  });

  test('ends when the person is removed', async () => {
    await start({ staffId: person.id, pin: '4711' });
    expect((await api.delete(`/v1/staff/${person.id}`)).status).toBe(204);
    expect(await shiftOf(device)).toBeNull();
    expect((await start({ staffId: person.id, pin: '4711' })).body.code).toBe('unknown-staff');
  });

  test('is nobody’s of another store', async () => {
    const answer = await start({ staffId: person.id, pin: '4711' }, await tablet('LYON'));
    expect([answer.status, answer.body.code]).toEqual([404, 'unknown-staff']);
  });

  test('needs only a name where the store has no list, and a PIN where it has one', async () => {
    const nice = await tablet('NICE');
    const started = await start({ name: 'Maria' }, nice);
    expect([started.status, started.body.staff]).toEqual([200, { id: null, name: 'Maria' }]);
    const refused = await start({ name: 'Maria' });
    expect([refused.status, refused.body.code]).toEqual([409, 'pin-required']);
  });

  test.each([{}, { staffId: 'obj_x' }, { pin: '4711' }, { name: 'A', pin: '4711' }, { name: ' ' }])(
    'refuses %j, which says nothing or too much',
    async (body) => {
      expect((await start(body)).status).toBe(400);
    },
  );

  test('is for tablets only', async () => {
    expect((await start({ name: 'Boss' }, api)).status).toBe(403);
  });
});

test('a tablet is told what its location lets it do', async () => {
  const device = await tablet('NICE');
  const before = await device.get('/v1/devices/self');
  expect(before.body.settings).toEqual({
    offlineHandOver: false,
    language: 'fr',
    clockSkewSeconds: 60,
    occurredDaysMax: 7,
  });
  const { pickup, address } = locationInput();
  await api.put(
    '/v1/locations/NICE',
    locationInput({ pickup: { ...pickup, offlineHandOver: true }, address: { ...address, country: 'DE' } }),
  );
  const after = await device.get('/v1/devices/self', { 'If-None-Match': before.headers.etag ?? '' });
  expect(after.body.settings).toMatchObject({ offlineHandOver: true, language: 'en' });
  const same = await device.get('/v1/devices/self', { 'If-None-Match': after.headers.etag ?? '' });
  expect(same.status).toBe(304);
});
