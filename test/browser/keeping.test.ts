// What a tablet keeps, and when it stops believing it: articles that changed untold, a pairing that ended meanwhile, a
// browser that keeps nothing, answers that are not the server's, a clock that is wrong, shifts that nobody heard of.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { FILTERED_TRIES_MAX } from '../../src/web/tablet/src/data/outboxRules.ts';
import { goOffline, openBlank, openBrowser, openTablet, startShift, told } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { goTo } from '../support/hands.ts';
import { readyOrder } from '../support/readyOrders.ts';
import { OTHER_STORE, STORE } from '../support/shop.ts';
import { type Article, openTabletShop, type TabletShop } from '../support/tabletShop.ts';
import { keepIn, keptIn, keptValue } from '../support/tabletStorage.ts';

const DAY_MILLISECONDS = 24 * 3_600_000;
const english = { language: 'en' } as const;

let shop: TabletShop;
let browser: Browser;
let bowl: Article;
beforeAll(async () => {
  [shop, browser] = await Promise.all([openTabletShop(), openBrowser()]);
  bowl = await shop.article({ fr: 'Bol', en: 'Bowl' });
  await shop.put(bowl.sku, OTHER_STORE, 100);
  for (const [name, pin] of [
    ['Nadia', '4711'],
    ['Inès', '2580'],
  ])
    await shop.post('/v1/staff', { name, location: OTHER_STORE, pin }).expect(201);
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});

async function priced(article: Article, amount: number): Promise<void> {
  const price = { amount, currency: 'EUR' };
  const name = { fr: 'Vase', en: 'Vase' };
  await shop.putResource(`/v1/items/${article.sku}`, { name, barcodes: [article.barcode], price });
  // Whoever is to hear of it has been told.
  await shop.app.deps.feed.settled();
}

async function bowls(options: { name?: string; location?: string } = {}): Promise<string> {
  return (await shop.order([{ sku: bowl.sku, quantity: 1 }], options)).id;
}

/** Lets a call through when it is told to; resolves when there is one. */
async function heldUp(
  context: BrowserContext,
  url: string,
): Promise<{ isThere: Promise<void>; letThrough: () => void }> {
  let letThrough = () => {};
  let arrive = () => {};
  const isLetThrough = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  const isThere = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await context.route(url, async (route) => {
    arrive();
    await isLetThrough;
    await route.continue();
  });
  return { isThere, letThrough };
}

/** From a page of the same origin that is not the tablet's: hers would keep her own again. */
async function spoilCursor(page: Page): Promise<void> {
  await page.goto('/problems');
  await keepIn(page, 'kept', 'not a cursor', 'cursor');
}

