// What a shopping site is told of an item in a store: whether it is there, how it is had, and how soon.
// Pure, and in the words of Google's local inventory feed, which others read too; levels and streams are for callers.
import { localDayOf } from './calendar.ts';
import type { LocationRecord } from './location.ts';
import { openingStatus } from './openTime.ts';
import { type PickupCounter, promiseByTransfer, promiseHere } from './promise.ts';

export const STOCK_WORDS = [
  'in_stock',
  'limited_availability',
  'on_display_to_order',
  'out_of_stock',
] as const;
export type StockWord = (typeof STOCK_WORDS)[number];

/** From this many units on an item is `in_stock`; one or two are `limited_availability`. */
export const IN_STOCK_UNITS_MIN = 3;

/** How an order for units on the shelf is paid: the shop says which, because Comptoir takes no money. */
export const PAID = ['buy', 'reserve'] as const;
export type Paid = (typeof PAID)[number];

export const PICKUP_METHODS = [...PAID, 'ship to store', 'not supported'] as const;
export type PickupMethod = (typeof PICKUP_METHODS)[number];

/** By calendar days of the store, from the order to the counter; a week and more are all one. */
const SLA_BY_DAYS = ['same day', 'next day', '2-day', '3-day', '4-day', '5-day', '6-day'] as const;
export const PICKUP_SLAS = [...SLA_BY_DAYS, 'multi-week'] as const;
export type PickupSla = (typeof PICKUP_SLAS)[number];

/** What a store can promise at one instant; the same for all of its rows. */
export type StorePromises = {
  /** False where it does not open for OPEN_TIME_HORIZON_DAYS: then nobody can have anything there. */
  opens: boolean;
  /** For what is on its shelves; null: it hands over no orders. */
  here: PickupSla | null;
  /** For what its replenishment source has; null: it is sent nothing. */
  byTransfer: PickupSla | null;
};

/** One row, without the names of store and item. */
export type Offer = {
  availability: StockWord;
  /** Units that can be had there. */
  quantity: number;
  pickupMethod: PickupMethod;
  /** Null exactly where pickup is not supported. */
  pickupSla: PickupSla | null;
};

/**
 * What a store promises at `now`, by the promise that reservations get (promise.ts).
 * @param source what replenishes it; null: nothing does
 */
export function promisesOf(
  store: LocationRecord,
  source: Pick<LocationRecord, 'openingHours' | 'timeZone'> | null,
  queuedOrders: number,
  now: Date,
): StorePromises {
  const { openingHours: hours, timeZone, pickup, replenishment } = store;
  // Nobody comes to a warehouse; what is told of one is told because it was a store.
  if (store.kind !== 'store') return { opens: false, here: null, byTransfer: null };
  const counter: PickupCounter = { hours, timeZone, pickup, queuedOrders };
  const here = promiseHere({ ...counter, now });
  const sent =
    source === null || replenishment === null
      ? null
      : promiseByTransfer({
          destination: counter,
          source: { hours: source.openingHours, timeZone: source.timeZone },
          replenishment,
          now,
        });
  const status = openingStatus(hours, timeZone, now);
  return {
    opens: status.open || status.opensAt !== null,
    here: here && slaOf(timeZone, now, here.readyAt),
    byTransfer: sent && slaOf(timeZone, now, sent.readyAt),
  };
}

/** How long until `readyAt`, by the days of the calendar on the store's wall. */
export function slaOf(timeZone: string, now: Date, readyAt: Date): PickupSla {
  const days = localDayOf(timeZone, readyAt.getTime()) - localDayOf(timeZone, now.getTime());
  return SLA_BY_DAYS[Math.max(0, days)] ?? 'multi-week';
}

const NOTHING: Offer = {
  availability: 'out_of_stock',
  quantity: 0,
  pickupMethod: 'not supported',
  pickupSla: null,
};

/** `here` and `atSource` are available units: without the buffer, and without holds whose time is over. */
export function offerOf(
  promises: StorePromises,
  units: { here: number; atSource: number },
  paid: Paid,
): Offer {
  if (!promises.opens) return NOTHING;
  const { here, byTransfer } = promises;
  if (units.here > 0) {
    return {
      availability: units.here >= IN_STOCK_UNITS_MIN ? 'in_stock' : 'limited_availability',
      quantity: units.here,
      pickupMethod: here === null ? 'not supported' : paid,
      pickupSla: here,
    };
  }
  if (units.atSource <= 0 || byTransfer === null) return NOTHING;
  return {
    availability: 'on_display_to_order',
    quantity: 0,
    pickupMethod: 'ship to store',
    pickupSla: byTransfer,
  };
}
