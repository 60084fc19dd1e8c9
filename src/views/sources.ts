// What this process knows of sources: their ranks, kept fresh by the feed, and what it heard from them and has not
// written yet. Notes wait about a second, so that no batch writes a source's row: it would be everybody's hot row.
import type { FeedEvent } from '../domain/feedEvent.ts';
import { mayBeSpokenBy, noteSources, rankedSources, type SourceNote } from '../queries/sources.ts';
import type { Database, Tx } from '../queries/transaction.ts';
import { makeRefresh, type Refresh } from './refresh.ts';

/** Facts of one source, in one message. */
export type Heard = {
  source: string;
  at: Date;
  facts: readonly { location: string; occurredAt: Date }[];
  /** The locations of the key that told it; null or absent: it has them all. */
  by?: readonly string[] | null;
};

/** More sources at once than any retailer has: what comes beyond them before the next write is not noted. */
const NOTES_MAX = 10_000;

/** What is noted by a key limited to locations stays apart: whether it may speak by this name is looked up with the write. */
type Note = Omit<SourceNote, 'locations'> & { locations: Set<string>; by: readonly string[] | null };

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
  heard({ source, at, facts, by = null }: Heard): void {
    const note = this.#noteOf(source, by);
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
      const note = this.#noteOf(source, null);
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
      await this.#database.retried((tx) => writeNotes(tx, [...notes.values()], now));
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

  #noteOf(name: string, by: Note['by']): Note | null {
    const key = by === null ? name : `${name}\n${by.join('\n')}`;
    const known = this.#notes.get(key);
    if (known !== undefined) return known;
    if (this.#notes.size >= NOTES_MAX) return null;
    const heard = { messageAt: null, occurredAt: null, compared: 0, disagreed: 0 };
    const note = { name, by, ...heard, locations: new Set<string>() };
    this.#notes.set(key, note);
    return note;
  }

  #keep(kept: Note): void {
    const note = this.#noteOf(kept.name, kept.by);
    if (note !== null) addTo(note, kept);
  }
}

/** One note a source, of all that may speak by its name. */
async function writeNotes(tx: Tx, notes: readonly Note[], now: Date): Promise<void> {
  const limited = notes.flatMap((note) => (note.by === null ? [] : [{ ...note, visible: note.by }]));
  const admitted = await mayBeSpokenBy(tx, limited);
  const bySource = new Map<string, Note>();
  const spoken = [...notes.filter(({ by }) => by === null), ...limited.filter((_, place) => admitted[place])];
  for (const note of spoken) {
    const known = bySource.get(note.name);
    if (known === undefined) bySource.set(note.name, { ...note, locations: new Set(note.locations) });
    else addTo(known, note);
  }
  const rows = [...bySource.values()].map((note) => ({ ...note, locations: [...note.locations] }));
  await noteSources(tx, rows, now);
}

function addTo(note: Note, { messageAt, occurredAt, compared, disagreed, locations }: Note): void {
  note.messageAt = messageAt === null ? note.messageAt : later(note.messageAt, messageAt);
  note.occurredAt = occurredAt === null ? note.occurredAt : later(note.occurredAt, occurredAt);
  note.compared += compared;
  note.disagreed += disagreed;
  for (const location of locations) note.locations.add(location);
}

function later(one: Date | null, other: Date): Date {
  return one !== null && one > other ? one : other;
}
