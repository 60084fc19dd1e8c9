// Which locations are stale, because a source that reports from them is silent. The rows are the truth; an event only
// says that they changed, so every process comes to the same answer. Knows no level.
import type { FeedEvent } from '../domain/feedEvent.ts';
import { readStaleLocations } from '../queries/silence.ts';
import type { Tx } from '../queries/transaction.ts';
import { makeRefresh, type Refresh } from './refresh.ts';

export class Staleness {
  readonly #database: Tx;
  readonly #refresh: Refresh;
  #since: ReadonlyMap<string, Date> = new Map();

  constructor(options: { database: Tx; onError: (error: Error) => void }) {
    this.#database = options.database;
    this.#refresh = makeRefresh(() => this.load(), options.onError);
  }

  async load(): Promise<void> {
    const stale = await readStaleLocations(this.#database);
    this.#since = new Map(stale.map(({ location, staleSince }) => [location, staleSince]));
  }

  /** Since when what is known of these locations (null stands for none) is out of date: the first of them; null: it is not. */
  since(locations: readonly (string | null)[]): Date | null {
    if (this.#since.size === 0) return null;
    const since = locations.flatMap((code) => (code === null ? [] : (this.#since.get(code) ?? [])));
    return since.reduce<Date | null>((first, at) => (first === null || at < first ? at : first), null);
  }

  /** A consumer of the feed. */
  onEvents(events: readonly Pick<FeedEvent, 'type'>[]): void {
    if (events.some(({ type }) => type.startsWith('source.'))) this.#refresh.ask();
  }

  onReset(): void {
    this.#refresh.ask();
  }

  /** Resolves when every change told so far has been read (or, while the database is away, was tried). */
  settled(): Promise<void> {
    return this.#refresh.settled();
  }

  close(): void {
    this.#refresh.close();
  }
}
