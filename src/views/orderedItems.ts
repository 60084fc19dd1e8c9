// Which items each location's open orders hold: those whose changes its tablets have to hear of, and no others, so that
// an import of 100,000 items does not flood a store. Loaded once, then kept by the feed. Knows no tablet.
import type { FeedEvent } from '../domain/feedEvent.ts';
import { readOrderedItems } from '../queries/availability.ts';
import type { Tx } from '../queries/transaction.ts';
import { makeRefresh, type Refresh } from './refresh.ts';

type OrderEvent = Pick<FeedEvent, 'type' | 'location' | 'subject' | 'data'>;

/** What a store works on: orders to prepare and to hand over, and units to put back. */
const WORKED_ON: ReadonlySet<unknown> = new Set(['confirmed', 'picking', 'ready']);

type Order = { location: string; skus: readonly string[] };

export class OrderedItems {
  readonly #database: Tx;
  readonly #refresh: Refresh;
  readonly #orders = new Map<string, Order>();
  /** sku → location → how many orders. */
  readonly #places = new Map<string, Map<string, number>>();
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
    const orders = await readOrderedItems(this.#database).finally(() => {
      this.#early = null;
    });
    this.#orders.clear();
    this.#places.clear();
    for (const { id, location, skus } of orders) this.#set(id, { location, skus });
    this.onEvents(early);
  }

  /** Codes of the locations with an open order of this item. */
  locationsOf(sku: string): Iterable<string> {
    return this.#places.get(sku)?.keys() ?? [];
  }

  isOrdered(sku: string, location: string): boolean {
    return this.#places.get(sku)?.has(location) ?? false;
  }

  /** A consumer of the feed. */
  onEvents(events: readonly OrderEvent[]): void {
    for (const event of events) {
      // What is at risk is as open as it was, and tells only the lines that are.
      if (!event.type.startsWith('reservation.') || event.type === 'reservation.at_risk') continue;
      this.#early?.push(event);
      const { status, putBackPending, lines } = event.data;
      const isOpen = WORKED_ON.has(status) || putBackPending === true;
      const { location, subject } = event;
      this.#set(subject, isOpen && location !== null ? { location, skus: skusOf(lines) } : null);
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

  #set(id: string, order: Order | null): void {
    const before = this.#orders.get(id);
    if (before !== undefined) for (const sku of before.skus) this.#count(sku, before.location, -1);
    if (order === null) this.#orders.delete(id);
    else {
      this.#orders.set(id, order);
      for (const sku of order.skus) this.#count(sku, order.location, 1);
    }
  }

  #count(sku: string, location: string, by: number): void {
    const places = this.#places.get(sku) ?? new Map<string, number>();
    const orders = (places.get(location) ?? 0) + by;
    if (orders > 0) places.set(location, orders);
    else places.delete(location);
    if (places.size > 0) this.#places.set(sku, places);
    else this.#places.delete(sku);
  }
}

function skusOf(lines: unknown): string[] {
  if (!Array.isArray(lines)) return [];
  return lines.flatMap((line: { sku?: unknown }) => (typeof line.sku === 'string' ? [line.sku] : []));
}
