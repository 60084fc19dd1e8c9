// What a key, a browser, and an address without a key, may spend in a minute, and how they are told.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { makeRateLimits } from '../../src/http/rateLimits.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type WatchedDatabase, watchDatabase } from '../support/watchedDatabase.ts';

let comptoir: TestApp;
let watched: WatchedDatabase;
beforeAll(async () => {
  comptoir = await startTestApp({
    environment: {
      COMPTOIR_RATE_LIMITS: 'on',
      COMPTOIR_KEY_POINTS_PER_MINUTE: '3',
      COMPTOIR_ADDRESS_POINTS_PER_MINUTE: '3',
      COMPTOIR_TRUST_PROXY: '1',
    },
  });
  const { database } = comptoir.deps;
  watched = watchDatabase({ drizzle: database.drizzle, run: database.run });
  Object.assign(database, { run: watched.run });
});
afterAll(() => comptoir.close());

const stock = (token: string, address = '192.0.2.1') =>
  request(comptoir.url).get('/v1/stock').set('X-Forwarded-For', address).auth(token, { type: 'bearer' });

describe('a key', () => {
  test('is told what is left, and beyond it gets 429 with Retry-After', async () => {
    const { token } = await comptoir.key();
    const first = await stock(token).expect(200);
    expect(first.headers['ratelimit-policy']).toBe('"key";q=3;w=60');
    expect(first.headers.ratelimit).toMatch(/^"key";r=2;t=\d+$/);
    await stock(token).expect(200);
    await stock(token).expect(200);
    const refused = await stock(token).expect(429);
    expect(refused.body).toMatchObject({
      code: 'rate-limited',
      retryAfterSeconds: Number(refused.headers['retry-after']),
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers.ratelimit).toMatch(/^"key";r=0;t=\d+$/);
  });

  test('spends its own points only, from whatever address', async () => {
    const [one, other] = [await comptoir.key(), await comptoir.key()];
    for (let i = 0; i < 4; i++) await stock(one.token);
    expect((await stock(one.token, '192.0.2.99')).status).toBe(429);
    expect((await stock(other.token)).status).toBe(200);
  });
});

test('a publishable key, shared by all browsers, is limited for each address by itself', async () => {
  const { token } = await comptoir.key({ kind: 'publishable' });
  const ask = (address: string) =>
    request(comptoir.url)
      .get('/v1/locations')
      .set('X-Forwarded-For', address)
      .auth(token, { type: 'bearer' });
  const first = await ask('192.0.2.30').expect(200);
  expect(first.headers['ratelimit-policy']).toBe('"browser";q=3;w=60');
  for (let i = 0; i < 2; i++) await ask('192.0.2.30').expect(200);
  await ask('192.0.2.30').expect(429);
  await ask('192.0.2.31').expect(200);
});

test('a hold costs a browser much more than a question', async () => {
  const limited = await startTestApp({
    environment: { COMPTOIR_RATE_LIMITS: 'on', COMPTOIR_ADDRESS_POINTS_PER_MINUTE: '60' },
  });
  const { token } = await limited.key({ kind: 'publishable' });
  const statuses: number[] = [];
  for (let hold = 0; hold < 3; hold++) {
    const placed = request(limited.url).post('/v1/reservations').auth(token, { type: 'bearer' }).send({});
    statuses.push((await placed).status);
  }
  expect(statuses).toEqual([400, 400, 429]);
  await limited.close();
});

describe('an address', () => {
  test('that guesses keys is stopped before it asks the database any more', async () => {
    const lookups = () => watched.statements.filter((name) => name === 'api_keys.find_by_hash').length;
    const before = lookups();
    for (let i = 0; i < 3; i++) await stock(`guess-${i}`, '192.0.2.7').expect(401);
    expect(lookups()).toBe(before + 3);
    const refused = await stock('guess-3', '192.0.2.7').expect(429);
    expect(refused.headers['ratelimit-policy']).toBe('"address";q=3;w=60');
    expect(lookups()).toBe(before + 3);
    await stock('guess-4', '192.0.2.8').expect(401);
  });

  test('whose guesses are spent does not lock out the keys that call from it', async () => {
    const { token } = await comptoir.key();
    await stock(token, '192.0.2.40').expect(200);
    for (let i = 0; i < 4; i++) await stock(`guess-${i}`, '192.0.2.40');
    await stock('guess-4', '192.0.2.40').expect(429);
    await stock(comptoir.admin, '192.0.2.40').expect(200);
    // The feed lost its place: everybody is asked for again.
    comptoir.deps.keyring.onReset();
    await stock(token, '192.0.2.40').expect(200);
  });

  test('whose guesses are spent is not asked about a key that was revoked', async () => {
    const { id, token } = await comptoir.key();
    await stock(token, '192.0.2.41').expect(200);
    for (let i = 0; i < 4; i++) await stock(`guess-${i}`, '192.0.2.41');
    comptoir.deps.keyring.onEvents([{ type: 'key.revoked', subject: id }]);
    await stock(token, '192.0.2.41').expect(429);
  });

  test('that guesses pairing codes spends nothing of what its keys need to be recognised', async () => {
    const pair = () =>
      request(comptoir.url)
        .post('/v1/devices/pair')
        .set('X-Forwarded-For', '192.0.2.42')
        .send({ code: 'ABCD2345' });
    const refused = await pair().expect(429);
    expect(refused.headers['ratelimit-policy']).toBe('"visitor";q=3;w=60');
    const { token } = await comptoir.key();
    await stock(token, '192.0.2.42').expect(200);
    await stock('guess', '192.0.2.42').expect(401);
  });

  test('that is refused reads so in a browser', async () => {
    const ask = () => stock('guess', '192.0.2.43').set('Origin', 'https://shop.example');
    for (let i = 0; i < 3; i++) await ask().expect(401);
    const refused = await ask().expect(429);
    expect(refused.headers['access-control-allow-origin']).toBe('*');
    expect(refused.headers['access-control-expose-headers']).toContain('Retry-After');
  });

  test('without a key is stopped too', async () => {
    const ask = () => request(comptoir.url).get('/v1/stock').set('X-Forwarded-For', '192.0.2.20');
    for (let i = 0; i < 3; i++) await ask().expect(401);
    expect((await ask()).body.code).toBe('rate-limited');
  });

  test('may ask for health and metrics as often as it likes', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      for (let i = 0; i < 6; i++) {
        const { status } = await request(comptoir.url).get(path).set('X-Forwarded-For', '192.0.2.44');
        expect({ path, status }).toEqual({ path, status: 200 });
      }
    }
  });

  test('of IPv6 is its whole /64', async () => {
    const limits = makeRateLimits({ enabled: true, keyPointsPerMinute: 1, addressPointsPerMinute: 2 });
    await limits.spendByAddress('2001:db8:1:2::1', 1);
    await limits.spendByAddress('2001:db8:1:2:ffff:ffff:ffff:ffff', 1);
    await expect(limits.spendByAddress('2001:0db8:1:2::7', 1)).rejects.toMatchObject({
      code: 'rate-limited',
    });
    await expect(limits.spendByAddress('2001:db8:1:3::1', 1)).resolves.toBeDefined();
    await expect(limits.spendByAddress('::ffff:192.0.2.1', 1)).resolves.toBeDefined();
  });
});

test('a load test turns them off', async () => {
  const limits = makeRateLimits({ enabled: false, keyPointsPerMinute: 1, addressPointsPerMinute: 1 });
  for (let i = 0; i < 5; i++) expect(await limits.spendByKey('key_x', 1)).toEqual([]);
});
