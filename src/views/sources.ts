// What this process knows of sources: their ranks, kept fresh by the feed, and what it heard from them and has not
// written yet. Notes wait about a second, so that no batch writes a source's row: it would be everybody's hot row.
import type { FeedEvent } from '../domain/feedEvent.ts';
import { noteSources, rankedSources, type SourceNote } from '../queries/sources.ts';
import type { Database } from '../queries/transaction.ts';
import { makeRefresh, type Refresh } from './refresh.ts';

/** Facts of one source, in one message. */
export type Heard = { source: string; at: Date; facts: readonly { location: string; occurredAt: Date }[] };

/** More sources at once than any retailer has: what comes beyond them before the next write is not noted. */
const NOTES_MAX = 10_000;

type Note = Omit<SourceNote, 'locations'> & { locations: Set<string> };

export class Sources {
  readonly #database: Database;
  readonly #refresh: Refresh;
  #ranks: ReadonlyMap<string, number> = new Map();
  #notes = new Map<string, Note>();

  constructor(options: { database: Database; onError: (error: Error) => void }) {
    this.#database = options.database;
    this.#refresh = makeRefresh(() => this.load(), options.onError);
  }

  async load(): Promise<void> {
    this.#ranks = new Map((await rankedSources(this.#database)).map(({ name, rank }) => [name, rank]));
  }

  rankOf(source: string): number {
    return this.#ranks.get(source) ?? 0;
  }

  /** A source spoke; what it told is in the ledger. */
  heard({ source, at, facts }: Heard): void {
    const note = this.#noteOf(source);
    if (note === null) return;
    note.messageAt = later(note.messageAt, at);
    for (const { location, occurredAt } of facts) {
      note.locations.add(location);
      note.occurredAt = later(note.occurredAt, occurredAt);
    }
  }

  /** Two sources counted one level. */
  compared(sources: readonly string[], agreed: boolean): void {
    for (const source of sources) {
      const note = this.#noteOf(source);
      if (note === null) continue;
      note.compared += 1;
      if (!agreed) note.disagreed += 1;
    }
  }

  /** Writes what was noted. Fails as the database does; the notes are then kept for the next time. */
  async write(now: Date): Promise<void> {
    const notes = this.#notes;
    if (notes.size === 0) return;
    this.#notes = new Map();
    try {
      const rows = [...notes.values()].map((note) => ({ ...note, locations: [...note.locations] }));
      await this.#database.retried((tx) => noteSources(tx, rows, now));
    } catch (error) {
      for (const note of notes.values()) this.#keep(note);
      throw error;
    }
  }

  /** A consumer of the feed. */
  onEvents(events: readonly Pick<FeedEvent, 'type'>[]): void {
    if (events.some(({ type }) => type === 'source.changed')) this.#refresh.ask();
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

  #noteOf(name: string): Note | null {
    const known = this.#notes.get(name);
    if (known !== undefined) return known;
    if (this.#notes.size >= NOTES_MAX) return null;
    const note = {
      name,
      messageAt: null,
      occurredAt: null,
      compared: 0,
      disagreed: 0,
      locations: new Set<string>(),
    };
    this.#notes.set(name, note);
    return note;
  }

  #keep({ name, messageAt, occurredAt, compared, disagreed, locations }: Note): void {
    const note = this.#noteOf(name);
    if (note === null) return;
    note.messageAt = messageAt === null ? note.messageAt : later(note.messageAt, messageAt);
    note.occurredAt = occurredAt === null ? note.occurredAt : later(note.occurredAt, occurredAt);
    note.compared += compared;
    note.disagreed += disagreed;
    for (const location of locations) note.locations.add(location);
  }
}

function later(one: Date | null, other: Date): Date {
  return one !== null && one > other ? one : other;
}
