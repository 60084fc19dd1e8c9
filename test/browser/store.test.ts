// A store's two tablets and another store's, from the shop's order to the counter: who sees what, and how many taps it
// takes.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openTablet } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { scan } from '../support/hands.ts';
import { OTHER_STORE, STORE } from '../support/shop.ts';
import { openTabletShop, type TabletShop } from '../support/tabletShop.ts';

let shop: TabletShop;
let browser: Browser;
beforeAll(async () => {
  [shop, browser] = await Promise.all([openTabletShop(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});

test('from the shop’s order to the counter: both tablets of the store see each step, another store’s hears of none', async () => {
  const { sku, barcode } = await shop.article({ fr: 'Table basse en chêne', en: 'Oak coffee table' });
  await shop.put(sku, OTHER_STORE, 1);
  // One lies ready: the next shelf is offered, as on any day but the first.
  await shop.order([{ sku, quantity: 1 }], { name: 'Hugo Petit', steps: ['start', 'pick', 'ready'] });
  const [mine, second, elsewhere] = await Promise.all([
    openTablet(browser, shop, STORE, { language: 'en', name: 'Counter 1' }),
    openTablet(browser, shop, STORE, { language: 'fr', name: 'Counter 2', staff: 'Karim' }),
    openTablet(browser, shop, OTHER_STORE, { language: 'fr', name: 'Far away', staff: 'Zoé' }),
  ]);
  const heard = allThatReaches(elsewhere.page);
  // What was on the way before is not what is listened to: from here on, everything is.
  await elsewhere.page.reload();
  await elsewhere.page.locator('section[data-column="new"]').waitFor();

  const { id, pickupCode } = await shop.order([{ sku, quantity: 1 }], { name: 'Camille Martin' });
  const both = (column: string, text?: string) =>
    Promise.all(
      [mine.page, second.page].map((page) =>
        page
          .locator(`[data-column="${column}"] #${id}`, text === undefined ? {} : { hasText: text })
          .waitFor(),
      ),
    );
  await both('new', 'Camille M.');
  await Promise.all([mine.page, second.page].map((page) => page.locator('[data-bell]').waitFor()));

  // Ring to ready, as staff do it: two hands, a scanner, and no more taps than needed.
  await countTaps(mine.page);
  await mine.page.locator('[data-bell]').getByRole('button', { name: 'Pick' }).click();
  await second.page.locator(`[data-column="picking"] #${id}`, { hasText: 'Amélie' }).waitFor();
  await second.page.locator('[data-bell]').waitFor({ state: 'detached' });
  await mine.page.locator('.line-card', { hasText: 'Oak coffee table' }).waitFor();
  await scan(mine.page, barcode);
  await mine.page.locator('.stage-offers button').first().click();
  await mine.page.locator('.stage button[type="submit"]').click();
  await mine.page.locator(`[data-staged="${id}"]`).waitFor();
  expect(await taps(mine.page)).toBeLessThanOrEqual(4);
  await eventually(async () =>
    expect(await shop.show(id)).toMatchObject({ takenBy: 'Amélie', lines: [{ sku, picked: 1 }] }),
  );

  await second.page.locator(`[data-column="ready"] #${id}`).waitFor();
  await mine.page.locator('.navigation a[href="#/queue"]').click();
  await both('ready');
  const { shelf } = await shop.show(id);
  expect(await second.page.locator(`#${id} .order-shelf`).textContent()).toContain(shelf ?? 'a shelf');

  // The second tablet hands it over: the customer's QR, a look at the papers, one button.
  await second.page.locator('.navigation a[href="#/counter"]').click();
  await second.page.locator('.find').waitFor();
  await scan(second.page, `comptoir:pickup:${id}:${pickupCode}`);
  await second.page.locator('.desk-tick', { hasText: 'Camille Martin' }).click();
  await second.page.locator('#hand-over').click();
  await mine.page.locator(`#${id}`).waitFor({ state: 'detached' });
  expect(await shop.show(id)).toMatchObject({ status: 'collected', lines: [{ sku, collected: 1 }] });

  // What came last is there: whatever was to reach the other store of the rest has reached it.
  const nearer = await shop.order([{ sku, quantity: 1 }], { name: 'Nora Blanc', location: OTHER_STORE });
  await elsewhere.page.locator(`[data-column="new"] #${nearer.id}`).waitFor();
  await eventually(() => expect(heard.join('\n')).toContain(nearer.id));
  expect(heard.join('\n')).not.toContain(id);
  expect(await elsewhere.page.content()).not.toContain('Camille');
  for (const { complaints, context } of [mine, second, elsewhere]) {
    expect(complaints).toEqual([]);
    await context.close();
  }
});

/** Every frame of its sockets and every answer that it reads, from now on. */
function allThatReaches(page: Page): string[] {
  const heard: string[] = [];
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      heard.push(payload.toString());
    }),
  );
  page.on('response', async (response) => {
    if (response.url().includes('/v1/')) heard.push(await response.text().catch(() => ''));
  });
  return heard;
}

/** Counts in the page itself what a finger does there: a tap that a script makes is none. */
async function countTaps(page: Page): Promise<void> {
  await page.evaluate(`{
    const { dataset } = document.documentElement;
    dataset.taps = '0';
    addEventListener('pointerdown', ({ isTrusted }) => {
      if (isTrusted) dataset.taps = String(Number(dataset.taps) + 1);
    }, { capture: true });
  }`);
}

async function taps(page: Page): Promise<number> {
  return Number(await page.locator('html').getAttribute('data-taps'));
}
