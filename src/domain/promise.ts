// When an order will be ready at the counter, until when it waits there, and how long it may ring: the promise rules.
// It knows no stock: whether the store has the goods, or must be sent them, is for its callers to find out.
import { DAY_MS, instantOf, type LocalDay, localDayOf, MINUTE_MS, minuteOf } from './calendar.ts';
import type { Pickup, Replenishment } from './location.ts';
import type { OpeningHours } from './openingHours.ts';
import {
  addOpenMinutes,
  isClosedByException,
  isOpenDay,
  OPEN_DAYS_HORIZON_DAYS,
  openDayEnd,
} from './openTime.ts';

/** What the API shows as `promise: { readyAt }`; null instead of it where nothing can be promised. */
export interface PickupPromise {
  /** Always in the store's open time, and on a whole minute. */
  readyAt: Date;
}

/** The counter that promises. */
export interface PickupCounter {
  hours: OpeningHours;
  timeZone: string;
  pickup: Pickup;
  /** Orders that are confirmed and not yet ready there: they are prepared first. */
  queuedOrders: number;
}

/** Where transferred goods come from. */
export interface TransferSource {
  hours: OpeningHours;
  timeZone: string;
}

/** Goods on their way from a source to a counter. */
export interface Transfer {
  destination: PickupCounter;
  source: TransferSource;
  replenishment: Pick<Replenishment, 'leadTimeDays' | 'cutOff'>;
  now: Date;
}

/**
 * The promise of a store that has the goods.
 *
 * - Staff prepare in open time only, first come, first served: the queue takes `queuedOrders / ordersPerHour`
 *   hours (no time where `ordersPerHour` is not set), then the order takes `preparationMinutes`.
 * - `now` and the queue are rounded up to whole minutes: two answers within a minute are the same.
 * - What would be ready just as the store closes is promised for its next opening: at the closing instant the
 *   door is shut.
 * - Null where pickup is not enabled, or there is not enough open time within OPEN_TIME_HORIZON_DAYS.
 */
export function promiseHere(counter: PickupCounter & { now: Date }): PickupPromise | null {
  const { hours, timeZone, pickup, now } = counter;
  if (!pickup.enabled) return null;
  const minutes = queueMinutes(counter) + pickup.preparationMinutes;
  return promiseOf(addOpenMinutes(hours, timeZone, wholeMinute(now), minutes));
}

/**
 * The promise of a store that is sent the goods from its replenishment source.
 *
 * - An order before `cutOff`, a local time at the source, leaves on that day; at the cut-off or later, the next.
 * - Only days on which the source works count, for leaving and for `leadTimeDays`: the days on which it is open,
 *   or, for a source without weekly hours, every calendar day that no exception closes. Ordered on Friday
 *   before the cut-off with one day of lead time, the goods leave on Friday and arrive on Monday.
 * - They arrive when the destination opens on that date, or on its next open day; with no lead time, not before
 *   they left, which is at the cut-off.
 * - From then on they are prepared as any order is, in the destination's open time, once what is queued there
 *   now is done; `promiseHere` says the rest.
 * - Null also where the source does not work often enough within OPEN_DAYS_HORIZON_DAYS.
 */
export function promiseByTransfer(transfer: Transfer): PickupPromise | null {
  const broughtAt = soonestArrival(transfer);
  return broughtAt === null ? null : promiseAfter(transfer.destination, broughtAt, transfer.now);
}

/**
 * The promise of a store to which the goods are on their way, due at `arrivesAt` (epoch milliseconds): prepared in open
 * time from then on, once what is queued there now is done.
 */
export function promiseAfter(destination: PickupCounter, arrivesAt: number, now: Date): PickupPromise | null {
  const { hours, timeZone, pickup } = destination;
  if (!pickup.enabled) return null;
  const queueDoneAt = addOpenMinutes(hours, timeZone, wholeMinute(now), queueMinutes(destination));
  if (queueDoneAt === null) return null;
  const startsAt = Math.max(wholeMinute(new Date(arrivesAt)).getTime(), queueDoneAt.getTime());
  return promiseOf(addOpenMinutes(hours, timeZone, new Date(startsAt), pickup.preparationMinutes));
}

