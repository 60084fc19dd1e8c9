// One transaction on one connection: its statements go to PostgreSQL together where nothing between them waits for an
// answer, BEGIN with the first of them and, where asked, COMMIT with the last. Owns the state of the connection.
// Measured (one client, no load): a hold took 14 trips and takes 2.
import type pg from 'pg';
import { CommitUnknown, isConnectionLost } from './pgError.ts';
import { NotRun, type Statement, Statements } from './statements.ts';
import { encodeValue } from './values.ts';

type Row = Record<string, unknown>;

export class Session {
  readonly #client: pg.PoolClient;
  /** How long this side waits for one answer, where not as long as usual. */
  readonly #milliseconds: number | undefined;
  #waiting: Statement[] = [];
  #begun = false;
  #inFlight = false;
  /** COMMIT is on its way: what comes now would be outside of the transaction. */
  #ended = false;
  /** What was to go with COMMIT failed before it went. */
  #failed = false;

  constructor(client: pg.PoolClient, milliseconds?: number) {
    this.#client = client;
    this.#milliseconds = milliseconds;
    void this.run('BEGIN', 'BEGIN', []).catch(ignore);
  }

  /** Resolves with the rows. All that is asked for before the program next waits goes in one message, in order. */
  run(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.#ended ? tooLate(name) : this.#add(name, text, values);
  }

  /** Appends rows by COPY: like any other statement, with what else is asked for. */
  async copy(name: string, text: string, lines: string): Promise<void> {
    await (this.#ended ? tooLate(name) : this.#add(name, text, [], { lines }));
  }

  /** Sends what waits, so that what is said to the client itself comes after it. */
  flush(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    if (this.#failed) {
      for (const { reject } of waiting) reject(new NotRun(new Error('what was to be committed failed')));
      return;
    }
    this.#begun = true;
    this.#inFlight = true;
    const onEnd = () => {
      this.#inFlight = false;
      this.flush();
    };
    this.#client.query(new Statements(waiting, onEnd, this.#milliseconds));
  }

  /** Runs what `write` asks for at once, and COMMIT with it. Whatever it asks for later is refused. */
  async last<T>(write: () => Promise<T>): Promise<T> {
    const written = write();
    written.catch(() => {
      this.#failed = true;
    });
    const [wrote, committed] = await Promise.allSettled([written, this.commit()]);
    // Of a COMMIT that did not run because of a statement before it, that one's error says more.
    if (committed.status === 'rejected' && !(committed.reason instanceof NotRun)) throw committed.reason;
    if (wrote.status === 'rejected') throw wrote.reason;
    if (committed.status === 'rejected') throw committed.reason;
    return wrote.value;
  }

  /** Does nothing where `last` did it. */
  async commit(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    // Nothing was asked for.
    if (!this.#begun && this.#waiting.length === 1) this.#waiting = [];
    if (!this.#begun && this.#waiting.length === 0) return;
    try {
      await this.#add('COMMIT', 'COMMIT', [], { done: 'COMMIT' });
    } catch (error) {
      throw isConnectionLost(error) && !(error instanceof NotRun) ? new CommitUnknown(error) : error;
    }
  }

  /** Answers why the connection must be thrown away with its transaction, where it cannot be used again. */
  async rollback(reason: unknown): Promise<Error | undefined> {
    this.#ended = true;
    this.#waiting = [];
    if (isConnectionLost(reason) && reason instanceof Error) return reason;
    if (!this.#begun) return undefined;
    return this.#client.query('ROLLBACK').then(
      () => undefined,
      (error: Error) => error,
    );
  }

  /** One message at a time: what waits goes when the answer to the one before is there. */
  #flushNext(): void {
    if (!this.#inFlight) this.flush();
  }

  #add(
    name: string,
    text: string,
    values: readonly unknown[],
    more: Pick<Statement, 'done' | 'lines'> = {},
  ): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      // Here, where what cannot be encoded rejects: while a message is written nobody could catch it.
      const encoded = values.map(encodeValue);
      this.#waiting.push({ name, text, values: encoded, ...more, resolve, reject });
      // After all that can go on without an answer has gone on.
      if (this.#waiting.length === 1) queueMicrotask(() => process.nextTick(() => this.#flushNext()));
    });
  }
}

function tooLate(name: string): Promise<never> {
  return Promise.reject(new Error(`${name} was to run after its transaction ended`));
}

function ignore(): void {}
