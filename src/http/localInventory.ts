// The local inventory feed, whole: every row of every store in scope, as text, page by page.
// Knows stores, what supplies them and how a row is written; what changed since a cursor is localInventoryChanges.ts.
import { z } from 'zod';
import type { FeedEvent } from '../domain/feedEvent.ts';
import { offerOf, type Paid, promisesOf, type StorePromises } from '../domain/localInventory.ts';
import type { LocationRecord } from '../domain/location.ts';
import { listOffers, type OfferUnits } from '../queries/localInventory.ts';
import { allLocations } from '../queries/locations.ts';
import type { Tx } from '../queries/transaction.ts';
import type { Deps } from './deps.ts';

/**
 * Rows a statement: 13 µs each, where a million levels are in memory; 25 µs with 200 a statement, 9 with 20,000, which
 * then takes 160 ms. A million rows took 20 s to send on a busy machine.
 */
const ROWS_A_PAGE = 2_000;

export type FeedDeps = Pick<Deps, 'database' | 'availability' | 'now'>;

/** A store in the feed, with what replenishes it. */
export type FeedStore = { location: LocationRecord; source: LocationRecord | null };

const placeSchema = z.object({
  kind: z.string(),
  replenishment: z.object({ from: z.string() }).nullable(),
});
type Place = z.output<typeof placeSchema>;

/** What a `location.changed` tells of where rows come from. */
export type LocationChange = { subject: string; version: number; now: Place; previous: Place | null };

export function locationChangeOf({ subject, version, data }: FeedEvent): LocationChange {
  const { previous, ...now } = placeSchema
    .extend({ previous: placeSchema.nullable().default(null) })
    .parse(data);
  return { subject, version, now, previous };
}

/** The locations of the network, as the feed sees them. */
export type Network = {
  /** By code, those in scope only. */
  stores: readonly FeedStore[];
  byCode: ReadonlyMap<string, FeedStore>;
  /** Stores in scope by the code of what replenishes them. */
  supplied: ReadonlyMap<string, readonly FeedStore[]>;
  /** Codes by the database's own ids, of every location. */
  codes: ReadonlyMap<number, string>;
  /**
   * The stores whose rows a `location.changed` may have changed, by code: the location itself, and those that it
   * replenishes. None where a later change of the location is still to be read that tells as much.
   */
  changedBy(event: LocationChange): FeedStore[];
  /** Ids of the locations whose items had a row at the changed location, or have one. */
  rangeOfChanged(event: LocationChange): number[];
};

/**
 * Reads every location: the views in memory may lag behind the cursor that the answer is given, and what they lacked
 * would never be told. 2,000 locations take 20 ms.
 * @param sees false for locations that are not in scope
 */
export async function readNetwork(database: Tx, sees: (code: string) => boolean): Promise<Network> {
  const all = await allLocations(database);
  const locations = new Map(all.map((location) => [location.code, location]));
  const stores = all
    .filter((location) => location.kind === 'store' && sees(location.code))
    .map((location) => ({
      location,
      source: location.replenishment && (locations.get(location.replenishment.from) ?? null),
    }))
    .sort(byStoreCode);
  const byCode = new Map(stores.map((store) => [store.location.code, store]));
  const supplied = Map.groupBy(stores, ({ source }) => source?.code ?? '');
  return {
    stores,
    byCode,
    supplied,
    codes: new Map(all.map(({ id, code }) => [id, code])),
    changedBy(event) {
      const location = locations.get(event.subject);
      if (location === undefined) return [];
      const own = byCode.get(event.subject) ?? formerStore(location, event, sees);
      if (location.version > event.version && !isMoved(event)) return [];
      return [...(own === null ? [] : [own]), ...(supplied.get(event.subject) ?? [])].sort(byStoreCode);
    },
    rangeOfChanged(event) {
      const location = locations.get(event.subject);
      const codes = [event.subject, location?.replenishment?.from, supplyOf(event.previous)];
      return [...new Set(codes.flatMap((code) => locations.get(code ?? '')?.id ?? []))];
    },
  };
}

function supplyOf(place: Place | null): string | null {
  return place?.replenishment?.from ?? null;
}

