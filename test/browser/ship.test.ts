// A transfer from store to store by two tablets: loaded and shipped at one without a network, heard of and received at
// the other; and an order that waits for one says what became of it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { goOffline, openBrowser, openTablet, told } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { goTo, scan } from '../support/hands.ts';
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

test('what is loaded without a network is shipped when it is back, once, and the other store hears of it', async () => {
  const lamp = await shop.article({ fr: 'Lampe à poser', en: 'Table lamp' });
  const vase = await shop.article({ fr: 'Vase en grès', en: 'Stoneware vase' });
  const [here, there] = await Promise.all([
    openTablet(browser, shop, STORE, { language: 'en' }),
    openTablet(browser, shop, OTHER_STORE, { language: 'en', viewport: { width: 390, height: 844 } }),
  ]);
  for (const { page } of [here, there]) await show(page, 'transfers', '.empty');
  const { body: made } = await shop
    .post('/v1/transfers', {
      ...{ from: STORE, to: OTHER_STORE },
      lines: [
        { sku: lamp.sku, quantity: 3 },
        { sku: vase.sku, quantity: 2 },
      ],
    })
    .expect(201);
  // Nobody looked anew: both lists hear of it.
  await there.page.locator('.item-row', { hasText: 'Not on its way yet' }).waitFor();
  await here.page.locator(`[data-transfer="${made.id}"]`).click();
  await here.page.locator(`[data-line="${lamp.sku}"]`, { hasText: 'Table lamp' }).waitFor();

  await goOffline(here);
  await scan(here.page, lamp.barcode, lamp.barcode, '4006381333931');
  await told(here.page, '4006381333931');
  await here.page.locator(`[data-line="${lamp.sku}"] .stepper-value`).waitFor();
  expect(await here.page.locator(`[data-line="${lamp.sku}"] .stepper-value`).inputValue()).toBe('2');
  await here.page.locator(`[data-line="${vase.sku}"] .receive-what button`).click();
  await here.page.locator('.receive-foot button[data-look="main"]').click();
  // One lamp stays: it asks.
  await here.page.locator('dialog', { hasText: '1 item stays here' }).locator('[data-look="main"]').click();
  await here.page.locator('.item-row', { hasText: 'Waiting to be sent' }).waitFor();
  expect((await shop.get(`/v1/transfers/${made.id}`).expect(200)).body.status).toBe('created');

  await here.context.setOffline(false);
  await eventually(async () => {
    const { body } = await shop.get(`/v1/transfers/${made.id}`).expect(200);
    expect(body).toMatchObject({ status: 'shipped', lines: [{ shipped: 2 }, { shipped: 2 }] });
  });
  await there.page.locator(`[data-transfer="${made.id}"]`, { hasText: 'On its way' }).click();
  await there.page.getByRole('button', { name: 'All is here' }).click();
  await there.page.locator('.receive-foot button[data-look="main"]').click();
  await eventually(async () => {
    expect((await shop.get(`/v1/transfers/${made.id}`).expect(200)).body.status).toBe('received');
  });
  const { body: integrity } = await shop.get('/v1/integrity').expect(200);
  expect(integrity).toMatchObject({ drifting: 0, drift: [] });
  expect([...here.complaints, ...there.complaints]).toEqual([]);
  await Promise.all([here.context.close(), there.context.close()]);
});

test('an order whose units cannot be sent says so, live, in its own words', async () => {
  const rug = await shop.article({ fr: 'Tapis en laine', en: 'Wool rug' }, 0);
  await shop.put(rug.sku, OTHER_STORE, 1);
  const held = await shop.hold({
    lines: [{ sku: rug.sku, quantity: 1 }],
    ...{ fulfilment: 'transfer', transferFrom: OTHER_STORE },
  });
  await shop
    .post(`/v1/reservations/${held.id}/confirm`, {
      orderReference: 'RUG-1',
      customer: { name: 'Ali Benali' },
    })
    .expect(200);
  const { context, page, complaints } = await openTablet(browser, shop, STORE, { language: 'fr' });
  const card = page.locator(`#${held.id}`);
  await card.getByText('Attend un transfert').waitFor();
  await card.getByText(`Transfert de ${OTHER_STORE}`).waitFor();
  expect(await card.getByText('Transfert incomplet').count()).toBe(0);
  // It is sold there before it leaves.
  await shop.put(rug.sku, OTHER_STORE, 0);
  await card.getByText('Transfert incomplet').waitFor();
  // It is there again, which no event tells: whoever opens the order sees it.
  await shop.put(rug.sku, OTHER_STORE, 1);
  await show(page, `pick/${held.id}`, '.pick-header');
  await page.locator('.pick-header').getByText('Transfert incomplet').waitFor({ state: 'detached' });
  await page.locator('.pick-header').getByText('Attend un transfert').waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

async function show(page: Page, way: string, ready: string): Promise<void> {
  await goTo(page, way);
  await page.locator(ready).first().waitFor();
}
