// Owns bringing a backup back: the whole file is judged before anything is written, then all is one transaction, and
// what is there at its end is summed up again before it commits.
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { MIGRATION_LOCK } from '../migrate.ts';
import { type Checked, type Progress, partsOf } from './check.ts';
import { BadBackup } from './fault.ts';
import type { End, Identities, Manifest, Part, TableEnd } from './format.ts';
import { latestVersion, migrateWithin, versionOf } from './migrations.ts';
import { makeRoom, tidyRoom } from './partitions.ts';
import { checksumOf, connect, Unfit } from './save.ts';
import { copyIn, FEED_STATE, readTables, type Table, tablesWithData } from './tables.ts';

export type LoadOptions = {
  url: string;
  file: string;
  /** What checkBackup found: nothing is written for a file that was not judged. */
  checked: Checked;
  /** Throws away what is there; without it, a database that has data is refused. */
  replace: boolean;
  onProgress: Progress;
  signal: AbortSignal;
};

/** Cursors of two databases made of one backup, on one server, must not pass for each other's. */
const EPOCH_STEP_MAX = 1_000;

/** A server notices the end of a connection a moment later: whoever stops Comptoir may restore at once. */
const GOING_MILLISECONDS_MAX = 2_000;

/**
 * Makes the database what the file says, or changes nothing. Cursors of the feed from before are refused afterwards.
 * Throws BadBackup for a file that has changed since it was checked, and Unfit for the database.
 */
export async function loadBackup(options: LoadOptions): Promise<Checked> {
  const { checked, url, onProgress, signal } = options;
  const client = await connect(url);
  // A statement that runs is ended with its connection; the transaction is rolled back with it.
  const abort = () => void client.end().catch(() => {});
  signal.addEventListener('abort', abort, { once: true });
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    const tables = await makeReady(client, checked.manifest, options.replace);
    await makeRoom(client, checked.manifest, checked.identities);
    const saved = await copyRows(client, tables, options);
    await tidyRoom(client);
    await startEpoch(client, checked.manifest);
    await prove(client, tables, saved, checked.end, onProgress);
    await migrateWithin(client, checked.manifest.migration, latestVersion());
    signal.throwIfAborted();
    // From here on it is done, and whoever interrupts it must not be told that nothing was.
    signal.removeEventListener('abort', abort);
    await client.query('COMMIT');
    // Plans made without statistics would be bad ones until autovacuum comes by: which it does, where this fails.
    await client.query('ANALYZE').catch(() => {});
    return checked;
  } finally {
    signal.removeEventListener('abort', abort);
    await client.end().catch(() => {});
  }
}

/** The backup's own tables, empty. Throws Unfit. */
async function makeReady(
  client: pg.Client,
  { migration, tables: names }: Manifest,
  replace: boolean,
): Promise<Table[]> {
  await refuseInUse(client);
  const latest = latestVersion();
  const version = await versionOf(client);
  if (migration.when > latest.when || version.when > latest.when) {
    const which = migration.when > latest.when ? 'The backup' : 'The database';
    throw new Unfit(
      `${which} is of a newer Comptoir than this one (${latest.tag}): update Comptoir, then try again.`,
    );
  }
  if (version.when > migration.when) {
    throw new Unfit(
      `The backup is of an older Comptoir (${migration.tag}) than the database (${version.tag}). Restore it into a database that ` +
        'Comptoir has not been started on yet (an empty one, or a new data directory): it is then brought up to date.',
    );
  }
  await migrateWithin(client, version, migration);
  const tables = await readTables(client);
  const there = tables.map(({ name }) => name);
  if (there.join() !== names.join()) {
    throw new Unfit(
      `The database’s tables are not the backup’s: ${there.join(', ')} against ${names.join(', ')}.`,
    );
  }
  await client.query(`LOCK TABLE ${[FEED_STATE, ...there].join(', ')} IN ACCESS EXCLUSIVE MODE`);
  const filled = await tablesWithData(client, tables);
  if (filled.length > 0 && !replace) {
    throw new Unfit(
      `The database is not empty: there are rows in ${filled.join(', ')}. Name an empty one, or throw away what is there with --replace.`,
    );
  }
  await empty(client, tables);
  return tables;
}

