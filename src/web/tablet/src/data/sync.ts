// The server's state, brought here and kept fresh: a snapshot, then events, then what events leave open.
// Writes the store's server side; what people did here is the outbox's.
import { batch } from '@preact/signals';
import type { Answer, Api } from './api.ts';
import { type Db, keepOrders, keepSnapshot } from './db.ts';
import { afterEvent, afterStockEvent, isKept } from './facts.ts';
import type { FeedEvent, Item, Level, Order } from './model.ts';
import { freshAt, items, levels, serverOrders, transferNews } from './store.ts';

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
  /** Everything anew. False: no answer, and all is as it was. */
  snapshot(): Promise<boolean>;
  /** Reads what is known in part only, and the items that orders name. */
  complete(): Promise<void>;
  /** The order as it is now, with its history. */
  readOrder(id: string): Promise<Order | null>;
  /** Reads an order, and the items that it names. */
  readRest(id: string): Promise<void>;
};

export function makeSync(
  { db, api, location }: { db: Db; api: Api; location: () => string | null },
  start: string | null,
): Sync {
  let cursor = start;
  let isSaveDue = false;
  const unsaved = new Set<string>();
  const reading = new Set<string>();
  /** Asked for while they were being read: a risk makes no new version by which an older answer could be told. */
  const readAgain = new Set<string>();

  function put(order: Order): void {
    serverOrders.value = new Map(serverOrders.value).set(order.id, order);
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
      const ids = [...unsaved];
      unsaved.clear();
      const changed = ids.flatMap((id) => serverOrders.value.get(id) ?? []);
      const gone = ids.filter((id) => !serverOrders.value.has(id));
      if (cursor !== null) void keepOrders(db, changed, gone, cursor);
    }, SAVE_MILLISECONDS);
  }

  function forgetOver(): void {
    const oldest = Date.now() - OVER_MILLISECONDS;
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
    await readItems();
  }

  async function readItems(): Promise<void> {
    const wanted = new Set<string>();
    for (const { lines } of serverOrders.value.values()) {
      for (const { sku } of lines) if (!items.value.has(sku)) wanted.add(sku);
    }
    for (const sku of wanted) await loadItem(api, db, sku);
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
    },
    onOrder,
    readOrder,
    readRest,
    onEvent(event) {
      cursor = event.cursor;
      if (event.type === 'stock.changed') takeStock(db, event);
      else if (event.type === 'item.changed') takeItem(db, event);
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
      freshAt.value = Date.now();
      saveSoon();
    },
    async snapshot() {
      const read = await readSnapshot(api, location() ?? '');
      if (read === null) return false;
      cursor = read.cursor;
      batch(() => {
        serverOrders.value = new Map(read.orders.map((order) => [order.id, order]));
        levels.value = new Map();
        freshAt.value = Date.now();
      });
      await keepSnapshot(db, read.orders, read.cursor);
      void readItems();
      return true;
    },
    async complete() {
      const partial = [...serverOrders.value.values()].filter((order) => order.isPartial);
      for (const { id } of partial) await readRest(id);
      await readItems();
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

/** Reads an item and keeps it; null where there is none, or no answer. */
export async function loadItem(api: Api, db: Db, sku: string): Promise<Item | null> {
  const answer = await api<Item>(`/v1/items/${encodeURIComponent(sku)}`);
  if (!answer.ok) return null;
  items.value = new Map(items.value).set(sku, answer.value);
  await db.put('items', answer.value);
  return answer.value;
}

/** Reads a level of this store; from then on events keep it fresh. */
export async function loadLevel(api: Api, db: Db, location: string, sku: string): Promise<Level | null> {
  const path = `/v1/stock?location=${encodeURIComponent(location)}&sku=${encodeURIComponent(sku)}`;
  const answer = await api<Page<Level>>(path);
  const found = answer.ok ? answer.value.data[0] : undefined;
  if (found === undefined) return null;
  levels.value = new Map(levels.value).set(sku, found);
  await db.put('levels', found);
  return found;
}

function takeStock(db: Db, event: FeedEvent): void {
  const { sku } = event.data;
  const known = typeof sku === 'string' ? levels.value.get(sku) : undefined;
  if (known === undefined || known.location !== event.location) return;
  const after = afterStockEvent(known, event);
  if (after === known) return;
  levels.value = new Map(levels.value).set(known.sku, after);
  void db.put('levels', after);
}

function takeItem(db: Db, event: FeedEvent): void {
  const known = items.value.get(event.subject);
  if (known === undefined || event.version <= known.version) return;
  const after: Item = { ...known, ...event.data, version: event.version };
  items.value = new Map(items.value).set(known.sku, after);
  void db.put('items', after);
}
