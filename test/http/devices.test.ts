// Devices over HTTP: a code that works once and not for long, a token for one store, guesses that lead nowhere.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insertDevice } from '../../src/queries/devices.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf, locationInput, statusesOf } from '../support/catalogue.ts';
import { eventually } from '../support/eventually.ts';

let app: TestApp;
let api: ReturnType<typeof callerOf>;
let anybody: ReturnType<typeof callerOf>;
/** Moved by tests; the app's clock. */
let now = new Date('2026-11-20T10:00:00.000Z');

beforeAll(async () => {
  app = await startTestApp({ now: () => now });
  api = callerOf(app.url, app.admin);
  anybody = callerOf(app.url, null);
  for (const code of ['LILLE', 'LYON']) await api.put(`/v1/locations/${code}`, locationInput());
});
afterAll(() => app.close());

const make = async (location = 'LILLE') =>
  (await api.post('/v1/devices', { name: 'Counter', location })).body;
const pair = (code: string, headers: Record<string, string> = {}) =>
  anybody.post('/v1/devices/pair', { code }, headers);
const listed = async (id: string) => {
  const { body } = await api.get('/v1/devices?limit=200');
  return body.data.find((device: { id: string }) => device.id === id);
};
/** A code that no device waits for. */
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

describe('a new device', () => {
  test('waits ten minutes for its code, which only this answer shows', async () => {
    const answer = await api.post('/v1/devices', { name: 'Counter', location: 'LILLE' });
    expect(answer.status).toBe(201);
    const { pairingCode, ...device } = answer.body;
    expect(pairingCode).toMatch(/^[0-9]{6}$/);
    expect(device).toMatchObject({
      name: 'Counter',
      location: 'LILLE',
      status: 'waiting',
      pairingExpiresAt: new Date(now.getTime() + 600_000).toISOString(),
      pairedAt: null,
    });
    expect(await listed(device.id)).toEqual(device);
  });

  test('belongs to a location that exists', async () => {
    const answer = await api.post('/v1/devices', { name: 'Counter', location: 'NOWHERE' });
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ code: 'unknown-location', errors: [{ pointer: '/location' }] });
  });

  test('never gets a code that another one waits for', async () => {
    const { id, pairingCode } = await make();
    const [row] = await app.deps.database.run<{ location_id: number }>(
      'test.location_of_device',
      'SELECT location_id FROM devices WHERE id = $1::text',
      [id],
    );
    const insert = (deviceId: string, code: string) =>
      insertDevice(
        app.deps.database,
        {
          id: deviceId,
          name: 'Second',
          locationId: row?.location_id ?? 0,
          pairingExpiresAt: new Date(now.getTime() + 600_000),
          createdAt: now,
        },
        code,
      );
    expect(await insert('dev_second', pairingCode)).toBe(false);
    expect(await insert('dev_second', wrong(pairingCode))).toBe(true);
  });
});

describe('pairing', () => {
  test('gives the tablet a token for its own store, and uses up the code', async () => {
    const { id, pairingCode } = await make();
    const answer = await pair(pairingCode);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      id,
      location: 'LILLE',
      status: 'paired',
      pairedAt: now.toISOString(),
    });
    expect(answer.body.token).toMatch(/^ck_live_dev_/);
    const tablet = callerOf(app.url, answer.body.token);
    expect((await tablet.get('/v1/locations/LILLE')).status).toBe(200);
    expect((await tablet.get('/v1/locations/LYON')).status).toBe(404);
    expect((await tablet.get('/v1/devices')).status).toBe(403);
    const again = await pair(pairingCode);
    expect(again.status).toBe(404);
    expect(again.body.code).toBe('pairing-code-invalid');
  });

  test('raced by 20 clients with one code gives one token', async () => {
    const { id, pairingCode } = await make();
    const answers = await Promise.all(Array.from({ length: 20 }, () => pair(pairingCode)));
    expect(statusesOf(answers)).toEqual([200, ...Array<number>(19).fill(404)]);
    const keys = await app.deps.database.run(
      'test.keys_of_device',
      'SELECT k.id FROM devices d JOIN api_keys k ON k.id = d.key_id WHERE d.id = $1::text',
      [id],
    );
    expect(keys).toHaveLength(1);
  });

  test('tells a tablet that lost the answer again, under its Idempotency-Key', async () => {
    const { pairingCode } = await make();
    const headers = { 'Idempotency-Key': 'tablet-7f0c4f1e' };
    const first = await pair(pairingCode, headers);
    const again = await pair(pairingCode, headers);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
  });

  test('works until the tenth minute and not from then on', async () => {
    const started = now;
    const [early, late] = [await make(), await make()];
    now = new Date(started.getTime() + 599_999);
    expect((await pair(early.pairingCode)).status).toBe(200);
    now = new Date(started.getTime() + 600_000);
    expect((await pair(late.pairingCode)).status).toBe(404);
    expect(await listed(late.id)).toMatchObject({ status: 'expired', pairingExpiresAt: null });
  });

  test('closes a code after 300 wrong guesses, whoever made them', async () => {
    const { id, pairingCode } = await make();
    await app.deps.database.run(
      'test.guesses',
      'UPDATE devices SET pairing_guesses = 298 WHERE id = $1::text',
      [id],
    );
    expect((await pair(wrong(pairingCode))).status).toBe(404);
    expect(await listed(id)).toMatchObject({ status: 'waiting' });
    expect((await pair(wrong(pairingCode))).status).toBe(404);
    expect(await listed(id)).toMatchObject({ status: 'expired' });
    expect((await pair(pairingCode)).status).toBe(404);
  });

  test('by 20 guessers at once fails none of them with an error', async () => {
    await Promise.all(Array.from({ length: 5 }, () => make()));
    const { pairingCode } = await make();
    const answers = await Promise.all(Array.from({ length: 20 }, () => pair(wrong(pairingCode))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
  });

  test.each(['12345', '1234567', 'abcdef', ''])('refuses %j, which is no code', async (code) => {
    expect((await pair(code)).status).toBe(400);
  });
});

