// Writes down what became of tries and how far webhooks have come: all of the process's together, a few times a second,
// each time in one transaction. Knows nothing of why a try failed.
import type { Logger } from 'pino';
import { FAILURES_TO_PAUSE } from '../../domain/webhook.ts';
import type { Database, Tx } from '../../queries/transaction.ts';
import {
  insertLog,
  type LogChange,
  type LogRow,
  type Standing,
  saveStandings,
  updateLog,
} from '../../queries/webhookLeases.ts';
import { pause } from '../pause.ts';

/** A webhook as the ledger sees it. */
export type Account = {
  readonly id: string;
  /** As of now; what is before its cursor is delivered, or in rows that were given to the ledger. */
  standing(): Standing;
  /** What was written until then is safe. */
  onFlushed(): void;
  /** Another process sends for it, or nobody does. */
  onLost(): void;
};

export type LedgerOptions = { database: Database; holder: string; log: Logger };

/** From the start of one flush to the next: what a crash makes us send again, and how often we commit. */
const SPACING_MILLISECONDS = 50;
const RETRY_MILLISECONDS = 1_000;
const ROWS_PER_STATEMENT = 2_000;

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #closed = new AbortController();
  #rows: LogRow[] = [];
  #changes: LogChange[] = [];
  #accounts = new Set<Account>();
  #turn: Promise<void> = Promise.resolve();
  #scheduled: Promise<void> | null = null;
  #startedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** The account has moved on. */
  note(account: Account): void {
    this.#accounts.add(account);
    this.#scheduled ??= this.#flushSoon();
  }

  insert(account: Account, row: LogRow): void {
    this.#rows.push(row);
    this.note(account);
  }

  change(account: Account, change: LogChange): void {
    this.#changes.push(change);
    this.note(account);
  }

  /** Writes all that was noted before the call. Rejects when the database cannot. */
  flush(): Promise<void> {
    return this.alone(() => this.#write());
  }

  /** Runs `work` while no flush does: both lock many webhooks, and would wait for each other. */
  alone<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#turn.then(work);
    this.#turn = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }

  /** Ends the waiting between two flushes; call `flush` for what is left. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#scheduled;
  }

  async #flushSoon(): Promise<void> {
    const wait = this.#startedAt + SPACING_MILLISECONDS - performance.now();
    // Never at once: what is noted in the same moment goes along.
    await pause(Math.max(0, wait), this.#closed.signal);
    while (!this.#closed.signal.aborted) {
      this.#scheduled = null;
      try {
        await this.flush();
        return;
      } catch (error) {
        this.#options.log.warn(
          { err: error },
          'what webhooks were sent cannot be written down; it tries again',
        );
        this.#scheduled ??= Promise.resolve();
        await pause(RETRY_MILLISECONDS, this.#closed.signal);
      }
    }
  }

  async #write(): Promise<void> {
    this.#startedAt = performance.now();
    const rows = this.#rows;
    const changes = this.#changes;
    const accounts = this.#accounts;
    if (accounts.size === 0) return;
    this.#rows = [];
    this.#changes = [];
    this.#accounts = new Set();
    // In the same moment as the rows: a cursor must never be ahead of what is written down.
    const standings = [...accounts].map((account) => account.standing());
    let held: Set<string>;
    try {
      held = await this.#options.database.retried((tx) => this.#save(tx, { standings, rows, changes }));
    } catch (error) {
      this.#rows = rows.concat(this.#rows);
      this.#changes = changes.concat(this.#changes);
      for (const account of accounts) this.#accounts.add(account);
      throw error;
    }
    for (const account of accounts) {
      account.onFlushed();
      if (!held.has(account.id)) account.onLost();
    }
  }

  async #save(
    tx: Tx,
    { standings, rows, changes }: { standings: Standing[]; rows: LogRow[]; changes: LogChange[] },
  ): Promise<Set<string>> {
    // A crash of the server may lose the last moment's commits: then the cursor is older and events are sent again,
    // which is what at least once means. Waiting for the disk each time would cost the shop's writes.
    // And plans are made once, while the log is small: without these one that reads it whole would stay as it grows.
    await tx.run(
      'webhooks.no_wait',
      `SELECT set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true),
         set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`,
      [],
    );
    const held = await saveStandings(tx, this.#options.holder, standings, FAILURES_TO_PAUSE);
    const ours = rows.filter((row) => held.has(row.webhookId));
    for (let at = 0; at < ours.length; at += ROWS_PER_STATEMENT) {
      await insertLog(tx, ours.slice(at, at + ROWS_PER_STATEMENT));
    }
    await updateLog(
      tx,
      changes.filter((change) => held.has(change.webhookId)),
    );
    return held;
  }
}
