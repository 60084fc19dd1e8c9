// From the ring to ready in a real browser: the bell, the queue, picking one order and several, what is missing, and the
// way back from each step.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { storeQr } from '../../src/web/tablet/src/screens/counter/orderCode.ts';
import { openBrowser, openTablet, tabletPages, told } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { goTo, scan } from '../support/hands.ts';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

const TABLE_CODE = '2041700001004';
const LAMP_CODE = '2041700002001';

let shop: Shop;
let browser: Browser;
let page: Page;
let placed = 0;

beforeAll(async () => {
  [shop, browser] = await Promise.all([openShop({ tablet: await tabletPages() }), openBrowser()]);
  await shop.put(TABLE, STORE, 200);
  await shop.put(LAMP, STORE, 200);
  await shop.put(LAMP, OTHER_STORE, 50);
  await put(`/v1/items/${TABLE}`, {
    name: { fr: 'Table basse', en: 'Coffee table' },
    barcodes: [TABLE_CODE],
  });
  await put(`/v1/items/${LAMP}`, { name: { fr: 'Lampe', en: 'Lamp' }, barcodes: [LAMP_CODE] });
  await put(`/v1/locations/${STORE}/shelves`, {
    places: [
      { sku: TABLE, aisle: 'B10' },
      { sku: LAMP, aisle: 'B2' },
    ],
  });
  ({ page } = await openTablet(browser, shop, STORE, { language: 'en' }));
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});
beforeEach(async () => {
  await goTo(page, 'queue');
  await page.locator('[data-screen="queue"]').waitFor();
});

