// A store's counter: orders taken as far as a test wants them, moves, counts, and a clock. Owns no assertion.
import { openShop, type Shop, STORE, TABLE } from './shop.ts';

export type Step = 'start' | 'pick' | 'miss' | 'ready';

export type Desk = Awaited<ReturnType<typeof openDesk>>;

export async function openDesk() {
  /** Stores are open then. */
  let now = new Date('2026-11-20T10:00:00.000Z');
  const shop: Shop = await openShop({ now: () => now });
  let made = 0;

  const move = (id: string, name: string, body: object = {}, token?: string) =>
    shop.post(`/v1/reservations/${id}/${name}`, body, token === undefined ? {} : { token });

  /** A second later: of two counts of one instant, which one governs says nothing about what happened. */
  async function count(sku: string, onHand: number): Promise<void> {
    made += 1;
    now = new Date(now.getTime() + 1_000);
    const told = { eventId: `desk-${made}`, sku, location: STORE, onHand, countedAt: now.toISOString() };
    await shop.post('/v1/stock/counts', { source: 'wms', counts: [told] }).expect(200);
  }

  /** An order of two tables, taken so far. */
  async function order(...steps: Step[]): Promise<string> {
    made += 1;
    await count(TABLE, 500);
    const { id } = await shop.hold();
    await move(id, 'confirm', { orderReference: `DESK-${made}` }).expect(200);
    for (const step of steps) {
      const lines = [{ sku: TABLE, picked: step === 'miss' ? 1 : 2, missing: step === 'miss' ? 1 : 0 }];
      const body = step === 'pick' || step === 'miss' ? { lines } : {};
      await move(id, step === 'miss' ? 'pick' : step, body).expect(200);
    }
    return id;
  }

  return {
    shop,
    move,
    count,
    order,
    now: () => now,
    later(minutes: number): void {
      now = new Date(now.getTime() + minutes * 60_000);
    },
    show: async (id: string) => (await shop.get(`/v1/reservations/${id}`).expect(200)).body,
    level: async (sku = TABLE) =>
      (await shop.get(`/v1/stock?sku=${sku}&location=${STORE}`).expect(200)).body.data[0],
    /** The token of a tablet of the store. */
    async tablet(name: string): Promise<string> {
      const { body } = await shop.post('/v1/devices', { name, location: STORE }).expect(201);
      return (await shop.post('/v1/devices/pair', { code: body.pairingCode }).expect(200)).body.token;
    },
  };
}
