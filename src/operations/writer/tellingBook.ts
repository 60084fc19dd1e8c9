// What counter and tills have told of the lines of a batch's reservations: as loaded, and as told in the batch.
// Part of the batch: pure memory, and what a refused command did is taken back through `later`.
import type { NewMovement } from '../../domain/movement.ts';
import { type LineEntry, tellsOf } from '../../domain/told.ts';

/** The reservations whose tellings were read, and what was told of them. */
export type LoadedTellings = {
  of: ReadonlySet<string>;
  entries: readonly (LineEntry & { reservationId: string; itemId: number })[];
};

export class TellingBook {
  readonly #of: ReadonlySet<string>;
  readonly #entries: Map<string, LineEntry[]>;
  readonly #later: (undo: () => void) => void;

  constructor(loaded: LoadedTellings, later: (undo: () => void) => void) {
    this.#of = loaded.of;
    this.#entries = Map.groupBy(loaded.entries, ({ reservationId, itemId }) =>
      lineKey(reservationId, itemId),
    );
    this.#later = later;
  }

  /** What was told of a line so far, in the order in which it was. */
  of(reservationId: string, itemId: number): readonly LineEntry[] {
    if (!this.#of.has(reservationId))
      throw new Error(`tellings of ${reservationId} were used without having been loaded`);
    return this.#entries.get(lineKey(reservationId, itemId)) ?? [];
  }

  /** An entry that the batch appends to the ledger; where it tells of a line, what comes after it knows. */
  keep(itemId: number, movement: Omit<NewMovement, 'itemId' | 'locationId'>): void {
    const told = tellsOf(movement);
    if (movement.reservationId === null || told === null || movement.onHandDelta === null) return;
    const { quantity: units, onHandDelta, occurredAt: at } = movement;
    const key = lineKey(movement.reservationId, itemId);
    const entries = this.#entries.get(key) ?? [];
    this.#entries.set(key, entries);
    entries.push({ ...told, units, onHandDelta, at });
    this.#later(() => entries.pop());
  }
}

function lineKey(reservationId: string, itemId: number): string {
  return `${reservationId}/${itemId}`;
}