async function put(path: string, body: object): Promise<void> {
  const answer = await fetch(`${shop.app.url}${path}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${shop.app.admin}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.ok).toBe(true);
}

/** An order that the shop placed and confirmed. */
async function order(lines: object[], name = 'Camille Martin'): Promise<string> {
  placed += 1;
  const { id } = await shop.hold({ lines });
  const confirmed = { orderReference: `P-${placed}`, customer: { name } };
  await shop.post(`/v1/reservations/${id}/confirm`, confirmed).expect(200);
  await page.locator(`[data-order="${id}"]`).waitFor({ state: 'attached' });
  return id;
}

/** A till rings up one unit, and names the order. */
async function sell(reservationId: string, sku: string): Promise<void> {
  const sale = { type: 'sale', sku, location: STORE, quantity: 1, occurredAt: new Date().toISOString() };
  const movements = [{ ...sale, eventId: randomUUID(), reservationId }];
  const { body } = await shop.post('/v1/stock/movements', { source: 'pos', movements }).expect(200);
  expect(body.outcomes).toMatchObject([{ outcome: 'applied' }]);
}

async function orderNow(id: string) {
  return (await shop.get(`/v1/reservations/${id}`).expect(200)).body;
}

async function onHand(sku: string): Promise<number> {
  return (await shop.get(`/v1/stock?location=${STORE}&sku=${sku}`).expect(200)).body.data[0].onHand;
}

/** Its pick screen, started from its card. */
async function start(id: string): Promise<void> {
  await page.locator(`#${id}`).getByRole('button', { name: 'Pick' }).click();
  await page.locator(`[data-screen="pick"][data-order="${id}"] .line-card`).waitFor();
}

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const count = () => page.locator('.line-count strong').first();

describe('the bell', () => {
  test('rings at every tablet of the store until somebody touches it at one of them', async () => {
    const other = await openTablet(browser, shop, STORE, { language: 'en', staff: 'Karim' });
    const id = await order([{ sku: TABLE, quantity: 1 }]);
    await other.page.locator('[data-bell]', { hasText: 'Camille M.' }).waitFor();
    await page.locator('[data-bell]').getByRole('button', { name: 'Seen' }).click();
    await other.page.locator('[data-bell]').waitFor({ state: 'detached' });
    expect((await orderNow(id)).acknowledgedAt).toEqual(expect.any(String));
    await other.context.close();
  });

  test('sounds again and again, and is silent after any touch on the order', async () => {
    await page.evaluate(`
      window.sounded = 0;
      const make = AudioContext.prototype.createOscillator;
      AudioContext.prototype.createOscillator = function () {
        window.sounded += 1;
        return make.call(this);
      };
    `);
    const id = await order([{ sku: TABLE, quantity: 1 }]);
    const sounded = async () => Number(await page.evaluate('window.sounded'));
    const once = await eventually(async () => (await sounded()) || false);
    await eventually(async () => expect(await sounded()).toBeGreaterThan(once));
    await page.locator(`#${id} .order-facts`).click();
    await page.locator('[data-bell]').waitFor({ state: 'detached' });
    await eventually(async () => expect((await orderNow(id)).acknowledgedAt).not.toBeNull());
  });
});

describe('an order', () => {
  test('of one line is ready after three taps and one scan from its ring', async () => {
    await page.evaluate(`
      window.taps = 0;
      addEventListener('click', (event) => { if (event.isTrusted) window.taps += 1; }, true);
      localStorage.setItem('comptoir.shelves', '["C4"]');
    `);
    await stageOne('C5');
    await page.evaluate('window.taps = 0');
    await goTo(page, 'queue');
    const id = await order([{ sku: TABLE, quantity: 1 }], 'Zoé Petit');
    await page.locator('[data-bell]').getByRole('button', { name: 'Pick' }).click();
    await page.locator(`[data-screen="pick"][data-order="${id}"] .line-card`).waitFor();
    await scan(page, TABLE_CODE);
    await button('C6').click();
    await button('Ready').click();
    await page.locator(`[data-staged="${id}"]`).waitFor();
    expect(await page.evaluate('window.taps')).toBe(3);
    await eventually(async () => expect(await orderNow(id)).toMatchObject({ status: 'ready', shelf: 'C6' }));
  });

  /** So that the tablet has a shelf to offer. */
  async function stageOne(shelf: string): Promise<void> {
    const id = await order([{ sku: TABLE, quantity: 1 }]);
    await start(id);
    await button('Found').click();
    const field = page.getByLabel('Shelf or bag').last();
    // A scanner types into the field that has the focus: an article is no shelf.
    await field.fill(TABLE_CODE);
    await field.press('Enter');
    await page.locator(`[data-wrong="${TABLE_CODE}"]`).waitFor();
    expect(await field.inputValue()).toBe('');
    await field.fill(shelf);
    await button('Ready').click();
    await page.locator(`[data-staged="${id}"]`).waitFor();
  }

  test('is walked by aisle, numbers as numbers, and counts two quick scans as two units', async () => {
    const id = await order([
      { sku: TABLE, quantity: 1 },
      { sku: LAMP, quantity: 3 },
    ]);
    await start(id);
    await eventually(async () =>
      expect(await page.locator('.line-row[data-sku]').allTextContents()).toEqual([
        expect.stringContaining('Lamp'),
        expect.stringContaining('Coffee table'),
      ]),
    );
    await scan(page, LAMP_CODE);
    await scan(page, LAMP_CODE);
    await page.locator('.line-count', { hasText: '2 / 3' }).waitFor();
    await eventually(async () =>
      expect((await orderNow(id)).lines).toContainEqual(expect.objectContaining({ sku: LAMP, picked: 2 })),
    );
  });

  test('takes no wrong article: red, with what it was and what is wanted', async () => {
    const id = await order([{ sku: TABLE, quantity: 1 }]);
    await start(id);
    await scan(page, LAMP_CODE);
    const alarm = page.locator('[data-wrong]');
    await alarm.getByText('You scanned: Lamp').waitFor();
    await alarm.getByText('Wanted: Coffee table').waitFor();
    expect(await count().textContent()).toBe('0');
    await scan(page, TABLE_CODE);
    await alarm.waitFor({ state: 'detached' });
    await scan(page, TABLE_CODE);
    await alarm.getByText('There is enough of it: Coffee table').waitFor();
  });

  test('takes an article that is scanned before the tablet has heard of it', async () => {
    let answer = () => {};
    const isLetThrough = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/v1/items/*', async (route) => {
      await isLetThrough;
      await route.continue();
    });
    await put('/v1/items/VASE', { name: { fr: 'Vase', en: 'Vase' }, barcodes: ['2041700003008'] });
    await shop.put('VASE', STORE, 5);
    const id = await order([{ sku: 'VASE', quantity: 2 }]);
    await start(id);
    await scan(page, '2041700003008', '2041700003008');
    answer();
    await page.locator('[data-stage]').waitFor();
    expect(await page.locator('[data-wrong]').count()).toBe(0);
  });

  test('that somebody else picks is taken over only after a question', async () => {
    const id = await order([{ sku: TABLE, quantity: 1 }]);
    await shop.post(`/v1/reservations/${id}/start`, { staff: 'Karim' }).expect(200);
    await page.locator(`[data-column="picking"] #${id}`).getByRole('button', { name: 'Take over' }).click();
    await page.getByText('Karim is picking order').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Take over' }).click();
    await page.locator(`[data-screen="pick"][data-order="${id}"] .line-card`).waitFor();
    await eventually(async () => expect((await orderNow(id)).takenBy).toBe('Amélie'));
  });

  test('lets whoever went elsewhere while it was kept stay there', async () => {
    const id = await order([{ sku: TABLE, quantity: 1 }]);
    await goTo(page, 'pick', id);
    await page.locator('.stage button[data-look="main"]').waitFor();
    // In one breath: the tablet's database has not answered yet.
    await page.evaluate(`
      document.querySelector('.stage button[data-look="main"]').click();
      location.hash = '#/queue';
    `);
    await eventually(async () => expect(await orderNow(id)).toMatchObject({ status: 'picking' }));
    await page.locator(`[data-column="picking"] #${id}`).waitFor();
    expect(await page.evaluate('location.hash')).toBe('#/queue');
  });

  test('is opened by the code on its slip', async () => {
    const id = await order([{ sku: TABLE, quantity: 1 }]);
    await scan(page, storeQr(id));
    const screen = page.locator(`[data-screen="pick"][data-order="${id}"]`);
    await screen.waitFor();
    expect(await screen.isVisible()).toBe(true);
  });
});

describe('each step has a way back', () => {
  test('what was found', async () => {
    const id = await order([{ sku: TABLE, quantity: 2 }]);
    await start(id);
    await button('All found (2)').click();
    await eventually(async () => expect((await orderNow(id)).lines[0].picked).toBe(2));
    await page.locator('[data-undo="found"]').getByRole('button', { name: 'Undo' }).click();
    await page.locator('.line-count', { hasText: '0 / 2' }).waitFor();
    await eventually(async () => expect((await orderNow(id)).lines[0].picked).toBe(0));
  });

  test('what was missing: the stock is as it was', async () => {
    const before = await onHand(LAMP);
    const id = await order([{ sku: LAMP, quantity: 2 }]);
    await start(id);
    await button('Missing').click();
    await button('Not found').click();
    await eventually(async () => expect(await onHand(LAMP)).toBe(before - 2));
    await button('Close').click();
    await page.locator('[data-undo="missing"]').getByRole('button', { name: 'Undo' }).click();
    await eventually(async () => expect(await onHand(LAMP)).toBe(before));
    expect((await orderNow(id)).lines[0]).toMatchObject({ missing: 0, missingReason: null });
    expect((await shop.get('/v1/integrity').expect(200)).body.drift).toEqual([]);
  });

  test('what was ready', async () => {
    const id = await order([{ sku: TABLE, quantity: 1 }]);
    await start(id);
    await button('Found').click();
    await button('Ready').click();
    await eventually(async () => expect((await orderNow(id)).status).toBe('ready'));
    await button('Reopen').click();
    await page.locator('[data-stage]').waitFor();
    await eventually(async () => expect((await orderNow(id)).status).toBe('picking'));
  });
});

describe('what is missing', () => {
  test('leaves the stock at once, and the rest is ready without it', async () => {
    const before = await onHand(LAMP);
    const id = await order([
      { sku: TABLE, quantity: 1 },
      { sku: LAMP, quantity: 2 },
    ]);
    await start(id);
    await button('Missing').click();
    await button('One fewer').click();
    await button('Damaged').click();
    await page.getByText('1 unit taken off the stock').waitFor();
    await page.getByText(`Stock here: ${before - 1}`).waitFor();
    await page.locator('.way', { hasText: 'Go on without' }).click();
    await button('Found').click();
    await page.locator('.line-card', { hasText: 'Coffee table' }).waitFor();
    await button('Found').click();
    await button('Ready').click();
    await page.locator(`[data-staged="${id}"]`).waitFor();
    await eventually(async () => expect((await orderNow(id)).status).toBe('ready'));
    expect(await onHand(LAMP)).toBe(before - 1);
    expect((await orderNow(id)).lines).toContainEqual(
      expect.objectContaining({ sku: LAMP, picked: 1, missing: 1, missingReason: 'damaged' }),
    );
  });

  test('tells how many are here only once the stock has moved', async () => {
    const before = await onHand(LAMP);
    const id = await order([{ sku: LAMP, quantity: 1 }]);
    await start(id);
    await page.locator('.line-card', { hasText: String(before) }).waitFor();
    let answer = () => {};
    const isLetThrough = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/v1/reservations/*/pick', async (route) => {
      await isLetThrough;
      await route.continue();
    });
    await button('Missing').click();
    await button('Damaged').click();
    const told = page.locator('dialog .corrected');
    await told.getByText('1 unit taken off the stock').waitFor();
    expect(await told.textContent()).not.toContain('Stock here');
    answer();
    await told.getByText(`Stock here: ${before - 1}`).waitFor();
    await button('Close').click();
  });

  test('is reserved in another store that has it, for the same customer', async () => {
    const id = await order([{ sku: LAMP, quantity: 1 }], 'Nina Roux');
    await start(id);
    await button('Missing').click();
    await button('Not found').click();
    await page.locator('.way', { hasText: '1 store has it.' }).click();
    await button('Reserve there').click();
    await page.getByRole('dialog').getByText(`Reserved in ${OTHER_STORE} for Nina R.`).waitFor();
    const ticket = page.getByRole('dialog').getByRole('link', { name: 'The customer’s ticket' });
    await ticket.waitFor();
    const { orderReference } = await orderNow(id);
    await eventually(async () => {
      const { body } = await shop.get(`/v1/reservations?location=${OTHER_STORE}`).expect(200);
      expect(body.data).toEqual([
        expect.objectContaining({ status: 'confirmed', orderReference: `${orderReference}/${OTHER_STORE}` }),
      ]);
    });
    await ticket.click();
    await page.locator('.ticket [data-qr]').waitFor();
    await page.locator('.sale-code').waitFor();
  });

  test('is not told as reserved in another store while there is no network to ask it', async () => {
    const id = await order([{ sku: LAMP, quantity: 1 }], 'Nina Roux');
    await start(id);
    await button('Missing').click();
    await button('Not found').click();
    await page.locator('.way', { hasText: '1 store has it.' }).click();
    await page.context().setOffline(true);
    await button('Reserve there').click();
    await told(page, `Will be asked of ${OTHER_STORE} when the network is back: not reserved yet`);
    await page.context().setOffline(false);
    const { orderReference } = await orderNow(id);
    await eventually(async () => {
      const { body } = await shop.get(`/v1/reservations?location=${OTHER_STORE}`).expect(200);
      const references = body.data.map((one: { orderReference: string }) => one.orderReference);
      expect(references).toContain(`${orderReference}/${OTHER_STORE}`);
    });
  });

  test('is replaced with another article, once the customer agreed', async () => {
    const id = await order([{ sku: LAMP, quantity: 1 }]);
    await start(id);
    await button('Missing').click();
    await button('Display model only').click();
    await page.locator('.way', { hasText: 'Replace' }).click();
    const search = page.getByLabel('Scan or find the replacement');
    await search.fill(LAMP_CODE);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Lamp is in the order already.').waitFor();
    await search.fill(TABLE_CODE);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Coffee table').waitFor();
    expect(await button('Replace (1)').isDisabled()).toBe(true);
    await button('By telephone').click();
    await button('Replace (1)').click();
    await page.locator('.line-card', { hasText: 'Coffee table' }).waitFor();
    await scan(page, TABLE_CODE);
    await page.locator('[data-stage]').waitFor();
    await eventually(async () =>
      expect((await orderNow(id)).lines).toContainEqual(
        expect.objectContaining({ sku: TABLE, substitutes: LAMP }),
      ),
    );
  });
});

