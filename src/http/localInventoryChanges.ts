// The local inventory feed, as changes: which rows the events since a cursor are about, as these rows are now.
// Owns the cursor; knows neither formats nor answers.
//
// Exact without remembering what was told before: a row rests on the level at its store, on the item, on the store and
// on what replenishes it, and, only while nothing is on the store's shelves, on the level there. Each of these has its
// event. Orders that queue, and time that passes, move a promise without one.
import { z } from 'zod';
import type { FeedEvent } from '../domain/feedEvent.ts';
import {
  decodeCursor as decodePosition,
  encodeCursor as encodePosition,
  type Position,
} from '../domain/feedPosition.ts';
import { Problem } from '../domain/problem.ts';
import { hasArrived, readForward } from '../feed/history.ts';
import {
  findStocked,
  listOffers,
  type OfferKey,
  type OfferUnits,
  readOffers,
} from '../queries/localInventory.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Deps } from './deps.ts';
import { type FeedStore, locationChangeOf, type Network, rangeOf } from './localInventory.ts';

const EVENTS_A_READ = 500;
/** Reads of one answer, whatever the events are about: 5,000 events at most. */
const READS_MAX = 10;
const ROWS_A_STATEMENT = 2_000;
/** Items of which one statement asks where they are: with 2,000 stores 50,000 rows. */
const ITEMS_A_STATEMENT = 25;

/** How far a reader of the changes has come. */
export type ChangesCursor = {
  position: Position;
  /** Inside the event after `position`, a changed location: of its rows, those up to here are told. */
  within: { store: string; itemId: number } | null;
};

const withinSchema = z.strictObject({ store: z.string().max(64), itemId: z.int32().min(0) }).nullable();

/** Bound to `filters`: a cursor for one store does not know what others missed. */
export function encodeChanges({ position, within }: ChangesCursor, filters: object): string {
  return `${encodePosition(position)}.${encodeCursor(filters, within)}`;
}

/** Throws `invalid-cursor`. */
export function decodeChanges(cursor: string, filters: object): ChangesCursor {
  const [position = '', rest = '', ...more] = cursor.split('.');
  if (more.length > 0) throw refused();
  const within = decodeCursor(filters, rest, withinSchema);
  try {
    return { position: decodePosition(position), within };
  } catch (error) {
    throw error instanceof Problem ? refused() : error;
  }
}

function refused(): Problem {
  const detail = 'This is not a cursor of this feed: use the header Next-Cursor as it was given.';
  return new Problem('invalid-cursor', detail, {
    errors: [{ pointer: 'query:cursor', code: 'invalid-cursor', detail }],
  });
}

export type ChangedRow = { store: FeedStore; units: OfferUnits };
export type Changes = { rows: ChangedRow[]; cursor: ChangesCursor; hasMore: boolean };

export type ChangesQuery = {
  /** Read after `target` was taken, and only where there is something to read. */
  readNetwork: () => Promise<Network>;
  from: ChangesCursor;
  /** What had committed when the question came. */
  target: Position;
  /** Rows looked at in one answer; the last event may bring one for each store more. */
  limit: number;
};

type ChangesDeps = Pick<Deps, 'database' | 'catalogue' | 'now'>;

/** The next rows that changed, each once. No rows and `hasMore`: there may be some further on. Throws `cursor-expired`. */
export async function readChanges(query: ChangesQuery, deps: ChangesDeps): Promise<Changes> {
  const { from, target, limit } = query;
  if (hasArrived(from.position, target)) return { rows: [], cursor: from, hasMore: false };
  const network = await query.readNetwork();
  const wanted = new Wanted(network);
  let { position, within } = from;
  for (let reads = 0; reads < READS_MAX && !hasArrived(position, target); reads++) {
    const page = await readForward(deps.database, position, target, EVENTS_A_READ);
    const items = await itemsOf(page.events, network, deps);
    for (const event of page.events) {
      const change = event.type === 'location.changed' ? locationChangeOf(event) : null;
      const stores = change === null ? [] : network.changedBy(change);
      if (change !== null && stores.length > 0) {
        // Its rows are many: they have answers of their own.
        if (wanted.size > 0) return answer(wanted, event.positionBefore, query, deps);
        return readLocation({ stores, event, within, range: network.rangeOfChanged(change) }, query, deps);
      }
      within = null;
      await wanted.add(event, items);
      if (wanted.size >= limit) return answer(wanted, event.position, query, deps);
    }
    position = page.position;
  }
  return answer(wanted, position, query, deps);
}

async function answer(
  wanted: Wanted,
  position: Position,
  { target }: ChangesQuery,
  deps: ChangesDeps,
): Promise<Changes> {
  const cursor = { position, within: null };
  return { rows: await wanted.read(deps), cursor, hasMore: !hasArrived(position, target) };
}

/** Rows to be read: each once, whatever number of events speak of it. */
class Wanted {
  readonly #network: Network;
  readonly #rows = new Map<string, { key: OfferKey; store: FeedStore; always: boolean }>();

