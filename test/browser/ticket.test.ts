// What a customer takes along who bought something that another store has: a ticket with the way, the code and its QR,
// as wide as the roll; and the same ticket again for whoever lost it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { violations } from '../support/audit.ts';
import { openBrowser, openTablet } from '../support/browser.ts';
import { goTo } from '../support/hands.ts';
import { OTHER_STORE, STORE } from '../support/shop.ts';
import { openTabletShop, type TabletShop } from '../support/tabletShop.ts';

const POINTS_OF_62_MM = (62 / 25.4) * 72;

let shop: TabletShop;
let browser: Browser;
beforeAll(async () => {
  [shop, browser] = await Promise.all([openTabletShop(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});

test('a sale from elsewhere ends in a ticket, which is there again when it is asked for', async () => {
  const lamp = await shop.article({ fr: 'Lampe à poser', en: 'Table lamp' }, 0);
  await shop.put(lamp.sku, OTHER_STORE, 5);
  const { context, page, complaints } = await openTablet(browser, shop, STORE, { language: 'en' });
  await goTo(page, 'sell', lamp.sku);
  await page.locator(`[data-place="${OTHER_STORE}"]`).getByRole('button', { name: 'Collect there' }).click();
  await page.getByLabel('Customer’s name').fill('Camille Martin');
  await page.getByLabel('Telephone').fill('06 12 34 56 78');
  await page.getByRole('button', { name: 'Sell', exact: true }).click();
  const ticket = page.locator('.ticket');
  // The place's name and address come after the sale itself.
  await ticket.getByText('1 rue du Test, 59000').waitFor();
  const code = (await page.locator('.sale-code').textContent()) ?? '';
  expect(code).toMatch(/^\d{6}$/);
  await ticket.locator('[data-qr]').waitFor();
  expect(await ticket.textContent()).not.toContain('Martin');
  const paper = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  const boxes = [...paper.matchAll(/\/MediaBox \[0 0 ([\d.]+)/g)].map(([, width]) => Number(width));
  expect(boxes).toHaveLength(1);
  expect(Math.abs((boxes[0] ?? 0) - POINTS_OF_62_MM)).toBeLessThan(1);

  await page.getByRole('link', { name: 'Done' }).click();
  await page.locator('[data-sold]', { hasText: 'Camille M.' }).click();
  await page.locator('.sale-code', { hasText: code }).waitFor();
  await ticket.locator('[data-qr]').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});

test('the slips of all that nobody has begun are printed in one go', async () => {
  const vase = await shop.article({ fr: 'Vase en grès', en: 'Stoneware vase' });
  const ids = [];
  for (const name of ['Awa Diop', 'Zoé Lefèvre'])
    ids.push((await shop.order([{ sku: vase.sku, quantity: 1 }], { name })).id);
  await shop.order([{ sku: vase.sku, quantity: 1 }], { name: 'Hugo Petit', steps: ['start'] });
  const { context, page, complaints } = await openTablet(browser, shop, STORE, { language: 'en' });
  for (const id of ids) await page.locator(`section #${id}`).waitFor();
  await page.locator('[data-bell] button').first().click();
  await page.getByRole('link', { name: 'Print 2 pick slips' }).click();
  await page.locator('.slip').nth(1).waitFor();
  expect(await page.locator('.slip-customer').allTextContents()).toEqual(['Awa D.', 'Zoé L.']);
  expect(complaints).toEqual([]);
  await context.close();
});
