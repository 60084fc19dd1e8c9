// Items by sku, as far as stock decisions need them, and locations: names become ids without asking PostgreSQL again.
// Keeps what exists, never that something does not: a new item is found the moment it is there.
import { LRUCache } from 'lru-cache';
import type { FeedEvent } from '../domain/feedEvent.ts';
import type { ItemHead } from '../domain/item.ts';
import type { LocationRecord } from '../domain/location.ts';
import { findItemHeads } from '../queries/items.ts';
import type { Tx } from '../queries/transaction.ts';
import type { Locations } from './locations.ts';

/** About 200 bytes each: 20 MB when full. */
const ITEMS_MAX = 100_000;

export class Catalogue {
  readonly #database: Tx;
  readonly #locations: Locations;
  readonly #items = new LRUCache<string, ItemHead>({ max: ITEMS_MAX });
  /** Skus on their way from the database: whoever asks meanwhile waits for the same answer. */
  readonly #reading = new Map<string, Promise<ReadonlyMap<string, ItemHead>>>();

  constructor(database: Tx, locations: Locations) {
    this.#database = database;
    this.#locations = locations;
  }

  location(code: string): Promise<LocationRecord | null> {
    return this.#locations.location(code);
  }

  /** The locations that exist, by code; the unknown ones in one statement. */
  locations(codes: readonly string[]): Promise<ReadonlyMap<string, LocationRecord>> {
    return this.#locations.locations(codes);
  }

  async item(sku: string): Promise<ItemHead | null> {
    return this.#items.get(sku) ?? (await this.items([sku])).get(sku) ?? null;
  }

  /** The items that exist, by sku; the unknown ones in one statement. */
  async items(skus: readonly string[]): Promise<ReadonlyMap<string, ItemHead>> {
    const found = new Map<string, ItemHead>();
    const missing = new Set<string>();
    const reads = new Set<Promise<ReadonlyMap<string, ItemHead>>>();
    for (const sku of skus) {
      const item = this.#items.get(sku);
      const reading = this.#reading.get(sku);
      if (item !== undefined) found.set(sku, item);
      else if (reading !== undefined) reads.add(reading);
      else missing.add(sku);
    }
    if (missing.size > 0) reads.add(this.#read([...missing]));
    const wanted = new Set(skus);
    for (const read of await Promise.all(reads)) {
      for (const [sku, item] of read) if (wanted.has(sku)) found.set(sku, item);
    }
    return found;
  }

  /** A consumer of the feed: what changed is read again when it is next asked for. */
  onEvents(events: readonly Pick<FeedEvent, 'type' | 'subject'>[]): void {
    for (const { type, subject } of events) {
      if (type !== 'item.changed') continue;
      this.#items.delete(subject);
      this.#reading.delete(subject);
    }
  }

  /** The feed lost its thread: nothing that is here can be relied on. */
  onReset(): void {
    this.#items.clear();
    this.#reading.clear();
  }

  #read(skus: readonly string[]): Promise<ReadonlyMap<string, ItemHead>> {
    const reading = this.#readRows(skus).then(
      (items) => {
        // A sku that changed while it was read is no longer under this promise: its row may be the old one.
        for (const sku of this.#endOf(reading, skus)) {
          const item = items.get(sku);
          if (item !== undefined) this.#items.set(sku, item);
        }
        return items;
      },
      (error: unknown) => {
        this.#endOf(reading, skus);
        throw error;
      },
    );
    for (const sku of skus) this.#reading.set(sku, reading);
    return reading;
  }

  async #readRows(skus: readonly string[]): Promise<ReadonlyMap<string, ItemHead>> {
    const rows = await findItemHeads(this.#database, skus);
    return new Map(rows.map((item) => [item.sku, item]));
  }

  /** Takes a read off the list; the skus that were still waiting for it. */
  #endOf(reading: Promise<unknown>, skus: readonly string[]): string[] {
    const ended = skus.filter((sku) => this.#reading.get(sku) === reading);
    for (const sku of ended) this.#reading.delete(sku);
    return ended;
  }
}
