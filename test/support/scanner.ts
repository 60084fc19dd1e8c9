// Owns a barcode scanner for browser tests: keys as fast as one types them, whatever else the machine does meanwhile.
import type { Page } from 'playwright-core';

/** Types the code and Enter where the focus is. */
export async function scan(page: Page, code: string): Promise<void> {
  // In one go within the page: keys that come one by one from outside may come as slowly as a person's.
  await page.evaluate(`
    for (const key of ${JSON.stringify([...Array.from(code), 'Enter'])}) {
      const target = document.activeElement ?? document.body;
      target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    }
  `);
}
