// Who may call what: keys, kinds, scopes, revocation.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';

let comptoir: TestApp;
beforeAll(async () => {
  comptoir = await startTestApp();
});
afterAll(() => comptoir.close());

const stock = (authorization?: string, app = comptoir) => {
  const asked = request(app.url).get('/v1/stock');
  return authorization === undefined ? asked : asked.set('Authorization', authorization);
};

describe('a caller', () => {
  test('without a key gets 401 and is told how to send one', async () => {
    const answer = await stock().expect(401);
    expect(answer.body.code).toBe('unauthorized');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="comptoir"');
  });

  test.each([
    'Bearer nobody',
    'Bearer',
    'Bearer ',
    'Basic dXNlcjpwYXNz',
    'bearer  x',
    'Token x',
    `Bearer ${'x'.repeat(5_000)}`,
    'Bearer \u00e9',
  ])('with %s gets 401', async (authorization) => {
    const answer = await stock(authorization).expect(401);
    expect(answer.headers['www-authenticate']).toContain('Bearer realm="comptoir"');
  });

  test('with the admin key may do everything, and one character off nothing', async () => {
    const tokens = [comptoir.admin, `${comptoir.admin}x`, comptoir.admin.slice(0, -1)];
    const answers = await Promise.all(tokens.map((token) => stock(`Bearer ${token}`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 401]);
  });

  test('may write the scheme as it likes', async () => {
    for (const scheme of ['bearer ', 'BEARER   ']) {
      expect((await stock(scheme + comptoir.admin)).status).toBe(200);
    }
  });

  test('without the scope gets 403 and is told which', async () => {
    const { token } = await comptoir.key({ scopes: ['availability:read'] });
    const answer = await stock(`Bearer ${token}`).expect(403);
    expect(answer.body).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('stock:read') });
    expect(answer.headers['www-authenticate']).toContain('scope="stock:read"');
  });

  test('of a kind that the call is not for gets 403, whatever its scopes', async () => {
    const { token } = await comptoir.key({ kind: 'publishable', scopes: ['stock:read'] });
    expect((await stock(`Bearer ${token}`)).body.code).toBe('forbidden');
  });
});

describe('a revoked key', () => {
  test('is refused at once in this process and soon in every other', async () => {
    const other = await startTestApp({ databaseUrl: comptoir.databaseUrl });
    const { id, token } = await comptoir.key();
    await stock(`Bearer ${token}`).expect(200);
    await stock(`Bearer ${token}`, other).expect(200);
    await request(comptoir.url).delete(`/v1/keys/${id}`).auth(comptoir.admin, { type: 'bearer' }).expect(204);
    await eventually(async () => {
      const answers = await Promise.all([comptoir, other].map((app) => stock(`Bearer ${token}`, app)));
      expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    });
    await other.close();
  });
});

describe('the log', () => {
  test('has one line a request with its id, route, status and key, and no path, token or body', async () => {
    const lines: Record<string, unknown>[] = [];
    const app = await startTestApp({ onLog: (line) => lines.push(line) });
    const { id, token } = await app.key();
    await request(app.url)
      .get('/v1/items/TABLE-SECRETE')
      .set('X-Request-Id', 'r1')
      .auth(token, { type: 'bearer' })
      .expect(404);
    await request(app.url)
      .post('/v1/keys')
      .auth(app.admin, { type: 'bearer' })
      .send({ name: 'Madame Dupont', kind: 'secret', scopes: ['stock:read'] })
      .expect(201);
    await app.close();
    expect(lines).toContainEqual(
      expect.objectContaining({
        requestId: 'r1',
        route: 'GET /v1/items/{sku}',
        status: 404,
        keyId: id,
        problem: 'unknown-item',
      }),
    );
    const text = JSON.stringify(lines);
    for (const secret of ['TABLE-SECRETE', 'Dupont', token, app.admin]) expect(text).not.toContain(secret);
  });
});
