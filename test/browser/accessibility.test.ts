// Every screen of the tablet for everybody: axe finds nothing, gloves hit every target, and a keyboard alone does the work.
// Words depend on the language and colours on the theme: French by daylight and English in the dark hold both of each.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { tooSmall, violations } from '../support/audit.ts';
import { goOffline, openBrowser, openTablet, type Tablet } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { goTo, scan } from '../support/hands.ts';
import { OTHER_STORE, STORE } from '../support/shop.ts';
import { type Article, openTabletShop, type TabletShop } from '../support/tabletShop.ts';

const PHONE = { width: 390, height: 844 };
const VIEWPORTS = [{ width: 1024, height: 768 }, { width: 800, height: 1280 }, PHONE];

let shop: TabletShop;
let browser: Browser;
let day: Tablet;
let night: Tablet;
let table: Article;
let lamp: Article;
let ids: Record<
  'new' | 'second' | 'picking' | 'short' | 'found' | 'others' | 'ready' | 'ended' | 'refused',
  string
>;

beforeAll(async () => {
  let now = () => new Date();
  [shop, browser] = await Promise.all([openTabletShop({ now: () => now() }), openBrowser()]);
  table = await shop.article({
    fr: 'Table basse en chêne massif, 80 cm',
    en: 'Solid oak coffee table, 80 cm',
  });
  lamp = await shop.article({ fr: 'Lampe à poser en grès', en: 'Stoneware table lamp' });
  await shop.put(table.sku, OTHER_STORE, 5);
  // Promised three days ago.
  now = () => new Date(Date.now() - 3 * 86_400_000);
  await shop.order([{ sku: lamp.sku, quantity: 1 }], { name: 'Awa Diop' });
  now = () => new Date();
  ids = await orders();
  const [first, second] = await Promise.all([
    openTablet(browser, shop, STORE, { language: 'fr', name: 'Comptoir 1' }),
    openTablet(browser, shop, STORE, { language: 'en', name: 'Counter 2', viewport: PHONE }),
  ]);
  [day, night] = [first, second];
  await Promise.all([
    day.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' }),
    night.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' }),
  ]);
  await refuseSomething();
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});

async function orders(): Promise<typeof ids> {
  const two = [
    { sku: table.sku, quantity: 1 },
    { sku: lamp.sku, quantity: 2 },
  ];
  const make = async (options: Parameters<TabletShop['order']>[1]) => (await shop.order(two, options)).id;
  return {
    new: await make({ name: 'Camille Martin' }),
    second: await make({ name: 'Zoé Lefèvre' }),
    picking: await make({ name: 'Hugo Petit', steps: ['start'] }),
    short: await make({ name: 'Inès Moreau', steps: ['start'] }),
    found: await make({ name: 'Léa Roux', steps: ['start', 'pick'] }),
    others: await make({ name: 'Ali Benali', steps: ['start'], staff: 'Karim' }),
    ready: await make({ name: 'Noé Garnier', steps: ['start', 'pick', 'ready'] }),
    ended: await make({ name: 'Eva Colin', steps: ['start', 'pick', 'ready', 'cancel'] }),
    refused: await make({ name: 'Paul Blanc' }),
  };
}

/** Both tablets take an order while they are offline, which is cancelled meanwhile. */
async function refuseSomething(): Promise<void> {
  const both = [day, night];
  for (const { context, page } of both) {
    await page.locator(`section #${ids.refused}`).waitFor();
    await goOffline({ context, page });
    await show(page, `pick/${ids.refused}`, '.stage button[data-look="main"]');
    await page.locator('.stage button[data-look="main"]').click();
    await page.locator('.line-card').waitFor();
  }
  await shop.post(`/v1/reservations/${ids.refused}/cancel`, { reason: 'Changed their mind' }).expect(200);
  for (const { context, page } of both) {
    await context.setOffline(false);
    await page.locator('[data-banner="conflicts"]').waitFor();
  }
}

/** Goes where the address says, and waits for what must be there. */
async function show(page: Page, way: string, ready: string): Promise<void> {
  await goTo(page, way);
  await page.locator(ready).first().waitFor();
}

/** Whoever answers first answers for all: the other tablet's bell may go while this one is looked for. */
async function answer(bell: Locator): Promise<void> {
  await eventually(async () => {
    if (!(await bell.isVisible())) return true;
    await bell.getByRole('button').first().click({ timeout: 2_000 });
    return false;
  });
}

type Opened = (page: Page) => Promise<void>;

