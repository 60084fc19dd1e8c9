// The deliveries of one webhook that are due again: which wait here, and which must not be taken up a second time,
// because they are being tried or their result is not yet written down.
import type { DueDelivery } from '../../queries/webhookLeases.ts';

export class Retries {
  #waiting: DueDelivery[] = [];
  readonly #taken = new Set<string>();
  #settled: string[] = [];
  #writing: string[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  offer(due: readonly DueDelivery[]): void {
    for (const delivery of due) if (this.claim(delivery)) this.#waiting.push(delivery);
  }

  /** False when it was taken up already. */
  claim({ id }: DueDelivery): boolean {
    if (this.#taken.has(id)) return false;
    this.#taken.add(id);
    return true;
  }

  next(): DueDelivery | null {
    return this.#waiting.shift() ?? null;
  }

  /** It was not tried after all. */
  giveBack(delivery: DueDelivery): void {
    this.#waiting.unshift(delivery);
  }

  /** What waits is found again in the database. */
  forget(): void {
    for (const { id } of this.#waiting.splice(0)) this.#taken.delete(id);
  }

  /** Its result is about to be written down. */
  settled({ id }: DueDelivery): void {
    this.#settled.push(id);
  }

  /** The results so far are being written. */
  onWriting(): void {
    this.#writing.push(...this.#settled.splice(0));
  }

  onWritten(): void {
    for (const id of this.#writing.splice(0)) this.#taken.delete(id);
  }
}
