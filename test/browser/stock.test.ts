// Stock on the tablet in a real browser: the camera as a scanner, a blind count, a lorry unpacked, a sale from elsewhere,
// and what of it works without a network.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { writeBarcodeVideo } from '../support/barcodeVideo.ts';
import { goOffline, openBrowser, openTablet, tabletPages } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { goTo, scan } from '../support/hands.ts';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

const EAN = '3760123456784';
const NOBODYS_EAN = '3760999999992';
const ITEM_SEARCHES = /\/v1\/items\?/;

let shop: Shop;
let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'comptoir-camera-'));
  const film = path.join(folder, 'code.y4m');
  await writeBarcodeVideo(film, EAN);
  [shop, browser] = await Promise.all([
    openShop({ tablet: await tabletPages() }),
    openBrowser([
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    ]),
  ]);
  await fetch(`${shop.app.url}/v1/items/${LAMP}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${shop.app.admin}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: { fr: 'Lampe', en: 'Lamp' }, barcodes: [EAN] }),
  });
  await shop.put(LAMP, STORE, 4);
  await shop.put(LAMP, OTHER_STORE, 9);
  await shop.put(TABLE, OTHER_STORE, 9);
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
  await rm(folder, { recursive: true });
});

/** The lamp's page, once the tablet knows how many are here: before, no count could surprise it. */
async function openStock(page: Page, units: number): Promise<void> {
  await goTo(page, 'stock', LAMP);
  await page.locator('[data-figure="onHand"] dd', { hasText: String(units) }).waitFor();
}

const english = { language: 'en' } as const;

async function onHand(sku: string): Promise<number> {
  const { body } = await shop.get(`/v1/stock?location=${STORE}&sku=${sku}`).expect(200);
  return body.data[0]?.onHand ?? 0;
}

test('the camera reads a barcode with our own decoder, and shows the article here and elsewhere', async () => {
  const { context, page, complaints } = await openTablet(browser, shop, STORE, english);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await goTo(page, 'stock');
  await page.getByRole('button', { name: 'Camera' }).click();
  await page.locator('h1', { hasText: 'Lamp' }).waitFor();
  await page.locator('[data-figure="onHand"] dd', { hasText: '4' }).waitFor();
  await page.locator(`[data-place="${OTHER_STORE}"]`, { hasText: '9 available' }).waitFor();
  expect(asked.some((url) => url.endsWith('.wasm'))).toBe(true);
  expect(asked.filter((url) => !/^(blob:)?(http|ws):\/\/127\.0\.0\.1/.test(url))).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});

test('a count is blind, asks again when it surprises, and is the stock; a scanner adds units', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  await openStock(page, 4);
  await goTo(page, 'count', LAMP);
  await page.locator('.count-form').waitFor();
  expect(await page.getByText('Expected: 4').count()).toBe(0);
  await scan(page, EAN);
  await eventually(async () => expect(await page.locator('.count-form input').inputValue()).toBe('1'));
  await page.locator('.count-form input').fill('3');
  await page.keyboard.press('Enter');
  await page.locator('[data-count="different"]', { hasText: 'Counted 3, expected 4' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Stock is up to date').waitFor();
  expect(await onHand(LAMP)).toBe(3);
  await context.close();
});

test('a count without a network is kept, and refused with words where somebody else changed the stock', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  await openStock(page, 3);
  await page.locator('[data-place]').first().waitFor();
  await goTo(page, 'count', LAMP);
  await page.locator('.count-form').waitFor();
  await goOffline({ context, page });
  await goTo(page, 'stock', LAMP);
  await page.getByText('Offline: as seen').waitFor();
  await goTo(page, 'count', LAMP);
  await page.getByRole('button', { name: '7', exact: true }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'The count is right' }).click();
  await page.locator('[data-count="done"]', { hasText: 'Waiting to be sent' }).waitFor();
  await shop.put(LAMP, STORE, 5);
  await context.setOffline(false);
  await page.locator('[data-count="refused"]', { hasText: 'The stock changed meanwhile' }).waitFor();
  expect(await onHand(LAMP)).toBe(5);
  await context.close();
});

test('what is known of an article is shown where the server gives no answer, and told as such', async () => {
  const { context, page } = await openTablet(browser, shop, STORE, english);
  await goTo(page, 'stock', LAMP);
  await page.locator('[data-place]').first().waitFor();
  await goTo(page, 'stock');
  await page.route('**/v1/items/*/availability', (route) => route.fulfill({ status: 503 }));
  await goTo(page, 'stock', LAMP);
  await page.getByText('No answer from the server: as seen').waitFor();
  expect(await page.locator('[data-place]').count()).toBeGreaterThan(0);
  expect(await page.getByText('Offline').count()).toBe(0);
  // Of what was never looked up nobody says that it was never here.
  await goTo(page, 'stock', TABLE);
  await page.locator('.here', { hasText: 'No answer from the server, and nothing is kept here.' }).waitFor();
  expect(await page.locator('.here').textContent()).not.toContain('Never counted');
  await goTo(page, 'stock', LAMP);
  let isBusy = true;
  await page.route(ITEM_SEARCHES, (route) => (isBusy ? route.fulfill({ status: 503 }) : route.continue()));
  await scan(page, NOBODYS_EAN);
  await page
    .getByText(`No answer from the server, and this code is not known here: ${NOBODYS_EAN}`)
    .waitFor();
  isBusy = false;
  await scan(page, NOBODYS_EAN);
  await page.getByText(`No article has this code: ${NOBODYS_EAN}`).waitFor();
  await context.close();
});

test('a transfer is unpacked line by line, and what never came is noted as lost', async () => {
  const { body: transfer } = await shop
    .post(
      '/v1/transfers',
      { from: OTHER_STORE, to: STORE, lines: [{ sku: TABLE, quantity: 3 }] },
      { key: 't1' },
    )
    .expect(201);
  await shop.post(`/v1/transfers/${transfer.id}/ship`, {}, { key: 't2' }).expect(200);
  const { context, page } = await openTablet(browser, shop, STORE, english);
  await goTo(page, 'transfers');
  await page.locator(`[data-transfer="${transfer.id}"]`).click();
  await page.getByRole('button', { name: /^Received, one more/ }).click();
  await page.getByRole('button', { name: /^Damaged, one more/ }).click();
  await page.getByRole('button', { name: 'Nothing more comes' }).click();
  await page.getByRole('button', { name: 'Note 1 as lost' }).click();
  await eventually(async () => {
    const { body } = await shop.get(`/v1/transfers/${transfer.id}`).expect(200);
    expect(body).toMatchObject({ status: 'received', lines: [{ received: 1, damaged: 1, lost: 1 }] });
  });
  expect(await onHand(TABLE)).toBe(1);
  await context.close();
});

test('what another store has is sold to a customer who is here: checked, then with the code to collect it', async () => {
  const { context, page, complaints } = await openTablet(browser, shop, STORE, english);
  await goTo(page, 'sell', TABLE);
  await page.locator(`[data-place="${OTHER_STORE}"]`).getByRole('button', { name: 'Collect there' }).click();
  await page.getByRole('button', { name: 'Sell', exact: true }).click();
  await page.getByText('Fill this in.').waitFor();
  await page.getByLabel('Customer’s name').fill('Camille Martin');
  await page.getByLabel('Telephone').fill('06 12 34 56 78');
  await page.getByRole('button', { name: 'Sell', exact: true }).click();
  const code = (await page.locator('.sale-code').textContent()) ?? '';
  const shown = await page.locator('[data-qr]').getAttribute('data-qr');
  const { body } = await shop.get(`/v1/reservations?location=${OTHER_STORE}&status=confirmed`).expect(200);
  expect(body.data).toMatchObject([{ soldAt: STORE, channel: 'store', pickupCode: code }]);
  expect(shown).toBe(`comptoir:pickup:${body.data[0].id}:${code}`);
  expect(complaints).toEqual([]);
  await context.close();
});
