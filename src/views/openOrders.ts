// How many orders each location has still to prepare: the queue that its promises stand behind.
// Loaded once, then kept by the feed. Knows no hours and no promise.
import type { FeedEvent } from '../domain/feedEvent.ts';
import { readOpenOrders } from '../queries/availability.ts';
import type { Tx } from '../queries/transaction.ts';
import { makeRefresh, type Refresh } from './refresh.ts';

type OrderEvent = Pick<FeedEvent, 'type' | 'location' | 'subject' | 'data'>;

/** An order waits to be prepared or is being prepared, also while a till sells some of it. */
const IN_QUEUE: ReadonlySet<unknown> = new Set(['confirmed', 'picking']);

export class OpenOrders {
  readonly #database: Tx;
  readonly #refresh: Refresh;
  /** By location code: ids, because an event may be told twice, once by the load and once by the feed. */
  readonly #orders = new Map<string, Set<string>>();
  /** What was told while a load ran; null when none does. */
  #early: OrderEvent[] | null = null;

  constructor(options: { database: Tx; onError: (error: Error) => void }) {
    this.#database = options.database;
    this.#refresh = makeRefresh(() => this.load(), options.onError);
  }

  /** Reads the open orders. Subscribe before it starts, so that no event falls between. */
  async load(): Promise<void> {
    const early: OrderEvent[] = [];
    this.#early = early;
    const open = await readOpenOrders(this.#database).finally(() => {
      this.#early = null;
    });
    this.#orders.clear();
    for (const { id, location } of open) this.#ordersAt(location).add(id);
    this.onEvents(early);
  }

  /** Orders at a location that are confirmed and not yet ready. */
  count(location: string): number {
    return this.#orders.get(location)?.size ?? 0;
  }

  /** A consumer of the feed. */
  onEvents(events: readonly OrderEvent[]): void {
    for (const event of events) {
      const { type, location, subject, data } = event;
      // What is at risk may tell no status: it is where it was.
      if (location === null || !type.startsWith('reservation.') || data.status === undefined) continue;
      this.#early?.push(event);
      if (IN_QUEUE.has(data.status)) this.#ordersAt(location).add(subject);
      else this.#orders.get(location)?.delete(subject);
    }
  }

  /** The feed lost its thread: the orders are read again, and meanwhile the old ones answer. */
  onReset(): void {
    this.#refresh.ask();
  }

  /** Resolves when no load is under way. */
  settled(): Promise<void> {
    return this.#refresh.settled();
  }

  close(): void {
    this.#refresh.close();
  }

  #ordersAt(location: string): Set<string> {
    let orders = this.#orders.get(location);
    if (orders === undefined) {
      orders = new Set();
      this.#orders.set(location, orders);
    }
    return orders;
  }
}