async function forget(page: Page): Promise<void> {
  await goTo(page, 'settings');
  await page.getByRole('button', { name: 'Forget this tablet' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Forget this tablet' }).click();
  await page.locator('[data-screen="pairing"]').waitFor();
}

async function pairAgain(page: Page, location: string): Promise<void> {
  const { body } = await shop.post('/v1/devices', { name: 'Again', location }).expect(201);
  await page.locator('[data-screen="pairing"] input').fill(body.pairingCode);
}

async function endShift(page: Page): Promise<void> {
  await goTo(page, 'settings');
  await page.getByRole('button', { name: 'End the shift' }).click();
  await page.locator('[data-screen="shift"]').waitFor();
}

async function pickFrom(page: Page, id: string): Promise<void> {
  await goTo(page, 'queue');
  await page.locator(`#${id}`).getByRole('button', { name: 'Pick' }).click();
  await page.locator(`[data-screen="pick"][data-order="${id}"]`).waitFor();
}

async function pickedBy(id: string): Promise<string | undefined> {
  const { body } = await shop.get(`/v1/reservations/${id}`).expect(200);
  return body.history.find(({ to }: { to: string }) => to === 'picking')?.by;
}

test('an article that no open order held for a while is read again with the next order, and whenever it is looked up', async () => {
  const vase = await shop.article({ fr: 'Vase', en: 'Vase' });
  await priced(vase, 10);
  const { context, page, complaints } = await openTablet(browser, shop, STORE, english);
  await goTo(page, 'stock', vase.sku);
  await page.locator('.item-price', { hasText: '€10.00' }).waitFor();
  await goTo(page, 'queue');
  await priced(vase, 15);
  await goTo(page, 'stock', vase.sku);
  await page.locator('.item-price', { hasText: '€15.00' }).waitFor();

  const { id: first } = await shop.order([{ sku: vase.sku, quantity: 1 }]);
  await goTo(page, 'pick', first);
  await page.getByText('Vase').first().waitFor();
  await goTo(page, 'queue');
  await page.locator(`#${first}`).waitFor();
  await shop.post(`/v1/reservations/${first}/cancel`).expect(200);
  await page.locator(`#${first}`).waitFor({ state: 'detached' });
  await priced(vase, 25);
  const { id } = await readyOrder(shop, {
    lines: [{ sku: vase.sku, quantity: 1 }],
    confirm: { payment: 'in_store' },
  });
  await goTo(page, 'counter', id);
  await page.getByText('To be paid: €25.00').first().waitFor();
  await eventually(async () => {
    expect(await keptIn(page, 'orders')).toContainEqual(expect.objectContaining({ id, payment: 'in_store' }));
    expect(await keptIn(page, 'items')).toContainEqual(
      expect.objectContaining({ sku: vase.sku, price: { amount: 25, currency: 'EUR' } }),
    );
  });
  // What is doubted is shown all the same where there is no network.
  await goOffline({ context, page });
  await page.reload();
  await page.getByText('To be paid: €25.00').first().waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test('an article that nothing has asked for in a month is forgotten, one that was just looked up is not', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  await goTo(page, 'stock', bowl.sku);
  await page.getByRole('heading', { name: 'Bowl' }).waitFor();
  // What is shown may still be on its way into what is kept.
  const row = await eventually(async () => {
    const [kept] = await keptIn<Article>(page, 'items');
    expect(kept).toBeDefined();
    return kept;
  });
  await keepIn(page, 'items', { ...row, sku: 'LONG-GONE', readAt: Date.now() - 31 * DAY_MILLISECONDS });
  await page.reload();
  await eventually(async () => {
    const skus = (await keptIn<Article>(page, 'items')).map(({ sku }) => sku);
    expect(skus).not.toContain('LONG-GONE');
    expect(skus).toContain(bowl.sku);
  });
  await context.close();
});

test('where the server does not take the cursor, all is read anew, and one connection hears the rest', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  const id = await bowls();
  await page.locator(`#${id}`).waitFor();
  await spoilCursor(page);
  await page.clock.install();
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  await page.goto('/tablet#/queue');
  // The one that was refused, and the one that goes on from what was read: an order may be shown before that is there.
  await eventually(() => expect(sockets).toHaveLength(2));
  // Whatever was to be tried again in a moment is tried.
  await page.clock.fastForward(4_000);
  const last = await bowls();
  await page.locator(`#${last}`).waitFor();
  expect(sockets).toHaveLength(2);
  await context.close();
});

test('orders that were still being read when the tablet was forgotten are not kept, and the next store’s are read', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, { ...english, staff: null });
  await bowls({ name: 'Ondine Vasseur' });
  const theirs = await bowls({ location: OTHER_STORE });
  await forgetWhileReading(context, page);
  await pairAgain(page, OTHER_STORE);
  await page.getByRole('button', { name: 'Nadia' }).click();
  await startShift(page, '4711');
  await goTo(page, 'queue');
  await page.locator(`#${theirs}`).waitFor();
  expect(JSON.stringify(await keptIn(page, 'orders'))).not.toContain('Ondine');
  await context.close();
});

/** The page starts without anything read, and is forgotten before the last of it has come. */
async function forgetWhileReading(context: BrowserContext, page: Page): Promise<void> {
  await startShift(page, 'Amélie');
  await spoilCursor(page);
  const last = '**/v1/reservations?*putBackPending=true*';
  const { isThere, letThrough } = await heldUp(context, last);
  await page.goto('/tablet#/queue');
  await isThere;
  await forget(page);
  const hasCome = page.waitForResponse((response) => response.url().includes('putBackPending=true'));
  letThrough();
  await (await hasCome).finished();
  await context.unroute(last);
}

