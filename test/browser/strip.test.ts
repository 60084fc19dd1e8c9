// What everybody must see comes and goes without moving anything else: whoever is about to touch a button touches it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { goOffline, openBrowser, openTablet } from '../support/browser.ts';
import { goTo } from '../support/hands.ts';
import { STORE } from '../support/shop.ts';
import { openTabletShop, type TabletShop } from '../support/tabletShop.ts';

let shop: TabletShop;
let browser: Browser;
let sku: string;
beforeAll(async () => {
  [shop, browser] = await Promise.all([openTabletShop(), openBrowser()]);
  ({ sku } = await shop.article({ fr: 'Lampe à poser', en: 'Table lamp' }));
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});

/** Where the button lies, and how far the page is scrolled. */
async function placeOf(page: Page): Promise<unknown> {
  const box = await page.locator('#found').boundingBox();
  return { box, scrolled: await page.evaluate('scrollY') };
}

test.each([
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
])('a bell, a lost network, what waits and what was refused move nothing ($width px)', async (viewport) => {
  const mine = await shop.order([{ sku, quantity: 2 }], { name: 'Léa Roux', steps: ['start'] });
  const gone = await shop.order([{ sku, quantity: 1 }], { name: 'Ali Benali' });
  const { context, page, complaints } = await openTablet(browser, shop, STORE, { language: 'en', viewport });
  await page.locator(`section #${gone.id}`).waitFor({ state: 'attached' });
  await page.locator('[data-bell] button').first().click();
  await page.locator('[data-bell]').waitFor({ state: 'detached' });
  // All of its article is known: what is read later would move the line for another reason.
  await show(page, `pick/${mine.id}`, '#found');
  await page.locator('.line-card', { hasText: 'Table lamp' }).waitFor();
  await page.locator('.item-facts', { hasText: 'in stock here' }).waitFor();
  await goOffline({ context, page });
  await show(page, `pick/${gone.id}`, '.stage button[data-look="main"]');
  await page.locator('.stage button[data-look="main"]').click();
  await shop.post(`/v1/reservations/${gone.id}/cancel`, {}).expect(200);
  await show(page, `pick/${mine.id}`, '#found');
  await page.locator('[data-banner="waiting"]', { hasText: /wait/ }).waitFor();
  const before = await placeOf(page);

  await context.setOffline(false);
  await page.locator('[data-banner="conflicts"]', { hasText: '1 action was refused' }).waitFor();
  await page.locator('[data-banner="offline"]').waitFor({ state: 'detached' });
  expect(await placeOf(page)).toEqual(before);

  await shop.order([{ sku, quantity: 1 }], { name: 'Zoé Lefèvre' });
  await page.locator('[data-bell]').waitFor();
  expect(await placeOf(page)).toEqual(before);
  const bell = await page.locator('[data-bell]').boundingBox();
  const head = await page.locator('.pick-header').boundingBox();
  expect(overlap(bell, head)).toBe(false);
  expect(complaints).toEqual([]);
  await context.close();
});

test('what the server takes long to answer is told as waiting, though there is a network', async () => {
  const mine = await shop.order([{ sku, quantity: 2 }], { name: 'Léa Roux', steps: ['start'] });
  const { context, page } = await openTablet(browser, shop, STORE, { language: 'en' });
  await show(page, `pick/${mine.id}`, '#found');
  let answer = () => {};
  const isTold = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await context.route('**/v1/reservations/*/pick', async (route) => {
    await isTold;
    await route.continue();
  });
  await page.locator('#found').click();
  await page.locator('[data-banner="waiting"]', { hasText: '1 action waits' }).waitFor();
  expect(await page.locator('[data-banner="offline"]').count()).toBe(0);
  answer();
  await page.locator('[data-banner="waiting"]').waitFor({ state: 'detached' });
  await context.close();
});

type Box = { x: number; y: number; width: number; height: number };

function overlap(a: Box | null, b: Box | null): boolean {
  if (a === null || b === null) throw new Error('One of them is not to be seen');
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

async function show(page: Page, way: string, ready: string): Promise<void> {
  await goTo(page, way);
  await page.locator(ready).first().waitFor();
}
