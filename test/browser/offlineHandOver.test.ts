// A store that hands orders over without a network, as it may choose to: what is done at the counter then is kept through
// a reload, sent in order with its own instant, taken back where it was a mistake, and told where it could not be.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { goOffline, openBrowser, openTablet, type Tablet, told } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { goTo } from '../support/hands.ts';
import { STORE } from '../support/shop.ts';
import { type Article, openTabletShop, type TabletShop } from '../support/tabletShop.ts';
import { keptIn } from '../support/tabletStorage.ts';

type Ready = { id: string; pickupCode: string };

let shop: TabletShop;
let browser: Browser;
let tablet: Tablet;
let page: Page;
let bowl: Article;

beforeAll(async () => {
  [shop, browser] = await Promise.all([openTabletShop(), openBrowser()]);
  bowl = await shop.article({ fr: 'Bol', en: 'Bowl' });
  const { body } = await shop.get(`/v1/locations/${STORE}`).expect(200);
  const { kind, name, address, coordinates, timeZone, openingHours, pickup } = body;
  await shop.putResource(`/v1/locations/${STORE}`, {
    ...{ kind, name, address, coordinates, timeZone, openingHours },
    pickup: { ...pickup, offlineHandOver: true },
  });
  tablet = await openTablet(browser, shop, STORE, { language: 'en' });
  ({ page } = tablet);
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});

const button = (name: string) => page.getByRole('button', { name });

/** Orders of two bowls that are ready, and known to the tablet; then the network is gone. */
async function readyOffline(count: number): Promise<Ready[]> {
  const made: Ready[] = [];
  // Of the test before nothing is on its way any more.
  const isPending = ({ state }: { state?: string }) => state !== 'refused';
  await eventually(async () => expect((await keptIn(page, 'actions')).filter(isPending)).toEqual([]));
  await page.locator('[data-banner="offline"]').waitFor({ state: 'detached' });
  for (let n = 0; n < count; n++)
    made.push(await shop.order([{ sku: bowl.sku, quantity: 2 }], { steps: ['start', 'pick', 'ready'] }));
  await goTo(page, 'queue');
  for (const { id } of made)
    await page.locator(`[data-column="ready"] #${id}`).waitFor({ state: 'attached' });
  // Whose it is, is known too.
  for (const { id } of made) {
    await goTo(page, 'counter', id);
    await page.getByLabel('Identity checked: Camille Martin').waitFor();
  }
  await goOffline(tablet);
  await page.locator('[data-banner="offline"]').waitFor();
  return made;
}

async function handOver({ id }: Ready, code: string): Promise<void> {
  await goTo(page, 'counter', id);
  await page.getByLabel('Pickup code').fill(code);
  await page.getByLabel('Identity checked: Camille Martin').check();
  await button('Hand over 2 items').click();
  await page.getByRole('heading', { name: 'Order handed over' }).waitFor();
  await page.locator('.desk-done-waiting').waitFor();
}

test('it is kept through a reload, and is told to the server as of when it was done', async () => {
  const [order] = await readyOffline(1);
  if (order === undefined) throw new Error('no order');
  await handOver(order, order.pickupCode);
  await page.reload();
  await page.locator('[data-banner="waiting"]').waitFor();
  const back = new Date();
  expect((await shop.show(order.id)).status).toBe('ready');
  await tablet.context.setOffline(false);
  await eventually(async () => expect(await shop.show(order.id)).toMatchObject({ status: 'collected' }));
  const { body } = await shop
    .get(`/v1/stock/movements?sku=${bowl.sku}&location=${STORE}&limit=50`)
    .expect(200);
  const handedOver = body.data.filter(
    ({ type, reservationId }: { type: string; reservationId: string }) =>
      type !== 'count' && reservationId === order.id,
  );
  expect(handedOver).toHaveLength(1);
  expect(Date.parse(handedOver[0].occurredAt)).toBeLessThanOrEqual(back.getTime());
});

test('a mistake is taken back before anybody heard of it: both are told, in order, and the units are on hand', async () => {
  const before = await onHand();
  const [order] = await readyOffline(1);
  if (order === undefined) throw new Error('no order');
  await handOver(order, order.pickupCode);
  await page.getByRole('link', { name: 'Take the items back' }).click();
  const more = button('One more: Bowl');
  await more.click();
  await more.click();
  await button('Take 2 items back').click();
  await told(page, '2 items taken back. Kept here');
  await page.locator('[data-banner="waiting"]', { hasText: '2 actions' }).waitFor();
  await tablet.context.setOffline(false);
  await eventually(async () => {
    const { history } = await shop.show(order.id);
    expect(history.slice(-2).map(({ type }) => type)).toEqual(['collected', 'returned']);
  });
  expect(await onHand()).toBe(before);
});

test('a code that was wrong is a conflict on its order, and hands over nobody else’s', async () => {
  const [wrong, right] = await readyOffline(2);
  if (wrong === undefined || right === undefined) throw new Error('no orders');
  await handOver(wrong, wrong.pickupCode === '111111' ? '222222' : '111111');
  await handOver(right, right.pickupCode);
  await tablet.context.setOffline(false);
  await page.locator('[data-banner="conflicts"]', { hasText: '1 action was refused' }).waitFor();
  await eventually(async () => expect((await shop.show(right.id)).status).toBe('collected'));
  expect((await shop.show(wrong.id)).status).toBe('ready');
  await goTo(page, 'counter', wrong.id);
  await page.locator('[data-conflict]', { hasText: 'Hand-over' }).waitFor();
  expect((await shop.get('/v1/integrity').expect(200)).body).toMatchObject({ drifting: 0, drift: [] });
});

test('nothing that the page did was refused by its policy, and no script failed', () => {
  expect(tablet.complaints).toEqual([]);
});

async function onHand(): Promise<number> {
  return (await shop.get(`/v1/stock?location=${STORE}&sku=${bowl.sku}`).expect(200)).body.data[0].onHand;
}
