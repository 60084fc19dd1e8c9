// A bounded queue whose waiting entries form the next batch as soon as one may start.
// Knows nothing of stock: entries have a weight, batches have a limit, work is done elsewhere.
import { Problem } from '../../domain/problem.ts';

export type QueueOptions<Entry, Result> = {
  /** The sum of weights that may wait; more is refused with 503 `overloaded`. */
  weightQueuedMax: number;
  /** The sum of weights in one batch; one entry heavier than that runs alone. */
  weightPerBatchMax: number;
  batchesInFlightMax: number;
  /** One settled result for each entry, in order. Must not throw. */
  work(entries: readonly Entry[]): Promise<PromiseSettledResult<Result>[]>;
};

type Waiting<Entry, Result> = {
  entry: Entry;
  resolve(result: Result): void;
  reject(reason: unknown): void;
};

export class Queue<Entry extends { weight: number }, Result> {
  readonly #options: QueueOptions<Entry, Result>;
  #waiting: Waiting<Entry, Result>[] = [];
  #weight = 0;
  #inFlight = 0;
  #closing = false;
  readonly #closed = Promise.withResolvers<void>();

  constructor(options: QueueOptions<Entry, Result>) {
    this.#options = options;
  }

  waiting(): number {
    return this.#weight;
  }

  add(entry: Entry): Promise<Result> {
    if (this.#closing) {
      return Promise.reject(
        new Problem('unavailable', 'The server is shutting down.', { retryAfterSeconds: 1 }),
      );
    }
    if (this.#weight + entry.weight > this.#options.weightQueuedMax) {
      const detail = 'Too many stock changes are waiting already; nothing of this one was done.';
      return Promise.reject(new Problem('overloaded', detail, { retryAfterSeconds: 1 }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#weight += entry.weight;
      // Not at once: requests that arrived in the same turn of the event loop share the batch.
      setImmediate(() => this.#start());
    });
  }

  /** Resolves when everything that was added is done. */
  close(): Promise<void> {
    this.#closing = true;
    this.#start();
    return this.#closed.promise;
  }

  #start(): void {
    while (this.#waiting.length > 0 && this.#inFlight < this.#options.batchesInFlightMax) {
      this.#inFlight += 1;
      void this.#runOne(this.#take());
    }
    if (this.#closing && this.#waiting.length === 0 && this.#inFlight === 0) this.#closed.resolve();
  }

  #take(): Waiting<Entry, Result>[] {
    let weight = 0;
    let count = 0;
    for (const { entry } of this.#waiting) {
      if (count > 0 && weight + entry.weight > this.#options.weightPerBatchMax) break;
      weight += entry.weight;
      count += 1;
    }
    this.#weight -= weight;
    return this.#waiting.splice(0, count);
  }

  async #runOne(taken: readonly Waiting<Entry, Result>[]): Promise<void> {
    const results = await this.#options.work(taken.map(({ entry }) => entry));
    taken.forEach(({ resolve, reject }, place) => {
      const result = results[place];
      if (result?.status === 'fulfilled') resolve(result.value);
      else reject(result?.reason ?? new Error('a batch gave no result for an entry'));
    });
    this.#inFlight -= 1;
    this.#start();
  }
}
