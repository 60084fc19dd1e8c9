// One effect for one Idempotency-Key, however often, at once, and in however many processes it is sent.
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { makeOnce } from '../../src/http/idempotency.ts';
import { purgeAnswers } from '../../src/queries/idempotency.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';

let comptoir: TestApp;
beforeAll(async () => {
  comptoir = await startTestApp();
});
afterAll(() => comptoir.close());

const aKey = (name = 'Checkout') => ({ name, kind: 'secret', scopes: ['stock:read'] });

function post(path: string, body: object | string, key: string, to = comptoir, token = to.admin) {
  return request(to.url)
    .post(path)
    .auth(token, { type: 'bearer' })
    .set('Idempotency-Key', key)
    .set('Content-Type', 'application/json')
    .send(body);
}

async function keysNamed(name: string): Promise<number> {
  const rows = await comptoir.deps.database.run('test.keys_named', 'SELECT FROM api_keys WHERE name = $1', [
    name,
  ]);
  return rows.length;
}

describe('the same key and body', () => {
  test('give the first answer again, secret included, and one effect', async () => {
    const [name, key] = ['Twice', randomUUID()];
    const first = await post('/v1/keys', aKey(name), key).expect(201);
    const again = await post('/v1/keys', aKey(name), key).expect(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(first.headers).not.toHaveProperty('idempotent-replayed');
    expect(await keysNamed(name)).toBe(1);
  });

  test('are the same however the body is spaced and its fields are ordered', async () => {
    const key = randomUUID();
    await post('/v1/keys', '{"name":"Order","kind":"secret","scopes":["stock:read"]}', key).expect(201);
    await post('/v1/keys', '{ "scopes": ["stock:read"],  "kind": "secret", "name": "Order" }', key).expect(
      201,
    );
    expect(await keysNamed('Order')).toBe(1);
  });

  test('fifty times at once: one effect, fifty equal answers', async () => {
    const [name, key] = ['Fifty', randomUUID()];
    const answers = await Promise.all(Array.from({ length: 50 }, () => post('/v1/keys', aKey(name), key)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
    expect(await keysNamed(name)).toBe(1);
  });

  test('in two processes at once: one effect, equal answers', async () => {
    const other = await startTestApp({ databaseUrl: comptoir.databaseUrl });
    // Each test app has an admin key of its own: a row is the same caller in both.
    const { token } = await comptoir.key();
    for (let round = 0; round < 10; round++) {
      const [name, key] = [`Process ${round}`, randomUUID()];
      const processes = [comptoir, other, comptoir, other];
      const answers = await Promise.all(processes.map((to) => post('/v1/keys', aKey(name), key, to, token)));
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect(await keysNamed(name)).toBe(1);
    }
    await other.close();
  });
});

describe('the same key', () => {
  test('with another body is refused', async () => {
    const key = randomUUID();
    await post('/v1/keys', aKey('One'), key).expect(201);
    const { body } = await post('/v1/keys', aKey('Other'), key).expect(422);
    expect(body.code).toBe('idempotency-key-reused');
    expect(await keysNamed('Other')).toBe(0);
  });

  test('with another body at the same time is refused, whichever comes first', async () => {
    const key = randomUUID();
    const answers = await Promise.all(['A', 'B'].map((name) => post('/v1/keys', aKey(`Race ${name}`), key)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 422]);
  });

  test('of another caller is another key', async () => {
    const key = randomUUID();
    const { token } = await comptoir.key();
    const mine = await post('/v1/keys', aKey('Mine'), key).expect(201);
    const theirs = await post('/v1/keys', aKey('Mine'), key, comptoir, token).expect(201);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  test('after a refusal may try again: nothing was done, nothing is kept', async () => {
    const key = randomUUID();
    await post('/v1/keys', { ...aKey('Retried'), scopes: ['x'] }, key).expect(400);
    await post('/v1/devices', { name: 'Till', location: 'FR-NOWHERE-01' }, key).expect(404);
    const answer = await post('/v1/keys', aKey('Retried'), key);
    expect(answer.status).toBe(201);
  });

  test('has 1 to 255 characters', async () => {
    await post('/v1/keys', aKey('Length'), 'k'.repeat(255)).expect(201);
    for (const key of ['', 'k'.repeat(256)]) {
      const { body } = await post('/v1/keys', aKey('Length'), key).expect(400);
      expect(body.errors[0].pointer).toBe('header:Idempotency-Key');
    }
  });

  test('of an admin key whose secret has changed is refused, for its answer cannot be opened', async () => {
    const other = await startTestApp({ databaseUrl: comptoir.databaseUrl });
    const key = randomUUID();
    await post('/v1/keys', aKey('Rotated'), key).expect(201);
    const { body } = await post('/v1/keys', aKey('Rotated'), key, other).expect(422);
    await other.close();
    expect(body.code).toBe('idempotency-key-reused');
  });
});

describe('what is kept', () => {
  type Row = { response: Buffer; idempotency_key: string; request_hash: Buffer };
  const rows = () => comptoir.deps.database.run<Row>('test.kept', 'SELECT * FROM idempotency_keys', []);

  test('holds no secret: it is sealed with what only the caller has', async () => {
    const { body } = await post('/v1/keys', aKey('Sealed'), randomUUID()).expect(201);
    for (const { response } of await rows()) {
      expect(response.toString('latin1')).not.toContain(body.secret);
      expect(response.toString('latin1')).not.toContain('Sealed');
    }
  });

  test('of a caller without a key does not even show its Idempotency-Key, and is given again all the same', async () => {
    const location = 'FR-LILLE-01';
    await request(comptoir.url)
      .put(`/v1/locations/${location}`)
      .auth(comptoir.admin, { type: 'bearer' })
      .send(STORE)
      .expect(201);
    const device = await post('/v1/devices', { name: 'Till', location }, randomUUID()).expect(201);
    const key = randomUUID();
    const pair = () =>
      request(comptoir.url)
        .post('/v1/devices/pair')
        .set('Idempotency-Key', key)
        .send({ code: device.body.pairingCode });
    const first = await pair().expect(200);
    const again = await pair().expect(200);
    expect(again.body).toEqual(first.body);
    const kept = await rows();
    expect(kept.map((row) => row.idempotency_key)).not.toContain(key);
    const guess = createHash('sha256')
      .update(`POST /v1/devices/pair\n${JSON.stringify({ code: device.body.pairingCode })}`)
      .digest();
    expect(kept.some((row) => row.request_hash.equals(guess))).toBe(false);
  });

  test('is forgotten only after its time', async () => {
    const key = randomUUID();
    await post('/v1/keys', aKey('Kept'), key).expect(201);
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    expect(await purgeAnswers(comptoir.deps.database, hoursAgo(48))).toBe(0);
    await comptoir.deps.database.run(
      'test.age',
      "UPDATE idempotency_keys SET created_at = now() - interval '49 hours' WHERE idempotency_key = $1",
      [key],
    );
    expect(await purgeAnswers(comptoir.deps.database, hoursAgo(48))).toBe(1);
  });
});

test('while the first is still running, a repetition is told so after a while, and a third gets its answer', async () => {
  const once = makeOnce(comptoir.deps.database, 50);
  const asked = { keyId: 'key_x', key: randomUUID(), requestHash: Buffer.alloc(32), sealingSecret: 's' };
  const work = Promise.withResolvers<void>();
  const first = once(asked, async () => {
    await work.promise;
    return { status: 201, headers: {}, body: '{}' };
  });
  await expect(once(asked, async () => fail())).rejects.toMatchObject({ code: 'idempotency-key-in-use' });
  work.resolve();
  await expect(first).resolves.toMatchObject({ replayed: false });
  await eventually(async () =>
    expect(await once(asked, async () => fail())).toMatchObject({ replayed: true }),
  );
});

function fail(): never {
  throw new Error('worked twice');
}

const STORE = {
  kind: 'store',
  name: 'Lille',
  address: { street: '1 rue de Béthune', postalCode: '59000', city: 'Lille', country: 'FR' },
  coordinates: { latitude: 50.63, longitude: 3.06 },
  timeZone: 'Europe/Paris',
  openingHours: { weekly: [{ days: ['mon'], opens: '09:30', closes: '19:00' }], exceptions: [] },
  pickup: { enabled: true, preparationMinutes: 60, holdDays: 5 },
};
