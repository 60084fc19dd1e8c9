// Owns a real browser for tests, and tablets in it: each a context of its own, with storage of its own, as two tablets
// on two counters have. `close` in afterAll.
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { readTablet, type TabletFiles } from '../../src/http/tablet.ts';
import { builtTablet } from '../../src/tabletBuild.ts';
import { findOrInstallBrowser } from './chromium.ts';
import { eventually } from './eventually.ts';
import type { Shop } from './shop.ts';

/** For all that a page may take its time with: so generous that a machine five times slower is no failure. */
const PATIENCE_MILLISECONDS = 60_000;

export type Tablet = {
  context: BrowserContext;
  page: Page;
  /** What the page complained of: errors of scripts, and of its policy. */
  complaints: string[];
};

export type TabletOptions = {
  name?: string;
  language?: 'fr' | 'en';
  viewport?: { width: number; height: number };
  /** Who starts the shift; null: the page stays where the shift starts. */
  staff?: string | null;
};

/** For `openShop({ tablet })`. Built once, whichever test comes first. */
export async function tabletPages(): Promise<TabletFiles> {
  return readTablet(await builtTablet());
}

/** `switches`: more of Chromium's own, as for a camera. */
export async function openBrowser(switches: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: await findOrInstallBrowser(),
    // Chromium's own sandbox does not run as root, as containers do; what it would shut in is our own page.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...switches],
    timeout: 2 * PATIENCE_MILLISECONDS,
  });
}

/** A tablet without anything kept: nobody has paired it yet. */
export async function openBlank(
  browser: Browser,
  shop: Shop,
  options: BrowserContextOptions = {},
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ baseURL: shop.app.url, ...options });
  context.setDefaultTimeout(PATIENCE_MILLISECONDS);
  return { context, page: await context.newPage() };
}

/**
 * Goes offline as a tablet does that has been open for a while: its worker keeps every screen by then. Before, a screen
 * that was never shown could not be opened.
 */
export async function goOffline({ context, page }: Pick<Tablet, 'context' | 'page'>): Promise<void> {
  await eventually(() => page.evaluate<boolean>('navigator.serviceWorker.controller !== null'));
  await context.setOffline(true);
}

/** Waits for words at the foot of the screen, or for their having been there: they go by themselves. */
export async function told(page: Page, words: string): Promise<void> {
  await eventually(async () => (await page.evaluate<string>('window.told')).includes(words));
}

const KEEP_WHAT_IS_TOLD = `
  window.told = '';
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node.matches?.('.toast')) window.told += node.textContent + '\\n';
  }).observe(document, { childList: true, subtree: true });
`;

/** A device made by the head office, and a tablet that paired itself as it and started a shift. */
export async function openTablet(
  browser: Browser,
  shop: Shop,
  location: string,
  {
    name = 'Counter',
    language = 'fr',
    viewport = { width: 1024, height: 768 },
    staff = 'Amélie',
  }: TabletOptions = {},
): Promise<Tablet & { deviceId: string }> {
  const { body } = await shop.post('/v1/devices', { name, location }).expect(201);
  const { context, page } = await openBlank(browser, shop, { viewport, locale: language });
  await page.addInitScript(KEEP_WHAT_IS_TOLD);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // What the network refuses is the browser's own word, and some tests mean it.
    if (
      message.type() === 'error' &&
      !/^(Failed to load resource|WebSocket connection to)/.test(message.text())
    )
      complaints.push(message.text());
  });
  await page.goto(`/tablet#pair=${body.pairingCode}`);
  if (staff !== null) await startShift(page, staff);
  return { context, page, complaints, deviceId: body.id };
}

/** The language of the page does not matter: the first field and the one button. */
export async function startShift(page: Page, staff: string): Promise<void> {
  await page.locator('[data-screen="shift"] input').first().fill(staff);
  await page.locator('[data-screen="shift"] button[type="submit"]').click();
  await page.locator('main#main').waitFor();
}
