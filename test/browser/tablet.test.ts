// The tablet in a real browser, against the real server and database: pairing, the queue live, offline, revocation.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { TabletFiles } from '../../src/http/tablet.ts';
import {
  goOffline,
  openBlank,
  openBrowser,
  openTablet,
  startShift,
  tabletPages,
} from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { goTo } from '../support/hands.ts';
import { OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

type FileOfBuild = TabletFiles extends ReadonlyMap<string, infer File> ? File : never;

let shop: Shop;
let browser: Browser;
/** What the server has: a test may put a newer build there. */
let pages: Map<string, FileOfBuild>;
let placed = 0;

beforeAll(async () => {
  pages = new Map(await tabletPages());
  [shop, browser] = await Promise.all([openShop({ tablet: pages }), openBrowser()]);
  await shop.put(TABLE, STORE, 100);
  await shop.put(TABLE, OTHER_STORE, 100);
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});

/** An order that the shop placed and confirmed; its id. */
async function order(name = 'Camille Martin', location = STORE): Promise<string> {
  placed += 1;
  const { id } = await shop.hold({ location, lines: [{ sku: TABLE, quantity: 1 }] });
  await shop
    .post(`/v1/reservations/${id}/confirm`, { orderReference: `B-${placed}`, customer: { name } })
    .expect(200);
  return id;
}

/** The page's service worker has taken it over, as it does a moment after the first load. */
async function workerOf(page: Page): Promise<void> {
  await eventually(() => page.evaluate<boolean>('navigator.serviceWorker.controller !== null'));
}

async function statusOf(id: string): Promise<string> {
  return (await shop.get(`/v1/reservations/${id}`).expect(200)).body.status;
}

test('a tablet that is paired by its link shows an order the moment it is placed, and another store’s shows none', async () => {
  const here = await openTablet(browser, shop, STORE);
  const elsewhere = await openTablet(browser, shop, OTHER_STORE);
  const id = await order();
  await here.page.locator(`[data-column="new"] #${id}`, { hasText: 'Camille M.' }).waitFor();
  // What came later is there: whatever the other store was to hear of the first, it has heard.
  const theirs = await order('Nora Petit', OTHER_STORE);
  await elsewhere.page.locator(`[data-column="new"] #${theirs}`).waitFor();
  expect(await elsewhere.page.locator(`#${id}`).count()).toBe(0);
  expect([...here.complaints, ...elsewhere.complaints]).toEqual([]);
  await Promise.all([here.context.close(), elsewhere.context.close()]);
});

test('what staff do without a network is kept through a reload, told in a banner, and sent when it is back', async () => {
  const { context, page, complaints } = await openTablet(browser, shop, STORE, { language: 'en' });
  const id = await order();
  await page.locator(`[data-column="new"] #${id}`).waitFor();
  await goOffline({ context, page });
  await page.locator(`#${id}`).getByRole('button', { name: 'Pick' }).click();
  await page.locator(`[data-screen="pick"][data-order="${id}"]`).waitFor();
  await page.locator('.navigation a[href="#/queue"]').click();
  await page.locator(`[data-column="picking"] #${id}`).waitFor();
  await page.reload();
  await page.locator(`[data-column="picking"] #${id}`).waitFor();
  await page.locator('[data-banner="waiting"]', { hasText: '1 action waits' }).waitFor();
  expect(await statusOf(id)).toBe('confirmed');
  await context.setOffline(false);
  await eventually(async () => expect(await statusOf(id)).toBe('picking'));
  await page.locator('[data-banner="waiting"]').waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
  await context.close();
});

test('a screen whose file did not come is told as such, and opens when the network is back', async () => {
  const { body } = await shop.post('/v1/devices', { name: 'Counter', location: STORE }).expect(201);
  // As on a tablet in its first seconds: its worker keeps nothing yet.
  const { context, page } = await openBlank(browser, shop, { serviceWorkers: 'block', locale: 'en' });
  let isLost = true;
  await context.route('**/CounterScreen*.js', (route) => (isLost ? route.abort() : route.continue()));
  await page.goto(`/tablet#pair=${body.pairingCode}`);
  await startShift(page, 'Amélie');
  await goTo(page, 'counter');
  await page.getByRole('heading', { name: 'This screen could not be loaded.' }).waitFor();
  await context.setOffline(true);
  await page.locator('[data-banner="offline"]').waitFor();
  isLost = false;
  await context.setOffline(false);
  await page.getByRole('heading', { name: 'Ready orders' }).waitFor();
  await context.close();
});

test('a file that the browser has no room to keep comes all the same', async () => {
  const { context, page } = await openTablet(browser, shop, STORE);
  await workerOf(page);
  const session = await context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: shop.app.url, quotaSize: 1 });
  const later = [...pages.keys()].find((name) => name.endsWith('.wasm'));
  expect(await page.evaluate(`fetch('/tablet/${later}').then(({ status }) => status, String)`)).toBe(200);
  await context.close();
});

