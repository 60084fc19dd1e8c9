// How long a tablet takes until one can use it, with a processor four times slower than this one: `node
// test/bench/tabletStart.ts [--runs 7] [--slower 4] [--orders 50]`. The first visit without anything kept, to the field for the
// pairing code; and the next morning's, of a paired tablet with its service worker, to a queue that shows all its orders.
// From the browser's first moment with the page to the frame after all of it is drawn. Prints figures and judges none.
import { parseArgs } from 'node:util';
import type { BrowserContext } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { median, openTabletWorld, STORE } from './tabletWorld.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '7' },
    slower: { type: 'string', default: '4' },
    orders: { type: 'string', default: '50' },
  },
});
const RUNS = Number(values.runs);
const ORDERS = Number(values.orders);
const SLOWER = Number(values.slower);

const world = await openTabletWorld();
try {
  await report('first visit → pairing', '[data-screen="pairing"] input', 1, async () => {
    const context = await world.browser.newContext({ baseURL: world.url });
    return { context, after: () => context.close() };
  });
  for (let n = 0; n < ORDERS; n++) await world.order();
  const { context, page } = await world.tablet(STORE, '');
  await eventually(async () => (await page.locator('section .order-card').count()) === ORDERS);
  await eventually(() => page.evaluate<boolean>('navigator.serviceWorker.controller !== null'));
  await page.close();
  await report(`next visit → queue of ${ORDERS}`, 'section .order-card', ORDERS, async () => ({
    context,
    after: async () => {},
  }));
} finally {
  await world.close();
}

type Visit = { context: BrowserContext; after(): Promise<void> };

async function report(
  what: string,
  selector: string,
  count: number,
  visit: () => Promise<Visit>,
): Promise<void> {
  const figures: { usable: number; busy: number }[] = [];
  // The first one warms the server's files and is not counted.
  for (let run = 0; run <= RUNS; run++) {
    const { context, after } = await visit();
    const figure = await measure(context, selector, count);
    if (run > 0) figures.push(figure);
    await after();
  }
  const usable = figures.map((figure) => Math.round(figure.usable));
  const busy = median(figures.map((figure) => figure.busy));
  console.log(
    `${what}, ${SLOWER} times slower: median ${median(usable)} ms of ${usable.toSorted((a, b) => a - b).join(', ')} ` +
      `(the page’s own work: ${Math.round(busy)} ms)`,
  );
}

/**
 * Milliseconds from the start of the navigation; `busy` is the processor's time of the page's main thread, which what else
 * runs on the machine does not change.
 */
async function measure(
  context: BrowserContext,
  selector: string,
  count: number,
): Promise<{ usable: number; busy: number }> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await page.addInitScript(`
    const look = new MutationObserver(() => {
      if (document.querySelectorAll(${JSON.stringify(selector)}).length < ${count}) return;
      look.disconnect();
      requestAnimationFrame(() => setTimeout(() => { window.usableAt = performance.now(); }));
    });
    look.observe(document, { childList: true, subtree: true });
  `);
  await page.goto('/tablet', { waitUntil: 'commit' });
  const usable = await eventually(async () => (await page.evaluate<number>('window.usableAt ?? 0')) || false);
  const { metrics } = await session.send('Performance.getMetrics');
  const busy = 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  await page.close();
  return { usable, busy };
}
