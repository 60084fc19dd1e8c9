// The events that one webhook is to be sent, in the order of the feed: which may be sent next, and how far all is done.
// Knows neither how they are sent nor what became of them.
import type { FeedEvent } from '../../domain/feedEvent.ts';
import type { Position } from '../../domain/feedPosition.ts';

export type Entry = { readonly event: FeedEvent; state: 'waiting' | 'sending' | 'done' };

/** Waiting and sent out of order together: what is read from the database again after a crash is at most this. */
const ENTRIES_MAX = 1_000;
/** How far beyond the oldest that is not done others may be sent. */
const AHEAD_MAX = 256;
/** Of all webhooks of the process, where they are many: after an outage each of them reads what it missed. */
const ENTRIES_ALL_MAX = 100_000;

/** How many entries each of so many webhooks may have. An entry is about 1.5 kB: 200 MB in all. */
export function entriesMax(webhooks: number): number {
  return Math.min(ENTRIES_MAX, Math.max(AHEAD_MAX, Math.floor(ENTRIES_ALL_MAX / Math.max(1, webhooks))));
}

export class Flow {
  #entries: Entry[] = [];
  /** Subjects with an event on its way: the next of the same waits, so that it is not overtaken. */
  readonly #subjects = new Set<string>();
  #doneUpTo: Position;
  #doneAt: Date;

  readonly #entriesMax: () => number;

  /**
   * @param handledAt about when the last event before `from` occurred
   * @param limit how many entries it may have now
   */
  constructor(from: Position, handledAt: Date, limit: () => number) {
    this.#entriesMax = limit;
    this.#doneUpTo = from;
    this.#doneAt = handledAt;
  }

  get isFull(): boolean {
    return this.#entries.length >= this.#entriesMax();
  }

  /** Little enough to read more. */
  get hasRoom(): boolean {
    return this.#entries.length < this.#entriesMax() / 2;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Everything up to here is done. */
  get doneUpTo(): Position {
    return this.#doneUpTo;
  }

  /** About when the last event before that occurred. */
  get doneAt(): Date {
    return this.#doneAt;
  }

  /** When the oldest event that is not done occurred; null when nothing is left. */
  get oldestAt(): Date | null {
    return this.#entries[0]?.event.occurredAt ?? null;
  }

  add(event: FeedEvent): void {
    this.#entries.push({ event, state: 'waiting' });
  }

  /** Everything up to `position` was looked at; with nothing left to send, it is done. */
  lookedUpTo(position: Position, at: Date): void {
    if (!this.isEmpty) return;
    this.#doneUpTo = position;
    this.#doneAt = at;
  }

  /** The next event to send, marked as being sent; null when each has to wait for another. */
  take(): Entry | null {
    const ahead = Math.min(this.#entries.length, AHEAD_MAX);
    for (let at = 0; at < ahead; at++) {
      const entry = this.#entries[at];
      if (entry?.state !== 'waiting' || this.#subjects.has(entry.event.subject)) continue;
      entry.state = 'sending';
      this.#subjects.add(entry.event.subject);
      return entry;
    }
    return null;
  }

  /** It was delivered, or will be tried again by itself. */
  done(entry: Entry): void {
    entry.state = 'done';
    this.#subjects.delete(entry.event.subject);
    let count = 0;
    while (this.#entries[count]?.state === 'done') count += 1;
    const last = this.#entries[count - 1];
    if (last === undefined) return;
    this.#doneUpTo = last.event.position;
    this.#doneAt = last.event.occurredAt;
    this.#entries.splice(0, count);
  }

  /** Leaves out what comes after everything that was sent: another reads it again, and sends it first. */
  cut(): void {
    const last = this.#entries.findLastIndex(({ state }) => state !== 'waiting');
    this.#entries.length = last + 1;
  }

  /** It was not sent after all. */
  giveBack(entry: Entry): void {
    entry.state = 'waiting';
    this.#subjects.delete(entry.event.subject);
  }
}
