// When each place would hand over what it has, or what its own source sends it. Promises move by whole minutes, with the
// queue and with what is known of the places: until then what was worked out is said again.
// One entry a location, so as many as there are. Knows no stock.
import { MINUTE_MS } from '../domain/calendar.ts';
import type { LocationRecord } from '../domain/location.ts';
import { type PickupCounter, promiseByTransfer, promiseHere } from '../domain/promise.ts';
import type { Slot } from './locations.ts';
import type { OpenOrders } from './openOrders.ts';

/** Epoch milliseconds; null: nothing can be promised. */
export type ReadyAt = number | null;

type Kept = {
  location: LocationRecord;
  queuedOrders: number;
  minute: number;
  here: ReadyAt;
  /** Null: not asked for yet. */
  sent: { source: LocationRecord; readyAt: ReadyAt } | null;
};

export class Promises {
  readonly #openOrders: OpenOrders;
  /** By slot. */
  readonly #kept: Kept[] = [];

  constructor(openOrders: OpenOrders) {
    this.#openOrders = openOrders;
  }

  /** When an order of `now` is ready at a place that has the goods: `promiseHere`. */
  here(slot: Slot, location: LocationRecord, now: Date): ReadyAt {
    return this.#of(slot, location, now).here;
  }

  /** The same where they are sent from its source: `promiseByTransfer`. Null also where nothing replenishes the place. */
  byTransfer(slot: Slot, location: LocationRecord, source: LocationRecord, now: Date): ReadyAt {
    const { replenishment } = location;
    if (replenishment === null) return null;
    const kept = this.#of(slot, location, now);
    if (kept.sent?.source === source) return kept.sent.readyAt;
    const promise = promiseByTransfer({
      destination: this.counterAt(location),
      source: { hours: source.openingHours, timeZone: source.timeZone },
      replenishment,
      now,
    });
    const readyAt = promise?.readyAt.getTime() ?? null;
    kept.sent = { source, readyAt };
    return readyAt;
  }

  /** The counter of a location, with the orders that stand before a new one. */
  counterAt(location: LocationRecord): PickupCounter {
    return {
      hours: location.openingHours,
      timeZone: location.timeZone,
      pickup: location.pickup,
      queuedOrders: this.#openOrders.count(location.code),
    };
  }

  #of(slot: Slot, location: LocationRecord, now: Date): Kept {
    const kept = this.#kept[slot];
    const queuedOrders = this.#openOrders.count(location.code);
    const minute = minuteOf(now);
    const isCurrent =
      kept !== undefined &&
      kept.location === location &&
      kept.queuedOrders === queuedOrders &&
      kept.minute === minute;
    if (isCurrent) return kept;
    const promise = promiseHere({ ...this.counterAt(location), now });
    const made = { location, queuedOrders, minute, here: promise?.readyAt.getTime() ?? null, sent: null };
    this.#kept[slot] = made;
    return made;
  }
}

/** Instants of which no promise knows one from the other: a whole minute by itself, or all between two of them. */
function minuteOf(now: Date): number {
  const minutes = now.getTime() / MINUTE_MS;
  return Number.isInteger(minutes) ? minutes : Math.floor(minutes) + 0.5;
}
