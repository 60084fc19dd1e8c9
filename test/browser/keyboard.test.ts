// Work by keyboard alone, and the pages before the shift: reached, labelled, large enough.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { tooSmall, violations } from '../support/audit.ts';
import { goOffline, openBlank, openBrowser, openTablet, type Tablet } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { goTo, pressByKeyboard, tabTo } from '../support/hands.ts';
import { OTHER_STORE, STORE } from '../support/shop.ts';
import { openTabletShop, type TabletShop } from '../support/tabletShop.ts';

let shop: TabletShop;
let browser: Browser;
beforeAll(async () => {
  [shop, browser] = await Promise.all([openTabletShop(), openBrowser()]);
  await shop.post('/v1/staff', { name: 'Nadia', location: OTHER_STORE, pin: '4711' }).expect(201);
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});

test('a keyboard alone starts the shift by PIN, and its pages are for everybody', async () => {
  const { context, page } = await openTablet(browser, shop, OTHER_STORE, { staff: null, language: 'en' });
  const person = page.getByRole('button', { name: 'Nadia' });
  await person.waitFor();
  const found = await findings(page);
  await pressByKeyboard(page, person);
  await tabTo(page, page.locator('input[type="password"]'));
  await page.keyboard.type('4711');
  found.push(...(await findings(page)));
  await page.keyboard.press('Enter');
  await page.locator('main#main').waitFor();
  const { context: blank, page: pairing } = await openBlank(browser, shop, {
    viewport: { width: 390, height: 844 },
  });
  await pairing.goto('/tablet');
  await pairing.locator('[data-screen="pairing"]').waitFor();
  found.push(...(await findings(pairing)));
  expect(found).toEqual([]);
  await Promise.all([context.close(), blank.close()]);
});

test('a tablet that started before its network asks for PINs once there is one', async () => {
  const tablet = await openTablet(browser, shop, OTHER_STORE, { staff: null, language: 'en' });
  const { context, page } = tablet;
  await page.getByRole('button', { name: 'Nadia' }).waitFor();
  await goOffline(tablet);
  await page.reload();
  await page.getByText('No network: the shift starts in your name').waitFor();
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Nadia' }).waitFor();
  expect(await page.getByLabel('Your first name').count()).toBe(0);
  await context.close();
});

test('where the list of people did not come, it is asked for again by the first who tries to start without a PIN', async () => {
  const { context, page } = await openTablet(browser, shop, OTHER_STORE, { staff: null, language: 'en' });
  await page.getByRole('button', { name: 'Nadia' }).waitFor();
  let isBusy = true;
  await page.route('**/v1/staff?*', (route) => (isBusy ? route.fulfill({ status: 503 }) : route.continue()));
  // The name is asked for before there is an answer.
  const refused = page.waitForResponse((response) => response.status() === 503);
  await page.reload();
  await refused;
  await page.getByLabel('Your first name').fill('Nadia');
  isBusy = false;
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('button', { name: 'Nadia' }).waitFor();
  expect(await page.getByText('The shift could not start').count()).toBe(0);
  await context.close();
});

test('a keyboard alone takes an order from the queue to the customer’s hands', async () => {
  const { sku } = await shop.article({ fr: 'Vase bleu', en: 'Blue vase' });
  const { id, pickupCode } = await shop.order([{ sku, quantity: 1 }], { name: 'Camille Martin' });
  const { context, page, complaints } = await openTablet(browser, shop, STORE, { language: 'en' });
  await pressByKeyboard(page, page.locator(`#${id} button[data-look="main"]`));
  await pressByKeyboard(page, page.locator('#found'));
  await tabTo(page, page.locator('.stage-input'));
  await page.keyboard.type('C4');
  await page.keyboard.press('Enter');
  await page.locator(`[data-staged="${id}"]`).waitFor();
  await pressByKeyboard(page, page.locator(`.staged a[href="#/counter/${id}"]`));
  await tabTo(page, page.locator('.desk-code input'));
  await page.keyboard.type(pickupCode);
  await pressByKeyboard(page, page.locator('.desk-tick input').first(), 'Space');
  await pressByKeyboard(page, page.locator('#hand-over'));
  await eventually(async () =>
    expect(await shop.show(id)).toMatchObject({ status: 'collected', shelf: 'C4' }),
  );
  expect(complaints).toEqual([]);
  await context.close();
});

