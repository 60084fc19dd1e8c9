// Slips and labels as a printer gets them: their pages, their sizes, and what is not on them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { storeQr } from '../../src/web/tablet/src/screens/counter/orderCode.ts';
import { openBrowser, openTablet, type Tablet, tabletPages } from '../support/browser.ts';
import { codesIn } from '../support/codes.ts';
import { eventually } from '../support/eventually.ts';
import { goTo, scan } from '../support/hands.ts';
import { type ReadyOrder, readyOrder } from '../support/readyOrders.ts';
import { LAMP, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

const POINTS_PER_MILLIMETRE = 72 / 25.4;

let shop: Shop;
let browser: Browser;
let tablet: Tablet;
let page: Page;
let one: ReadyOrder;
let two: ReadyOrder;

beforeAll(async () => {
  [shop, browser] = await Promise.all([openShop({ tablet: await tabletPages() }), openBrowser()]);
  await shop.put(TABLE, STORE, 50);
  await shop.put(LAMP, STORE, 50);
  one = await readyOrder(shop);
  two = await readyOrder(shop, {
    lines: [
      { sku: TABLE, quantity: 2 },
      { sku: LAMP, quantity: 1 },
    ],
    confirm: { customer: { name: 'Zoé Petit', email: 'zoe@example.com', phone: '+33639980000' } },
  });
  tablet = await openTablet(browser, shop, STORE, { language: 'en' });
  ({ page } = tablet);
  await page.emulateMedia({ colorScheme: 'dark' });
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});

/** Both orders' sheets, drawn to their QR codes. */
async function openSheets(kind: 'slip' | 'label', orders: readonly ReadyOrder[] = [one, two]): Promise<void> {
  await goTo(page, 'print', kind, orders.map(({ id }) => id).join(','));
  for (const { id } of orders) await page.locator(`.${kind}[data-sheet="${id}"] [data-qr]`).waitFor();
}

/** Width and height of each page, in millimetres. */
async function pdfPages(): Promise<{ width: number; height: number }[]> {
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  return [...pdf.matchAll(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, width, height]) => ({
    width: Math.round(Number(width) / POINTS_PER_MILLIMETRE),
    height: Math.round(Number(height) / POINTS_PER_MILLIMETRE),
  }));
}

test('each slip is a page of A4', async () => {
  await openSheets('slip');
  expect(await pdfPages()).toEqual([
    { width: 210, height: 297 },
    { width: 210, height: 297 },
  ]);
});

test('each label is a piece of the roll of 62 mm, as long as what is on it', async () => {
  await openSheets('label');
  const pages = await pdfPages();
  expect(pages.map(({ width }) => width)).toEqual([62, 62]);
  const [short, long] = pages.map(({ height }) => height);
  expect(short).toBeGreaterThan(40);
  expect(long).toBeGreaterThan(short ?? 0);
  expect(long).toBeLessThan(150);
});

test.each(['slip', 'label'] as const)('a %s has nothing on it that lets anybody collect', async (kind) => {
  await openSheets(kind);
  const sheet = page.locator(`.${kind}[data-sheet="${two.id}"]`);
  const text = (await sheet.textContent()) ?? '';
  expect(text).toContain(two.reference);
  expect(text).toContain('Zoé P.');
  expect(text).toContain('A1');
  expect(text).not.toMatch(/Petit|zoe@|39980000/);
  expect(text).not.toContain(two.pickupCode);
  expect(await sheet.locator('[data-qr]').getAttribute('data-qr')).toBe(storeQr(two.id));
});

test.each(['slip', 'label'] as const)(
  'the code on a printed %s is read, and opens its order',
  async (kind) => {
    await openSheets(kind);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const printed = await page.locator(`.${kind}[data-sheet="${two.id}"]`).screenshot();
    await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
    const codes = await codesIn(printed);
    expect(codes).toEqual([storeQr(two.id)]);
    await goTo(page, 'counter');
    await page.locator('.find').waitFor();
    await scan(page, ...codes);
    await page.locator('.desk', { hasText: two.reference }).locator('#hand-over').waitFor();
    expect(await page.evaluate('location.hash')).toBe(`#/counter/${two.id}`);
  },
);

test('paper gets the sheets alone, black on white, whatever the screen looks like', async () => {
  await openSheets('label');
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const seen = await page.evaluate(`({
    visible: ['nav', '.print-controls', '.label'].filter((name) => document.querySelector(name).checkVisibility()),
    colour: getComputedStyle(document.querySelector('.label')).color,
    ground: getComputedStyle(document.querySelector('.label')).backgroundColor,
  })`);
  await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
  expect(seen).toEqual({ visible: ['.label'], colour: 'rgb(0, 0, 0)', ground: 'rgb(255, 255, 255)' });
});

test('several orders are chosen and printed at once', async () => {
  await page.evaluate('window.printed = 0; window.print = () => { window.printed += 1; };');
  await goTo(page, 'print');
  await page.getByRole('button', { name: 'Choose at least one order.' }).waitFor();
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await page.getByRole('button', { name: 'Label (62 mm)' }).click();
  await page.getByRole('button', { name: 'Print 2 sheets' }).click();
  await eventually(async () => expect(await page.evaluate('window.printed')).toBe(1));
  await page.getByRole('checkbox').first().uncheck();
  await page.getByRole('button', { name: 'Print 1 sheet' }).waitFor();
});

test('nothing that the page did was refused by its policy, and no script failed', () => {
  expect(tablet.complaints).toEqual([]);
});
