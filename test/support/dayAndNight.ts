// Two tablets of one store between which all differs that changes how a page looks: French by daylight, English in the
// dark on a phone. Owns how both are held against axe and gloves; no assertion.
import type { Browser, Page } from 'playwright-core';
import { tooSmall, violations } from './audit.ts';
import { openTablet, type Tablet } from './browser.ts';
import { goTo } from './hands.ts';
import { type Shop, STORE } from './shop.ts';

const PHONE = { width: 390, height: 844 };
const COUNTER = { width: 1024, height: 768 };
const VIEWPORTS = [COUNTER, { width: 800, height: 1280 }, PHONE];

/** How a view is reached, and waited for. */
export type Opened = (page: Page) => Promise<void>;

export type DayAndNight = {
  day: Tablet;
  night: Tablet;
  /** What is wrong with a view, in words: by daylight on each size of tablet, then in the dark on a phone. */
  judge(open: Opened): Promise<string[]>;
};

export async function openDayAndNight(browser: Browser, shop: Shop): Promise<DayAndNight> {
  const [day, night] = await Promise.all([
    openTablet(browser, shop, STORE, { language: 'fr', name: 'Comptoir 1', viewport: COUNTER }),
    openTablet(browser, shop, STORE, { language: 'en', name: 'Counter 2', viewport: PHONE }),
  ]);
  await Promise.all([
    day.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' }),
    night.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' }),
  ]);
  return { day, night, judge: (open) => judge(day.page, night.page, open) };
}

/** Goes where the address says, and waits for what must be there. */
export async function show(page: Page, way: string, ready: string): Promise<void> {
  await goTo(page, way);
  await page.locator(ready).first().waitFor();
}

async function judge(daylight: Page, dark: Page, open: Opened): Promise<string[]> {
  const found: string[] = [];
  await open(daylight);
  found.push(...(await violations(daylight)));
  for (const viewport of VIEWPORTS) {
    await daylight.setViewportSize(viewport);
    found.push(...(await tooSmall(daylight)).map((finding) => `${viewport.width} px: ${finding}`));
  }
  await daylight.setViewportSize(COUNTER);
  await open(dark);
  found.push(...(await violations(dark)).map((finding) => `in the dark: ${finding}`));
  found.push(...(await tooSmall(dark)).map((finding) => `in the dark: ${finding}`));
  for (const page of [daylight, dark]) {
    if ((await page.locator('dialog[open]').count()) === 0) continue;
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }
  return found;
}