test('a keyboard alone counts an article and puts units of a cancelled order back', async () => {
  const { sku } = await shop.article({ fr: 'Bol', en: 'Bowl' }, 20);
  const { id } = await shop.order([{ sku, quantity: 1 }], { steps: ['start', 'pick', 'ready', 'cancel'] });
  const { context, page } = await openTablet(browser, shop, STORE, { language: 'en' });
  await pressByKeyboard(page, page.locator('.navigation a[href="#/putback"]'));
  await pressByKeyboard(page, page.locator(`#${id} .putback-buttons button`).last());
  await pressByKeyboard(page, page.locator(`#${id} button[data-look="main"]`));
  await eventually(async () => expect(await shop.show(id)).toMatchObject({ putBackPending: false }));
  await goTo(page, 'count', sku);
  await tabTo(page, page.locator('.count-form input'));
  await page.keyboard.type('20');
  await page.keyboard.press('Enter');
  await page.locator('.count-form').waitFor({ state: 'detached' });
  await context.close();
});

test('a space inside a scanned code presses no button, a space of its own does', async () => {
  const tablet = await openTablet(browser, shop, STORE, { language: 'en' });
  const { context, page } = tablet;
  await page.locator('.skip button').focus();
  await page.evaluate(`{
    window.pressed = 0;
    addEventListener('click', () => { window.pressed += 1; }, { capture: true });
  }`);
  await scanByKeyboard(tablet, 'Bac 10');
  await page.getByText('Bac 10').waitFor();
  expect(await page.evaluate('window.pressed')).toBe(0);
  await page.keyboard.press('Space');
  expect(await page.evaluate('window.pressed')).toBe(1);
  await context.close();
});

test('the focus shows, goes first past the navigation, and stays inside a dialog', async () => {
  const { sku } = await shop.article({ fr: 'Plat', en: 'Dish' });
  const { id } = await shop.order([{ sku, quantity: 1 }], { steps: ['start'] });
  const { context, page } = await openTablet(browser, shop, STORE, { language: 'en' });
  await page.locator(`section #${id}`).waitFor();
  await page.evaluate('document.activeElement?.blur()');
  await page.keyboard.press('Tab');
  expect(await page.locator('.skip button:focus').count()).toBe(1);
  expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.id')).toBe('main');
  await goTo(page, 'pick', id);
  await pressByKeyboard(page, page.locator('#missing'));
  await page.locator('dialog[open]').waitFor();
  for (let stop = 0; stop < 12; stop++) {
    await page.keyboard.press('Tab');
    expect(
      await page.evaluate(
        'document.querySelector("main").contains(document.activeElement) && !document.activeElement.closest("dialog")',
      ),
    ).toBe(false);
  }
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await eventually(async () => expect(await page.evaluate('document.activeElement.id')).toBe('missing'));
  await context.close();
});

/** Through the browser's own keyboard, which presses buttons; each key with the time of a quick scanner. */
async function scanByKeyboard({ context, page }: Tablet, code: string): Promise<void> {
  const keyboard = await context.newCDPSession(page);
  const startedAt = Date.now() / 1_000;
  for (const [place, key] of [...Array.from(code), 'Enter'].entries()) {
    const stroke = {
      key,
      timestamp: startedAt + place * 0.004,
      ...(key === ' ' ? { code: 'Space', windowsVirtualKeyCode: 32 } : {}),
    };
    const text = key === 'Enter' ? '\r' : key;
    await keyboard.send('Input.dispatchKeyEvent', { type: 'keyDown', text, ...stroke });
    await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', ...stroke });
  }
}

async function findings(page: Page): Promise<string[]> {
  return [...(await violations(page)), ...(await tooSmall(page))];
}
