// Owns saving a database into a file: one snapshot, streamed table by table in bounded memory, however large it is.
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { MIGRATION_LOCK } from '../migrate.ts';
import {
  type End,
  type Identities,
  type Manifest,
  RowsChecksum,
  type SavedTable,
  writeBackup,
} from './format.ts';
import { versionOf } from './migrations.ts';
import { copyOut, FEED_STATE, readTables, SAME_TEXT_EVERYWHERE, type Table } from './tables.ts';

/** The database is not fit for it; the message says why and what to do. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}

export type Saved = { manifest: Manifest; end: End };

export type SaveOptions = {
  /** Connects to the primary or to a standby. */
  url: string;
  file: string;
  now: Date;
  onRows: (table: string, rowsSoFar: number) => void;
  signal: AbortSignal;
};

/**
 * Writes beside `file` and renames: the name never stands for half a backup. Readable by its owner alone: it holds
 * customers' names and the installation's secrets. Throws Unfit where there is no Comptoir in the database.
 */
export async function saveBackup(options: SaveOptions): Promise<Saved> {
  const { file, now, onRows, signal } = options;
  const aside = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`);
  const client = await connect(options.url);
  try {
    const { manifest, tables } = await openSnapshot(client, now);
    let end: End | undefined;
    await pipeline(
      writeBackup(manifest, saved(client, tables), {
        identities: () => nextIdentities(client, tables),
        onRows,
        onEnd(written) {
          end = written;
        },
      }),
      createGzip(),
      createWriteStream(aside, { mode: 0o600, flags: 'wx', flush: true }),
      { signal },
    );
    await rename(aside, file);
    await syncDirectory(path.dirname(file));
    if (end === undefined) throw new Error('A backup without an end');
    return { manifest, end };
  } finally {
    await client.end().catch(() => {});
    await rm(aside, { force: true });
  }
}

/** A connection of its own whose values read the same everywhere. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'backup of comptoir',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // Whoever waits for an answer hears of it by its rejection; without a listener it would end the process.
  client.on('error', () => {});
  await client.connect();
  await client.query(SAME_TEXT_EVERYWHERE);
  return client;
}

/**
 * One snapshot for all tables: no write of any moment is half in it. Nobody is held up but who would alter a table.
 * The lock of the migrations is let go once the tables are locked: a start that has nothing to migrate does not wait.
 */
async function openSnapshot(client: pg.Client, now: Date): Promise<{ manifest: Manifest; tables: Table[] }> {
  await client.query('SELECT pg_advisory_lock_shared($1)', [MIGRATION_LOCK]);
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  const migration = await versionOf(client);
  if (migration.when === 0) {
    throw new Unfit(
      'There is no Comptoir in this database: nothing to save. DATABASE_URL or the data directory names another one?',
    );
  }
  const tables = await readTables(client);
  const names = [FEED_STATE, ...tables.map(({ name }) => name)];
  await client.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`);
  await client.query('SELECT pg_advisory_unlock_shared($1)', [MIGRATION_LOCK]);
  const { rows } = await client.query<{ postgres: string; epoch: number }>(
    `SELECT current_setting('server_version') AS postgres, epoch FROM ${FEED_STATE}`,
  );
  return {
    tables,
    manifest: {
      madeAt: now.toISOString(),
      postgres: rows[0]?.postgres ?? '',
      migration,
      feedEpoch: rows[0]?.epoch ?? 0,
      tables: tables.map(({ name }) => name),
    },
  };
}

async function* saved(client: pg.Client, tables: readonly Table[]): AsyncGenerator<SavedTable, void> {
  for (const table of tables) yield { head: headOf(table), rows: rowsOf(client, table) };
}

export function headOf({ name, columns }: Table): { table: string; columns: string[] } {
  return { table: name, columns };
}

/** A table as COPY writes it, in the order of its primary key. */
export async function* rowsOf(client: pg.Client, table: Table): AsyncGenerator<Buffer, void> {
  const stream = client.query(copyTo(copyOut(table)));
  const lost = (error: Error) => stream.destroy(error);
  client.once('error', lost);
  try {
    for await (const bytes of stream) yield bytes;
  } finally {
    client.off('error', lost);
  }
}

/** What a backup of the table would say at its end. */
export async function checksumOf(client: pg.Client, table: Table): Promise<ReturnType<RowsChecksum['end']>> {
  const checksum = new RowsChecksum();
  for await (const bytes of rowsOf(client, table)) checksum.update(bytes);
  return checksum.end();
}

/** Sequences know no snapshot: they are asked at the end, and are never behind the rows. */
async function nextIdentities(client: pg.Client, tables: readonly Table[]): Promise<Identities> {
  const next: Identities = {};
  for (const { name, identity } of tables) {
    if (identity === null) continue;
    const { rows } = await client.query<{ next: string }>(
      `SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END AS next FROM ${identity.sequence}`,
    );
    next[name] = Number(rows[0]?.next ?? 1);
  }
  return next;
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
