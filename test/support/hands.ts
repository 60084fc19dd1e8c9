// What a person does with a tablet besides tapping: scans, follows an address, and walks through a page by keyboard. Owns no assertion.
import type { Locator, Page } from 'playwright-core';

/** More stops than any screen has. */
const STOPS_MAX = 150;

/** From key to key of a quick scanner. */
const KEY_MILLISECONDS = 4;

/**
 * A scanner that types like a keyboard, one code after the other without a pause. Each key says when it was pressed:
 * through the browser's own keyboard, or by the clock of a busy machine, they would come at a person's speed.
 */
export async function scan(page: Page, ...codes: string[]): Promise<void> {
  const keys = JSON.stringify(codes.flatMap((code) => [...Array.from(code), 'Enter']));
  await page.evaluate(`{
    const startedAt = performance.now();
    for (const [place, key] of ${keys}.entries()) {
      const target = document.activeElement ?? document.body;
      const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
      Object.defineProperty(event, 'timeStamp', { value: startedAt + place * ${KEY_MILLISECONDS} });
      target.dispatchEvent(event);
    }
  }`);
}

/**
 * Follows an address as a link does, `goTo(page, 'pick', id)`, and returns when what was shown before is gone: else what is
 * looked for next might be found on the screen that is being left.
 */
export async function goTo(page: Page, ...way: string[]): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const hash = ${JSON.stringify(`#/${way.join('/')}`)};
    if (location.hash === hash) return resolve();
    addEventListener('hashchange', () => setTimeout(resolve), { once: true });
    location.hash = hash;
  })`);
}

/** Presses Tab until the focus is there; throws where it never comes. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stop = 0; stop < STOPS_MAX; stop++) {
    if (await hasFocus(target)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`The keyboard does not reach ${String(target)}`);
}

/** Of the one that it is now: pages draw their elements anew. */
async function hasFocus(target: Locator): Promise<boolean> {
  return (await target.and(target.page().locator(':focus')).count()) === 1;
}

/** Reaches it by keyboard alone, and presses it. */
export async function pressByKeyboard(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}
