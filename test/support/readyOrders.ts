// Owns orders that lie ready at the counter, for browser tests: placed, confirmed and prepared through the API.
import { type Shop, STORE, TABLE } from './shop.ts';

export type ReadyOrder = { id: string; pickupCode: string; reference: string };

let made = 0;

/** An order of `lines` (one table) on shelf A1. `hold` and `confirm` add to what is sent. */
export async function readyOrder(
  shop: Shop,
  {
    lines = [{ sku: TABLE, quantity: 1 }],
    hold = {},
    confirm = {},
  }: { lines?: { sku: string; quantity: number }[]; hold?: object; confirm?: object } = {},
): Promise<ReadyOrder> {
  made += 1;
  const reference = `READY-${made}`;
  const { id } = await shop.hold({ location: STORE, lines, ...hold });
  const customer = { name: 'Camille Martin' };
  const { body } = await shop
    .post(`/v1/reservations/${id}/confirm`, { orderReference: reference, customer, ...confirm })
    .expect(200);
  await shop.post(`/v1/reservations/${id}/start`, { staff: 'Karim' }).expect(200);
  const picked = lines.map(({ sku, quantity }) => ({ sku, picked: quantity }));
  await shop.post(`/v1/reservations/${id}/pick`, { lines: picked }).expect(200);
  await shop.post(`/v1/reservations/${id}/ready`, { shelf: 'A1' }).expect(200);
  return { id, pickupCode: body.pickupCode ?? '', reference };
}