/** What is looked at, and how it is reached. Named by its screen first, as src/app/screens.tsx names it. */
const VIEWS: Readonly<Record<string, Opened>> = {
  'queue, while it rings': (page) => show(page, 'queue', '[data-bell]'),
  async 'queue, quiet'(page) {
    await answer(page.locator('[data-bell]'));
    await show(page, 'queue', `#${ids.new}`);
  },
  'pick, not started': (page) => show(page, `pick/${ids.new}`, '.stage'),
  'pick, a line': (page) => show(page, `pick/${ids.picking}`, '.line-card'),
  async 'pick, the wrong barcode'(page) {
    await show(page, `pick/${ids.picking}`, '.line-card');
    await scan(page, '4006381333931');
    await page.locator('[data-wrong]').waitFor();
  },
  async 'pick, why it is missing'(page) {
    await show(page, `pick/${ids.short}`, '#missing');
    await page.locator('#missing').click();
    await page.locator('dialog .reasons').waitFor();
  },
  async 'pick, what follows from it'(page) {
    await show(page, `pick/${ids.short}`, '#missing');
    await page.locator('#missing').click();
    await page.locator('dialog .reasons button').first().click();
    await page.locator('dialog .ways').waitFor();
  },
  'pick, where it is put': (page) => show(page, `pick/${ids.found}`, '.stage-form'),
  'pick, ready': (page) => show(page, `pick/${ids.ready}`, '.staged'),
  async 'pick, taken over'(page) {
    await show(page, `pick/${ids.others}`, '.stage button');
    await page.locator('.stage button').click();
    await page.locator('dialog').waitFor();
  },
  'pick, refused': (page) => show(page, `pick/${ids.refused}`, '[data-conflict]'),
  'batch, choosing': (page) => show(page, 'batch', '[data-offer]'),
  'batch, the walk': (page) => show(page, `batch/${ids.picking}/${ids.found}`, '.stop-card, .line-card'),
  'counter, looking for an order': (page) => show(page, 'counter', '.find-order'),
  'counter, handing over': (page) => show(page, `counter/${ids.ready}`, '#hand-over'),
  async 'counter, refusing'(page) {
    await show(page, `counter/${ids.ready}`, '#hand-over');
    await page.locator('.desk-more button').last().click();
    await page.locator('dialog').waitFor();
  },
  async 'counter, without the code'(page) {
    await show(page, `counter/${ids.ready}`, '#hand-over');
    await page.locator('.desk-more button').first().click();
    await page.locator('.desk-proof select, .desk-proof fieldset, .desk-proof textarea').first().waitFor();
  },
  'counter, not ready': (page) => show(page, `counter/${ids.new}`, '.desk-not-ready'),
  'putback, the list': (page) => show(page, 'putback', `#${ids.ended}`),
  'stock, looking up': (page) => show(page, 'stock', '.find-item'),
  'stock, an article': (page) => show(page, `stock/${table.sku}`, '.stock h1, .stock h2'),
  'count, the list': (page) => show(page, 'count', '.find-item'),
  'count, an article': (page) => show(page, `count/${table.sku}`, '.count-form'),
  'transfers, the list': (page) => show(page, 'transfers', 'main h1'),
  'sell, looking up': (page) => show(page, 'sell', 'main h1'),
  'print, slips': (page) => show(page, `print/slip/${ids.picking},${ids.ready}`, '.slip-head'),
  'print, labels': (page) => show(page, `print/label/${ids.ready}`, '.label-head'),
  'conflicts, the list': (page) => show(page, 'conflicts', '[data-conflict]'),
  'settings, all': (page) => show(page, 'settings', '.settings'),
  async 'settings, leaving'(page) {
    await show(page, 'settings', '.settings');
    await page.locator('.settings button').last().click();
    await page.locator('dialog').waitFor();
  },
};

/** In French by daylight on each size of tablet, in English in the dark on a phone. */
async function judge(daylight: Page, dark: Page, open: Opened): Promise<string[]> {
  const found: string[] = [];
  await open(daylight);
  found.push(...(await violations(daylight)));
  for (const viewport of VIEWPORTS) {
    await daylight.setViewportSize(viewport);
    found.push(...(await tooSmall(daylight)).map((finding) => `${viewport.width} px: ${finding}`));
  }
  await daylight.setViewportSize({ width: 1024, height: 768 });
  await open(dark);
  found.push(...(await violations(dark)).map((finding) => `in the dark: ${finding}`));
  for (const page of [daylight, dark]) {
    if ((await page.locator('dialog[open]').count()) === 0) continue;
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }
  return found;
}

test.each(Object.entries(VIEWS))('%s: axe finds nothing, and gloves hit every target', async (_, open) => {
  expect(await judge(day.page, night.page, open)).toEqual([]);
});

test('no screen is left out', () => {
  const source = readFileSync(
    path.join(import.meta.dirname, '../../src/web/tablet/src/app/screens.tsx'),
    'utf8',
  );
  const screens = [...source.matchAll(/^ {2}(\w+): \{/gm)].map(([, name]) => name);
  const seen = new Set(Object.keys(VIEWS).map((name) => name.split(',')[0]));
  expect(screens.length).toBeGreaterThan(8);
  expect(screens.filter((name) => !seen.has(name))).toEqual([]);
});

test('nothing went wrong in either page', () => {
  expect([...day.complaints, ...night.complaints]).toEqual([]);
});
