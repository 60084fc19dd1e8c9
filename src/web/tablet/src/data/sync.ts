// The server's state, brought here and kept fresh: a snapshot, then events, then what events leave open.
// Writes the store's server side; what people did here is the outbox's.
import { batch } from '@preact/signals';
import type { Answer, Api } from './api.ts';
import { serverTime } from './clock.ts';
import { type Db, keepOrders, keepSnapshot } from './db.ts';
import { afterEvent, afterStockEvent, isKept } from './facts.ts';
import type { Items } from './items.ts';
import type { FeedEvent, Level, Order } from './model.ts';
import { levels, serverOrders, transferNews } from './store.ts';

const PAGE_ROWS = 200;
const SAVE_MILLISECONDS = 100;
/** An order that changes faster than it can be read is read again when it changes next. */
const READS_MAX = 5;
/** An order that is over stays this long: for what is still shown of it. */
const OVER_MILLISECONDS = 24 * 3_600_000;

type Page<Row> = { data: Row[]; nextCursor: string | null };

export type Sync = {
  cursor(): string | null;
  /** The pairing ended: what comes next starts from a snapshot. */
  forget(): void;
  onEvent(event: FeedEvent): void;
  onCursor(cursor: string): void;
  /** An answer showed the order. */
  onOrder(order: Order): void;
  /** Everything anew. False: no answer, or the pairing it was for has ended, and all is as it was. */
  snapshot(): Promise<boolean>;
  /** Reads what is known in part only, and the items that orders name. */
  complete(): Promise<void>;
  /** The order as it is now, with its history. */
  readOrder(id: string): Promise<Order | null>;
  /** Reads an order, and the items that it names. */
  readRest(id: string): Promise<void>;
};

export type SyncOptions = {
  db: Db;
  api: Api;
  items: Items;
  /** The pairing, as its token and its location; null: none. */
  token: () => string | null;
  location: () => string | null;
};

export function makeSync({ db, api, items, token, location }: SyncOptions, start: string | null): Sync {
  let cursor = start;
  let isSaveDue = false;
  const unsaved = new Set<string>();
  const reading = new Set<string>();
  /** Asked for while they were being read: a risk makes no new version by which an older answer could be told. */
  const readAgain = new Set<string>();

  function put(order: Order): void {
    const before = serverOrders.value.get(order.id);
    serverOrders.value = new Map(serverOrders.value).set(order.id, order);
    if (before !== undefined) items.onOrderChange(before);
    unsaved.add(order.id);
    saveSoon();
  }

  /** Orders and cursor together, a little later: a page that ends before hears the same events again. */
  function saveSoon(): void {
    if (isSaveDue) return;
    isSaveDue = true;
    setTimeout(() => {
      isSaveDue = false;
      forgetOver();
      items.forgetOld();
      const ids = [...unsaved];
      unsaved.clear();
      const changed = ids.flatMap((id) => serverOrders.value.get(id) ?? []);
      const gone = ids.filter((id) => !serverOrders.value.has(id));
      if (cursor !== null) keepOrders(db, changed, gone, cursor).catch(() => notKept(ids));
    }, SAVE_MILLISECONDS);
  }

  /** They go with the next save: its cursor would pass them, and nobody would tell of them again. */
  function notKept(ids: Iterable<string>): void {
    for (const id of ids) unsaved.add(id);
  }

  function forgetOver(): void {
    const oldest = serverTime() - OVER_MILLISECONDS;
    const isOld = (order: Order) => !isKept(order) && Date.parse(order.updatedAt) < oldest;
    const over = [...serverOrders.value.values()].filter(isOld);
    if (over.length === 0) return;
    const left = new Map(serverOrders.value);
    for (const { id } of over) {
      left.delete(id);
      unsaved.add(id);
    }
    serverOrders.value = left;
  }

  function onOrder(order: Order): void {
    const known = serverOrders.value.get(order.id);
    // What was sold for another store to prepare is no order of this one's queue.
    if (order.location !== location()) return;
    if (known === undefined || order.version >= known.version) {
      const { history: _, ...shown } = order;
      // What an event feared of its transfer is over with this: the answer says itself what is short or late.
      put(shown);
    }
  }

  async function readOrder(id: string): Promise<Order | null> {
    const answer = await api<Order>(`/v1/reservations/${encodeURIComponent(id)}`);
    if (!answer.ok) return null;
    onOrder(answer.value);
    return answer.value;
  }

  async function readRest(id: string): Promise<void> {
    if (reading.has(id)) {
      readAgain.add(id);
      return;
    }
    reading.add(id);
    // An event that came while the answer was on its way made the answer old: once more, until the order is whole.
    for (let tries = 0; tries < READS_MAX; tries += 1) {
      readAgain.delete(id);
      const isRead = (await readOrder(id)) !== null;
      const isWhole = serverOrders.value.get(id)?.isPartial !== true && !readAgain.has(id);
      if (!isRead || isWhole) break;
    }
    reading.delete(id);
    await items.complete();
  }

  /** What it means for the order that waits for it, that order tells. */
  function takeTransfer({ data }: FeedEvent): void {
    transferNews.value += 1;
    const fed = typeof data.reservationId === 'string' ? data.reservationId : '';
    if (serverOrders.value.has(fed)) void readRest(fed);
  }

  return {
    cursor: () => cursor,
    forget() {
      cursor = null;
      unsaved.clear();
      items.doubt();
    },
    onOrder,
    readOrder,
    readRest,
    onEvent(event) {
      cursor = event.cursor;
      if (event.type === 'stock.changed') takeStock(db, event);
      else if (event.type === 'item.changed') items.onEvent(event);
      else if (event.type.startsWith('transfer.')) takeTransfer(event);
      else if (event.type.startsWith('reservation.') && event.location === location()) {
        const known = serverOrders.value.get(event.subject);
        const after = afterEvent(known, event);
        if (after !== null && after !== known) {
          put(after);
          void readRest(after.id);
        }
      }
      saveSoon();
    },
    onCursor(at) {
      cursor = at;
      saveSoon();
    },
    async snapshot() {
      const mine = token();
      const read = await readSnapshot(api, location() ?? '');
      // After the pairing has ended its orders are nobody's to see here, and its cursor is not the next pairing's.
      if (read === null || token() !== mine) return false;
      const known = [...serverOrders.value.keys()];
      cursor = read.cursor;
      batch(() => {
        serverOrders.value = new Map(read.orders.map((order) => [order.id, order]));
        levels.value = new Map();
      });
      items.doubt();
      await keepSnapshot(db, read.orders, read.cursor).catch(() =>
        notKept([...known, ...serverOrders.value.keys()]),
      );
      void items.complete();
      return true;
    },
    async complete() {
      const partial = [...serverOrders.value.values()].filter((order) => order.isPartial);
      for (const { id } of partial) await readRest(id);
      await items.complete();
    },
  };
}

