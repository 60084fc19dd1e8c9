// Owns bringing a database to the current schema, safely from any number of processes at once.
// The migrations themselves are SQL, made by `npm run migrations`; forward only.
import path from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

/** Any number would do; it must be no other advisory lock's in this database. */
export const MIGRATION_LOCK = 7_266_738;
const WAIT_SECONDS_MAX = 60;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Applies every migration that the database does not have yet, one process at a time: Drizzle's migrator takes no lock,
 * and two of them at once would both create the first table. The session's advisory lock goes with its connection, so a
 * killed migration blocks nobody; it rolls back too, since all pending migrations are one transaction.
 *
 * Throws where another session blocks it for a minute: another process's migration, or a lock on a table to be changed.
 */
export async function migrate(database: string | pg.Pool): Promise<void> {
  if (typeof database === 'string') {
    const client = new pg.Client({ connectionString: database, application_name: 'comptoir migrations' });
    await client.connect();
    try {
      await migrateOn(client);
    } finally {
      await client.end();
    }
    return;
  }
  const client = await database.connect();
  try {
    await migrateOn(client);
  } finally {
    // Closed rather than given back: its timeouts are a migration's, not a request's.
    client.release(true);
  }
}

async function migrateOn(client: pg.Client | pg.PoolClient): Promise<void> {
  try {
    // A migration may rewrite a large table; waiting for a lock, though, makes everyone behind it wait too.
    await client.query(`SET statement_timeout = 0; SET lock_timeout = '${WAIT_SECONDS_MAX}s'`);
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await applyMigrations(drizzle(client), {
      migrationsFolder: path.join(import.meta.dirname, 'migrations'),
    });
    await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } catch (error) {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    throw new Error(
      `The database could not be migrated: another session has held a lock for ${WAIT_SECONDS_MAX} s. ` +
        'Another process may still be migrating (start again when it is done), or a long transaction may hold a table ' +
        '(pg_stat_activity names it).',
      { cause: error },
    );
  }
}

/** Drizzle wraps the driver's error once. */
function sqlState(error: unknown): string | undefined {
  const driverError = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return driverError instanceof pg.DatabaseError ? driverError.code : undefined;
}
