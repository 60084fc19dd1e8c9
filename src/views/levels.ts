// The levels that are asked for, in memory: loaded from PostgreSQL on first use, then kept by the feed, bounded.
// Owns the race between a load and the events that arrive meanwhile. Knows no cart, no map and no clock.
//
// An outage drops nothing: the reader goes on from its own position, so what is here is at worst as old as that, and
// a load always reads a later state than what was delivered. Only a reset (the feed lost its thread) drops it all.
import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import type { stockChangedData } from '../domain/event.ts';
import type { FeedEvent } from '../domain/feedEvent.ts';
import type { Item, ItemHead } from '../domain/item.ts';
import type { FeedingTransfer } from '../domain/transfer.ts';
import { type LoadedItem, readItemLevels } from '../queries/availability.ts';
import type { Tx } from '../queries/transaction.ts';
import { ItemLevels } from './itemLevels.ts';
import type { Locations, Slot } from './locations.ts';

/** What the views read of an event. */
export type ViewEvent = Pick<FeedEvent, 'type' | 'location' | 'subject' | 'version' | 'data'>;

type StockChanged = z.infer<typeof stockChangedData>;
type ReservationFacts = {
  status?: string;
  expiresAt?: string | null;
  lines?: { sku: string; reserved?: number; awaited?: number }[];
  transfer?: Pick<FeedingTransfer, 'from' | 'status'> | null;
};
type ItemChanged = Pick<Item, 'category'>;

export type LevelsOptions = {
  database: Tx;
  locations: Locations;
  /** How many levels may be in memory; the items least recently asked for make room. 20 bytes each. */
  levelsMax?: number;
};

/** 100 MB when full: 2,000 locations × 2,500 items. */
export const LEVELS_MAX_DEFAULT = 5_000_000;
/** What an item takes besides its levels, in levels (420 bytes): the bound holds for items that are hardly stocked, too. */
const ITEM_OVERHEAD_LEVELS = 20;

/** Items on their way from the database, and what was told of them meanwhile. */
type Load = { skus: ReadonlySet<string>; events: ViewEvent[] };

export class Levels {
  readonly #database: Tx;
  readonly #locations: Locations;
  readonly #entries: LRUCache<string, ItemLevels>;
  readonly #loading = new Map<string, Promise<ReadonlyMap<string, ItemLevels>>>();
  readonly #loads = new Set<Load>();