  constructor(network: Network) {
    this.#network = network;
  }

  get size(): number {
    return this.#rows.size;
  }

  async add(event: FeedEvent, items: EventItems): Promise<void> {
    const itemId = items.idOf(event);
    if (itemId === null) return;
    if (event.type === 'stock.changed') return this.#addAt(event.location ?? '', itemId, false);
    for (const code of await items.placesOf(itemId)) this.#addAt(code, itemId, true);
  }

  /** The row of the item at a location and at those that it replenishes: there `always`, or while they have none. */
  #addAt(code: string, itemId: number, always: boolean): void {
    const store = this.#network.byCode.get(code);
    if (store !== undefined) this.#put(store, itemId, true);
    for (const supplied of this.#network.supplied.get(code) ?? []) this.#put(supplied, itemId, always);
  }

  #put(store: FeedStore, itemId: number, always: boolean): void {
    const key = { itemId, locationId: store.location.id, sourceId: store.source?.id ?? null };
    const name = `${itemId}@${key.locationId}`;
    if (always || !this.#rows.has(name)) this.#rows.set(name, { key, store, always });
  }

  async read({ database, now }: ChangesDeps): Promise<ChangedRow[]> {
    const all = [...this.#rows.values()];
    const rows: ChangedRow[] = [];
    for (let start = 0; start < all.length; start += ROWS_A_STATEMENT) {
      const part = all.slice(start, start + ROWS_A_STATEMENT);
      const keys = part.map(({ key }) => key);
      for (const units of await readOffers(database, keys, now())) {
        const one = this.#rows.get(`${units.itemId}@${units.locationId}`);
        if (one !== undefined && (one.always || units.here < 1)) rows.push({ store: one.store, units });
      }
    }
    return rows;
  }
}

/** The items that a page of events is about, and where they are. */
type EventItems = {
  /** Null for an event that is about no item's stock or description. */
  idOf(event: FeedEvent): number | null;
  /** The codes of all locations with a level of it. */
  placesOf(itemId: number): Promise<readonly string[]>;
};

async function itemsOf(
  events: readonly FeedEvent[],
  network: Network,
  { catalogue, database }: ChangesDeps,
): Promise<EventItems> {
  const skuOf = (event: FeedEvent) => {
    if (event.type === 'item.changed') return event.subject;
    return event.type === 'stock.changed' ? String(event.data.sku) : null;
  };
  const items = await catalogue.items([...new Set(events.flatMap((event) => skuOf(event) ?? []))]);
  const described = new Set(
    events.flatMap((event) => (event.type === 'item.changed' ? (items.get(event.subject)?.id ?? []) : [])),
  );
  const waiting = [...described];
  const places = new Map<number, string[]>();
  return {
    idOf: (event) => items.get(skuOf(event) ?? '')?.id ?? null,
    async placesOf(itemId) {
      while (!places.has(itemId) && waiting.length > 0) {
        const asked = waiting.splice(0, ITEMS_A_STATEMENT);
        for (const id of asked) places.set(id, []);
        for (const { itemId: id, locationId } of await findStocked(database, asked)) {
          const code = network.codes.get(locationId);
          if (code !== undefined) places.get(id)?.push(code);
        }
      }
      return places.get(itemId) ?? [];
    },
  };
}

/**
 * The rows of a changed location, and those of the stores that it replenishes while they have none. Of its own also
 * those that it only had from what replenished it before: they are out of stock now.
 */
async function readLocation(
  changed: {
    stores: readonly FeedStore[];
    event: FeedEvent;
    within: ChangesCursor['within'];
    /** Of the changed location. */
    range: readonly number[];
  },
  { target, limit }: ChangesQuery,
  { database, now }: ChangesDeps,
): Promise<Changes> {
  const { stores, event, within, range } = changed;
  const rows: ChangedRow[] = [];
  let read = 0;
  for (const store of stores.filter(({ location }) => location.code >= (within?.store ?? ''))) {
    const { code, id: locationId } = store.location;
    const isItself = code === event.subject;
    const among = isItself ? range : rangeOf(store);
    const ids = { locationId, sourceId: store.source?.id ?? null };
    for (let after = code === within?.store ? within.itemId : 0; ; ) {
      if (read >= limit) {
        const cursor = { position: event.positionBefore, within: { store: code, itemId: after } };
        return { rows, cursor, hasMore: true };
      }
      const page = { after, limit: Math.min(limit - read, ROWS_A_STATEMENT) };
      const found = await listOffers(database, ids, among, page, now());
      for (const units of found) if (isItself || units.here < 1) rows.push({ store, units });
      read += found.length;
      if (found.length < page.limit) break;
      after = found.at(-1)?.itemId ?? after;
    }
  }
  const position = event.position;
  return { rows, cursor: { position, within: null }, hasMore: !hasArrived(position, target) };
}