test('what a till sells meanwhile is not looked for and not missing, once its event was told', async () => {
  const id = await order([
    { sku: TABLE, quantity: 3 },
    { sku: LAMP, quantity: 1 },
  ]);
  await start(id);
  await page.locator('.line-card', { hasText: 'Lamp' }).waitFor();
  await button('Missing').click();
  let answer = () => {};
  const isLetThrough = new Promise<void>((resolve) => {
    answer = resolve;
  });
  // Only the events tell of the sales.
  await page.route(`**/v1/reservations/${id}`, async (route) => {
    await isLetThrough;
    await route.continue();
  });
  await sell(id, TABLE);
  await sell(id, LAMP);
  await page.locator(`.line-row[data-sku="${LAMP}"]`, { hasText: '1 sold at the till' }).waitFor();
  await button('Not found').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.locator('.line-count', { hasText: '0 / 2' }).waitFor();
  await scan(page, TABLE_CODE, TABLE_CODE);
  await page.locator('[data-stage]').waitFor();
  answer();
  await sell(id, TABLE);
  // Found before it was sold: whoever picks looks whether it is still in the bag.
  const tables = page.locator(`.line-row[data-sku="${TABLE}"]`);
  await tables.filter({ hasText: '1 too many' }).click();
  await button('Take out one found').click();
  await page.locator('.line-card', { hasText: '1 / 1' }).waitFor();
  expect(await page.getByText('1 too many').count()).toBe(0);
  await tables.click();
  await button('Ready').click();
  await eventually(async () =>
    expect(await orderNow(id)).toMatchObject({
      status: 'ready',
      lines: [
        { sku: LAMP, picked: 0, missing: 0 },
        { sku: TABLE, picked: 1, missing: 0 },
      ],
    }),
  );
});

test('two orders are picked in one walk, each unit into its bag', async () => {
  const first = await order(
    [
      { sku: TABLE, quantity: 1 },
      { sku: LAMP, quantity: 1 },
    ],
    'Ana Un',
  );
  const second = await order([{ sku: LAMP, quantity: 1 }], 'Bob Deux');
  await goTo(page, 'batch');
  for (const id of [first, second]) await page.locator(`[data-offer="${id}"]`).click();
  await button('Start (2 orders)').click();
  await page.locator('.line-card[data-line]', { hasText: 'Lamp' }).waitFor();
  // Without a pause: the second is for the other bag, although the first is still being kept.
  await scan(page, LAMP_CODE, LAMP_CODE);
  await page.getByText('Into bag B').waitFor();
  await scan(page, TABLE_CODE);
  await page.getByText('Put bag A down').waitFor();
  await button('Ready').click();
  await page.getByText('Put bag B down').waitFor();
  await button('Ready').click();
  await page.getByText('The walk is over.').waitFor();
  await eventually(async () => {
    expect([(await orderNow(first)).status, (await orderNow(second)).status]).toEqual(['ready', 'ready']);
  });
});