test('a newer version is there with one touch, on the page with which the tablet was paired as well', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, { language: 'en' });
  await workerOf(page);
  const worker = pages.get('sw.js');
  if (worker === undefined) throw new Error('the build has no worker');
  const body = Buffer.concat([worker.body, Buffer.from('\n// Newer.')]);
  pages.set('sw.js', { ...worker, body, encoded: {}, etag: '"newer"' });
  await page.evaluate(
    'window.isFormer = true; navigator.serviceWorker.getRegistration().then((it) => it.update())',
  );
  await page.getByRole('button', { name: 'New version: update' }).click();
  await eventually(async () => expect(await page.evaluate('window.isFormer')).toBeUndefined());
  await page.locator('main#main').waitFor();
  pages.set('sw.js', worker);
  await context.close();
});

test('an action that others made impossible is a conflict on its order, with what happened meanwhile', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, { language: 'en' });
  const id = await order();
  await page.locator(`[data-column="new"] #${id}`).waitFor();
  await goOffline({ context, page });
  await page.locator(`#${id}`).getByRole('button', { name: 'Pick' }).click();
  await page.locator(`[data-screen="pick"][data-order="${id}"]`).waitFor();
  await page.locator('.navigation a[href="#/queue"]').click();
  await page.locator(`[data-column="picking"] #${id}`).waitFor();
  await shop.post(`/v1/reservations/${id}/cancel`, { reason: 'Changed their mind' }).expect(200);
  await context.setOffline(false);
  await page.locator('[data-banner="conflicts"]', { hasText: '1 action was refused' }).waitFor();
  expect(await statusOf(id)).toBe('cancelled');
  await context.close();
});

test('a page that is killed while the server takes an action, and opened again, sends it once', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, { language: 'en' });
  const id = await order();
  await page.locator(`[data-column="new"] #${id}`).waitFor();
  const keys: (string | undefined)[] = [];
  let isTaken = false;
  await context.route(`**/v1/reservations/${id}/start`, async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (isTaken) return route.continue();
    // The server has it; the page never hears so.
    await route.fetch();
    isTaken = true;
  });
  await page.locator(`#${id}`).getByRole('button', { name: 'Pick' }).click();
  await eventually(() => isTaken);
  await page.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await again.goto('/tablet#/queue');
  await eventually(() => expect(keys).toHaveLength(2));
  expect(keys[1]).toBe(keys[0]);
  await again.locator(`[data-column="picking"] #${id}`).waitFor();
  await again.locator('[data-banner="waiting"]').waitFor({ state: 'detached' });
  const { body } = await shop.get(`/v1/reservations/${id}`).expect(200);
  expect(body.history.filter(({ to }: { to: string }) => to === 'picking')).toHaveLength(1);
  await context.close();
});

/** All that the page keeps in its database, as one text: what a screen shows is not all that a tablet knows. */
function kept(page: Page): Promise<string> {
  return page.evaluate<string>(`(async () => {
    const answered = (asked) => new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    const db = await answered(indexedDB.open('comptoir-tablet'));
    try {
      const stores = [...db.objectStoreNames];
      const tx = db.transaction(stores);
      return JSON.stringify(await Promise.all(stores.map((name) => answered(tx.objectStore(name).getAll()))));
    } finally {
      db.close();
    }
  })()`);
}

test('a tablet whose token is revoked is back at pairing, and forgets the store’s orders', async () => {
  const { context, page, deviceId } = await openTablet(browser, shop, STORE);
  const id = await order('Ondine Vasseur');
  await page.locator(`#${id}`).waitFor();
  await eventually(async () => expect(await kept(page)).toContain('Ondine Vasseur'));
  await fetch(`${shop.app.url}/v1/devices/${deviceId}`, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${shop.app.admin}` },
  });
  await page.locator('[data-screen="pairing"]').waitFor();
  await page.reload();
  await page.locator('[data-screen="pairing"]').waitFor();
  await eventually(async () => expect(await kept(page)).not.toContain('Ondine'));
  expect(await kept(page)).not.toContain(id);
  await context.close();
});
