// The shelves that this tablet's people used last, kept here: nobody types the same letters all day.
import { signal } from '@preact/signals';
import { orders } from '../../data/index.ts';
import type { OrderView } from '../../data/model.ts';
import { offered, readUsed, withUsed } from './shelfNames.ts';

const PLACE = 'comptoir.shelves';

const used = signal<readonly string[]>(kept());

/** The shelves to offer for an order, the best first. */
export function shelvesFor(order: OrderView): string[] {
  const customer = order.customer?.reference ?? order.customer?.name;
  const ofCustomer = [...orders.value.values()]
    .filter(({ id, status }) => id !== order.id && status === 'ready')
    .filter(({ customer: other }) => customer !== undefined && (other?.reference ?? other?.name) === customer)
    .flatMap(({ shelf }) => shelf ?? []);
  const shown = [...orders.value.values()].flatMap(({ status, shelf }) =>
    status === 'ready' ? (shelf ?? []) : [],
  );
  return offered(used.value.length > 0 ? used.value : [...new Set(shown)], ofCustomer);
}

export function rememberShelf(shelf: string): void {
  used.value = withUsed(used.value, shelf);
  try {
    localStorage.setItem(PLACE, JSON.stringify(used.value));
  } catch {
    // A browser that keeps nothing: remembered as long as the page.
  }
}

function kept(): string[] {
  try {
    return readUsed(localStorage.getItem(PLACE));
  } catch {
    return [];
  }
}
