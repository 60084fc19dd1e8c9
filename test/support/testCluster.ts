// Owns the PostgreSQL of one test run, with a migrated database to clone: an embedded one of its own, or the one that
// DATABASE_URL names (15 to 18). Also clears away what killed runs left behind. Knows nothing of tests.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { lockDirectory } from '../../db/embedded/lock.ts';
import { stopOrphan } from '../../db/embedded/postmaster.ts';
import { startEmbedded } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { placesForData } from './scratch.ts';

/** What the workers need, handed to them in the environment as COMPTOIR_TEST_CLUSTER. */
export interface TestCluster {
  /** A database in which other databases can be made and dropped. */
  readonly adminUrl: string;
  /** Opens the name of every database of this run. */
  readonly prefix: string;
  readonly template: string;
}

export interface RunningTestCluster extends TestCluster {
  /** Names the databases that tests left behind, drops them, and stops what was started. */
  close(): Promise<readonly string[]>;
}

const directoryPrefix = 'comptoir-test-';
const databasePrefix = 'comptoir_test_';
const RUN_BYTES = 4;
const LEASE = 7_266_739;
const STARTING_MILLISECONDS_MAX = 60_000;

/** @param externalUrl an account that may create databases; undefined for an embedded server of this run's own. */
export async function startTestCluster(externalUrl: string | undefined): Promise<RunningTestCluster> {
  const server = externalUrl ? { url: externalUrl, stop: async () => {} } : await startOwnServer();
  const admin = new pg.Client({ connectionString: server.url });
  const run = randomBytes(RUN_BYTES);
  const prefix = `${databasePrefix}${run.toString('hex')}_`;
  const template = `${prefix}template`;

  const close = async () => {
    const names = await databasesLike(admin, prefix);
    for (const name of names) await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
    await server.stop();
    return names.filter((name) => name !== template);
  };
  await admin.connect();
  try {
    // Held as long as this process lives: how another run knows that these databases are in use.
    await admin.query('SELECT pg_advisory_lock($1, $2)', [LEASE, run.readInt32BE()]);
    if (externalUrl) await dropAbandoned(admin);
    // Made from template0, so that a server's odd encoding or own additions do not matter. Its collation does apply.
    await admin.query(`CREATE DATABASE ${template} TEMPLATE template0 ENCODING 'UTF8'`);
    await migrate(urlOf(server.url, template));
  } catch (error) {
    await close();
    throw error;
  }
  return { adminUrl: server.url, prefix, template, close };
}

export function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function startOwnServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const places = await placesForData();
  for (const place of places) await removeAbandoned(place);
  const dataDir = await mkdtemp(path.join(places[0], directoryPrefix));
  const server = await startEmbedded({ dataDir, durable: false, log: () => {} });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** What killed runs of this user left: directories whose lock nobody has, and perhaps a server that still runs. */
async function removeAbandoned(place: string): Promise<void> {
  for (const entry of await readdir(place, { withFileTypes: true })) {
    if (!entry.isDirectory() || !entry.name.startsWith(directoryPrefix)) continue;
    const directory = path.join(place, entry.name);
    const made = await stat(directory).catch(() => undefined);
    // A run that starts at this moment has its directory before it has its lock.
    if (!made || made.uid !== process.getuid?.()) continue;
    if (Date.now() - made.mtimeMs < STARTING_MILLISECONDS_MAX) continue;
    const lock = lockDirectory(directory);
    if (!lock) continue;
    await stopOrphan(path.join(directory, 'postgres'), () => {});
    lock.release();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The same on a server that is not ours: databases whose run no longer holds its lease. */
async function dropAbandoned(admin: pg.Client): Promise<void> {
  for (const name of await databasesLike(admin, databasePrefix)) {
    const run = Buffer.from(name.slice(databasePrefix.length).split('_')[0] ?? '', 'hex');
    if (run.length !== RUN_BYTES) continue;
    const lease = [LEASE, run.readInt32BE()];
    const { rows } = await admin.query('SELECT pg_try_advisory_lock($1, $2) AS free', lease);
    if (rows[0]?.free !== true) continue;
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.query('SELECT pg_advisory_unlock($1, $2)', lease);
  }
}

async function databasesLike(admin: pg.Client, prefix: string): Promise<string[]> {
  const { rows } = await admin.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY datname',
    [prefix],
  );
  return rows.map((row) => row.datname);
}
