// Which orders ring, and how. Pure: what was touched here and the instant are arguments.

import type { SoundName } from '../../app/tones.ts';
import type { OrderView } from '../../data/model.ts';

/** Between two rings: long enough to talk to a customer, short enough not to be overheard. */
const RING_MILLISECONDS = 4_000;
const URGENT_RING_MILLISECONDS = 2_500;
/** So long rings nobody: then it rings harder. The head office hears of it later, from the server. */
const URGENT_AFTER_MILLISECONDS = 120_000;

type Ringing = Pick<OrderView, 'id' | 'status' | 'acknowledgedAt' | 'lines'>;

/**
 * New orders that nobody in the store has touched yet. `touched` are those of this tablet, whether the server knows or
 * not. What waits for a transfer does not ring: nobody can do anything about it.
 */
export function ringingOf<Order extends Ringing>(
  orders: Iterable<Order>,
  touched: ReadonlySet<string>,
): Order[] {
  return [...orders].filter(
    (order) =>
      order.status === 'confirmed' &&
      (order.acknowledgedAt ?? null) === null &&
      !touched.has(order.id) &&
      !isAwaiting(order),
  );
}

/** What sounds after `waited` milliseconds without a touch, and after how many more it sounds again. */
export function ringAfter(waited: number): { sound: SoundName; again: number } {
  return waited < URGENT_AFTER_MILLISECONDS
    ? { sound: 'ring', again: RING_MILLISECONDS }
    : { sound: 'urgent', again: URGENT_RING_MILLISECONDS };
}

/** Since when each of those that ring does; those that stopped are forgotten. */
export function ringingSince(
  since: ReadonlyMap<string, number>,
  ringing: readonly Pick<OrderView, 'id'>[],
  now: number,
): Map<string, number> {
  return new Map(ringing.map(({ id }) => [id, since.get(id) ?? now]));
}

/** True while units of it are still to come: the server would not let it be started. */
export function isAwaiting({ lines }: Pick<OrderView, 'lines'>): boolean {
  return lines.some(({ awaited }) => awaited > 0);
}
