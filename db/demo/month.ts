// Owns the 30 days before `now`: a stocktaking, then each day's suppliers, deliveries and trade, in that order.
// Must not know how any of them draws its movements.

import { addDays, localDate } from './calendar.ts';
import { type Delivery, receiveDeliveries, receiveSuppliers, shipToStores } from './deliveries.ts';
import type { RangeEntry } from './items.ts';
import type { Outlet } from './locations.ts';
import type { DemoCount, DemoMovement } from './retailer.ts';
import { openingCounts, openShelf, type Shelf } from './shelf.ts';
import { tradeForADay } from './trade.ts';

const days = 30;

export type Month = {
  counts: DemoCount[];
  movements: DemoMovement[];
  /** What is on hand when all of it has been applied: units by sku, by location. */
  onHand: Map<string, Map<string, number>>;
};

/**
 * Plays the month. Nothing occurs at `now` or later: deliveries that would are still on the road.
 * @param now an instant in the year whose holidays the outlets know, or early in the next.
 */
export function playMonth(outlets: Outlet[], range: RangeEntry[], now: Date): Month {
  const shelves = outlets.map((outlet) => openShelf(outlet, range));
  const isStore = ({ outlet }: Shelf) => outlet.location.kind === 'store';
  const stores = shelves.filter(isStore);
  const warehouses = shelves.filter((shelf) => !isStore(shelf));
  const today = localDate(now, 'Europe/Paris');
  const firstDate = addDays(today, -days);
  let onTheRoad: Delivery[] = [];
  for (let date = firstDate; date <= today; date = addDays(date, 1)) {
    const until = now.getTime();
    for (const warehouse of warehouses) receiveSuppliers(warehouse, date, until);
    onTheRoad = receiveDeliveries(onTheRoad, date, until);
    for (const store of stores) tradeForADay(store, date, until);
    for (const warehouse of warehouses) onTheRoad.push(...shipToStores(warehouse, stores, date, until));
  }
  return {
    counts: shelves.flatMap((shelf) => openingCounts(shelf, firstDate)),
    movements: shelves
      .flatMap(({ movements }) => movements)
      .sort((one, other) =>
        one.occurredAt < other.occurredAt ? -1 : one.occurredAt > other.occurredAt ? 1 : 0,
      ),
    onHand: new Map(shelves.map(({ outlet, onHand }) => [outlet.location.code, onHand])),
  };
}