/** The cursor first: what happens while the pages are read comes again as events, and is told apart by its version. */
async function readSnapshot(api: Api, location: string) {
  const at = await api<Page<FeedEvent>>('/v1/events?after=latest&limit=1');
  if (!at.ok || at.value.nextCursor === null) return null;
  const filters = ['status=confirmed,picking,ready', 'putBackPending=true'];
  const found = new Map<string, Order>();
  for (const filter of filters) {
    const rows = await readPages<Order>(api, `/v1/reservations?location=${location}&${filter}`);
    if (rows === null) return null;
    for (const order of rows) found.set(order.id, order);
  }
  return { cursor: at.value.nextCursor, orders: [...found.values()] };
}

/** All rows of a list; null where an answer was missing. */
async function readPages<Row>(api: Api, path: string): Promise<Row[] | null> {
  const rows: Row[] = [];
  let more = '';
  do {
    const page: Answer<Page<Row>> = await api(`${path}&limit=${PAGE_ROWS}${more}`);
    if (!page.ok) return null;
    rows.push(...page.value.data);
    const { nextCursor } = page.value;
    more = nextCursor === null ? '' : `&cursor=${encodeURIComponent(nextCursor)}`;
  } while (more !== '');
  return rows;
}

/** Reads a level of this store; from then on events keep it fresh. */
export async function loadLevel(api: Api, db: Db, location: string, sku: string): Promise<Level | null> {
  const path = `/v1/stock?location=${encodeURIComponent(location)}&sku=${encodeURIComponent(sku)}`;
  const answer = await api<Page<Level>>(path);
  const found = answer.ok ? answer.value.data[0] : undefined;
  if (found === undefined) return null;
  levels.value = new Map(levels.value).set(sku, found);
  // Whoever asked has their answer, kept or not: it is asked for again whenever it is wanted.
  await db.put('levels', found).catch(() => undefined);
  return found;
}

function takeStock(db: Db, event: FeedEvent): void {
  const { sku } = event.data;
  const known = typeof sku === 'string' ? levels.value.get(sku) : undefined;
  if (known === undefined || known.location !== event.location) return;
  const after = afterStockEvent(known, event);
  if (after === known) return;
  levels.value = new Map(levels.value).set(known.sku, after);
  // What it is now is shown; after a restart the next event, or whoever looks, puts it right.
  void db.put('levels', after).catch(() => undefined);
}
