// Draws the pictures of the README's tour, `npm run screenshots`: a real server with the demo on a database of its own, and
// tablets that walk through every screen. Fails where the way does. Owns docs/tablet; the way is tour.ts's.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { startEmbedded } from '../../db/embedded.ts';
import { openBrowser } from './browser.ts';
import { startProcess } from './realProcess.ts';
import { type Guide, takeTour } from './tour.ts';

const folder = path.join(import.meta.dirname, '..', '..', 'docs', 'tablet');
const QUALITY = 66;
const ADMIN = 'an-admin-key-of-the-screenshots';

const dataDir = await mkdtemp(path.join(tmpdir(), 'comptoir-screenshots-'));
const embedded = await startEmbedded({ dataDir, log: () => {} });
const comptoir = await startProcess({
  ...{ DATABASE_URL: embedded.url, HOST: '127.0.0.1', COMPTOIR_DEMO: '1' },
  ...{ COMPTOIR_ADMIN_KEY: ADMIN, COMPTOIR_LOG_LEVEL: 'warn' },
});
const browser = await openBrowser();
let bytesOfAll = 0;
try {
  await mkdir(folder, { recursive: true });
  const [, name = '', pin = ''] = /Staff and PINs\s+(\S+) (\d+)/.exec(comptoir.output()) ?? [];
  await takeTour({ call, open, picture }, { name, pin });
  console.log(`all ${(bytesOfAll / 1_000).toFixed(0)} kB`);
} finally {
  await browser.close();
  await comptoir.stop();
  await embedded.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function call(place: string, body: object): ReturnType<Guide['call']> {
  const answer = await fetch(`${comptoir.url}${place}`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${ADMIN}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': crypto.randomUUID(),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${place}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

async function open(options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({
    baseURL: comptoir.url,
    viewport: { width: 1024, height: 768 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(60_000);
  return context.newPage();
}

async function picture(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
  const bytes = Buffer.from(data, 'base64');
  await writeFile(path.join(folder, `${name}.webp`), bytes);
  bytesOfAll += bytes.length;
  console.log(`${name}.webp ${(bytes.length / 1_000).toFixed(0)} kB`);
  await session.detach();
}