test('what waits is not refused while the tablet is being paired anew with its own store', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  const id = await bowls();
  await page.locator(`#${id}`).waitFor();
  await goOffline({ context, page });
  await pickFrom(page, id);
  await forget(page);
  await page.getByText('1 action that was not sent is kept here').waitFor();
  const { isThere, letThrough } = await heldUp(context, '**/v1/devices/self');
  await context.setOffline(false);
  await pairAgain(page, STORE);
  await isThere;
  // As a page hears that there is a network.
  await page.evaluate(`dispatchEvent(new Event('online'))`);
  letThrough();
  await eventually(async () => expect(await shop.show(id)).toMatchObject({ status: 'picking' }));
  // The server has it before the page has heard so.
  await eventually(async () => expect(await keptIn(page, 'actions')).toEqual([]));
  await context.close();
});

test('an order that could not be kept at first is kept with the next one', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  await page.addInitScript(`{
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...given) {
      const isHugos = this.name === 'orders' && given[0].customer?.name === 'Hugo Petit';
      if (!window.isFull || !isHugos) return put.apply(this, given);
      window.isRefused = true;
      throw new DOMException('No room', 'QuotaExceededError');
    };
  }`);
  await page.reload();
  await page.locator('main#main').waitFor();
  await page.evaluate('window.isFull = true');
  const first = await bowls({ name: 'Hugo Petit' });
  await page.locator(`#${first}`).waitFor();
  await eventually(async () => expect(await page.evaluate('window.isRefused')).toBe(true));
  const before = await keptValue<string>(page, 'cursor');
  await page.evaluate('window.isFull = false');
  const second = await bowls();
  await page.locator(`#${second}`, { hasText: 'Camille M.' }).waitFor();
  const ids = async () => (await keptIn<{ id: string }>(page, 'orders')).map(({ id }) => id);
  await eventually(async () => expect(await ids()).toContain(second));
  expect(await keptValue<string>(page, 'cursor')).not.toBe(before);
  expect(await ids()).toContain(first);
  await context.close();
});

test('what is done while the browser takes back the lock of what was sent before is sent all the same', async () => {
  const [one, two] = [await bowls(), await bowls()];
  const { context, page, complaints } = await openTablet(browser, shop, STORE, english);
  await page.evaluate(`{
    const request = navigator.locks.request.bind(navigator.locks);
    const isTaken = new Promise((resolve) => { window.takeBack = resolve; });
    navigator.locks.request = async (...asked) => {
      await request(...asked);
      window.isSent = true;
      await isTaken;
    };
  }`);
  await pickFrom(page, one);
  await eventually(async () => expect(await page.evaluate('window.isSent')).toBe(true));
  await pickFrom(page, two);
  expect(await pickedBy(two)).toBeUndefined();
  await page.evaluate('window.takeBack()');
  await eventually(async () => expect(await pickedBy(two)).toBeDefined());
  expect(complaints).toEqual([]);
  await context.close();
});

test('what the browser could not keep is told, and sent as soon as it keeps again', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  await page.addInitScript(`{
    for (const name of ['add', 'put']) {
      const kept = IDBObjectStore.prototype[name];
      IDBObjectStore.prototype[name] = function (...given) {
        if (window.refused?.[name] === undefined || this.name !== 'actions') return kept.apply(this, given);
        window.refused[name] += 1;
        throw new DOMException('No room', 'QuotaExceededError');
      };
    }
  }`);
  await page.reload();
  const id = await bowls();
  const pick = page.locator(`#${id}`).getByRole('button', { name: 'Pick' });
  await pick.waitFor();
  await page.evaluate('window.refused = { add: 0 }');
  await pick.click();
  await told(page, 'Something did not work. Try again.');
  // A count stays on the screen, to be saved again. What is expected is known by then: else it would not be asked for.
  await goTo(page, 'stock', bowl.sku);
  await page.locator('[data-figure="onHand"] dd', { hasText: '100' }).waitFor();
  await goTo(page, 'count', bowl.sku);
  await page.locator('.count-form input').fill('5');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'The count is right' }).click();
  await eventually(async () => expect(await page.evaluate('window.refused.add')).toBe(2));
  await page.getByRole('button', { name: 'The count is right' }).waitFor();
  expect(await page.locator('.count-form input').inputValue()).toBe('5');
  // Kept, but not that it is on its way.
  await page.evaluate('window.refused = { put: 0 }');
  await pickFrom(page, id);
  await eventually(async () => expect(await page.evaluate('window.refused.put')).toBeGreaterThan(0));
  expect(await shop.show(id)).toMatchObject({ status: 'confirmed' });
  await page.evaluate('window.refused = {}');
  await eventually(async () => expect(await shop.show(id)).toMatchObject({ status: 'picking' }));
  await eventually(async () => expect(await keptIn(page, 'actions')).toEqual([]));
  await context.close();
});