/** It was not the same kind of location before, or not supplied by the same: only this event tells by which. */
function isMoved({ previous, now }: LocationChange): boolean {
  return previous !== null && (previous.kind !== now.kind || supplyOf(previous) !== supplyOf(now));
}

/** A location that was a store before the change: its rows are out of stock now. */
function formerStore(
  location: LocationRecord,
  { previous }: LocationChange,
  sees: (code: string) => boolean,
): FeedStore | null {
  return previous?.kind === 'store' && sees(location.code) ? { location, source: null } : null;
}

function byStoreCode(a: FeedStore, b: FeedStore): number {
  return a.location.code < b.location.code ? -1 : 1;
}

/** How the caller wants its rows. */
export type FeedFormat = { format: 'tsv' | 'ndjson'; quantity: boolean; paid: Paid };

const CONTENT_TYPES = {
  tsv: 'text/tab-separated-values; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
} as const;

/** The headers of a file of this format; `name` without its ending. */
export function fileHeaders({ format }: FeedFormat, name: string): Record<string, string> {
  return {
    'Content-Type': CONTENT_TYPES[format],
    'Content-Disposition': `attachment; filename="${name}.${format}"`,
  };
}

/** What comes before the rows. */
export function feedHead({ format, quantity }: FeedFormat): string {
  if (format === 'ndjson') return '';
  const columns = ['store_code', 'id', ...(quantity ? ['quantity'] : [])];
  return `${[...columns, 'availability', 'price', 'pickup_method', 'pickup_sla'].join('\t')}\n`;
}

/** One line. */
export function feedLine(
  store: LocationRecord,
  promises: StorePromises,
  row: OfferUnits,
  { format, quantity, paid }: FeedFormat,
): string {
  const offer = offerOf(promises, row, paid);
  const price = row.price === null ? null : priceText(row.price);
  if (format === 'ndjson') {
    const line = {
      store_code: store.code,
      id: row.sku,
      ...(quantity ? { quantity: offer.quantity } : {}),
      availability: offer.availability,
      price,
      pickup_method: offer.pickupMethod,
      pickup_sla: offer.pickupSla,
    };
    return `${JSON.stringify(line)}\n`;
  }
  const start = `${cell(store.code)}\t${cell(row.sku)}\t${quantity ? `${offer.quantity}\t` : ''}`;
  return `${start}${offer.availability}\t${price ?? ''}\t${offer.pickupMethod}\t${offer.pickupSla ?? ''}\n`;
}

/** `149.90 EUR`: two decimals at least, as shopping sites write prices. */
function priceText({ amount, currency }: { amount: number; currency: string }): string {
  const cents = Number(amount.toFixed(2)) === amount;
  return `${cents ? amount.toFixed(2) : String(amount)} ${currency}`;
}

/** Quoted where it must be, a quote doubled: a sku may have one, and no text of ours may ever break a line. */
export function cell(text: string): string {
  return /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What the store promises now. */
export function promisesAt({ location, source }: FeedStore, deps: FeedDeps, now: Date): StorePromises {
  return promisesOf(location, source, deps.availability.openOrders(location.code), now);
}

/** The ids of the locations whose items have a row at this store. */
export function rangeOf({ location, source }: FeedStore): number[] {
  return source === null ? [location.id] : [location.id, source.id];
}

/**
 * Every row, a page of a store at a time: each page is a statement of its own, so that nothing is held between two of
 * them however slowly the client reads. A row tells its store and item as they were when its page was read.
 */
export async function* wholeFeed(
  network: Network,
  format: FeedFormat,
  deps: FeedDeps,
): AsyncGenerator<string, void> {
  const head = feedHead(format);
  if (head !== '') yield head;
  for (const store of network.stores) {
    const ids = { locationId: store.location.id, sourceId: store.source?.id ?? null };
    for (let after = 0; ; ) {
      const now = deps.now();
      const page = { after, limit: ROWS_A_PAGE };
      const rows = await listOffers(deps.database, ids, rangeOf(store), page, now);
      const last = rows.at(-1);
      if (last === undefined) break;
      const promises = promisesAt(store, deps, now);
      yield rows.map((row) => feedLine(store.location, promises, row, format)).join('');
      if (rows.length < ROWS_A_PAGE) break;
      after = last.itemId;
    }
  }
}
