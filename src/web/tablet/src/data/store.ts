// What the tablet knows right now, as signals: read by every screen, written by the engine alone.
import { computed, signal } from '@preact/signals';
import { serverTime } from './clock.ts';
import { queueOf } from './columns.ts';
import type { KeptItem } from './db.ts';
import type { Action, Conflict, Device, Level, Order, OrderView, Queue, Shift } from './model.ts';
import { pendingOf } from './outboxRules.ts';
import { conflictsOf, viewOf } from './projection.ts';

/** The pairing, null before it. */
export const device = signal<Device | null>(null);
export const token = signal<string | null>(null);
/** Who works with it, null between shifts. */
export const shift = signal<Shift | null>(null);
/** The pairing ended by the head office's hand. */
export const revoked = signal(false);
/** True while the store hears the server: false is when what is shown may be old. */
export const online = signal(true);
/** The server's clock, in milliseconds, every five seconds: for time left and for what becomes late. */
export const now = signal(serverTime());

/** As the server told; screens take `orders`. */
export const serverOrders = signal<ReadonlyMap<string, Order>>(new Map());
/** How often something was heard of this store's transfers: their lists, which are read and not kept here, are old then. */
export const transferNews = signal(0);
export const actions = signal<readonly Action[]>([]);
export const items = signal<ReadonlyMap<string, KeptItem>>(new Map());
export const levels = signal<ReadonlyMap<string, Level>>(new Map());

/** Every order that is kept here, with what waits to be sent on top. */
export const orders = computed<ReadonlyMap<string, OrderView>>(
  () => new Map([...serverOrders.value].map(([id, order]) => [id, viewOf(order, actions.value)])),
);

export const queue = computed<Queue>(() => queueOf(orders.value.values(), now.value));

/** How many actions wait to be sent. */
export const waiting = computed(() => pendingOf(actions.value).length);

/** What was refused and nobody has dismissed: those that were held back because of another stand after it. */
export const conflicts = computed<readonly Conflict[]>(() => conflictsOf(actions.value));

export function order(id: string): OrderView | null {
  return orders.value.get(id) ?? null;
}
