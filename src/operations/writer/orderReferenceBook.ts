// Who has which order reference, as a batch has loaded it and as its commands claim more.
// Part of the batch: pure memory, and what a refused command claimed is taken back through `later`.
import { Problem } from '../../domain/problem.ts';
import type { Reservation } from '../../domain/reservation.ts';

export class OrderReferenceBook {
  readonly #owners: Map<string, string>;
  readonly #later: (undo: () => void) => void;

  /** `owners`: reservation ids by channel and reference, a line feed between. */
  constructor(owners: Map<string, string>, later: (undo: () => void) => void) {
    this.#owners = owners;
    this.#later = later;
  }

  /** Gives a reservation its reference; throws `order-reference-taken` where another one of its channel has it. */
  claim(reservation: Reservation, orderReference: string): void {
    const key = `${reservation.channel}\n${orderReference}`;
    const owner = this.#owners.get(key);
    if (owner !== undefined && owner !== reservation.id) {
      throw new Problem(
        'order-reference-taken',
        `Order reference ${orderReference} of channel ${reservation.channel} belongs to another reservation.`,
      );
    }
    this.#owners.set(key, reservation.id);
    if (owner === undefined) this.#later(() => this.#owners.delete(key));
    reservation.orderReference = orderReference;
  }
}