async function refuseInUse(client: pg.Client): Promise<void> {
  const until = performance.now() + GOING_MILLISECONDS_MAX;
  while (await isInUse(client)) {
    if (performance.now() > until)
      throw new Unfit('A Comptoir runs on this database: stop it first, and start it again afterwards.');
    await setTimeout(GOING_MILLISECONDS_MAX / 20);
  }
  const { rows } = await client.query<{ encoding: string }>(
    `SELECT current_setting('server_encoding') AS encoding`,
  );
  if (rows[0]?.encoding !== 'UTF8') {
    throw new Unfit(
      `The database’s encoding is ${rows[0]?.encoding}: Comptoir needs UTF8 (CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0).`,
    );
  }
}

async function isInUse(client: pg.Client): Promise<boolean> {
  // Within a transaction the activity is read once, and kept.
  await client.query('SELECT pg_stat_clear_snapshot()');
  const { rows } = await client.query<{ is_in_use: boolean }>(
    `SELECT EXISTS (
       SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'comptoir'
     ) AS is_in_use`,
  );
  return rows[0]?.is_in_use === true;
}

/** Also of what the migrations put there. The ledger's own guard against it is off meanwhile, in this transaction. */
async function empty(client: pg.Client, tables: readonly Table[]): Promise<void> {
  for (const { name } of tables) await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
  await client.query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
  for (const { name } of tables) await client.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`);
}

/** Returns the checksum of each table. */
async function copyRows(
  client: pg.Client,
  tables: readonly Table[],
  { file, checked, onProgress, signal }: LoadOptions,
): Promise<Map<string, string>> {
  const parts = partsOf(file, () => {});
  const saved = new Map<string, string>();
  let done = 0;
  for await (const part of parts) {
    signal.throwIfAborted();
    if (part.kind === 'end' && part.end.sha256 !== checked.end.sha256) {
      throw new BadBackup('The file was changed while it was read.');
    }
    if (part.kind === 'identities') await countOn(client, tables, part.identities);
    if (part.kind !== 'table') continue;
    const table = tables.find(({ name }) => name === part.head.table);
    if (table === undefined || table.columns.join() !== part.head.columns.join()) {
      throw new Unfit(`The columns of ${part.head.table} are not the backup’s.`);
    }
    const copy = client.query(copyFrom(copyIn(table)));
    await pipeline(
      rowsOfTable(parts, ({ sha256 }) => saved.set(table.name, sha256)),
      copy,
    );
    done += copy.rowCount;
    onProgress('Restoring', done, checked.end.rows, 'rows');
  }
  return saved;
}

/** The rows that come next. Takes the table's end, too, and leaves the parts after it to be read on. */
async function* rowsOfTable(
  parts: AsyncGenerator<Part, void>,
  onEnd: (end: TableEnd) => void,
): AsyncGenerator<Buffer, void> {
  for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
    const part = next.value;
    if (part.kind === 'rows') yield part.bytes;
    if (part.kind === 'tableEnd') return onEnd(part.end);
  }
}

/** RESTART, unlike setval, is taken back with its transaction. */
async function countOn(client: pg.Client, tables: readonly Table[], identities: Identities): Promise<void> {
  for (const { name, identity } of tables) {
    const next = identities[name];
    if (identity === null || next === undefined) continue;
    await client.query(`ALTER TABLE ${name} ALTER COLUMN ${identity.column} RESTART WITH ${next}`);
  }
}

/** Above every epoch that cursors may be from: the backup's, and that of what was here before. */
async function startEpoch(client: pg.Client, { feedEpoch }: Manifest): Promise<void> {
  await client.query(
    `UPDATE ${FEED_STATE} SET epoch = greatest(epoch, $1) + 1 + floor(random() * ${EPOCH_STEP_MAX})::int,
       purged_xid = DEFAULT, purged_id = DEFAULT`,
    [feedEpoch],
  );
}

/** Saved again, it would be the same backup. Throws Unfit where it would not, and all is taken back. */
async function prove(
  client: pg.Client,
  tables: readonly Table[],
  saved: ReadonlyMap<string, string>,
  { rows }: End,
  onProgress: Progress,
): Promise<void> {
  let done = 0;
  for (const table of tables) {
    const found = await checksumOf(client, table);
    if (found.sha256 !== saved.get(table.name)) {
      throw new Unfit(`This server keeps ${table.name} otherwise than it was saved. Nothing was changed.`);
    }
    done += found.rows;
    onProgress('Comparing', done, rows, 'rows');
  }
}
