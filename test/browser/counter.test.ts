// The counter in a real browser: codes, parts, refusals, deliveries, returns, put-backs, and what becomes of a refusal.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page, Route } from 'playwright-core';
import { customerQr, storeQr } from '../../src/web/tablet/src/screens/counter/orderCode.ts';
import { openBrowser, openTablet, type Tablet, tabletPages, told } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { goTo, scan } from '../support/hands.ts';
import { readyOrder } from '../support/readyOrders.ts';
import { LAMP, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

const BARCODE = '3760123456789';

let shop: Shop;
let browser: Browser;
let tablet: Tablet;
let page: Page;

beforeAll(async () => {
  [shop, browser] = await Promise.all([openShop({ tablet: await tabletPages() }), openBrowser()]);
  await shop.put(TABLE, STORE, 500);
  await shop.put(LAMP, STORE, 500);
  const item = { name: { fr: 'Table basse', en: 'Coffee table' }, barcodes: [BARCODE] };
  const sent = await fetch(`${shop.app.url}/v1/items/${TABLE}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${shop.app.admin}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...item, price: { amount: 189.9, currency: 'EUR' } }),
  });
  if (sent.status !== 200) throw new Error(`the item was not saved: ${sent.status}`);
  tablet = await openTablet(browser, shop, STORE, { language: 'en' });
  ({ page } = tablet);
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});

async function orderNow(id: string) {
  return (await shop.get(`/v1/reservations/${id}`).expect(200)).body;
}

/** Its screen, once the order has come to the tablet. */
async function openOrder(id: string): Promise<void> {
  await goTo(page, 'counter', id);
  await page.locator('.desk-shelf', { hasText: 'A1' }).waitFor();
}

const button = (name: string | RegExp) => page.getByRole('button', { name });

test('the customer’s code opens the order with its code read, and hands it over with one tick and one tap', async () => {
  const { id, pickupCode } = await readyOrder(shop);
  await goTo(page, 'counter');
  await page.locator('a', { hasText: 'Camille M.' }).first().waitFor();
  await scan(page, customerQr(id, pickupCode));
  await page.getByText('Code read from the customer’s QR code').waitFor();
  await page.getByLabel('Identity checked: Camille Martin').check();
  await button('Hand over 1 item').click();
  await page.getByRole('heading', { name: 'Order handed over' }).waitFor();
  expect((await orderNow(id)).status).toBe('collected');
  await page.locator('[data-banner]').waitFor({ state: 'detached' });
});

test('the label’s code opens the order, and lets nobody collect it', async () => {
  const { id } = await readyOrder(shop);
  await scan(page, storeQr(id));
  await page.getByLabel('Pickup code').waitFor();
  await page.getByLabel('Identity checked: Camille Martin').check();
  expect(await button('Hand over 1 item').isDisabled()).toBe(true);
});

test('wrong codes are told with the tries left, five lock the order, and an override needs a reason and a name', async () => {
  const { id, pickupCode } = await readyOrder(shop);
  await openOrder(id);
  await page.getByLabel('Identity checked: Camille Martin').check();
  const wrong = pickupCode === '111111' ? '222222' : '111111';
  await page.evaluate(`
    window.refusalsShown = 0;
    new MutationObserver(() => {
      window.refusalsShown += document.querySelectorAll('[data-banner="conflicts"]').length;
    }).observe(document.querySelector('.banners'), { childList: true, subtree: true });
  `);
  for (const left of ['4 tries', '3 tries', '2 tries', '1 try']) {
    await page.getByLabel('Pickup code').fill(wrong);
    await button('Hand over 1 item').click();
    await page.getByText(`Wrong code. ${left} left.`).waitFor();
  }
  await page.getByLabel('Pickup code').fill(wrong);
  await button('Hand over 1 item').click();
  await page.getByText(/Too many wrong codes\. Possible again at .*, in 1[45] min\./).waitFor();
  // Told at the counter: nobody else is to look at it, not even for an instant.
  expect(await page.evaluate('window.refusalsShown')).toBe(0);
  await button('No code').click();
  await button('Code lost, identity document checked').click();
  expect(await page.getByLabel('Your name').inputValue()).toBe('Amélie');
  await button('Hand over 1 item').click();
  await page.getByRole('heading', { name: 'Order handed over' }).waitFor();
  const { history } = await orderNow(id);
  expect(history.at(-1)).toMatchObject({
    type: 'collected',
    data: { override: { reason: 'Code lost, identity document checked (Amélie)' } },
  });
});

test('a tablet whose clock is an hour fast says by the server’s when codes are taken again', async () => {
  const { id, pickupCode } = await readyOrder(shop);
  const wrong = pickupCode === '111111' ? '222222' : '111111';
  for (let tries = 0; tries < 4; tries++)
    await shop.post(`/v1/reservations/${id}/collect`, { pickupCode: wrong }).expect(403);
  const { context, page: fast } = await openTablet(browser, shop, STORE, { language: 'en' });
  await fast.addInitScript('{ const now = Date.now; Date.now = () => now() + 3_600_000; }');
  await fast.reload();
  await fast.locator('main#main').waitFor();
  await goTo(fast, 'counter', id);
  await fast.getByLabel('Pickup code').fill(wrong);
  await fast.getByLabel('Identity checked: Camille Martin').check();
  await fast.getByRole('button', { name: 'Hand over 1 item' }).click();
  const told = (await fast.getByText('Too many wrong codes').textContent()) ?? '';
  const [, hour, minute] = /again at (\d\d):(\d\d)/.exec(told) ?? [];
  const now = new Date();
  const until = new Date(now).setHours(Number(hour), Number(minute), 0, 0);
  const minutesLeft = ((until - now.getTime()) / 60_000 + 24 * 60) % (24 * 60);
  // A quarter of an hour, and not what the tablet believes.
  expect(minutesLeft).toBeLessThan(30);
  await context.close();
});

test('a part is handed over, the rest is refused, and is sold again once it was scanned back', async () => {
  const { id, pickupCode } = await readyOrder(shop, { lines: [{ sku: TABLE, quantity: 3 }] });
  await openOrder(id);
  await button('Hand over a part').click();
  await button('One less: Coffee table').click();
  await button('One less: Coffee table').click();
  await page.getByLabel('Pickup code').fill(pickupCode);
  await page.getByLabel('Identity checked: Camille Martin').check();
  await button('Hand over 1 item').click();
  await page.getByRole('heading', { name: 'A part is handed over' }).waitFor();
  expect(await orderNow(id)).toMatchObject({ status: 'ready', lines: [{ collected: 1 }] });
  await page.getByRole('link', { name: 'Next customer' }).click();
  // The address changes a moment after the click: asked for before that, the order's own would be left again.
  await page.getByRole('heading', { name: 'A part is handed over' }).waitFor({ state: 'detached' });
  await openOrder(id);
  await button('Refuse').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'The item is damaged' }).click();
  await dialog.getByRole('button', { name: 'Refuse', exact: true }).click();
  await page.getByRole('heading', { name: 'Order refused' }).waitFor();
  expect(await orderNow(id)).toMatchObject({ status: 'collected', putBackPending: true });
  await page.getByRole('link', { name: 'Go to the “Put back” list' }).click();
  const list = page.locator(`#${id}`);
  await list.getByText('Put back: 0 of 2').waitFor();
  await scan(page, BARCODE);
  await list.getByText('Put back: 1 of 2').waitFor();
  // What is half done outlives the page.
  await page.reload();
  await list.getByText('Put back: 1 of 2').waitFor();
  await scan(page, BARCODE);
  await list.waitFor({ state: 'detached' });
  await eventually(async () => expect((await orderNow(id)).putBackPending).toBe(false));
});

test('what is due for the units that leave is asked for before the bag is given', async () => {
  const lines = [{ sku: TABLE, quantity: 3 }];
  const { id, pickupCode } = await readyOrder(shop, { lines, confirm: { payment: 'in_store' } });
  await openOrder(id);
  await page.getByText('To be paid: €569.70').first().waitFor();
  await page.getByLabel('Pickup code').fill(pickupCode);
  await page.getByLabel('Identity checked: Camille Martin').check();
  expect(await button('Hand over 3 items').isDisabled()).toBe(true);
  await page.getByText('Still to do: take the payment').waitFor();
  await page.getByLabel('Paid: €569.70').check();
  await button('Hand over a part').click();
  await button('One less: Coffee table').click();
  // What was paid was another amount.
  await page.getByText('Still to do: take the payment').waitFor();
  await page.getByLabel('Paid: €379.80').check();
  await button('Hand over 2 items').click();
  await page.getByRole('heading', { name: 'A part is handed over' }).waitFor();
});

test('a delivery is handed to its carrier, its parcel’s number scanned, without any code', async () => {
  const deliverTo = {
    name: 'Camille Martin',
    street: '12 rue des Lilas',
    postalCode: '59000',
    city: 'Lille',
    country: 'FR',
  };
  const { id } = await readyOrder(shop, { hold: { channel: 'store', soldAt: STORE, deliverTo } });
  await openOrder(id);
  await page.getByText('12 rue des Lilas').waitFor();
  await scan(page, '6A12345678901');
  await eventually(async () =>
    expect(await page.getByLabel('Tracking number').inputValue()).toBe('6A12345678901'),
  );
  await page.getByLabel('Carrier').fill('Colissimo');
  await button('Hand to the carrier').click();
  await page.getByRole('heading', { name: 'Handed to the carrier' }).waitFor();
  expect(await orderNow(id)).toMatchObject({
    status: 'collected',
    dispatch: { carrier: 'Colissimo', trackingNumber: '6A12345678901' },
  });
});

test('what comes back is on hand again, or damaged', async () => {
  const lines = [
    { sku: LAMP, quantity: 1 },
    { sku: TABLE, quantity: 1 },
  ];
  const { id, pickupCode } = await readyOrder(shop, { lines });
  await shop.post(`/v1/reservations/${id}/collect`, { pickupCode }).expect(200);
  const before = await onHand(LAMP);
  await openOrder(id);
  await page.getByRole('link', { name: 'Return items' }).click();
  await button(`One more: ${LAMP}`).click();
  await button('One more: Coffee table').click();
  await page.locator(`[data-sku="${TABLE}"]`).getByRole('button', { name: 'Damaged' }).click();
  await button('Take 2 items back').click();
  await told(page, '2 items taken back');
  await eventually(async () =>
    expect((await orderNow(id)).history.at(-1)).toMatchObject({
      type: 'returned',
      data: { returned: expect.arrayContaining([{ sku: TABLE, quantity: 1, condition: 'damaged' }]) },
    }),
  );
  expect(await onHand(LAMP)).toBe(before + 1);
});

test('a hand-over that came too late is a conflict on its order: why, what others did, and it goes when it is seen', async () => {
  const { id } = await readyOrder(shop);
  await openOrder(id);
  await button('Refuse').click();
  await page.getByRole('dialog').getByRole('button', { name: 'The customer no longer wants it' }).click();
  // Another tablet is faster, and this one has not heard of it.
  await page.route('**/v1/reservations/*/refuse', async (route) => {
    await shop.post(`/v1/reservations/${id}/cancel`, { reason: 'At another counter' }).expect(200);
    await route.continue();
  });
  await page.getByRole('dialog').getByRole('button', { name: 'Refuse', exact: true }).click();
  const conflict = page.locator('[data-conflict]');
  await conflict.getByText('Refusal at the counter').waitFor();
  await conflict.getByText('The order had changed its state before.').waitFor();
  await conflict.locator('.conflict-history').getByText('Cancelled').waitFor();
  await page.unroute('**/v1/reservations/*/refuse');
  await page.locator('[data-banner="conflicts"]').getByRole('link').click();
  await page.getByRole('heading', { name: 'Refused actions' }).waitFor();
  await button('Seen, remove').click();
  await page.getByText('No refused action. Nothing was lost.').waitFor();
  await page.locator('[data-banner="conflicts"]').waitFor({ state: 'detached' });
});

test('without a network an order is handed over where the store allows it only', async () => {
  const { id, pickupCode } = await readyOrder(shop);
  await openOrder(id);
  await tablet.context.setOffline(true);
  await page.getByText('this store hands orders over online only').waitFor();
  await page.getByLabel('Pickup code').fill(pickupCode);
  await page.getByLabel('Identity checked: Camille Martin').check();
  expect(await button('Hand over 1 item').isDisabled()).toBe(true);
  await tablet.context.setOffline(false);
  await button('Hand over 1 item').click();
  await page.getByRole('heading', { name: 'Order handed over' }).waitFor();
});

test('a hand-over is none before the server’s answer, where the network died unnoticed and the store wants one', async () => {
  const { id, pickupCode, reference } = await readyOrder(shop);
  await openOrder(id);
  const collect = '**/v1/reservations/*/collect';
  /** With the next hand-over; resolves to what waits for that. */
  const networkDies = async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const die = async (route: Route) => {
      await tablet.context.setOffline(true);
      await route.abort('internetdisconnected');
      resolve();
    };
    await page.route(collect, die, { times: 1 });
    return () => promise;
  };
  const wait = page.getByText('hand nothing over before it comes');
  const handedOver = page.getByText(/handed over/i);
  const isDead = await networkDies();
  await page.getByLabel('Pickup code').fill(pickupCode === '111111' ? '222222' : '111111');
  await page.getByLabel('Identity checked: Camille Martin').check();
  await button('Hand over 1 item').click();
  await wait.waitFor();
  expect(await handedOver.count()).toBe(0);
  await isDead();
  await tablet.context.setOffline(false);
  await page.getByText('Wrong code. 4 tries left.').waitFor();
  const isDeadAgain = await networkDies();
  await page.getByLabel('Pickup code').fill(pickupCode);
  await button('Hand over 1 item').click();
  await wait.waitFor();
  await isDeadAgain();
  // Whoever opens it again is told no other thing.
  await goTo(page, 'counter');
  await wait.waitFor({ state: 'detached' });
  await goTo(page, 'counter', id);
  await wait.waitFor();
  expect(await handedOver.count()).toBe(0);
  await tablet.context.setOffline(false);
  await page.getByText('This order was handed over.').waitFor();
  await told(page, `The server has answered, hand over: Camille M. · ${reference}`);
  expect((await orderNow(id)).status).toBe('collected');
});

test('nothing that the page did was refused by its policy, and no script failed', () => {
  expect(tablet.complaints).toEqual([]);
});

async function onHand(sku: string): Promise<number> {
  return (await shop.get(`/v1/stock?location=${STORE}&sku=${sku}`).expect(200)).body.data[0].onHand;
}