  constructor(options: LevelsOptions) {
    this.#database = options.database;
    this.#locations = options.locations;
    this.#entries = new LRUCache({
      maxSize: options.levelsMax ?? LEVELS_MAX_DEFAULT,
      sizeCalculation: (entry) => entry.capacity + ITEM_OVERHEAD_LEVELS,
    });
  }

  /** The item's levels if they are in memory. Use it before the next await: afterwards it may have made room. */
  get(sku: string): ItemLevels | null {
    return this.#entries.get(sku) ?? null;
  }

  /** The levels of each item, in order; those that are not in memory are read in one statement, once for all who ask. */
  async load(items: readonly ItemHead[]): Promise<ItemLevels[]> {
    const known = items.map(({ sku }) => this.get(sku));
    const missing = items.filter(({ sku }, place) => known[place] === null && !this.#loading.has(sku));
    if (missing.length > 0) this.#startLoad(missing);
    const loaded = await Promise.all(items.map(async ({ sku }) => this.#loading.get(sku)));
    return items.map(({ sku }, place) => {
      // Other loads may have taken its room meanwhile: then what was there, or was read, is as good for this one use.
      const entry = this.get(sku) ?? known[place] ?? loaded[place]?.get(sku);
      if (entry === undefined) throw new Error(`the levels of ${sku} were neither known nor read`);
      return entry;
    });
  }

  /** A consumer of the feed. */
  onEvents(events: readonly ViewEvent[]): void {
    for (const event of events) {
      const skus = skusOf(event);
      for (const sku of skus) {
        const entry = this.#entries.peek(sku);
        if (entry !== undefined) this.#apply(event, entry);
      }
      for (const load of this.#loads) {
        if (skus.some((sku) => load.skus.has(sku))) load.events.push(event);
      }
    }
  }

  /** Whoever waits for a load still gets what it reads; nobody else does. */
  onReset(): void {
    this.#entries.clear();
    this.#loading.clear();
    this.#loads.clear();
  }

  /** How much is in memory, for metrics. `levels` is what counts against the bound. */
  usage(): { items: number; levels: number } {
    return { items: this.#entries.size, levels: this.#entries.calculatedSize };
  }

  #startLoad(items: readonly ItemHead[]): void {
    const load: Load = { skus: new Set(items.map(({ sku }) => sku)), events: [] };
    this.#loads.add(load);
    const loading = this.#read(items, load).finally(() => {
      this.#loads.delete(load);
      for (const { sku } of items) if (this.#loading.get(sku) === loading) this.#loading.delete(sku);
    });
    for (const { sku } of items) this.#loading.set(sku, loading);
  }

  async #read(items: readonly ItemHead[], load: Load): Promise<ReadonlyMap<string, ItemLevels>> {
    const rows = await readItemLevels(
      this.#database,
      items.map(({ id }) => id),
    );
    if (rows.some((row) => this.#namesUnknownLocation(row))) await this.#locations.load();
    // From here on nothing is awaited: the events told so far are all that the rows may lack.
    const rowOf = new Map(rows.map((row) => [row.itemId, row]));
    const entries = new Map<string, ItemLevels>();
    for (const item of items) entries.set(item.sku, this.#entryOf(item, rowOf.get(item.id)));
    for (const event of load.events) {
      for (const sku of skusOf(event)) {
        const entry = entries.get(sku);
        if (entry !== undefined) applyEvent(event, entry, this.#locations);
      }
    }
    const isCurrent = this.#loads.has(load);
    if (isCurrent) for (const [sku, entry] of entries) this.#entries.set(sku, entry);
    return entries;
  }

  #namesUnknownLocation({ levels, holds }: LoadedItem): boolean {
    const isUnknown = (id: number) => this.#locations.slotOfId(id) === null;
    return (levels?.locationIds.some(isUnknown) ?? false) || holds.some((hold) => isUnknown(hold.locationId));
  }

  #entryOf({ id, sku, category }: ItemHead, row: LoadedItem | undefined): ItemLevels {
    const { levels = null, holds = [] } = row ?? {};
    const places = (levels?.locationIds ?? [])
      .map((id, place) => ({ slot: this.#slotOfId(id), place }))
      // In slot order each one is appended, and none moves its neighbours.
      .sort((a, b) => a.slot - b.slot);
    const entry = new ItemLevels(id, sku, places.length, (places.at(-1)?.slot ?? 0) + 1);
    entry.category = category;
    for (const { slot, place } of places) {
      entry.set(slot, {
        onHand: levels?.onHand[place] ?? 0,
        reserved: levels?.reserved[place] ?? 0,
        buffer: levels?.buffer[place] ?? 0,
        version: levels?.versions[place] ?? 0,
      });
    }
    for (const hold of holds) entry.setHold(this.#slotOfId(hold.locationId), hold);
    return entry;
  }

  #slotOfId(id: number): number {
    const slot = this.#locations.slotOfId(id);
    if (slot === null) throw new Error(`location ${id} has levels but is not among the locations`);
    return slot;
  }

  /** Applies an event; an entry that grew is weighed again. */
  #apply(event: ViewEvent, entry: ItemLevels): void {
    const before = entry.capacity;
    applyEvent(event, entry, this.#locations);
    if (entry.capacity === before) return;
    this.#entries.delete(entry.sku);
    this.#entries.set(entry.sku, entry);
  }
}

/** The items that an event says something about. Flags of lines at risk change no unit. */
function skusOf(event: ViewEvent): string[] {
  if (event.type === 'stock.changed') return [(event.data as StockChanged).sku];
  if (event.type === 'item.changed') return [event.subject];
  if (!event.type.startsWith('reservation.') || event.type === 'reservation.at_risk') return [];
  return (event.data as ReservationFacts).lines?.map((line) => line.sku) ?? [];
}

/**
 * Every event may come again, or late: levels by their version, holds by their reservation's. One late case is left to
 * the feed: a hold that a load no longer found, and whose own event is told after it, counts as a hold until the event
 * that ended it is told as well, within the same lag. Reservations do not rely on any of this.
 */
function applyEvent(event: ViewEvent, entry: ItemLevels, locations: Locations): void {
  if (event.type === 'item.changed') {
    entry.category = (event.data as ItemChanged).category ?? null;
    return;
  }
  if (event.location === null) return;
  const slot = locations.slotOf(event.location);
  if (event.type === 'stock.changed') {
    const { onHand, reserved, buffer = 0 } = event.data as StockChanged;
    entry.set(slot, { onHand, reserved, buffer, version: event.version });
    return;
  }
  const { lines = [], transfer } = event.data as ReservationFacts;
  const { reserved = 0, awaited = 0 } = lines.find((line) => line.sku === entry.sku) ?? {};
  noteHold(event, entry, slot, reserved);
  // What a hold lacks is reserved where it is sent from: nothing of that is shipped before the order is placed.
  if (transfer) {
    noteHold(event, entry, locations.slotOf(transfer.from), transfer.status === 'created' ? awaited : 0);
  }
}

/** The units that a reservation reserves at a slot, as long as it is a hold. */
function noteHold(
  { subject, version, data }: ViewEvent,
  entry: ItemLevels,
  slot: Slot,
  reserved: number,
): void {
  const { status, expiresAt } = data as ReservationFacts;
  if (status !== 'held' || expiresAt === null || expiresAt === undefined || reserved === 0) {
    entry.endHold(slot, subject);
  } else {
    entry.setHold(slot, { reservationId: subject, expiresAt: Date.parse(expiresAt), reserved, version });
  }
}
