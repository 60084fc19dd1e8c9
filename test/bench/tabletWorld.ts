// A real process on a database of its own with one store, orders for it, and its tablets in a real browser: what the
// scripts share that measure what a person at a tablet waits for. `close` at the end.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startEmbedded } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { openBrowser, startShift } from '../support/browser.ts';
import { startEmptyShop } from '../support/realProcess.ts';

const ADMIN = 'an-admin-key-of-the-bench';
const SKU = 'TABLE';
export const STORE = 'FR-LILLE-01';
export const OTHER_STORE = 'FR-LYON-01';

export type PlacedOrder = { id: string; pickupCode: string };

export type TabletWorld = {
  url: string;
  browser: Browser;
  post(path: string, body: object): Promise<unknown>;
  /** Placed and confirmed, of one table. */
  order(): Promise<PlacedOrder>;
  /** Paired, its shift started, in a context of its own; `init` runs before its pages do. */
  tablet(location: string, init: string): Promise<{ context: BrowserContext; page: Page; deviceId: string }>;
  /** Its token says nothing any more. */
  revoke(deviceId: string): Promise<void>;
  close(): Promise<void>;
};

export async function openTabletWorld(): Promise<TabletWorld> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'comptoir-bench-'));
  const embedded = await startEmbedded({ dataDir, log: () => {} });
  await migrate(embedded.url);
  const api = await startEmptyShop(embedded.url, ADMIN);
  const browser = await openBrowser();
  const call = async (method: string, place: string, body: object): Promise<Record<string, string>> => {
    const answer = await fetch(`${api.url}${place}`, {
      method,
      headers: {
        Authorization: `Bearer ${ADMIN}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': randomUUID(),
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${place}: ${answer.status} ${await answer.text()}`);
    return JSON.parse(await answer.text());
  };
  await stockUp(call);
  let placed = 0;
  return {
    url: api.url,
    browser,
    post: (place, body) => call('POST', place, body),
    async order() {
      placed += 1;
      const lines = [{ sku: SKU, quantity: 1 }];
      const { id } = await call('POST', '/v1/reservations', { location: STORE, lines });
      const confirm = { orderReference: `BENCH-${placed}`, customer: { name: 'Camille Martin' } };
      const { pickupCode } = await call('POST', `/v1/reservations/${id}/confirm`, confirm);
      return { id: id ?? '', pickupCode: pickupCode ?? '' };
    },
    async tablet(location, init) {
      const { id: deviceId = '', pairingCode } = await call('POST', '/v1/devices', {
        name: 'Counter',
        location,
      });
      const context = await browser.newContext({
        viewport: { width: 1024, height: 768 },
        locale: 'en',
        baseURL: api.url,
      });
      await context.addInitScript(init);
      const page = await context.newPage();
      await page.goto(`/tablet#pair=${pairingCode}`);
      await startShift(page, 'Amélie');
      return { context, page, deviceId };
    },
    async revoke(deviceId) {
      const headers = { Authorization: `Bearer ${ADMIN}` };
      const answer = await fetch(`${api.url}/v1/devices/${deviceId}`, { method: 'DELETE', headers });
      if (!answer.ok) throw new Error(`the device was not revoked: ${answer.status}`);
    },
    async close() {
      await browser.close();
      await api.stop();
      await embedded.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function stockUp(
  call: (method: string, place: string, body: object) => Promise<unknown>,
): Promise<void> {
  await call('PUT', `/v1/items/${SKU}`, { name: 'Table' });
  for (const [code, latitude] of [[STORE, 50.63] as const, [OTHER_STORE, 45.76] as const]) {
    await call('PUT', `/v1/locations/${code}`, {
      ...{ kind: 'store', name: code, timeZone: 'Europe/Paris' },
      address: { street: '1 rue du Test', postalCode: '59000', city: code, country: 'FR' },
      coordinates: { latitude, longitude: 3 },
      openingHours: { weekly: [{ days: ['mon'], opens: '09:00', closes: '19:00' }], exceptions: [] },
      pickup: { enabled: true, preparationMinutes: 30, holdDays: 5 },
    });
  }
  const count = { eventId: 'all', sku: SKU, location: STORE, onHand: 10_000 };
  const counts = [{ ...count, countedAt: new Date().toISOString() }];
  await call('POST', '/v1/stock/counts', { source: 'bench', counts });
}

/** The middle of what was measured. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
