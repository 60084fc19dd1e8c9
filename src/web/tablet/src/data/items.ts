// Items as they are kept here, for what has to open without a network: read where orders name them, known to be fresh
// while the server tells their changes, forgotten where nothing has asked for them for long. Writes `items`.
import type { Api } from './api.ts';
import { serverTime } from './clock.ts';
import { type Db, forgetItems, type KeptItem } from './db.ts';
import { isKept } from './facts.ts';
import type { FeedEvent, Item, Order } from './model.ts';
import { items, serverOrders } from './store.ts';

/** What no order names may lie on a lorry that is to be unpacked without a network: it stays this long. */
const UNNAMED_MILLISECONDS = 30 * 24 * 3_600_000;
/** One that changes faster than it can be read is read again when it changes next. */
const READS_MAX = 5;

export type Items = {
  /** The item as the server has it; without an answer, as it was known. */
  want(sku: string): Promise<Item | null>;
  /** Reads those of orders that are not known, and those of open ones that may have changed without a word. */
  complete(): Promise<void>;
  onEvent(event: FeedEvent): void;
  /** An order is no longer as it was `before`: what it alone named may change from now on without a word. */
  onOrderChange(before: Order): void;
  /** Changes may have been missed. What is known is shown until it is read again. */
  doubt(): void;
  forgetOld(): void;
};

export function makeItems({ db, api }: { db: Db; api: Api }): Items {
  /**
   * Those whose changes are all told: read while an open order of this store named them, and named by one ever since.
   * The server tells a tablet of no others. Empty when the page starts: what is kept may be older than its orders.
   */
  const followed = new Set<string>();
  const reading = new Map<string, Promise<Item | null>>();

  function put(item: Item): void {
    const kept: KeptItem = { ...item, readAt: serverTime() };
    items.value = new Map(items.value).set(item.sku, kept);
    // What could not be kept is read again by the next page.
    void db.put('items', kept).catch(() => undefined);
  }

  function read(sku: string): Promise<Item | null> {
    const underWay = reading.get(sku);
    if (underWay !== undefined) return underWay;
    const asked = ask(sku).finally(() => reading.delete(sku));
    reading.set(sku, asked);
    return asked;
  }

  async function ask(sku: string): Promise<Item | null> {
    let found: Item | null = null;
    for (let tries = 0; tries < READS_MAX; tries += 1) {
      // Before the question: what changes while the answer is on its way is told.
      if (isOpen(sku)) followed.add(sku);
      const answer = await api<Item>(`/v1/items/${encodeURIComponent(sku)}`);
      if (!answer.ok) {
        followed.delete(sku);
        break;
      }
      found = answer.value;
      put(found);
      // It changed, or came to be ordered, after the question: the answer may be the older one.
      if (followed.has(sku) || !isOpen(sku)) break;
    }
    return found;
  }

  return {
    async want(sku) {
      const known = items.value.get(sku) ?? null;
      if (known !== null && followed.has(sku) && !reading.has(sku)) return known;
      return (await read(sku)) ?? known;
    },
    async complete() {
      const wanted = new Set<string>();
      for (const order of serverOrders.value.values()) {
        const isOpenOrder = isKept(order);
        for (const { sku } of order.lines) {
          if (isOpenOrder ? !followed.has(sku) : !items.value.has(sku)) wanted.add(sku);
        }
      }
      // Others read some of them meanwhile.
      for (const sku of wanted) if (!followed.has(sku)) await read(sku);
    },
    onEvent({ subject, version, data }) {
      if (reading.has(subject)) followed.delete(subject);
      const known = items.value.get(subject);
      if (known !== undefined && version > known.version) put({ ...known, ...data, version });
    },
    onOrderChange(before) {
      if (!isKept(before)) return;
      for (const { sku } of before.lines) if (followed.has(sku) && !isOpen(sku)) followed.delete(sku);
    },
    doubt: () => followed.clear(),
    forgetOld() {
      const oldest = serverTime() - UNNAMED_MILLISECONDS;
      const old = [...items.value.values()].filter(({ readAt = 0 }) => readAt < oldest);
      if (old.length === 0) return;
      const named = new Set([...serverOrders.value.values()].flatMap(({ lines }) => lines.map(skuOf)));
      const gone = old.map(skuOf).filter((sku) => !named.has(sku));
      if (gone.length === 0) return;
      const left = new Map(items.value);
      for (const sku of gone) left.delete(sku);
      items.value = left;
      void forgetItems(db, gone).catch(() => undefined);
    },
  };
}

/** Whether an order names it that the server, too, has for open: those of which it tells this tablet. */
function isOpen(wanted: string): boolean {
  for (const order of serverOrders.value.values()) {
    if (isKept(order) && order.lines.some(({ sku }) => sku === wanted)) return true;
  }
  return false;
}

function skuOf({ sku }: { sku: string }): string {
  return sku;
}
