// What opens over a screen or beside it, for everybody: dialogs, forms with their errors, what was done and what went
// wrong. Each view makes what it shows: axe and gloves find nothing in any of them. The screens are accessibility.test.ts's.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { tooSmall, violations } from '../support/audit.ts';
import { goOffline, openBlank, openBrowser, openTablet } from '../support/browser.ts';
import { type DayAndNight, type Opened, openDayAndNight, show } from '../support/dayAndNight.ts';
import { goTo, scan } from '../support/hands.ts';
import { OTHER_STORE, STORE } from '../support/shop.ts';
import { type Article, openTabletShop, type Step, type TabletShop } from '../support/tabletShop.ts';

const DELIVERY = { name: 'Camille Martin', street: '12 rue des Lilas', postalCode: '59000', city: 'Lille' };

let shop: TabletShop;
let browser: Browser;
let both: DayAndNight;
let table: Article;
let lamp: Article;
/** Nobody orders it: how many there are is known. */
let vase: Article;

beforeAll(async () => {
  [shop, browser] = await Promise.all([
    openTabletShop(),
    openBrowser(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']),
  ]);
  table = await shop.article({
    fr: 'Table basse en chêne massif, 80 cm',
    en: 'Solid oak coffee table, 80 cm',
  });
  lamp = await shop.article({ fr: 'Lampe à poser en grès', en: 'Stoneware table lamp' });
  vase = await shop.article({ fr: 'Vase', en: 'Vase' });
  await shop.put(table.sku, OTHER_STORE, 500);
  await shop.post('/v1/staff', { name: 'Nadia', location: OTHER_STORE, pin: '4711' }).expect(201);
  both = await openDayAndNight(browser, shop);
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});

/** An order of a table and two lamps, taken so far. */
function order(...steps: Step[]): Promise<{ id: string; pickupCode: string }> {
  const lines = [
    { sku: table.sku, quantity: 1 },
    { sku: lamp.sku, quantity: 2 },
  ];
  return shop.order(lines, { steps });
}

/** Its table is reported missing: what follows is asked. */
async function missing(page: Page): Promise<void> {
  const { id } = await order('start');
  await show(page, `pick/${id}`, `[data-order="${id}"] #missing`);
  await page.locator('#missing').click();
  await page.locator('dialog .reasons button').first().click();
  await page.locator('dialog .ways').waitFor();
}

async function lookForAnother(page: Page): Promise<void> {
  await missing(page);
  await page.locator('.way').nth(1).click();
  await page.locator('.substitute-search input').fill('Vase');
  await page.locator('.substitute-search button[type="submit"]').click();
  await page.locator('.substitute-search .line-row').first().waitFor();
}

/** A ready order at the counter; its id and code. */
async function atTheCounter(page: Page): Promise<{ id: string; pickupCode: string }> {
  const made = await order('start', 'pick', 'ready');
  await show(page, `counter/${made.id}`, '#hand-over');
  return made;
}

async function handOver(page: Page): Promise<string> {
  const { id, pickupCode } = await atTheCounter(page);
  await page.locator('.desk-code input').fill(pickupCode);
  await page.locator('.desk-tick').click();
  await page.locator('#hand-over').click();
  await page.locator('.desk-done').waitFor();
  return id;
}

async function refuse(page: Page): Promise<void> {
  await atTheCounter(page);
  await page.locator('.desk-more button').last().click();
  await page.locator('dialog .desk-reasons').waitFor();
}

async function unpack(page: Page): Promise<void> {
  const lines = [{ sku: table.sku, quantity: 3 }];
  const { body } = await shop.post('/v1/transfers', { from: OTHER_STORE, to: STORE, lines }).expect(201);
  await shop.post(`/v1/transfers/${body.id}/ship`, {}).expect(200);
  // What comes is read when the screen is opened.
  await goTo(page, 'queue');
  await show(page, 'transfers', `[data-transfer="${body.id}"]`);
  await page.locator(`[data-transfer="${body.id}"]`).click();
  await page.locator('.receive-lines').waitFor();
}

/** One that is to leave, with a part of it loaded. */
async function load(page: Page): Promise<void> {
  const lines = [{ sku: table.sku, quantity: 3 }];
  const { body } = await shop.post('/v1/transfers', { from: STORE, to: OTHER_STORE, lines }).expect(201);
  await goTo(page, 'queue');
  await show(page, 'transfers', `[data-transfer="${body.id}"]`);
  await page.locator(`[data-transfer="${body.id}"]`).click();
  await page.locator('.receive-lines').waitFor();
  await scan(page, table.barcode);
  await page.locator('.receive-foot button[data-look="main"]:enabled').waitFor();
}

/** Bought from another store: `way` is collected there, brought here, delivered. */
async function sellForm(page: Page, way: 0 | 1 | 2): Promise<void> {
  // From the first step, whatever was sold before.
  await goTo(page, 'sell');
  await show(page, `sell/${table.sku}`, `[data-place="${OTHER_STORE}"]`);
  await page.locator(`[data-place="${OTHER_STORE}"] button`).nth(way).click();
  await page.locator('.sale-form').waitFor();
}

async function camera(page: Page): Promise<void> {
  await show(page, 'stock', '.find-item');
  await page.locator('.find-item-form button').click();
  await page.locator('dialog video[data-camera="open"]').waitFor();
}

async function count(page: Page, units: string): Promise<void> {
  await show(page, `stock/${vase.sku}`, '[data-figure="onHand"] dd');
  await show(page, `count/${vase.sku}`, '.count-form');
  await page.locator('.count-form input').fill(units);
  await page.locator('.count-form button[type="submit"]').click();
}

/** Two orders in one walk; the ids as the address has them. */
async function walk(...steps: Step[]): Promise<string> {
  const [one, two] = [await order(...steps), await order(...steps)];
  return `batch/${one.id}/${two.id}`;
}

const VIEWS: Readonly<Record<string, Opened>> = {
  'what is missing: another article is looked for': lookForAnother,
  async 'what is missing: another article is chosen'(page) {
    await lookForAnother(page);
    await page.locator('.substitute-search .line-row').first().click();
    await page.locator('dialog .choice button').first().click();
    await page.locator('dialog .choice [aria-pressed="true"]').waitFor();
  },
  async 'what is missing: another store has it'(page) {
    await missing(page);
    await page.locator('.way').nth(2).click();
    await page.locator('dialog .places .place').first().waitFor();
  },
  async 'what is missing: everything, so the order is cancelled'(page) {
    const { id } = await shop.order([{ sku: table.sku, quantity: 1 }], { steps: ['start'] });
    await show(page, `pick/${id}`, `[data-order="${id}"] #missing`);
    await page.locator('#missing').click();
    await page.locator('dialog .reasons button').first().click();
    await page.locator('dialog .ways button').first().click();
    await page.locator('.stage button[data-look="bad"]').waitFor();
  },
  async 'what is found, with its way back'(page) {
    const { id } = await order('start');
    await show(page, `pick/${id}`, `[data-order="${id}"] #found`);
    await page.locator('#found').click();
    await page.locator('[data-undo]').waitFor();
  },
  'pick: an order that is not there': (page) => show(page, 'pick/rsv_none', '.empty'),
  'the counter: an order that is not there': (page) => show(page, 'counter/rsv_none', '.empty'),
  'stock: an article that is not there': (page) => show(page, 'stock/NONE', '.empty'),
  'count: an article that is not there': (page) => show(page, 'count/NONE', '.empty'),
  async 'the walk: a unit is missing'(page) {
    await show(page, await walk('start'), '.line-card[data-line] button');
    await page.locator('.line-card[data-line] button').last().click();
    await page.locator('dialog .reasons').waitFor();
  },
  'the walk: over': async (page) => show(page, await walk('start', 'pick', 'ready'), '.staged'),
  async 'the counter: a part, with a wrong code'(page) {
    const { pickupCode } = await atTheCounter(page);
    await page.locator('.hand-over-title button').click();
    await page.locator('.desk-code input').fill(pickupCode === '111111' ? '222222' : '111111');
    await page.locator('.desk-tick').click();
    await page.locator('#hand-over').click();
    await page.locator('.desk-code .field-error').waitFor();
  },
  async 'the counter: without a code, and why'(page) {
    await atTheCounter(page);
    await page.locator('.desk-more button').first().click();
    await page.locator('.desk-override .desk-reasons button').first().click();
    await page.locator('.desk-override [aria-pressed="true"]').waitFor();
  },
  async 'the counter: refused in words of one’s own'(page) {
    await refuse(page);
    await page.locator('dialog .desk-reasons button').last().click();
    await page.locator('dialog .field input').waitFor();
  },
  async 'the counter: refused'(page) {
    await refuse(page);
    await page.locator('dialog .desk-reasons button').first().click();
    await page.locator('dialog button[data-look="bad"]').click();
    await page.locator('.desk-done').waitFor();
  },
  async 'the counter: handed over'(page) {
    await handOver(page);
  },
  async 'the counter: units come back'(page) {
    const id = await handOver(page);
    await show(page, `counter/${id}/return`, '.desk-return .desk-conditions');
    await page.locator('.desk-conditions button').last().click();
    await page.locator('.desk-conditions button[aria-pressed="true"]').first().waitFor();
  },
  async 'the counter: paid here'(page) {
    const { id } = await shop.hold({ lines: [{ sku: lamp.sku, quantity: 1 }] });
    const confirm = { orderReference: `PAID-${id}`, customer: { name: 'Awa Diop' }, payment: 'in_store' };
    await ready(id, lamp, confirm);
    await show(page, `counter/${id}`, '#hand-over');
    await page.locator('.desk-tick').nth(1).waitFor();
  },
  async 'the counter: handed to a carrier'(page) {
    const lines = [{ sku: lamp.sku, quantity: 1 }];
    const deliverTo = { ...DELIVERY, country: 'FR' };
    const { id } = await shop.hold({ lines, channel: 'store', soldAt: STORE, deliverTo });
    await ready(id, lamp, { orderReference: `SENT-${id}`, customer: { name: 'Awa Diop' } });
    await show(page, `counter/${id}`, '.desk-dispatch');
  },
  async 'the counter: no network'(page) {
    await atTheCounter(page);
    await goOffline({ context: page.context(), page });
    await page.locator('.desk-send-note').waitFor();
  },
  async 'the queue: no network, and something waits'(page) {
    await page.context().setOffline(false);
    await page.locator('[data-banner="offline"]').waitFor({ state: 'detached' });
    const { id } = await order();
    await show(page, `pick/${id}`, `[data-order="${id}"] .stage button`);
    await goOffline({ context: page.context(), page });
    await page.locator('.stage button[data-look="main"]').click();
    await page.locator('.line-card').waitFor();
    await show(page, 'queue', '[data-banner="waiting"]');
  },
  async 'putting back: half done'(page) {
    await page.context().setOffline(false);
    await page.locator('[data-banner]').first().waitFor({ state: 'detached' });
    const { id } = await order('start', 'pick', 'ready', 'cancel');
    await show(page, 'putback', `#${id}`);
    await page.locator(`#${id} .putback-buttons button`).last().click();
    await page.locator(`#${id} .putback-buttons button[data-look="quiet"]`).waitFor();
  },
  'stock: a code that nobody knows': async (page) => {
    await show(page, 'stock', '.find-item');
    await scan(page, '0000000000017');
    await page.locator('.toast').waitFor();
  },
  async 'stock: words that find nothing'(page) {
    await show(page, 'stock', '.find-item');
    await page.locator('.find-item input').fill('zzzz');
    await page.locator('.find-item [role="status"]').waitFor();
  },
  'the camera, looking': camera,
  async 'a count that surprises'(page) {
    await count(page, '9');
    await page.locator('[data-count="different"]').waitFor();
  },
  async 'a count that is taken'(page) {
    await count(page, '100');
    await page.locator('[data-count="done"]').waitFor();
  },
  'a transfer, unpacked': unpack,
  async 'a transfer: nothing more comes'(page) {
    await unpack(page);
    await page.locator('.receive-foot button[data-look="plain"]').last().click();
    await page.locator('dialog button[data-look="bad"]').waitFor();
  },
  'a transfer, partly loaded': load,
  async 'a transfer: less leaves than was asked for'(page) {
    await load(page);
    await page.locator('.receive-foot button[data-look="main"]').click();
    await page.locator('dialog button[data-look="main"]').waitFor();
  },
  'a sale: where from': (page) => show(page, `sell/${table.sku}`, `[data-place="${OTHER_STORE}"] button`),
  async 'a sale to be collected, not filled in'(page) {
    await sellForm(page, 0);
    await page.locator('.sale-form button[type="submit"]').click();
    await page.locator('.field-error').first().waitFor();
  },
  async 'a sale to be delivered, not filled in'(page) {
    await sellForm(page, 2);
    await page.locator('.sale-form button[type="submit"]').click();
    await page.locator('.field-error').first().waitFor();
  },
  async 'a sale, with the code to collect it'(page) {
    await sellForm(page, 0);
    await page.locator('.sale-fields input').nth(0).fill('Camille Martin');
    await page.locator('.sale-fields input').nth(1).fill('06 39 98 00 00');
    await page.locator('.sale-form button[type="submit"]').click();
    await page.locator('[data-sale="done"] [data-qr]').waitFor();
  },
};

/** Placed, confirmed and prepared. */
async function ready(id: string, { sku }: Article, confirm: object): Promise<void> {
  await shop.post(`/v1/reservations/${id}/confirm`, confirm).expect(200);
  await shop.post(`/v1/reservations/${id}/start`, { staff: 'Amélie' }).expect(200);
  await shop.post(`/v1/reservations/${id}/pick`, { lines: [{ sku, picked: 1 }] }).expect(200);
  await shop.post(`/v1/reservations/${id}/ready`, { shelf: 'A1' }).expect(200);
}

test.each(Object.entries(VIEWS))('%s: axe finds nothing, and gloves hit every target', async (_, open) => {
  expect(await both.judge(open)).toEqual([]);
});

test.each(['fr', 'en'] as const)(
  'a wrong pairing code and a wrong PIN are told to everybody: %s',
  async (language) => {
    const { context, page } = await openBlank(browser, shop, { locale: language });
    await page.goto('/tablet');
    await page.locator('[data-screen="pairing"] input').fill('000000');
    await page.locator('[data-screen="pairing"] .field-error').waitFor();
    const found = [...(await violations(page)), ...(await tooSmall(page))];
    await page.locator('[data-screen="pairing"] > .button').click();
    await page.locator('dialog video[data-camera="open"]').waitFor();
    found.push(...(await violations(page)), ...(await tooSmall(page)));
    await context.close();
    const tablet = await openTablet(browser, shop, OTHER_STORE, { language, staff: null });
    await tablet.page.locator('.person').click();
    await tablet.page.locator('[data-screen="shift"] input').fill('9999');
    await tablet.page.locator('[data-screen="shift"] button[type="submit"]').click();
    await tablet.page.locator('[data-screen="shift"] .field-error').waitFor();
    found.push(...(await violations(tablet.page)), ...(await tooSmall(tablet.page)));
    await tablet.context.close();
    expect(found).toEqual([]);
  },
);

test('nothing went wrong in either page', () => {
  expect([...both.day.complaints, ...both.night.complaints]).toEqual([]);
});
