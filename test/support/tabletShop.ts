// A shop whose stores have tablets: articles with names and barcodes, and orders taken as far as a test wants them.
// Owns no browser and no assertion.
import { tabletPages } from './browser.ts';
import { openShop, type Shop, STORE } from './shop.ts';

export type Step = 'start' | 'pick' | 'ready' | 'cancel';
export type Article = { sku: string; barcode: string };

export type TabletShop = Shop & {
  /** An article with its name and barcode, counted at the store. */
  article(name: { fr: string; en: string }, onHand?: number): Promise<Article>;
  /** One that the shop placed and confirmed, then taken so far; its id and pickup code. */
  order(
    lines: readonly { sku: string; quantity: number }[],
    options?: { name?: string; steps?: readonly Step[]; location?: string; staff?: string },
  ): Promise<{ id: string; pickupCode: string }>;
  put(sku: string, location: string, onHand: number): Promise<void>;
  /** As the server has it. */
  show(id: string): Promise<ShownOrder>;
  /** The token of a tablet without a page: another person at the same store. */
  device(name: string, location?: string): Promise<string>;
  putResource(path: string, body: object): Promise<void>;
};

export type ShownOrder = {
  status: string;
  takenBy: string | null;
  shelf: string | null;
  putBackPending: boolean;
  lines: { sku: string; picked: number; missing: number; collected: number }[];
  history: { from: string | null; to: string; type: string }[];
};

export async function openTabletShop(options: { now?: () => Date } = {}): Promise<TabletShop> {
  const shop = await openShop({ tablet: await tabletPages(), ...options });
  let made = 0;
  const putResource = async (path: string, body: object) => {
    const answer = await fetch(`${shop.app.url}${path}`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${shop.app.admin}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
  };
  return {
    ...shop,
    putResource,
    async article(name, onHand = 100) {
      made += 1;
      const sku = `ARTICLE-${made}`;
      const barcode = withCheckDigit(`30012345${String(made).padStart(4, '0')}`);
      await putResource(`/v1/items/${sku}`, { name, barcodes: [barcode] });
      await shop.put(sku, STORE, onHand);
      return { sku, barcode };
    },
    async order(lines, { name = 'Camille Martin', steps = [], location = STORE, staff = 'Amélie' } = {}) {
      made += 1;
      const { id } = await shop.hold({ location, lines });
      const { body } = await shop
        .post(`/v1/reservations/${id}/confirm`, { orderReference: `W-${1000 + made}`, customer: { name } })
        .expect(200);
      for (const step of steps) {
        const picked = lines.map(({ sku, quantity }) => ({ sku, picked: quantity }));
        const sent = {
          start: { staff },
          pick: { lines: picked },
          ready: { shelf: `B${made}` },
          cancel: {},
        };
        await shop.post(`/v1/reservations/${id}/${step}`, sent[step]).expect(200);
      }
      return { id, pickupCode: body.pickupCode };
    },
    show: async (id) => (await shop.get(`/v1/reservations/${id}`).expect(200)).body,
    async device(name, location = STORE) {
      const { body } = await shop.post('/v1/devices', { name, location }).expect(201);
      return (await shop.post('/v1/devices/pair', { code: body.pairingCode }).expect(200)).body.token;
    },
  };
}

/** Twelve digits as an EAN-13. */
function withCheckDigit(digits: string): string {
  const sum = Array.from(digits).reduce(
    (total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3),
    0,
  );
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
