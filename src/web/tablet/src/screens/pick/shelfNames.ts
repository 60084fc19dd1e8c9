// The shelves that are offered when an order is staged: those that were used last on this tablet, and what follows them.
// Pure.

const OFFERED_MAX = 6;
export const SHELF_CHARACTERS_MAX = 50;

/** The last used ones, the newest first, with `shelf` as the newest. */
export function withUsed(used: readonly string[], shelf: string): string[] {
  return [shelf, ...used.filter((one) => one !== shelf)].slice(0, OFFERED_MAX);
}

/**
 * What to offer, the best first: the shelf that this customer's other order lies on, then the one after the last used,
 * then those used. One that an order lies on already may be offered: shelves hold more than one bag.
 */
export function offered(used: readonly string[], ofCustomer: readonly string[]): string[] {
  const [last] = used;
  const next = last === undefined ? null : following(last);
  return [...new Set([...ofCustomer, ...(next === null ? [] : [next]), ...used])].slice(0, OFFERED_MAX);
}

/** `B12` after `B11`, `Bac 10` after `Bac 9`; null where there is no number at the end. */
export function following(shelf: string): string | null {
  const [, stem = '', digits] = /^(.*?)(\d{1,6})$/.exec(shelf) ?? [];
  if (digits === undefined) return null;
  return stem + String(Number(digits) + 1).padStart(digits.length, '0');
}

/** What was kept, as far as it is a list of shelves. */
export function readUsed(text: string | null): string[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string').slice(0, OFFERED_MAX) : [];
  } catch {
    return [];
  }
}
