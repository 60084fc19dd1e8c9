// A retailer behind a running app: stores, items and stock, put there through the API. Owns no assertion.
import { randomUUID } from 'node:crypto';
import type { LocationInput } from '../../src/domain/location.ts';
import type { TestApp } from './app.ts';
import { callerOf, locationInput } from './catalogue.ts';

/** `[sku, location code, on hand]` */
export type StockOf = readonly [string, string, number];

type Line = { sku: string; quantity: number };

export function openRetailer(app: TestApp) {
  const api = callerOf(app.url, app.admin);
  // Counts of one instant would be ordered by their event ids: each call's are a millisecond after those before.
  let calls = 0;

  /** The answer's body, once everything that it wrote is in the views. */
  async function written(answer: PromiseLike<{ status: number; text: string; body: { id: string } }>) {
    const { status, text, body } = await answer;
    if (status >= 300) throw new Error(`${status} ${text}`);
    await app.deps.feed.settled();
    await app.deps.locations.settled();
    return body;
  }

  return {
    async locations(places: Record<string, Partial<LocationInput>>): Promise<void> {
      for (const [code, change] of Object.entries(places)) {
        await written(api.put(`/v1/locations/${code}`, locationInput({ name: code, ...change })));
      }
    },
    async items(...skus: string[]): Promise<void> {
      for (const sku of skus) await written(api.put(`/v1/items/${sku}`, { name: { fr: sku } }));
    },
    /** Counts, so that on hand is this from now on. */
    async stock(...levels: StockOf[]): Promise<void> {
      const countedAt = new Date(app.deps.now().getTime() + ++calls).toISOString();
      const counts = levels.map(([sku, location, onHand]) => ({
        eventId: nextEventId(),
        sku,
        location,
        onHand,
        countedAt,
      }));
      await written(api.post('/v1/stock/counts', { source: 'wms', counts }));
    },
    /** Places a hold; its id. */
    async hold(location: string, lines: Line[], ttlSeconds = 900): Promise<string> {
      const key = { 'Idempotency-Key': randomUUID() };
      const { id } = await written(api.post('/v1/reservations', { location, lines, ttlSeconds }, key));
      return id;
    },
    async confirm(id: string): Promise<void> {
      await written(api.post(`/v1/reservations/${id}/confirm`, { orderReference: `order-${id}` }));
    },
    async cancel(id: string): Promise<void> {
      await written(api.post(`/v1/reservations/${id}/cancel`, {}));
    },
  };
}

/** Rising, so that of two counts of one instant the one sent later governs. */
let events = 0;
function nextEventId(): string {
  events += 1;
  return String(events).padStart(10, '0');
}

export type Retailer = ReturnType<typeof openRetailer>;
