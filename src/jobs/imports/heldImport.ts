// An import that this process has leased: its lease kept, its progress written, its events told, its end.
// Knows nothing of files and rows. A lease that is gone ends every write of this process at once.
import type { Logger } from 'pino';
import { type ImportRecord, type ImportSurvey, importEvent } from '../../domain/import.ts';
import { insertEvents } from '../../queries/events.ts';
import { insertErrors, type RejectedRow } from '../../queries/importFiles.ts';
import {
  endImport,
  findHeld,
  type Progress,
  releaseLease,
  renewLease,
  saveProgress,
  saveSurvey,
} from '../../queries/imports.ts';
import type { Database, Tx } from '../../queries/transaction.ts';

/** How soon a cancelled import's process hears of it. */
const WATCH_MILLISECONDS = 500;
const PROGRESS_EVENT_MILLISECONDS = 1_000;

/** The import is not ours any more: cancelled, or another process has taken it over. Nothing is left to do. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export type HeldOptions = {
  database: Database;
  log: Logger;
  now: () => Date;
  leaseSeconds: number;
  /** Called after each commit: wakes the feed. */
  onCommit: () => void;
};

export class HeldImport {
  readonly #options: HeldOptions;
  readonly #key: { id: string; holder: string };
  readonly #lost = new AbortController();
  #record: ImportRecord;
  #toldAt = 0;
  #watch: NodeJS.Timeout | undefined;

  constructor(record: ImportRecord, holder: string, options: HeldOptions) {
    this.#record = record;
    this.#key = { id: record.id, holder };
    this.#options = options;
    this.#watchOn();
  }

  /** As it was after our last write. */
  get record(): ImportRecord {
    return this.#record;
  }

  /** Aborted once the lease is known to be gone. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async survey(survey: ImportSurvey, rowsTotal: number): Promise<void> {
    this.#record = this.#ours(await saveSurvey(this.#options.database, this.#key, survey, rowsTotal));
  }

  /** Writes progress and rejected rows within `tx`; throws LeaseLost, so that the transaction goes with the lease. */
  async advance(tx: Tx, progress: Progress, rejected: readonly RejectedRow[]): Promise<ImportRecord> {
    await insertErrors(tx, this.#key.id, rejected);
    const record = this.#ours(await saveProgress(tx, this.#key, progress));
    const now = this.#options.now();
    if (now.getTime() - this.#toldAt >= PROGRESS_EVENT_MILLISECONDS) {
      this.#toldAt = now.getTime();
      await insertEvents(tx, [importEvent('import.progress', record, now)]);
    }
    return record;
  }

  /** After the COMMIT of a transaction that advanced. */
  advanced(record: ImportRecord): void {
    this.#record = record;
    this.#options.onCommit();
  }

  /** Reads it again, after a COMMIT of which nobody knows what became. Throws LeaseLost. */
  async refresh(): Promise<ImportRecord> {
    this.#record = this.#ours(await findHeld(this.#options.database, this.#key));
    return this.#record;
  }

  async end(status: 'succeeded' | 'failed', failure: { code: string; detail: string } | null): Promise<void> {
    const { database, now, onCommit } = this.#options;
    await database.retried(async (tx) => {
      const record = this.#ours(await endImport(tx, this.#key, { status, failure, now: now() }));
      await insertEvents(tx, [importEvent(`import.${status}`, record, now())]);
      this.#record = record;
    });
    onCommit();
  }

  /** Gives the lease back for another process, or a restarted one, to go on. */
  async release(): Promise<void> {
    await releaseLease(this.#options.database, this.#key.id, this.#key.holder);
  }

  close(): void {
    clearTimeout(this.#watch);
    this.#lost.abort(new LeaseLost(`import ${this.#key.id} is closed`));
  }

  #ours(record: ImportRecord | null): ImportRecord {
    if (record !== null) return record;
    const lost = new LeaseLost(`the lease of import ${this.#key.id} is gone`);
    this.#lost.abort(lost);
    throw lost;
  }

  #watchOn(): void {
    this.#watch = setTimeout(() => {
      const { database, leaseSeconds } = this.#options;
      renewLease(database, this.#key.id, this.#key.holder, leaseSeconds).then(
        (isOurs) => {
          if (!isOurs) this.#lost.abort(new LeaseLost(`import ${this.#key.id} was cancelled or taken over`));
          else if (!this.#lost.signal.aborted) this.#watchOn();
        },
        (error: unknown) => {
          // Without the database nobody can take it over either. The next round asks again.
          this.#options.log.warn({ err: error, import: this.#key.id }, 'a lease could not be renewed');
          if (!this.#lost.signal.aborted) this.#watchOn();
        },
      );
    }, WATCH_MILLISECONDS);
  }
}
