// The way through every screen of the tablet, from nothing to the customer's hands and what a day brings besides.
// Owns what is shown and in which order; how a picture is taken is the guide's.
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { goTo } from './hands.ts';

export type Staff = { name: string; pin: string };

export type Guide = {
  /** POST with the admin's key. */
  call(path: string, body: object): Promise<Record<string, string>>;
  open(options: BrowserContextOptions): Promise<Page>;
  picture(page: Page, name: string): Promise<void>;
};

const STORE = 'FR-LILLE-01';
const TABLE = 'TABLE-BASSE-CHENE-80';
const PLATE = 'ASSIETTE-PLATE-GRES-BLANC-27';
const PHONE = { width: 390, height: 844 };

type Line = { sku: string; quantity: number };
type Order = { id: string; pickupCode: string };
type Step = 'start' | 'pick' | 'ready' | 'cancel';
type Tour = Guide & { english: Page; french: Page; staff: Staff };

export async function takeTour(guide: Guide, staff: Staff): Promise<void> {
  const english = await pair(guide, { locale: 'en' }, staff);
  const french = await pair(guide, { locale: 'fr' }, staff, true);
  const tour: Tour = { ...guide, english, french, staff };
  await wholeWay(tour);
  await missing(tour);
  await counter(tour);
  await prints(tour);
  await stock(tour);
  await sale(tour);
  await troubles(tour);
}

/** `isDrawn`: while it is paired and its shift starts. */
async function pair(
  { call, open, picture }: Guide,
  options: BrowserContextOptions,
  { name, pin }: Staff,
  isDrawn = false,
): Promise<Page> {
  const page = await open(options);
  const { pairingCode } = await call('/v1/devices', { name: 'Comptoir', location: STORE });
  if (isDrawn) {
    await page.goto('/tablet');
    await page.locator('[data-screen="pairing"] input').fill(String(pairingCode).slice(0, 4));
    await picture(page, 'pairing');
    await page.locator('[data-screen="pairing"] input').fill(String(pairingCode));
  } else await page.goto(`/tablet#pair=${pairingCode}`);
  await page.getByRole('button', { name }).click();
  await page.locator('input[type="password"]').fill(pin);
  if (isDrawn) await picture(page, 'shift');
  await page.locator('button[type="submit"]').click();
  await page.locator('section[data-column="new"] .order-card').first().waitFor();
  return page;
}

/** The demo's smallest order, from its ring to its customer. */
async function wholeWay({ english: page, picture }: Tour): Promise<void> {
  await picture(page, 'queue');
  await page.locator('[data-bell] button').first().click();
  await page.locator('[data-bell]').waitFor({ state: 'detached' });
  await page.locator('.order-card', { hasText: 'Tom A.' }).getByRole('button', { name: 'Pick' }).click();
  await page.locator('#found').waitFor();
  await rest(page);
  await picture(page, 'pick');
  await page.locator('#found').click();
  await page.locator('.stage-offers button').first().click();
  await rest(page);
  await picture(page, 'stage');
  await page.locator('.stage button[type="submit"]').click();
  const reference = (await page.locator('.pick-title p').textContent()) ?? '';
  await page.locator('.staged a[href^="#/counter/"]').click();
  // The demo's codes are the digits of their orders, filled up to six.
  await page.locator('.desk-code input').fill(`100000${reference.replace(/\D/g, '')}`.slice(-6));
  await page.locator('.desk-tick').click();
  await rest(page);
  await picture(page, 'counter');
  await page.locator('#hand-over').click();
  await page.locator('.desk-done').waitFor();
  await picture(page, 'done');
}

/** What is not on its shelf, and what is done about it; then several orders in one walk. */
async function missing(tour: Tour): Promise<void> {
  const { french, english, picture } = tour;
  const both = [
    { sku: TABLE, quantity: 1 },
    { sku: PLATE, quantity: 6 },
  ];
  const { id } = await order(tour, 'Inès Moreau', both, 'start');
  await show(french, `pick/${id}`, french.locator(`[data-order="${id}"] #missing`));
  await french.locator('#missing').click();
  await french.locator('dialog .reasons').waitFor();
  await rest(french);
  await picture(french, 'missing');
  await french.locator('dialog .reasons button').nth(1).click();
  await french.locator('dialog .way:enabled').nth(2).waitFor();
  await french.locator('.corrected', { hasText: 'Stock ici' }).waitFor();
  await picture(french, 'aftermath');
  await french.locator('dialog .way').nth(1).click();
  await french.locator('.substitute-search input').fill('table basse');
  await french.locator('.substitute-search button').first().click();
  await french.locator('.substitute-search .line-row').first().waitFor();
  await picture(french, 'substitute');
  await french.keyboard.press('Escape');
  const walked = [
    await order(tour, 'Awa Diop', both, 'start'),
    await order(tour, 'Hugo Petit', both.slice(1), 'start'),
    await order(tour, 'Zoé Lefèvre', both.slice(0, 1), 'start'),
  ];
  const way = `batch/${walked.map((one) => one.id).join('/')}`;
  await show(english, way, english.locator('.line-card[data-line]'));
  await english.getByText('Zoé L.').first().waitFor();
  await rest(english);
  await picture(english, 'walk');
}

/** Who collects what, and what goes back to its shelf. */
async function counter(tour: Tour): Promise<void> {
  const { french, english, picture } = tour;
  const { id } = await order(
    tour,
    'Léa Roux',
    [{ sku: PLATE, quantity: 4 }],
    'start',
    'pick',
    'ready',
    'cancel',
  );
  await show(french, 'counter', french.locator('.find a[href^="#/counter/"]').first());
  await rest(french);
  await picture(french, 'collect');
  await show(french, 'putback', french.locator(`#${id}`));
  await rest(french);
  await picture(french, 'putback');
  const refused = await order(tour, 'Noé Garnier', [{ sku: PLATE, quantity: 2 }], 'start', 'pick', 'ready');
  await show(english, `counter/${refused.id}`, english.locator('#hand-over'));
  await english.locator('.desk-more button').last().click();
  await english.locator('dialog .desk-reasons button').first().click();
  await rest(english);
  await picture(english, 'refuse');
  await english.keyboard.press('Escape');
}

