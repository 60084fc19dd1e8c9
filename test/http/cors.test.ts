// Browsers: a publishable key says from which pages it may be used, and only their pages can read what it gets.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { startTestApp, type TestApp } from '../support/app.ts';

const SHOP = 'https://shop.example';
const path = '/v1/availability?items=NOPE:1';

let comptoir: TestApp;
let listed: string;
beforeAll(async () => {
  comptoir = await startTestApp();
  ({ token: listed } = await comptoir.key({ kind: 'publishable', origins: [SHOP] }));
});
afterAll(() => comptoir.close());

const from = (origin: string, token: string) =>
  request(comptoir.url).get(path).set('Origin', origin).auth(token, { type: 'bearer' });

const preflight = (origin: string, to = '/v1/reservations') =>
  request(comptoir.url).options(to).set('Origin', origin).set('Access-Control-Request-Method', 'POST');

describe('a publishable key', () => {
  test('may be used from its origin, whose pages read even its problems', async () => {
    const answer = await from(SHOP, listed).expect(404);
    expect(answer.headers['access-control-allow-origin']).toBe(SHOP);
    expect(answer.headers['access-control-expose-headers']).toContain('Idempotent-Replayed');
    expect(answer.headers.vary).toContain('Origin');
    expect(answer.body.code).toBe('unknown-item');
  });

  test('gets 403 from any other, and no page reads it', async () => {
    for (const origin of [
      'https://evil.example',
      'http://shop.example',
      'https://shop.example:8443',
      'null',
    ]) {
      const answer = await from(origin, listed).expect(403);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  test('without origins may be used from any', async () => {
    const { token } = await comptoir.key({ kind: 'publishable' });
    const answer = await from('https://anywhere.example', token).expect(404);
    expect(answer.headers['access-control-allow-origin']).toBe('https://anywhere.example');
  });

  test('works where there is no browser: no Origin, no check', async () => {
    const answer = await request(comptoir.url).get(path).auth(listed, { type: 'bearer' });
    expect(answer.body.code).toBe('unknown-item');
  });

  test('works on our own pages', async () => {
    const answer = await from(comptoir.url, listed);
    expect(answer.body.code).toBe('unknown-item');
  });
});

test('a secret key is answered, but no page of another origin reads it', async () => {
  const answer = await from(SHOP, comptoir.admin).expect(404);
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
});

describe('a preflight', () => {
  test('from an origin that some key lists is told what may be sent', async () => {
    const only = await startTestApp();
    await only.key({ kind: 'publishable', origins: [SHOP] });
    const ask = (origin: string) =>
      request(only.url)
        .options('/v1/reservations')
        .set('Origin', origin)
        .set('Access-Control-Request-Method', 'POST');
    const allowed = await ask(SHOP).expect(204);
    const refused = await ask('https://evil.example').expect(204);
    await only.close();
    expect(allowed.headers['access-control-allow-origin']).toBe(SHOP);
    expect(allowed.headers['access-control-allow-methods']).toContain('POST');
    expect(allowed.headers['access-control-allow-headers']).toContain('Idempotency-Key');
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('of an origin that no browser would send is answered all the same', async () => {
    for (const origin of ['null', 'x'.repeat(4_000), '\u00e9']) {
      expect((await preflight(origin)).status).toBe(204);
    }
    expect((await preflight(SHOP, '/v1/nowhere')).status).toBe(404);
  });
});

test('what is public can be read from anywhere', async () => {
  const answer = await request(comptoir.url).get('/problems').set('Origin', SHOP).expect(200);
  expect(answer.headers['access-control-allow-origin']).toBe('*');
});
