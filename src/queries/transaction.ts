// The door to PostgreSQL: the pool, transactions, statements. Outside this folder a Tx is opaque.
// Knows nothing of what the statements mean.
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import * as schema from '../../db/schema.ts';
import { isRetryable } from './pgError.ts';

type Schema = typeof schema;

/** Something statements can be run on: the pool or a transaction. Only src/queries looks inside. */
export type Tx = {
  readonly drizzle: NodePgDatabase<Schema>;
  /**
   * Runs a statement that PostgreSQL parses once per connection: `name` must be unique to `text`.
   * Arrays are one parameter each (`unnest`), so that one statement serves any number of rows.
   */
  run<Row extends pg.QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<Row[]>;
};

export type Database = Tx & {
  /** Runs `work` in one READ COMMITTED transaction; any throw rolls it back. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Like `transaction`, run again whole (up to 5 times) when PostgreSQL says that another try may succeed. */
  retried<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Connections in use and callers waiting for one, for metrics. */
  usage(): { total: number; idle: number; waiting: number };
  close(): Promise<void>;
};

export type DatabaseOptions = {
  url: string;
  connectionsMax: number;
  /** An idle client's error (PostgreSQL restarted) is news, not a crash. */
  onIdleError: (error: Error) => void;
};

const CONNECT_MILLISECONDS_MAX = 5_000;
/** Short writes keep the feed moving: a transaction that hangs holds back every later event. */
const STATEMENT_MILLISECONDS_MAX = 15_000;
const IDLE_IN_TRANSACTION_MILLISECONDS_MAX = 15_000;
const TRIES_MAX = 5;

// Timestamps without surprises: an instant is a Date; bigint ids stay below 2^53 for any ledger we can store.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax,
    connectionTimeoutMillis: CONNECT_MILLISECONDS_MAX,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: 'comptoir',
    statement_timeout: STATEMENT_MILLISECONDS_MAX,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MILLISECONDS_MAX,
  });
  pool.on('error', options.onIdleError);

  async function transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(txOn(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // A connection that cannot even roll back is thrown away with its transaction.
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async function retried<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await transaction(work);
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

function txOn(client: pg.Pool | pg.PoolClient): Tx {
  return {
    drizzle: drizzle(client, { schema }),
    run: async (name, text, values) => (await client.query({ name, text, values: [...values] })).rows,
  };
}
