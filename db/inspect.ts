// Owns the questions to a PostgreSQL that tell whether it is fit for Comptoir. Changes nothing, judges nothing.
import pg from 'pg';
import { latestVersion, type Version, versionOf } from './backup/migrations.ts';

export type DatabaseFacts = {
  /** Such as 18.4. */
  postgres: string;
  major: number;
  encoding: string;
  /** A standby: nothing can be written. */
  inRecovery: boolean;
  /** Name → value, of the settings that can harm. */
  settings: Readonly<Record<string, string>>;
  bytes: number;
  connections: number;
  connectionsMax: number;
  /** The oldest transaction that still runs, in seconds; 0: none. */
  oldestTransactionSeconds: number;
  migration: Version;
  latest: Version;
  milliseconds: number;
};

export const SETTINGS = [
  'fsync',
  'full_page_writes',
  'synchronous_commit',
  'autovacuum',
  'default_transaction_isolation',
  'default_transaction_read_only',
] as const;

const FACTS = `
  SELECT current_setting('server_version') AS postgres,
    current_setting('server_version_num')::int / 10000 AS major,
    current_setting('server_encoding') AS encoding,
    pg_is_in_recovery() AS "inRecovery",
    (SELECT json_object_agg(name, current_setting(name)) FROM unnest($1::text[]) AS name) AS settings,
    pg_database_size(current_database())::float8 AS bytes,
    (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
    current_setting('max_connections')::int AS "connectionsMax",
    coalesce((
      SELECT extract(epoch FROM max(now() - xact_start)) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    ), 0)::float8 AS "oldestTransactionSeconds"`;

/** Throws what the driver throws where the database cannot be reached. */
export async function inspectDatabase(url: string): Promise<DatabaseFacts> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'doctor of comptoir',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const startedAt = performance.now();
    await client.query('SELECT 1');
    const milliseconds = performance.now() - startedAt;
    type Row = Omit<DatabaseFacts, 'migration' | 'latest' | 'milliseconds'>;
    const { rows } = await client.query<Row>(FACTS, [SETTINGS]);
    const [facts] = rows;
    if (facts === undefined) throw new Error('PostgreSQL answers nothing.');
    return { ...facts, migration: await versionOf(client), latest: latestVersion(), milliseconds };
  } finally {
    await client.end().catch(() => {});
  }
}
