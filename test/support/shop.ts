// An app with two stores and two items, and calls as a shop, a store and a back office make them.
// Owns no assertion.
import request from 'supertest';
import { startTestApp, type TestApp, type TestAppOptions } from './app.ts';

export const STORE = 'FR-LILLE-01';
export const OTHER_STORE = 'FR-LYON-01';
export const TABLE = 'TABLE-BASSE';
export const LAMP = 'LAMPE';

export type Shop = {
  app: TestApp;
  /** A call with the admin key, or with `token`. */
  get(path: string, token?: string): request.Test;
  post(path: string, body?: object, options?: { token?: string; key?: string }): request.Test;
  /** Sets on hand by a count. */
  put(sku: string, location: string, onHand: number): Promise<void>;
  /** A hold for two tables, or as asked; its body. */
  hold(body?: object): Promise<{ id: string; version: number; status: string }>;
};

let made = 0;

export async function openShop(options: TestAppOptions = {}): Promise<Shop> {
  const app = await startTestApp(options);
  const shop = { app, ...calls(app) };
  for (const [code, latitude, longitude] of [
    [STORE, 50.63, 3.06],
    [OTHER_STORE, 45.76, 4.84],
  ] as const) {
    await shop.putResource(`/v1/locations/${code}`, location(code, latitude, longitude)).expect(201);
  }
  for (const sku of [TABLE, LAMP])
    await shop.putResource(`/v1/items/${sku}`, { name: { fr: sku } }).expect(201);
  return shop;
}

function calls(app: TestApp) {
  const bearer = (token = app.admin) => `Bearer ${token}`;
  const post: Shop['post'] = (path, body = {}, { token, key } = {}) => {
    const call = request(app.url).post(path).set('Authorization', bearer(token)).send(body);
    return key === undefined ? call : call.set('Idempotency-Key', key);
  };
  return {
    post,
    get: (path: string, token?: string) => request(app.url).get(path).set('Authorization', bearer(token)),
    putResource: (path: string, body: object) =>
      request(app.url).put(path).set('Authorization', bearer()).send(body),
    async put(sku: string, location: string, onHand: number) {
      made += 1;
      const count = { eventId: `count-${made}`, sku, location, onHand, countedAt: new Date().toISOString() };
      await post('/v1/stock/counts', { source: 'wms', counts: [count] }).expect(200);
    },
    async hold(body: object = {}) {
      made += 1;
      const sent = { location: STORE, lines: [{ sku: TABLE, quantity: 2 }], ...body };
      const answer = await post('/v1/reservations', sent, { key: `hold-${made}` }).expect(201);
      return answer.body;
    },
  };
}

function location(code: string, latitude: number, longitude: number) {
  return {
    kind: 'store',
    name: code,
    address: { street: '1 rue du Test', postalCode: '59000', city: code, country: 'FR' },
    coordinates: { latitude, longitude },
    timeZone: 'Europe/Paris',
    openingHours: {
      weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], opens: '09:00', closes: '19:00' }],
      exceptions: [],
    },
    pickup: { enabled: true, preparationMinutes: 30, holdDays: 5 },
  };
}
