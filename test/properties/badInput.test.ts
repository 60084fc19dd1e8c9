// No input, whatever it is, gets a 5xx: requests drawn from the OpenAPI document, whole or spoilt, for every route.
// Every refusal is a problem with a code. Raise COMPTOIR_TEST_RUNS for a longer search.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PROBLEMS } from '../../src/domain/problem.ts';
import { type Document, requestsOf } from '../support/requestDraw.ts';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';
import { type Made, makerOf } from './subjects.ts';

const document: Document = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../openapi/openapi.json'), 'utf8'),
);
const RUNS = Number(process.env.COMPTOIR_TEST_RUNS ?? 32);
/** How often what a route is about is made anew, once a request has moved it. */
const ANEW_MAX = 1;

let shop: Shop;
let tokens: readonly string[];

beforeAll(async () => {
  shop = await openShop();
  for (const sku of [TABLE, LAMP])
    for (const store of [STORE, OTHER_STORE]) await shop.put(sku, store, 1_000);
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

/** In braces: what is made for the route, and put in when the request is sent. */
const known = {
  parameters: {
    sku: [TABLE, LAMP, 'NO-SUCH'],
    location: [STORE, OTHER_STORE, 'NO-SUCH'],
    code: ['{code}', OTHER_STORE, 'NO-SUCH'],
    items: [`${TABLE}:1`, `${TABLE}:2,${LAMP}:1`],
    near: ['50.6,3.1'],
    id: ['{id}'],
    deliveryId: ['{deliveryId}'],
  },
  body: {
    sku: [TABLE, LAMP, 'NO-SUCH'],
    location: [STORE, OTHER_STORE, 'NO-SUCH'],
    locations: [[STORE]],
    from: [STORE],
    to: [OTHER_STORE],
    code: ['{code}'],
    pickupCode: ['{pickupCode}'],
    staffId: ['{staffId}'],
  },
};

const requests = requestsOf(document, known);
const reached = new Set<string>();

for (const { name, whole, requests: drawnRequests } of requests) {
  test(`${name} answers whatever it is sent, and never with a 5xx`, async () => {
    const make = makerOf(name);
    let made: Made = await make(shop);
    let anew = 0;
    const drawn = fc.record({ request: drawnRequests, token: fc.nat(9) });
    await fc.assert(
      fc.asyncProperty(drawn, async ({ request: { isWhole, ...request }, token }) => {
        const given = (text: string) =>
          text.replace(/\{(\w+)\}|%7B(\w+)%7D/g, (all, a, b) => made[a ?? b] ?? all);
        const bearer = isWhole ? (made.token ?? shop.app.admin) : (tokens[token] ?? '');
        const answer = await fetch(shop.app.url + given(request.path), {
          method: request.method,
          headers: { ...request.headers, Authorization: `Bearer ${bearer}` },
          ...(request.body === undefined ? {} : { body: given(request.body) }),
        });
        const text = await answer.text();
        // The message of a failure: what was sent, and what came back.
        if (answer.status >= 500) throw new Error(`${answer.status} ${text.slice(0, 2_000)}`);
        if (answer.status < 400) {
          if (isWhole) reached.add(name);
          if (request.method !== 'GET' && anew++ < ANEW_MAX) made = await make(shop);
          return;
        }
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(Object.keys(PROBLEMS)).toContain(JSON.parse(text).code);
      }),
      // A whole one first, while what it is about is as it should be.
      {
        numRuns: RUNS,
        endOnFailure: true,
        examples: fc.sample(whole, 1).map((request) => [{ request, token: 0 }]),
      },
    );
  });
}

/** Why nothing that is drawn gets there. */
const OUT_OF_REACH: Readonly<Record<string, string>> = {
  'POST /v1/webhooks/{id}/deliveries/{deliveryId}/replay':
    'only a test was delivered, which is not sent again',
};

test('requests for every route went well, but for those that nothing drawn can get right', () => {
  const missed = requests.map(({ name }) => name).filter((name) => !reached.has(name));
  expect(missed).toEqual(Object.keys(OUT_OF_REACH));
});

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
