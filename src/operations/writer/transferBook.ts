// The working copies of the transfers that a batch has loaded or makes, and what will be told of them.
// Part of the batch: pure memory, and what a refused command did is taken back through `later`.
import type { EventType } from '../../domain/event.ts';
import type { Transfer } from '../../domain/transfer.ts';

export type TransferEvent = { type: EventType; transfer: Transfer; data: Record<string, unknown> };

export class TransferBook {
  readonly made = new Set<Transfer>();
  readonly changed = new Set<Transfer>();
  readonly events: TransferEvent[] = [];
  readonly #loaded: Map<string, Transfer>;
  readonly #now: Date;
  readonly #later: (undo: () => void) => void;

  constructor(loaded: Map<string, Transfer>, now: Date, later: (undo: () => void) => void) {
    this.#loaded = loaded;
    this.#now = now;
    this.#later = later;
  }

  find(id: string): Transfer | null {
    return this.#loaded.get(id) ?? null;
  }

  /** The transfer that brings units to a reservation; null: none, or not any more. */
  feeding(reservationId: string): Transfer | null {
    for (const transfer of this.#loaded.values())
      if (transfer.reservationId === reservationId) return transfer;
    return null;
  }

  add(transfer: Transfer): void {
    this.#loaded.set(transfer.id, transfer);
    this.made.add(transfer);
    this.#later(() => {
      this.#loaded.delete(transfer.id);
      this.made.delete(transfer);
    });
  }

  /** Declares that a transfer is about to change; call it before the first assignment. */
  change(transfer: Transfer): Transfer {
    const before = copyOf(transfer);
    const wasChanged = this.changed.has(transfer);
    this.changed.add(transfer);
    this.#later(() => {
      for (const [place, line] of transfer.lines.entries()) Object.assign(line, before.lines[place]);
      Object.assign(transfer, before, { lines: transfer.lines });
      if (!wasChanged) this.changed.delete(transfer);
    });
    return transfer;
  }

  /** Closes a change: a new version, and an event that tells the transfer as it is at this step. */
  record(transfer: Transfer, type: EventType, data: Record<string, unknown> = {}): void {
    if (type !== 'transfer.created') transfer.version += 1;
    transfer.updatedAt = this.#now;
    this.events.push({ type, transfer: copyOf(transfer), data });
    this.#later(() => this.events.pop());
  }
}

/** A copy one level deep, which is all there is: dates are replaced, never changed. */
function copyOf(transfer: Transfer): Transfer {
  return { ...transfer, lines: transfer.lines.map((line) => ({ ...line })) };
}
