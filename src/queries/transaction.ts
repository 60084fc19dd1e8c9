// The door to PostgreSQL: the pool, transactions, statements. Outside this folder a Tx is opaque.
// Knows nothing of what the statements mean.
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { isRetryable } from './pgError.ts';
import { Session } from './session.ts';
import { encodeValue } from './values.ts';

/** Something statements can be run on: the pool or a transaction. Only src/queries looks inside. */
export type Tx = {
  readonly drizzle: NodePgDatabase;
  /**
   * Runs a statement that PostgreSQL parses once per connection: `name` must be unique to `text`.
   * Arrays are one parameter each (`unnest`), so that one statement serves any number of rows.
   */
  run<Row extends pg.QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<Row[]>;
  /**
   * Appends rows by `COPY table (columns) FROM STDIN`, each a line of copy.ts; `name` as for `run`. Only a transaction
   * has this.
   */
  copy?(name: string, text: string, lines: string): Promise<void>;
};

/** A transaction: what it runs without waiting in between goes to PostgreSQL in one message, in order. */
export type Transaction = Tx & {
  /**
   * Ends it: what `write` asks for, all before it first waits, goes together with COMMIT. Nothing may run after it.
   * Rejects with the error of the statement that failed; then nothing of the transaction is there.
   */
  last<T>(write: () => Promise<T>): Promise<T>;
};

export type TransactionOptions = {
  /**
   * How long a statement of `run` may take, instead of the 15 s that every other may: on the server, and with some
   * seconds more on this side. A transaction that writes events holds back all later ones for as long.
   */
  statementMilliseconds?: number;
};

export type Database = Tx & {
  /** Runs `work` in one READ COMMITTED transaction; any throw rolls it back. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Like `transaction`, run again whole (up to 5 times) when another try may succeed. Never after a COMMIT whose
   * answer got lost (`CommitUnknown`): it may have happened.
   */
  retried<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Connections in use and callers waiting for one, for metrics. */
  usage(): { total: number; idle: number; waiting: number };
  close(): Promise<void>;
};

export type DatabaseOptions = {
  url: string;
  connectionsMax: number;
  /** An idle client's error (PostgreSQL restarted) is news, not a crash. */
  onIdleError: (error: Error) => void;
  /** How long a statement may take where its transaction does not say otherwise; 15 s by default. */
  statementMilliseconds?: number;
  /**
   * Plans a statement once for all values. For few statements that are asked again and again of partitioned tables, where
   * PostgreSQL finds a plan for the values at hand cheaper and forgets what planning costs: the feed's look for what is
   * new takes the server 0.18 ms so, and 1.1 ms otherwise. By indexes alone: such a plan was made while the tables were
   * small, and stays while they grow; until they were next counted, that look read all events of the day (7 ms), and a
   * batch that looked for kept answers joined all there were with what it asked for (60 µs a hold). Without parallel
   * workers: a plan that expects the events of an import under each id started two for each look (16 ms). A row read
   * costs as much as a page, so that not even a table of ten is read whole; and what a batch asks of a table that may be
   * empty is asked by LATERAL … OFFSET 0, from what is asked to the table: of one counted while empty any way is as good,
   * and a first import that went on in the same process read all of the ledger for each batch (30,000 rows: 36 s).
   */
  plansOnce?: boolean;
};

const CONNECT_MILLISECONDS_MAX = 5_000;
/** Short writes keep the feed moving: a transaction that hangs holds back every later event. */
const STATEMENT_MILLISECONDS_MAX = 15_000;
/** A server that is gone without a word answers no statement, its own timeout included: then the client gives up. */
const ANSWER_MILLISECONDS_MORE = 5_000;
const IDLE_IN_TRANSACTION_MILLISECONDS_MAX = 15_000;
const TRIES_MAX = 5;
const PLANS_ONCE =
  ' -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off' +
  ' -c max_parallel_workers_per_gather=0 -c cpu_tuple_cost=1';

// Timestamps without surprises: an instant is a Date; bigint ids stay below 2^53 for any ledger we can store.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export function openDatabase(options: DatabaseOptions): Database {
  const { statementMilliseconds: usual = STATEMENT_MILLISECONDS_MAX } = options;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax,
    connectionTimeoutMillis: CONNECT_MILLISECONDS_MAX,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: 'comptoir',
    statement_timeout: usual,
    query_timeout: usual + ANSWER_MILLISECONDS_MORE,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MILLISECONDS_MAX,
    // Our statements are short; compiling their plans takes longer than running them (on 15: 30 s against 4 s).
    // Disks that turn are not what a page costs any more: with the server's usual 4, a list of transfers reads a table.
    options: `-c jit=off -c random_page_cost=1.1${options.plansOnce === true ? PLANS_ONCE : ''}`,
  });
  pool.on('error', options.onIdleError);

  async function transaction<T>(
    work: (tx: Transaction) => Promise<T>,
    { statementMilliseconds }: TransactionOptions = {},
  ): Promise<T> {
    const client = await pool.connect();
    // The pool listens to idle clients only. Without this, a connection that ends during a transaction is an
    // unhandled 'error' event, which ends the process; the statement that runs rejects by itself.
    client.on('error', ignore);
    let broken: Error | undefined;
    const session = new Session(client, waitingFor(statementMilliseconds));
    try {
      if (statementMilliseconds !== undefined) void limit(session, statementMilliseconds);
      const result = await work(txIn(session, client));
      await session.commit();
      return result;
    } catch (error) {
      broken = await session.rollback(error);
      throw error;
    } finally {
      client.off('error', ignore);
      client.release(broken);
    }
  }

  async function retried<T>(work: (tx: Transaction) => Promise<T>, limits?: TransactionOptions): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await transaction(work, limits);
      } catch (error) {
        if (attempt >= TRIES_MAX || !isRetryable(error)) throw error;
        // Jitter keeps two batches that collided from colliding again in step.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
      }
    }
  }

  return {
    ...txOn(pool),
    transaction,
    retried,
    usage: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  };
}

function ignore(): void {}

/** Until the transaction ends. Where it fails, all that is run after it does. */
function limit(session: Session, statementMilliseconds: number): Promise<unknown> {
  const text = "SELECT set_config('statement_timeout', $1, true)";
  return session.run('transaction.limit', text, [String(statementMilliseconds)]).catch(ignore);
}

/** How long this side waits for an answer to statements that may take so long. */
function waitingFor(statementMilliseconds: number | undefined): number | undefined {
  return statementMilliseconds === undefined ? undefined : statementMilliseconds + ANSWER_MILLISECONDS_MORE;
}

function txOn(pool: pg.Pool): Tx {
  return {
    drizzle: drizzle(pool),
    run: async (name, text, values) =>
      (await pool.query({ name, text, values: values.map(encodeValue) })).rows,
  };
}

function txIn(session: Session, client: pg.PoolClient): Transaction {
  return {
    get drizzle() {
      session.flush();
      return drizzle(client);
    },
    // The rows are what the statement selects; that its type says so is its author's promise, as everywhere in this folder.
    run: (name, text, values) => session.run(name, text, values) as Promise<never[]>,
    copy: (name, text, lines) => session.copy(name, text, lines),
    last: (write) => session.last(write),
  };
}
