// What the counter remembers between its screens: a code that was scanned, and until when an order takes none.
// In memory only: a pickup code is never in an address, and is kept only with a hand-over that waits to be sent, or was
// refused and may be done again.
import { signal } from '@preact/signals';

/** The customer's QR code, until its order is handed over or another one is scanned. */
export const scannedCode = signal<{ id: string; pickupCode: string } | null>(null);

/** Orders that take no code now: until when, in milliseconds by the server's clock. */
export const locks = signal<ReadonlyMap<string, number>>(new Map());

export function lock(id: string, until: number): void {
  locks.value = new Map(locks.value).set(id, until);
}

/** Until when the order takes no code; null where it takes one. */
export function lockOf(id: string, now: number): number | null {
  const until = locks.value.get(id) ?? 0;
  return until > now ? until : null;
}