describe('guessing', () => {
  test('costs an address so much that it gets ten guesses a minute', async () => {
    const limited = await startTestApp({ environment: { COMPTOIR_RATE_LIMITS: 'on' } });
    try {
      const guesser = callerOf(limited.url, null);
      const statuses: number[] = [];
      for (let guess = 0; guess < 11; guess++) {
        statuses.push((await guesser.post('/v1/devices/pair', { code: '000000' })).status);
      }
      expect(statuses).toEqual([...Array<number>(10).fill(404), 429]);
    } finally {
      await limited.close();
    }
  });
});

describe('a paired tablet', () => {
  test('is told who and where it is', async () => {
    const { id, pairingCode } = await make();
    const { token } = (await pair(pairingCode)).body;
    const answer = await callerOf(app.url, token).get('/v1/devices/self');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      id,
      name: 'Counter',
      location: { code: 'LILLE', ...locationInput() },
    });
    expect((await api.get('/v1/devices/self')).status).toBe(403);
  });

  test('is locked out when it is removed, and when its key is revoked', async () => {
    const removals = [
      (id: string) => api.delete(`/v1/devices/${id}`),
      async (id: string) => {
        const [row] = await app.deps.database.run<{ key_id: string }>(
          'test.key_of_device',
          'SELECT key_id FROM devices WHERE id = $1::text',
          [id],
        );
        return api.delete(`/v1/keys/${row?.key_id}`);
      },
    ];
    for (const remove of removals) {
      const { id, pairingCode } = await make();
      const tablet = callerOf(app.url, (await pair(pairingCode)).body.token);
      expect((await tablet.get('/v1/devices/self')).status).toBe(200);
      expect((await remove(id)).status).toBe(204);
      await eventually(async () => (await tablet.get('/v1/devices/self')).status === 401);
      expect(await listed(id)).toBeUndefined();
    }
  });
});

describe('removing', () => {
  test('a device that waits kills its code', async () => {
    const { id, pairingCode } = await make();
    expect((await api.delete(`/v1/devices/${id}`)).status).toBe(204);
    expect((await pair(pairingCode)).status).toBe(404);
    expect((await api.delete(`/v1/devices/${id}`)).status).toBe(404);
  });
});

describe('an admin of one store', () => {
  test('has that store’s devices only', async () => {
    const lyon = await make('LYON');
    const lille = await make('LILLE');
    const store = callerOf(app.url, (await app.key({ scopes: ['admin'], locations: ['LILLE'] })).token);
    const { body } = await store.get('/v1/devices?limit=200');
    const ids = body.data.map((device: { id: string }) => device.id);
    expect(ids).toContain(lille.id);
    expect(ids).not.toContain(lyon.id);
    expect((await store.get('/v1/devices?location=LYON')).body.data).toEqual([]);
    expect((await store.delete(`/v1/devices/${lyon.id}`)).status).toBe(404);
    expect((await store.post('/v1/devices', { name: 'Counter', location: 'LYON' })).status).toBe(404);
  });
});
