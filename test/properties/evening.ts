// The last hours of a random day: what is picked is made ready, and what lies ready goes every way that it can. Left to
// chance alone, a whole run would hardly put back, reopen, refuse or replace anything.
import fc from 'fast-check';
import type { Order } from '../support/oracleOrder.ts';
import type { Burst, Draw } from '../support/workload.ts';

const HOURS = [
  ['pick', 'pick', 'pick', 'pick'],
  ['substitute', 'substitute', 'substitute', 'ready', 'ready'],
  ['pick', 'pick', 'pick', 'extend'],
  ['substitute', 'substitute', 'substitute', 'ready', 'ready', 'refuse'],
  ['collect', 'reopen', 'collect', 'cancel', 'extend'],
  ['pick', 'pick', 'putBack', 'return', 'return'],
  ['substitute', 'substitute', 'ready', 'reopen', 'collect', 'collect', 'cancel'],
  ['reopen', 'putBack', 'return', 'return', 'expire'],
] as const;

const numbers = fc.array(fc.nat(999), { minLength: 8, maxLength: 8 });

export const evening: fc.Arbitrary<Burst[]> = fc.tuple(
  ...HOURS.map((moves) =>
    fc.record({
      waitSeconds: fc.integer({ min: 1, max: 20 }),
      draws: fc.tuple(...moves.map((what) => fc.record({ what: fc.constant(what), n: numbers }))),
    }),
  ),
);

/** Of which orders the next move would usually be this one. */
const FITS: Partial<Record<Draw['what'], (order: Order) => boolean>> = {
  extend: ({ status }) => status === 'held',
  pick: ({ status }) => status === 'picking',
  substitute: ({ status, lines }) =>
    status === 'picking' && lines.length < 3 && lines.some(({ missing }) => missing > 0),
  ready: ({ status, lines }) => status === 'picking' && lines.some(({ picked }) => picked > 0),
  collect: ({ status }) => status === 'ready',
  reopen: ({ status }) => status === 'ready',
  refuse: ({ status }) => status === 'ready',
  cancel: ({ status }) => status === 'ready',
  putBack: ({ putBackPending }) => putBackPending,
  return: ({ lines }) => lines.some(({ collected, sold }) => collected + sold > 0),
  expire: ({ status }) => status === 'held' || status === 'ready',
};

/** The draw, mostly made to meet an order that it fits: the first of its numbers says which order, the fourth which item. */
export function aimed(drawn: Draw, orders: Iterable<Order>, skus: readonly string[]): Draw {
  const fits = FITS[drawn.what];
  const [which = 0] = drawn.n;
  const all = [...orders];
  const fit = fits === undefined || which % 8 === 0 ? [] : all.filter(fits);
  const order = fit[which % fit.length];
  if (order === undefined) return drawn;
  const n = drawn.n.with(0, all.indexOf(order));
  // Of its other items: what an order has already replaces nothing.
  const other = skus.findIndex((sku) => order.lines.every((line) => line.sku !== sku));
  return { ...drawn, n: drawn.what === 'substitute' ? n.with(3, other) : n };
}
