// Every screen of the tablet for everybody: axe finds nothing, gloves hit every target, and a keyboard alone does the work.
// What opens over and beside them is dialogs.test.ts's.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { goOffline, openBrowser } from '../support/browser.ts';
import { type DayAndNight, type Opened, openDayAndNight, show } from '../support/dayAndNight.ts';
import { eventually } from '../support/eventually.ts';
import { scan } from '../support/hands.ts';
import { OTHER_STORE, STORE } from '../support/shop.ts';
import { type Article, openTabletShop, type TabletShop } from '../support/tabletShop.ts';

let shop: TabletShop;
let browser: Browser;
let both: DayAndNight;
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
  both = await openDayAndNight(browser, shop);
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

/** Nothing comes and nothing is to leave, until it is made by `transfers`. */
let between: Promise<string> | undefined;

/** One that is on its way here, one that is announced, and one that is to leave, of which this is the id. */
function transfers(): Promise<string> {
  const make = async (from: string, to: string) => {
    const lines = [{ sku: table.sku, quantity: 2 }];
    return (await shop.post('/v1/transfers', { from, to, lines }).expect(201)).body.id;
  };
  between ??= (async () => {
    await shop.post(`/v1/transfers/${await make(OTHER_STORE, STORE)}/ship`, {}).expect(200);
    await make(OTHER_STORE, STORE);
    return make(STORE, OTHER_STORE);
  })();
  return between;
}

/** What comes is read when the screen is opened. */
async function showTransfers(page: Page): Promise<string> {
  const id = await transfers();
  await show(page, 'queue', `#${ids.new}`);
  await show(page, 'transfers', `[data-transfer="${id}"]`);
  return id;
}

/** Both tablets take an order while they are offline, which is cancelled meanwhile. */
async function refuseSomething(): Promise<void> {
  const tablets = [both.day, both.night];
  for (const { context, page } of tablets) {
    await page.locator(`section #${ids.refused}`).waitFor();
    await goOffline({ context, page });
    await show(page, `pick/${ids.refused}`, '.stage button[data-look="main"]');
    await page.locator('.stage button[data-look="main"]').click();
    await page.locator('.line-card').waitFor();
  }
  await shop.post(`/v1/reservations/${ids.refused}/cancel`, { reason: 'Changed their mind' }).expect(200);
  for (const { context, page } of tablets) {
    await context.setOffline(false);
    await page.locator('[data-banner="conflicts"]').waitFor();
  }
}

/** Whoever answers first answers for all: the other tablet's bell may go while this one is looked for. */
async function answer(bell: Locator): Promise<void> {
  await eventually(async () => {
    if (!(await bell.isVisible())) return true;
    await bell.getByRole('button').first().click({ timeout: 2_000 });
    return false;
  });
}

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
  'transfers, none': (page) => show(page, 'transfers', '.empty'),
  async 'transfers, the lists'(page) {
    await showTransfers(page);
    await page.locator('.transfer-list').nth(2).waitFor();
  },
  async 'transfers, loading one'(page) {
    const id = await showTransfers(page);
    await page.locator(`[data-transfer="${id}"]`).click();
    await page.locator('.receive-lines').waitFor();
  },
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

test.each(Object.entries(VIEWS))('%s: axe finds nothing, and gloves hit every target', async (_, open) => {
  expect(await both.judge(open)).toEqual([]);
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
  expect([...both.day.complaints, ...both.night.complaints]).toEqual([]);
});
