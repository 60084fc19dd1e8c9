// What the tablet keeps, in IndexedDB: outlives a reload, a dead battery and a day without a network.
// Knows shapes and where they lie; not when they change.
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Action, Device, Item, Level, Order, Shift } from './model.ts';

const NAME = 'comptoir-tablet';
const VERSION = 1;

/** Single values. The token opens one store's orders to whoever has it: it leaves with the pairing. */
type Kept = { device: Device; token: string; shift: Shift; shiftUntoldSince: string; cursor: string };

/** `readAt`: when the server last told it, in milliseconds by its clock. */
export type KeptItem = Item & { readAt?: number };

interface Schema extends DBSchema {
  kept: { key: keyof Kept; value: Kept[keyof Kept] };
  orders: { key: string; value: Order };
  items: { key: string; value: KeptItem };
  levels: { key: string; value: Level };
  /** By sequence, which the database gives: two pages of one tablet cannot get the same. */
  actions: { key: number; value: Action };
}

export type Db = IDBPDatabase<Schema>;
/** An action on its way in: the database gives the sequence. */
export type Unsequenced = Action extends infer One
  ? One extends Action
    ? Omit<One, 'sequence'>
    : never
  : never;

export function openDb(): Promise<Db> {
  return openDB<Schema>(NAME, VERSION, {
    upgrade(db) {
      db.createObjectStore('kept');
      db.createObjectStore('orders', { keyPath: 'id' });
      db.createObjectStore('items', { keyPath: 'sku' });
      db.createObjectStore('levels', { keyPath: 'sku' });
      db.createObjectStore('actions', { keyPath: 'sequence', autoIncrement: true });
    },
    // A newer version of these pages is open: this one must not hold it up, and cannot keep anything from here on.
    blocking: (_current, _blocked, event) => {
      if (event.target instanceof IDBDatabase) event.target.close();
      location.reload();
    },
    // The browser gave up on it: what is done from here on would look done and be kept nowhere.
    terminated: () => location.reload(),
  });
}

export type Everything = {
  device: Device | null;
  token: string | null;
  shift: Shift | null;
  shiftUntoldSince: string | null;
  cursor: string | null;
  orders: Order[];
  items: KeptItem[];
  levels: Level[];
  actions: Action[];
};

/** All that is kept, as of one instant. */
export async function readAll(db: Db): Promise<Everything> {
  const tx = db.transaction(['kept', 'orders', 'items', 'levels', 'actions']);
  const kept = tx.objectStore('kept');
  const [device, token, shift, shiftUntoldSince, cursor, orders, items, levels, actions] = await Promise.all([
    kept.get('device'),
    kept.get('token'),
    kept.get('shift'),
    kept.get('shiftUntoldSince'),
    kept.get('cursor'),
    tx.objectStore('orders').getAll(),
    tx.objectStore('items').getAll(),
    tx.objectStore('levels').getAll(),
    tx.objectStore('actions').getAll(),
  ]);
  return {
    device: isDevice(device) ? device : null,
    token: typeof token === 'string' ? token : null,
    shift: isShift(shift) ? shift : null,
    shiftUntoldSince: typeof shiftUntoldSince === 'string' ? shiftUntoldSince : null,
    cursor: typeof cursor === 'string' ? cursor : null,
    orders,
    items,
    levels,
    actions,
  };
}

/** Keeps or, with null, forgets single values. */
export async function keep(db: Db, values: { [Key in keyof Kept]?: Kept[Key] | null }): Promise<void> {
  const tx = db.transaction('kept', 'readwrite');
  for (const key of ['device', 'token', 'shift', 'shiftUntoldSince', 'cursor'] as const) {
    const value = values[key];
    if (value === null) within(tx.store.delete(key));
    else if (value !== undefined) within(tx.store.put(value, key));
  }
  await tx.done;
}

/** Orders that changed and those to forget, with how far the feed was read: all or nothing. */
export async function keepOrders(
  db: Db,
  changed: readonly Order[],
  forgotten: readonly string[],
  cursor: string,
): Promise<void> {
  const tx = db.transaction(['orders', 'kept'], 'readwrite');
  const orders = tx.objectStore('orders');
  for (const order of changed) within(orders.put(order));
  for (const id of forgotten) within(orders.delete(id));
  within(tx.objectStore('kept').put(cursor, 'cursor'));
  await tx.done;
}

/** A snapshot in place of all orders and levels that were kept. */
export async function keepSnapshot(db: Db, snapshot: readonly Order[], cursor: string): Promise<void> {
  const tx = db.transaction(['orders', 'levels', 'kept'], 'readwrite');
  const orders = tx.objectStore('orders');
  within(orders.clear());
  within(tx.objectStore('levels').clear());
  for (const order of snapshot) within(orders.put(order));
  within(tx.objectStore('kept').put(cursor, 'cursor'));
  await tx.done;
}

export async function forgetItems(db: Db, skus: readonly string[]): Promise<void> {
  const tx = db.transaction('items', 'readwrite');
  for (const sku of skus) within(tx.store.delete(sku));
  await tx.done;
}

/** Everything but the actions: what people did is never dropped without somebody seeing it. */
export async function forgetStore(db: Db): Promise<void> {
  const tx = db.transaction(['kept', 'orders', 'items', 'levels'], 'readwrite');
  for (const name of ['kept', 'orders', 'items', 'levels'] as const) within(tx.objectStore(name).clear());
  await tx.done;
}

/** Resolves when the action would outlive the page. */
export async function addAction(db: Db, action: Unsequenced): Promise<number> {
  // The key path fills in the sequence; the shape without it is what `add` gets.
  return db.add('actions', action as Action, undefined);
}

export function readActions(db: Db): Promise<Action[]> {
  return db.getAll('actions');
}

/** All or nothing: an action that is refused and those that are held back because of it change together. */
export async function saveActions(
  db: Db,
  changed: readonly Action[],
  gone: readonly number[],
): Promise<void> {
  if (changed.length === 0 && gone.length === 0) return;
  const tx = db.transaction('actions', 'readwrite');
  for (const action of changed) within(tx.store.put(action));
  for (const sequence of gone) within(tx.store.delete(sequence));
  await tx.done;
}

/** A request that fails ends its transaction, whose `done` tells so: once is enough. */
function within(request: Promise<unknown>): void {
  request.catch(() => undefined);
}

function isDevice(value: Kept[keyof Kept] | undefined): value is Device {
  return typeof value === 'object' && 'location' in value;
}

function isShift(value: Kept[keyof Kept] | undefined): value is Shift {
  return typeof value === 'object' && 'startedAt' in value;
}