test('a tablet whose browser drops what it keeps starts anew instead of working on with nothing kept', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  const session = await context.newCDPSession(page);
  const dropped = { origin: shop.app.url, storageTypes: 'indexeddb' };
  await session.send('Storage.clearDataForOrigin', dropped);
  await page.locator('[data-screen="pairing"]').waitFor();
  expect(await keptIn(page, 'kept')).toEqual([]);
  await context.close();
});

test('a browser that opens no database shows what to do instead of an empty page', async () => {
  const { context, page } = await openBlank(browser, shop, { locale: 'en' });
  await page.addInitScript(`
    IDBFactory.prototype.open = () => {
      throw new DOMException('Not here', 'InvalidStateError');
    };
  `);
  await page.goto('/tablet');
  const words = page.locator('[data-screen="nothing-kept"] h1');
  expect(await words.textContent()).toContain('Close other windows of Comptoir');
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await context.close();
});

test('a page that a filter of the network answers refuses no work and ends no pairing', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  const id = await bowls();
  await page.locator(`#${id}`).waitFor();
  const pages = [403, 401];
  await context.route(`**/v1/reservations/${id}/start`, async (route: Route) => {
    const status = pages.shift();
    if (status === undefined) return route.continue();
    await route.fulfill({
      status,
      contentType: 'text/html',
      body: '<h1>This network asks you to sign in</h1>',
    });
  });
  await pickFrom(page, id);
  await eventually(async () => expect(await shop.show(id)).toMatchObject({ status: 'picking' }));
  await page.locator(`[data-screen="pick"][data-order="${id}"]`).waitFor();
  await page.locator('[data-banner="waiting"]').waitFor({ state: 'detached' });
  expect(await page.locator('[data-banner="conflicts"]').count()).toBe(0);
  await context.close();
});

test('a filter that refuses one action for good makes it a conflict, and holds up nothing else; one that refuses all does not', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  const [filtered, other] = [await bowls(), await bowls()];
  await page.locator(`#${other}`).waitFor();
  let refused = 0;
  let isSelfFiltered = true;
  let isStartFiltered = true;
  const refuse = (route: Route) => {
    refused += 1;
    return route.fulfill({ status: 403, contentType: 'text/html', body: '<h1>Blocked</h1>' });
  };
  const start = `**/v1/reservations/${filtered}/start`;
  await context.route(start, (route) => (isStartFiltered ? refuse(route) : route.continue()));
  await context.route('**/v1/devices/self', (route) => (isSelfFiltered ? refuse(route) : route.continue()));
  await pickFrom(page, filtered);
  await pickFrom(page, other);
  // As a page hears that there is a network: what waits is tried at once.
  const tryAgain = () => page.evaluate(`dispatchEvent(new Event('online'))`);
  await eventually(async () => {
    await tryAgain();
    expect(refused).toBeGreaterThan(2 * FILTERED_TRIES_MAX);
  });
  expect(await page.locator('[data-banner="conflicts"]').count()).toBe(0);
  expect(await shop.show(other)).toMatchObject({ status: 'confirmed' });
  isSelfFiltered = false;
  await eventually(async () => {
    await tryAgain();
    expect(await shop.show(other)).toMatchObject({ status: 'picking' });
  });
  await goTo(page, 'conflicts');
  await page.getByText('A filter of the network refuses to send this').waitFor();
  isStartFiltered = false;
  await page.getByRole('button', { name: 'Do it again' }).click();
  await eventually(async () => expect(await shop.show(filtered)).toMatchObject({ status: 'picking' }));
  await context.close();
});

