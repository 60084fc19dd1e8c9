// No input, whatever it is, gets a 5xx: requests drawn from the OpenAPI document, whole or spoilt, for every route.
// Every refusal is a problem with a code. Raise COMPTOIR_TEST_RUNS for a longer search.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PROBLEMS } from '../../src/domain/problem.ts';
import { type Document, requestsOf } from '../support/requestDraw.ts';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

const document: Document = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../openapi/openapi.json'), 'utf8'),
);
const RUNS = Number(process.env.COMPTOIR_TEST_RUNS ?? 40);

let shop: Shop;
let tokens: readonly string[];
const reservations: string[] = [];

beforeAll(async () => {
  shop = await openShop();
  await shop.put(TABLE, STORE, 1_000);
  for (let n = 0; n < 3; n++) reservations.push((await shop.hold()).id);
  await shop.post(`/v1/reservations/${reservations[0]}/confirm`, { orderReference: 'D-1' }).expect(200);
  await shop.post(`/v1/reservations/${reservations[0]}/start`).expect(200);
  const otherStore = await shop.app.key({ kind: 'device', locations: [OTHER_STORE] });
  const browser = await shop.app.key({ kind: 'publishable' });
  // Most requests come from somebody who may do everything: they get furthest.
  const { admin } = shop.app;
  tokens = [admin, admin, admin, admin, admin, admin, admin, otherStore.token, browser.token, 'nobody'];
});
afterAll(async () => {
  const { body } = await shop.get('/v1/integrity').expect(200);
  expect(body).toMatchObject({ drift: [] });
  await shop.app.close();
});

const known = {
  sku: [TABLE, LAMP, 'NO-SUCH'],
  location: [STORE, OTHER_STORE, 'NO-SUCH'],
  code: [STORE, OTHER_STORE, 'NO-SUCH'],
  items: [`${TABLE}:1`, `${TABLE}:2,${LAMP}:1`],
  near: ['50.6,3.1'],
};

for (const { name, requests } of requestsOf(document, known)) {
  test(`${name} answers whatever it is sent, and never with a 5xx`, async () => {
    const drawn = fc.record({ request: requests, token: fc.nat(9), reservation: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(drawn, async ({ request, token, reservation }) => {
        const target = request.path.replace(/(?<=\/reservations\/)[^/?]+/, reservations[reservation] ?? '$&');
        const answer = await fetch(shop.app.url + target, {
          method: request.method,
          headers: { ...request.headers, Authorization: `Bearer ${tokens[token] ?? ''}` },
          ...(request.body === undefined ? {} : { body: request.body }),
        });
        const text = await answer.text();
        // The message of a failure: what was sent, and what came back.
        if (answer.status >= 500) throw new Error(`${answer.status} ${text.slice(0, 2_000)}`);
        if (answer.status < 400) return;
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(Object.keys(PROBLEMS)).toContain(JSON.parse(text).code);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
}

test('a body of 10 MB is refused as too large, wherever JSON is taken', async () => {
  const body = JSON.stringify({ source: 'x'.repeat(10_000_000) });
  for (const target of ['/v1/reservations', '/v1/stock/movements', '/v1/stock/counts', '/v1/items/batch']) {
    const answer = await fetch(shop.app.url + target, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${shop.app.admin}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': 'x',
      },
      body,
    });
    expect([target, answer.status]).toEqual([target, 413]);
  }
});
