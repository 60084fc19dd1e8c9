// How long a change takes until the other tablet of the store shows it, and that another store's shows none: `node
// test/bench/tabletChanges.ts [--orders 20]`. Real pages in a real browser; from the shop's call, or from the finger that goes
// down on the one tablet, to the instant at which the other has it in its page. Prints figures; judges only who saw what.
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { goTo } from '../support/hands.ts';
import { median, OTHER_STORE, openTabletWorld, STORE } from './tabletWorld.ts';

const { values } = parseArgs({ options: { orders: { type: 'string', default: '20' } } });

/** Notes when an order first stands in a column, when it is gone from a queue that is shown, and the last touch. */
const WATCH = `
  window.seen = {};
  const known = new Set();
  new MutationObserver(() => {
    const now = Date.now();
    if (document.querySelector('[data-screen="pairing"]')) window.seen.revoked ??= now;
    if (!document.querySelector('[data-screen="queue"]')) return;
    const there = new Set();
    for (const card of document.querySelectorAll('section[data-column] [data-order]')) {
      const { order } = card.dataset;
      there.add(order);
      known.add(order);
      window.seen[card.closest('section').dataset.column + ' ' + order] ??= now;
    }
    for (const order of known) if (!there.has(order)) window.seen['gone ' + order] ??= now;
  }).observe(document, { childList: true, subtree: true, attributes: true });
  addEventListener('pointerdown', () => { window.touchedAt = Date.now(); }, { capture: true });
`;

const waits = new Map<string, number[]>();
const world = await openTabletWorld();
try {
  const [mine, second, elsewhere] = await Promise.all([
    world.tablet(STORE, WATCH),
    world.tablet(STORE, WATCH),
    world.tablet(OTHER_STORE, WATCH),
  ]);
  const ids: string[] = [];
  for (let n = 0; n < Number(values.orders); n++) ids.push(await walk(mine.page, second.page));
  await mine.page.evaluate('delete window.seen.revoked');
  const revokedAt = Date.now();
  await world.revoke(mine.deviceId);
  note('revoked, and back at pairing', revokedAt, await seenAt(mine.page, 'revoked'));
  for (const [change, figures] of waits) {
    const most = Math.max(...figures);
    console.log(`${change}: median ${median(figures)} ms, most ${most} ms of ${figures.length}`);
  }
  const foreign = await elsewhere.page.evaluate<object>('window.seen');
  const strange = ids.filter((id) => JSON.stringify(foreign).includes(id)).length;
  console.log(`seen by another store's tablet: ${strange} of ${ids.length} orders`);
  process.exitCode = strange === 0 ? 0 : 1;
} finally {
  await world.close();
}

/** One order from the shop's call to the customer's hands; its id. */
async function walk(mine: Page, second: Page): Promise<string> {
  const askedAt = Date.now();
  const { id, pickupCode } = await world.order();
  note('placed by the shop', askedAt, await seenAt(mine, `new ${id}`), await seenAt(second, `new ${id}`));
  await mine.locator(`#${id} button[data-look="main"]`).click();
  note('picking started at a tablet', await touchedAt(mine), await seenAt(second, `picking ${id}`));
  await mine.locator('#found').click();
  await mine.locator('.stage button[type="submit"]').click();
  note('made ready at a tablet', await touchedAt(mine), await seenAt(second, `ready ${id}`));
  await goTo(mine, 'queue');
  await seenAt(mine, `ready ${id}`);
  const collectedAt = Date.now();
  await world.post(`/v1/reservations/${id}/collect`, { pickupCode });
  note('handed over', collectedAt, await seenAt(mine, `gone ${id}`), await seenAt(second, `gone ${id}`));
  return id;
}

function note(change: string, from: number, ...seen: number[]): void {
  waits.set(change, [...(waits.get(change) ?? []), ...seen.map((at) => at - from)]);
}

function seenAt(page: Page, what: string): Promise<number> {
  return eventually(
    async () => (await page.evaluate<number>(`window.seen[${JSON.stringify(what)}] ?? 0`)) || false,
  );
}

function touchedAt(page: Page): Promise<number> {
  return page.evaluate<number>('window.touchedAt');
}