test('by a clock that is days fast no order is forgotten before its time', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  await page.addInitScript(`{ const now = Date.now; Date.now = () => now() + ${3 * DAY_MILLISECONDS}; }`);
  await page.reload();
  const over = await bowls();
  await page.locator(`#${over}`).waitFor();
  await shop.post(`/v1/reservations/${over}/cancel`).expect(200);
  await page.locator(`#${over}`).waitFor({ state: 'detached' });
  const next = await bowls();
  await page.locator(`#${next}`, { hasText: 'Camille M.' }).waitFor();
  await eventually(async () => {
    const kept = await keptIn<{ id: string; status: string }>(page, 'orders');
    expect(kept.find(({ id }) => id === next)).toBeDefined();
    expect(kept.find(({ id }) => id === over)?.status).toBe('cancelled');
  });
  await context.close();
});

test('who took over without a network is who did what was done from then on, and nothing of what was done before', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  const [hers, his] = [await bowls(), await bowls()];
  await page.locator(`#${his}`).waitFor();
  await goOffline({ context, page });
  await pickFrom(page, hers);
  await endShift(page);
  await startShift(page, 'Karim');
  await pickFrom(page, his);
  // Kept: nobody has heard of it yet.
  await page.reload();
  await page.locator(`[data-screen="pick"][data-order="${his}"]`).waitFor();
  await context.setOffline(false);
  await eventually(async () => expect(await pickedBy(his)).toBe('Karim'));
  expect(await pickedBy(hers)).toBe('Amélie');
  await context.close();
});

test('whoever starts with the network just back waits until what the one before did is sent, as theirs', async () => {
  const { context, page } = await openTablet(browser, shop, OTHER_STORE, { ...english, staff: null });
  await page.getByRole('button', { name: 'Nadia' }).click();
  await startShift(page, '4711');
  const id = await bowls({ location: OTHER_STORE });
  await page.locator(`#${id}`).waitFor();
  await goOffline({ context, page });
  await pickFrom(page, id);
  await endShift(page);
  const { isThere, letThrough } = await heldUp(context, `**/v1/reservations/${id}/start`);
  await context.setOffline(false);
  await isThere;
  const heard: string[] = [];
  page.on('request', (sent) => {
    if (sent.method() === 'POST' && sent.url().endsWith('/shift')) heard.push('shift');
  });
  page.on('response', (answer) => {
    if (answer.url().endsWith(`/${id}/start`)) heard.push('work');
  });
  await page.getByRole('button', { name: 'Inès' }).click();
  await page.locator('[data-screen="shift"] input').fill('2580');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('button', { name: 'One moment…' }).waitFor();
  letThrough();
  await page.locator('main#main').waitFor();
  expect(heard).toEqual(['work', 'shift']);
  expect(await pickedBy(id)).toBe('Nadia');
  const next = await bowls({ location: OTHER_STORE });
  await goTo(page, 'queue');
  await page.locator(`#${next}`).waitFor();
  await pickFrom(page, next);
  await eventually(async () => expect(await pickedBy(next)).toBe('Inès'));
  await context.close();
});

test('a PIN that cannot be checked without a network is told as such, and a name starts the shift', async () => {
  const { context, page } = await openTablet(browser, shop, OTHER_STORE, { ...english, staff: null });
  await page.getByRole('button', { name: 'Inès' }).click();
  await goOffline({ context, page });
  await page.locator('[data-screen="shift"] input').fill('2580');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText('No network: the PIN cannot be checked.').waitFor();
  await page.getByRole('button', { name: 'Start without a PIN' }).click();
  await page.getByText('No network: the shift starts in your name').waitFor();
  expect(await page.locator('[data-screen="shift"] input').inputValue()).toBe('Inès');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.locator('main#main').waitFor();
  await context.close();
});

test('where a PIN says who works, a name that was said without a network is nobody’s, least of all the one’s before', async () => {
  const { context, page } = await openTablet(browser, shop, OTHER_STORE, {
    ...english,
    name: 'Back room',
    staff: null,
  });
  await page.getByRole('button', { name: 'Nadia' }).click();
  await startShift(page, '4711');
  const id = await bowls({ location: OTHER_STORE });
  await page.locator(`#${id}`).waitFor();
  await goOffline({ context, page });
  await endShift(page);
  await startShift(page, 'Karim');
  await pickFrom(page, id);
  await context.setOffline(false);
  await eventually(async () => expect(await pickedBy(id)).toBe('Back room'));
  await context.close();
});