/** When the goods of such a transfer are there, if it is on time; null where `promiseByTransfer` is. */
export function arrivalByTransfer(transfer: Transfer): Date | null {
  const { hours, timeZone } = transfer.destination;
  const broughtAt = soonestArrival(transfer);
  return broughtAt === null ? null : addOpenMinutes(hours, timeZone, new Date(broughtAt), 0);
}

/** What is supposed of a transfer from a place that is not the one which usually supplies the destination. */
export const TRANSFER_DEFAULT: Pick<Replenishment, 'leadTimeDays' | 'cutOff'> = {
  leadTimeDays: 2,
  cutOff: '12:00',
};

/** The first midnight, at the destination, of the day of arrival; not before the goods left. */
function soonestArrival({ destination, source, replenishment, now }: Transfer): number | null {
  const cutOff = minuteOf(replenishment.cutOff);
  const today = localDayOf(source.timeZone, now.getTime());
  const isTooLate = now.getTime() >= instantOf(source.timeZone, today, cutOff);
  const leaves = workingDay(source, isTooLate ? today + 1 : today, 0);
  const arrives = leaves === null ? null : workingDay(source, leaves, replenishment.leadTimeDays);
  if (leaves === null || arrives === null) return null;
  const leftAt = instantOf(source.timeZone, leaves, cutOff);
  return Math.max(instantOf(destination.timeZone, arrives, 0), leftAt);
}

/**
 * Until when a ready order waits: the closing of the `holdDays`-th open day after the local day of `readyAt`;
 * with 0, of that day itself. Null, no deadline, where the store has not so many open days within
 * OPEN_DAYS_HORIZON_DAYS.
 */
export function pickupDeadline(order: {
  hours: OpeningHours;
  timeZone: string;
  readyAt: Date;
  holdDays: number;
}): Date | null {
  return openDayEnd(order.hours, order.timeZone, order.readyAt, order.holdDays);
}

/**
 * The deadline of an order whose own has passed, by the hours of now: the store may have closed on days that were counted.
 * Where it has not so many open days any more it is looked at again in a day, as they may come back. Null: its days are
 * over.
 */
export function deadlineAnew(order: Parameters<typeof pickupDeadline>[0] & { now: Date }): Date | null {
  const deadline = pickupDeadline(order) ?? aDayAfter(order.now);
  return deadline > order.now ? deadline : null;
}

/**
 * When an order that nobody in the store has touched is told to the head office: after so many minutes in which it is
 * open. A store that is to open no more, or has no hours for a while, is looked at again in a day.
 */
export function escalation(store: {
  hours: OpeningHours;
  timeZone: string;
  now: Date;
  minutes: number;
}): Date {
  return addOpenMinutes(store.hours, store.timeZone, store.now, store.minutes) ?? aDayAfter(store.now);
}

function aDayAfter(now: Date): Date {
  return new Date(now.getTime() + DAY_MS);
}

function queueMinutes({ queuedOrders, pickup }: PickupCounter): number {
  return pickup.ordersPerHour === undefined ? 0 : Math.ceil((queuedOrders * 60) / pickup.ordersPerHour);
}

function wholeMinute(instant: Date): Date {
  return new Date(Math.ceil(instant.getTime() / MINUTE_MS) * MINUTE_MS);
}

function promiseOf(readyAt: Date | null): PickupPromise | null {
  return readyAt && { readyAt };
}

/** The `count`-th day after `day`, or after the first day from it, on which the source works. */
function workingDay(source: TransferSource, day: LocalDay, count: number): LocalDay | null {
  let left = count;
  for (let candidate = day; candidate <= day + OPEN_DAYS_HORIZON_DAYS; candidate += 1) {
    if (!works(source.hours, candidate)) continue;
    if (left === 0) return candidate;
    left -= 1;
  }
  return null;
}

function works(hours: OpeningHours, day: LocalDay): boolean {
  return hours.weekly.length === 0 ? !isClosedByException(hours, day) : isOpenDay(hours, day);
}
