// The queue's columns: each order in one of them, the most urgent first. Pure: the instant is an argument.
import type { Column, Order, Queue } from './model.ts';

const STATUS_COLUMNS: Partial<Record<Order['status'], Column>> = {
  confirmed: 'new',
  picking: 'picking',
  ready: 'ready',
};

/**
 * Late: not ready although it was promised by now; it is in no other column. Put back: over, and its units still lie on
 * the shelf of what is ready; one that was refused in part is still ready for the rest. Orders that are over, and holds
 * that nobody confirmed, are in none: null.
 */
export function columnOf(order: Order, now: number): Column | null {
  if (order.putBackPending && order.status !== 'ready') return 'putBack';
  const column = STATUS_COLUMNS[order.status] ?? null;
  const isPreparing = column === 'new' || column === 'picking';
  return isPreparing && isLate(order, now) ? 'late' : column;
}

export function isLate({ promise }: Pick<Order, 'promise'>, now: number): boolean {
  return promise !== null && Date.parse(promise.readyAt) < now;
}

export function queueOf<View extends Order>(orders: Iterable<View>, now: number): Record<Column, View[]> {
  const queue: Record<keyof Queue, View[]> = { new: [], picking: [], ready: [], late: [], putBack: [] };
  for (const order of orders) {
    const column = columnOf(order, now);
    if (column !== null) queue[column].push(order);
  }
  for (const column of Object.values(queue)) column.sort(byUrgency);
  return queue;
}

/** The earliest promise first; those without one (deliveries) after all others, the oldest first. */
function byUrgency(a: Order, b: Order): number {
  const [due, otherDue] = [a, b].map(({ promise }) => promise?.readyAt ?? '9999');
  return inOrder(due ?? '', otherDue ?? '') || inOrder(a.createdAt, b.createdAt);
}

/** Instants as the API writes them, which are in order as text. `localeCompare` would load a language's rules for it. */
function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
