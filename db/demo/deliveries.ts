// Owns what goes between suppliers, warehouses and stores: receipts, and delivery notes with both their ends.
// Must not know tickets.

import { MINUTE_MS } from '../../src/domain/calendar.ts';
import type { Weekday } from '../../src/domain/openingHours.ts';
import { addDays, weekdayOf } from './calendar.ts';
import type { Turnover } from './catalogue/family.ts';
import { openTime } from './hours.ts';
import { randomStream } from './random.ts';
import { post, type Shelf } from './shelf.ts';

/** What left a warehouse and has not arrived; it arrives on the first open day from `due` on. */
export type Delivery = {
  note: string;
  from: Shelf;
  to: Shelf;
  due: string;
  lines: { sku: string; quantity: number }[];
};

/** Each store has a delivery two days a week, by its place in the list of stores. */
const rounds: [Weekday, Weekday][] = [
  ['tue', 'fri'],
  ['wed', 'sat'],
  ['tue', 'thu'],
];

/** A shelf is filled up once this much of what it opened with is gone: a truck does not carry one plate. */
const reorderShare = 0.2;

const supplierQuantities: Record<Turnover, [lowest: number, highest: number]> = {
  slow: [10, 30],
  steady: [20, 80],
  quick: [100, 400],
};

const compact = (date: string) => date.replaceAll('-', '');

/** Suppliers bring a few items to the warehouse in the morning. */
export function receiveSuppliers(warehouse: Shelf, date: string, until: number): void {
  const { location, pastHours } = warehouse.outlet;
  const [open] = openTime(pastHours, location.timeZone, date);
  if (open === undefined) return;
  const random = randomStream(`suppliers ${location.code} ${date}`);
  const order = `CF-${warehouse.shortCode}-${compact(date)}`;
  const entries = new Set(Array.from({ length: random.between(2, 5) }, () => random.pick(warehouse.demand)));
  let line = 0;
  for (const { item, turnover } of entries) {
    line += 1;
    const at = open.opensAt.getTime() + (30 + line * 17) * MINUTE_MS;
    if (at >= until) return;
    const quantity = random.between(...supplierQuantities[turnover]);
    post(warehouse, {
      at,
      eventId: `${order}-${line}`,
      type: 'receipt',
      sku: item.sku,
      quantity,
      reference: order,
    });
  }
}

/** What the store lacks of what it sold, as far as the warehouse has it. */
function linesFor(warehouse: Shelf, store: Shelf): Delivery['lines'] {
  return [...store.toReplenish].flatMap((sku) => {
    const opening = store.opening.get(sku) ?? 0;
    const lacking = opening - (store.onHand.get(sku) ?? 0);
    const quantity = Math.min(lacking, warehouse.onHand.get(sku) ?? 0);
    return quantity > 0 && lacking >= opening * reorderShare ? [{ sku, quantity }] : [];
  });
}

/**
 * The warehouse sends off, late in its day, what its stores receive `leadTimeDays` later. The ledger knows no
 * shipment: the warehouse reports what left as an adjustment, the store what came as a receipt.
 */
export function shipToStores(warehouse: Shelf, stores: Shelf[], date: string, until: number): Delivery[] {
  const { location, pastHours } = warehouse.outlet;
  const [open] = openTime(pastHours, location.timeZone, date);
  if (open === undefined) return [];
  const shipsAt = open.closesAt.getTime() - 90 * MINUTE_MS;
  if (shipsAt >= until) return [];
  return stores.flatMap((store, place) => {
    const supply = store.outlet.location.replenishment;
    if (supply?.from !== location.code) return [];
    const due = addDays(date, supply.leadTimeDays);
    if (!rounds[place % rounds.length]?.includes(weekdayOf(due))) return [];
    const note = `BL-${store.shortCode}-${compact(date)}`;
    const lines = linesFor(warehouse, store);
    lines.forEach(({ sku, quantity }, line) => {
      store.toReplenish.delete(sku);
      post(warehouse, {
        at: shipsAt,
        eventId: `${note}-${line + 1}-D`,
        type: 'adjustment',
        sku,
        quantity: -quantity,
        reference: note,
      });
    });
    return lines.length === 0 ? [] : [{ note, from: warehouse, to: store, due, lines }];
  });
}

/**
 * Stores put away, before they open, the deliveries that are due.
 * @returns the deliveries still on the road.
 */
export function receiveDeliveries(onTheRoad: Delivery[], date: string, until: number): Delivery[] {
  return onTheRoad.filter(({ note, from, to, due, lines }) => {
    const { location, pastHours } = to.outlet;
    const [open] = openTime(pastHours, location.timeZone, date);
    if (due > date || open === undefined) return true;
    const at = open.opensAt.getTime() - 40 * MINUTE_MS;
    if (at >= until) return true;
    lines.forEach(({ sku, quantity }, line) => {
      post(to, {
        at,
        source: from.source,
        eventId: `${note}-${line + 1}-A`,
        type: 'receipt',
        sku,
        quantity,
        reference: note,
      });
    });
    return false;
  });
}
