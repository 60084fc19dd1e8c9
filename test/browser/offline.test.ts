// Half an hour without a network, compressed: forty things done at the tablet while forty others happen. Nothing is lost,
// nothing is done twice, what became impossible is on the screen, and the ledger still adds up; and all of that although
// the tab is killed while the server takes an action.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { goOffline, openBrowser, openTablet } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { goTo } from '../support/hands.ts';
import { STORE } from '../support/shop.ts';
import { type Article, openTabletShop, type TabletShop } from '../support/tabletShop.ts';

const TEST_MILLISECONDS = 600_000;
const ORDERS = 12;
/** Of these: what others make of them meanwhile. */
const CANCELLED = 3;
const PICKED_BY_OTHERS = 3;
const COUNTS = 4;
/** Articles whose units move meanwhile: who counted them did not know of that, so the count says nothing any more. */
const MOVED = 2;
/** Each order is started, picked and staged. */
const ACTIONS = ORDERS * 3 + COUNTS;
const IMPOSSIBLE = CANCELLED + PICKED_BY_OTHERS;

let shop: TabletShop;
let browser: Browser;
beforeAll(async () => {
  [shop, browser] = await Promise.all([openTabletShop(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await shop.app.close();
});

test(
  'forty actions offline beside forty changes elsewhere: none is lost, none doubled, each conflict is shown',
  async () => {
    const articles: Article[] = [];
    for (const n of Array.from({ length: COUNTS }).keys())
      articles.push(await shop.article({ fr: `Article ${n}`, en: `Item ${n}` }));
    const ids: string[] = [];
    for (let n = 0; n < ORDERS; n++)
      ids.push((await shop.order([{ sku: skuOf(articles, n), quantity: 1 }], { name: `Client ${n}` })).id);
    const { context, page, complaints } = await openTablet(browser, shop, STORE, { language: 'en' });
    for (const id of ids) await page.locator(`section #${id}`).waitFor({ state: 'attached' });
    // What was never looked at is not known without a network: a count of it would surprise nobody.
    for (const { sku } of articles) await show(page, `stock/${sku}`, '[data-figure="onHand"] dd:text("100")');
    const before = await answeredToTablets();

    await goOffline({ context, page });
    const [, changes] = await Promise.all([workOffline(page, ids, articles), changeMeanwhile(ids, articles)]);
    expect(changes).toBe(40);
    await page.locator('[data-banner="waiting"]', { hasText: `${ACTIONS} actions` }).waitFor();

    const again = await killedInTheMiddle(context, page);
    const refused = IMPOSSIBLE * 3 + MOVED;
    const told = again.locator('[data-banner="conflicts"]');
    await eventually(
      async () => expect(await told.textContent({ timeout: 5_000 })).toContain(`${refused} actions`),
      { milliseconds: TEST_MILLISECONDS / 2 },
    );

    // One answer for each action that still made sense, the first of each chain refused, and what hung on it never sent.
    // The last counts may still be on their way: the banner tells of what waits only once it is held up.
    await eventually(async () => expect((await answeredToTablets()) - before).toBe(ACTIONS - IMPOSSIBLE * 2));
    await again.locator('[data-banner="waiting"]').waitFor({ state: 'detached' });
    await show(again, 'conflicts', '[data-conflict]');
    const deeds = await again.locator('[data-conflict] h2').allTextContents();
    expect(deeds).toEqual([
      ...Array.from({ length: IMPOSSIBLE }, () => 'Start of picking'),
      ...Array.from({ length: MOVED }, () => 'Count · 90 items'),
    ]);
    const found = await Promise.all(ids.map(becameOf));
    expect(found).toEqual(ids.map((_, at) => expectedOf(at)));
    // On its line: what was refused, what others did meanwhile, and the two that hung on it.
    for (const [at, id] of ids.slice(0, IMPOSSIBLE).entries()) {
      await show(again, `pick/${id}`, `[data-order="${id}"] [data-conflict]`);
      const conflict = again.locator('[data-conflict]', { hasText: 'Start of picking' });
      const meanwhile = at < CANCELLED ? 'Cancelled' : 'Ready at the counter';
      await conflict.locator('ol.conflict-history', { hasText: meanwhile }).waitFor();
      expect(await conflict.locator('ul.conflict-history li').count()).toBe(2);
    }
    for (const [at, { sku }] of articles.entries()) {
      const { body } = await shop
        .get(`/v1/stock/movements?sku=${sku}&location=${STORE}&limit=200`)
        .expect(200);
      const counts = body.data.filter(({ type }: { type: string }) => type === 'count');
      // Where units moved, the first and two of the back office's; elsewhere the first and the tablet's, once.
      expect({ at, counts: counts.length }).toEqual({ at, counts: at < MOVED ? 3 : 2 });
    }
    const { body: integrity } = await shop.get('/v1/integrity').expect(200);
    expect(integrity).toMatchObject({ drifting: 0, drift: [] });
    expect(complaints).toEqual([]);
    await context.close();
  },
  TEST_MILLISECONDS,
);

type Became = { status: string; by: string | null; moves: number[] };

/** What became of an order, and how often each step happened to it. */
async function becameOf(id: string): Promise<Became> {
  const { status, takenBy, history } = await shop.show(id);
  const moves = ['picking', 'picked', 'ready'].map(
    (name) => history.filter(({ type }) => type === name).length,
  );
  return { status, by: takenBy, moves };
}

function expectedOf(at: number): Became {
  if (at < CANCELLED) return { status: 'cancelled', by: null, moves: [0, 0, 0] };
  return { status: 'ready', by: at < IMPOSSIBLE ? 'Karim' : 'Amélie', moves: [1, 1, 1] };
}

/** Every order from the queue to its shelf, and the counts in between. */
async function workOffline(page: Page, ids: readonly string[], articles: readonly Article[]): Promise<void> {
  for (const [at, id] of ids.entries()) {
    await show(page, `pick/${id}`, '.stage button[data-look="main"]');
    await page.locator('.stage button[data-look="main"]').click();
    await page.locator('#found').click();
    await page.locator('.stage-input').fill(`S${at}`);
    await page.locator('.stage button[type="submit"]').click();
    await page.locator(`[data-staged="${id}"]`).waitFor();
  }
  for (const { sku } of articles) {
    await show(page, `count/${sku}`, '.count-form');
    await page.locator('.count-form input').fill('90');
    await page.locator('.count-form button[type="submit"]').click();
    // It is not what was expected: it asks once, and is told again.
    await page.locator('[data-count="different"]').waitFor();
    await page.locator('.count-form button[type="submit"]').click();
    await page.locator('.count-form').waitFor({ state: 'detached' });
  }
}

/** What the shop, another tablet, the tills and the back office do meanwhile; how many changes that was. */
async function changeMeanwhile(ids: readonly string[], articles: readonly Article[]): Promise<number> {
  let changes = 0;
  const moved = articles.slice(0, MOVED);
  const post = async (path: string, body: object, token?: string) => {
    await shop.post(path, body, token === undefined ? {} : { token }).expect(200);
    changes += 1;
  };
  const karim = await shop.device('Counter 2');
  for (const [at, id] of ids.slice(0, IMPOSSIBLE).entries()) {
    const way = `/v1/reservations/${id}`;
    if (at < CANCELLED) await post(`${way}/cancel`, { reason: 'Changed their mind' });
    else {
      await post(`${way}/start`, { staff: 'Karim' }, karim);
      await post(`${way}/pick`, { lines: [{ sku: skuOf(articles, at), picked: 1 }] }, karim);
      await post(`${way}/ready`, { shelf: `K${at}` }, karim);
    }
  }
  for (let n = 0; n < 4; n++) {
    await shop.put(skuOf(moved, n), STORE, 80);
    changes += 1;
  }
  for (let n = 0; n < 12; n++) {
    await shop.order([{ sku: skuOf(articles, n), quantity: 1 }], { name: `Other ${n}` });
    const sale = { eventId: `till-${n}`, type: 'sale', sku: skuOf(moved, n), location: STORE, quantity: 1 };
    await post('/v1/stock/movements', {
      source: 'till',
      movements: [{ ...sale, occurredAt: new Date().toISOString() }],
    });
    changes += 1;
  }
  return changes;
}

/** The network is back; the tab dies while the server takes an order's staging, and is opened again. */
async function killedInTheMiddle(context: BrowserContext, page: Page): Promise<Page> {
  let isTaken = false;
  await context.route('**/v1/reservations/*/ready', async (route) => {
    if (isTaken) return route.continue();
    await route.fetch();
    // The server has it; the page never hears so.
    isTaken = true;
  });
  await context.setOffline(false);
  await eventually(() => isTaken, { milliseconds: TEST_MILLISECONDS / 2 });
  await page.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await again.goto('/tablet#/queue');
  return again;
}

/** How many requests of tablets have got an answer that is kept, each once, however often it was sent. */
async function answeredToTablets(): Promise<number> {
  const [row] = await shop.app.deps.database.run<{ answers: number }>(
    'test.answered',
    `SELECT count(*)::int AS answers FROM idempotency_keys JOIN api_keys ON id = key_id WHERE kind = 'device'`,
    [],
  );
  return row?.answers ?? 0;
}

async function show(page: Page, way: string, ready: string): Promise<void> {
  await goTo(page, way);
  await page.locator(ready).first().waitFor();
}

function skuOf(articles: readonly Article[], at: number): string {
  return articles[at % articles.length]?.sku ?? '';
}