async function prints(tour: Tour): Promise<void> {
  const { french, english, picture } = tour;
  const lines = [
    { sku: TABLE, quantity: 1 },
    { sku: PLATE, quantity: 6 },
  ];
  const { id } = await order(tour, 'Camille Martin', lines, 'start', 'pick', 'ready');
  await show(french, `print/slip/${id}`, french.locator('.slip [data-qr]'));
  await picture(french, 'slip');
  await show(english, `print/label/${id}`, english.locator('.label [data-qr]'));
  await picture(english, 'label');
}

async function stock({ french, english, picture }: Tour): Promise<void> {
  await show(english, 'stock', english.locator('.find-item'));
  await english.locator('.find-item input').fill('table');
  await english.locator('.find-item li').first().waitFor();
  await rest(english);
  await picture(english, 'stock');
  await show(french, `stock/${TABLE}`, french.locator('[data-place]').first());
  await rest(french);
  await picture(french, 'article');
  await show(french, 'count', french.locator('.find-item'));
  await french.getByText('Chargement').waitFor({ state: 'detached' });
  await rest(french);
  await picture(french, 'countlist');
  await show(french, `count/${PLATE}`, french.locator('.count-form'));
  await french.locator('.count-form input').fill('5');
  await french.locator('.count-form button[type="submit"]').click();
  await french.locator('[data-count="different"]').waitFor();
  await picture(french, 'count');
  await show(english, 'transfers', english.locator('[data-transfer]').first());
  await rest(english);
  await picture(english, 'transfers');
  await english.locator('[data-transfer]').first().click();
  await english.locator('.receive-lines button').first().waitFor();
  await rest(english);
  await picture(english, 'receive');
}

/** What another place has is sold to somebody who stands here. */
async function sale({ french, english, picture }: Tour): Promise<void> {
  await show(english, `sell/${TABLE}`, english.locator('[data-place] button').first());
  await rest(english);
  await picture(english, 'sell');
  await show(french, `sell/${TABLE}`, french.locator('[data-place] button').first());
  await french.locator('[data-place] button').first().click();
  await french.locator('.sale-fields input').nth(0).fill('Camille Martin');
  await french.locator('.sale-fields input').nth(1).fill('06 39 98 00 00');
  await rest(french);
  await picture(french, 'saleform');
  await french.locator('.sale-form button[type="submit"]').click();
  await french.locator('[data-sale="done"] [data-qr]').waitFor();
  await french.evaluate('scrollTo(0, 0)');
  await rest(french);
  await picture(french, 'sold');
}

/** No network, what others did meanwhile, and what can be chosen. */
async function troubles(tour: Tour): Promise<void> {
  const { english, french, picture, call, staff } = tour;
  const { id } = await order(tour, 'Ali Benali', [{ sku: PLATE, quantity: 3 }]);
  await show(english, `pick/${id}`, english.locator('.stage button[data-look="main"]'));
  await english.context().setOffline(true);
  await english.locator('.stage button[data-look="main"]').click();
  await english.locator('#found').click();
  await show(english, 'queue', english.locator('[data-banner="waiting"]'));
  await rest(english);
  await picture(english, 'offline');
  await call(`/v1/reservations/${id}/cancel`, { reason: 'Changed their mind' });
  await english.context().setOffline(false);
  await english.locator('[data-banner="conflicts"]').waitFor();
  await show(english, `pick/${id}`, english.locator('[data-conflict] .conflict-history').first());
  await rest(english);
  await picture(english, 'conflict');
  await show(french, 'settings', french.locator('.settings'));
  await rest(french);
  await picture(french, 'settings');
  const phone = await pair(tour, { locale: 'fr', viewport: PHONE, colorScheme: 'dark' }, staff);
  await rest(phone);
  await picture(phone, 'phone');
  await phone.context().close();
}

async function order({ call, staff }: Tour, name: string, lines: Line[], ...steps: Step[]): Promise<Order> {
  const { id = '' } = await call('/v1/reservations', { location: STORE, lines });
  const { pickupCode = '' } = await call(`/v1/reservations/${id}/confirm`, {
    orderReference: `FM-${id.slice(-5)}`,
    customer: { name },
  });
  for (const step of steps) {
    const picked = lines.map(({ sku, quantity }) => ({ sku, picked: quantity }));
    const bodies = {
      start: { staff: staff.name },
      pick: { lines: picked },
      ready: { shelf: 'B4' },
      cancel: {},
    };
    await call(`/v1/reservations/${id}/${step}`, bodies[step]);
  }
  return { id, pickupCode };
}

async function show(page: Page, way: string, ready: Locator): Promise<void> {
  await goTo(page, way);
  await ready.waitFor();
}

/** What was just done is sent first, and nothing has the focus or speaks of it: neither is what the picture is for. */
async function rest(page: Page): Promise<void> {
  await page.evaluate('document.activeElement?.blur()');
  await page.locator('.toast').last().waitFor({ state: 'detached' });
  if (!(await page.evaluate<boolean>('navigator.onLine'))) return;
  await page
    .getByText(/^(Not sent yet|Envoi en attente)$/)
    .first()
    .waitFor({ state: 'detached' });
  await page.locator('[data-banner="waiting"]').waitFor({ state: 'detached' });
}
