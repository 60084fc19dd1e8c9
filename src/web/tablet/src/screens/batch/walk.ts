// One walk for several orders: what to take where, and into which bag it goes. Pure.
import type { Item, OrderLine, OrderView } from '../../data/model.ts';
import { byAisle, isCodeOf, unitsLeft, unitsToFind } from '../pick/pickState.ts';

/** So many bags fit on a trolley, and so many letters can be told apart when they are called. */
export const ORDERS_MAX = 8;

export type Bag = { letter: string; order: OrderView };
/** A line of one order, with the bag that it goes into. */
export type Share = { bag: Bag; line: OrderLine };
/** A stop of the walk: one article, for one bag or more. */
export type Stop = { sku: string; aisle: string | null; shares: Share[]; wanted: number; left: number };

/** The bags in the order of the addresses' ids: the same letters however often the page is loaded. */
export function bagsOf(orders: readonly OrderView[]): Bag[] {
  return orders.slice(0, ORDERS_MAX).map((order, at) => ({ letter: String.fromCharCode(65 + at), order }));
}

/** All articles of all bags, by aisle. */
export function walkOf(
  bags: readonly Bag[],
  aisleOf: (line: { sku: string; aisle?: string | null }) => string | null,
): Stop[] {
  const shares = bags.flatMap((bag) => bag.order.lines.map((line) => ({ bag, line })));
  const stops = [...Map.groupBy(shares, ({ line }) => line.sku)].map(([sku, own]) => ({
    sku,
    aisle: own.map(({ line }) => aisleOf(line)).find((aisle) => aisle !== null) ?? null,
    shares: own,
    wanted: own.reduce((sum, { line }) => sum + unitsToFind(line), 0),
    left: own.reduce((sum, { line }) => sum + unitsLeft(line), 0),
  }));
  return byAisle(stops, ({ aisle }) => aisle);
}

export type WalkScan = { kind: 'found' | 'enough'; share: Share } | { kind: 'wrong' };

/** Which bag a scanned unit goes into: the first that still wants one. */
export function shareOfScan(
  code: string,
  stops: readonly Stop[],
  items: ReadonlyMap<string, Pick<Item, 'barcodes'>>,
): WalkScan {
  const shares = stops.filter(({ sku }) => isCodeOf(code, sku, items)).flatMap((stop) => stop.shares);
  const open = shares.find(({ line, bag }) => bag.order.status === 'picking' && unitsLeft(line) > 0);
  if (open !== undefined) return { kind: 'found', share: open };
  const [full] = shares;
  return full === undefined ? { kind: 'wrong' } : { kind: 'enough', share: full };
}
