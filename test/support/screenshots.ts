// Draws the pictures of the README's tour, `npm run screenshots`: a real server with the demo on a database of its own, and
// a tablet that walks a newcomer's way through it. Fails where the way does. Owns docs/tablet.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { startEmbedded } from '../../db/embedded.ts';
import { openBrowser } from './browser.ts';
import { startProcess } from './realProcess.ts';

const folder = path.join(import.meta.dirname, '..', '..', 'docs', 'tablet');
const QUALITY = 70;

const dataDir = await mkdtemp(path.join(tmpdir(), 'comptoir-screenshots-'));
const embedded = await startEmbedded({ dataDir, log: () => {} });
const comptoir = await startProcess({
  ...{ DATABASE_URL: embedded.url, HOST: '127.0.0.1', COMPTOIR_DEMO: '1' },
  ...{ COMPTOIR_ADMIN_KEY: 'an-admin-key-of-the-screenshots', COMPTOIR_LOG_LEVEL: 'warn' },
});
const browser = await openBrowser();
try {
  await mkdir(folder, { recursive: true });
  const printed = comptoir.output();
  const link = /http:\S+#pair=\d{6}/.exec(printed)?.[0] ?? '';
  const [, name = '', pin = ''] = /Staff and PINs\s+(\S+) (\d+)/.exec(printed) ?? [];
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 }, locale: 'en' });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('button', { name }).click();
  await page.locator('input[type="password"]').fill(pin);
  await picture(page, 'shift');
  await page.locator('button[type="submit"]').click();
  await page.locator('section[data-column="new"] .order-card').first().waitFor();
  await picture(page, 'queue');
  await handOver(page);
  await page.locator('.navigation a[href="#/stock"]').click();
  await page.locator('.find-item input').fill('table');
  await page.locator('.find-item li').first().waitFor();
  await picture(page, 'stock');
} finally {
  await browser.close();
  await comptoir.stop();
  await embedded.stop();
  await rm(dataDir, { recursive: true, force: true });
}

/** Picks the demo's smallest order and gives it to its customer. */
async function handOver(page: Page): Promise<void> {
  const card = page.locator('.order-card', { hasText: 'Tom A.' });
  await card.getByRole('button', { name: 'Pick' }).click();
  await page.locator('#found').waitFor();
  await picture(page, 'pick');
  await page.locator('#found').click();
  await page.locator('.stage-offers button').first().click();
  await picture(page, 'stage');
  await page.locator('.stage button[type="submit"]').click();
  const reference = (await page.locator('.pick-title p').textContent()) ?? '';
  await page.locator('.staged a[href^="#/counter/"]').click();
  // The demo's codes are the digits of their orders, filled up to six.
  await page.locator('.desk-code input').fill(`100000${reference.replace(/\D/g, '')}`.slice(-6));
  await page.locator('.desk-tick').click();
  await picture(page, 'counter');
  await page.locator('#hand-over').click();
  await page.locator('.desk-done, .done, [data-done]').first().waitFor();
}

async function picture(page: Page, name: string): Promise<void> {
  // What was just done is sent first: the notice of it is not what the picture is for.
  await page.locator('[data-banner="waiting"]').waitFor({ state: 'detached' });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
  const bytes = Buffer.from(data, 'base64');
  await writeFile(path.join(folder, `${name}.webp`), bytes);
  console.log(`${name}.webp ${(bytes.length / 1_000).toFixed(0)} kB`);
  await session.detach();
}
