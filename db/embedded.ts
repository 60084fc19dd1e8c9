// Owns the default database: a real PostgreSQL 18 in the data directory, started and stopped with the process.
// Knows nothing of tables; the folder beside it holds its parts.
import { access, chmod, constants, mkdir, realpath } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { accountFor } from './embedded/account.ts';
import { reachableBinaries } from './embedded/binaries.ts';
import { databaseName, openCluster, readPassword, superuser } from './embedded/cluster.ts';
import { lockDirectory, lockHolder } from './embedded/lock.ts';
import { launch, type Postmaster, runningPort, stopOrphan } from './embedded/postmaster.ts';

export interface EmbeddedOptions {
  /** Made if missing. The database is in `postgres/`, the server's log in `postgres.log`. */
  readonly dataDir: string;
  /** Told what takes a moment: the first start, a recovery. */
  readonly log: (line: string) => void;
  /** The server ended although nobody called `stop`. What happened, for a log and an exit. */
  readonly onExit?: (reason: string) => void;
  /** False gives up safety against a power cut for speed: for tests. */
  readonly durable?: boolean;
}

export interface EmbeddedDatabase {
  /** `postgresql://…` on 127.0.0.1, with the password. */
  readonly url: string;
  /** Within about five seconds. May be called twice. Close pools first: sessions still open are cut. */
  stop(): Promise<void>;
}

/** Beyond PostgreSQL's own defaults, which suit two cores and a few hundred megabytes. */
const settings = {
  timezone: 'UTC',
  // Short statements on warm data: compiling them costs more than it gives, and it comes in spikes.
  jit: 'off',
  // Solid-state disks: with the default of 4 the planner avoids indexes that it should use.
  random_page_cost: '1.1',
  // The log is for start-up and crashes. Failed statements are the API's to log, and may carry personal data.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};

/**
 * A sixteenth of the memory, 128 MB to 1 GB, taken as it is used. Measured with 10 million levels: reservations took 1.43
 * times the processor time that they take with 50,000, and 1.25 times with enough for the levels. Fewer checkpoints write
 * fewer whole pages: where any of a million pages may be next, almost every change is the first since the last one.
 */
function memorySettings(): Record<string, string> {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const megabytes = Math.round(Math.min(1_024, Math.max(128, bytes / 16 / 1_048_576)));
  return { shared_buffers: `${megabytes}MB`, max_wal_size: '2GB' };
}

/** For tests. Two of them at once have used 130 connections. */
const notDurable = { fsync: 'off', full_page_writes: 'off', max_connections: '300' };

/**
 * Starts PostgreSQL in the data directory and returns once it takes connections.
 * Throws, with what to do, where another process uses the directory, where its database is of another version, and with
 * the end of the server's log where the server does not start.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { log, onExit, durable = true } = options;
  const dataDir = await makeDirectory(options.dataDir);
  const directory = path.join(dataDir, 'postgres');
  const account = await accountFor(directory);
  const lock = lockDirectory(dataDir);
  if (!lock) {
    throw new Error(
      `${dataDir} is in use by ${lockHolder(dataDir)}: one Comptoir at a time runs on a data directory. ` +
        'Stop that one, or give this one its own with COMPTOIR_DATA_DIR.',
    );
  }

  try {
    const binaries = await reachableBinaries(account, log);
    const cluster = await openCluster({ directory, binaries, account, durable, log });
    await stopOrphan(directory, log);
    const postmaster = await launch({
      binaries,
      account,
      cluster,
      logFile: path.join(dataDir, 'postgres.log'),
      settings: { ...settings, ...(durable ? memorySettings() : notDurable) },
      log,
    });
    const stop = stopOnce(postmaster, lock.release, onExit);
    const url = urlOf(cluster.password, postmaster.port);
    await ensureDatabase(url).catch(async (error) => {
      await stop();
      throw error;
    });
    return { url, stop };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The running server of a data directory that another process uses; null where none takes connections just now. */
export async function findEmbedded(dataDir: string): Promise<string | null> {
  const directory = path.join(dataDir, 'postgres');
  const port = await runningPort(directory);
  return port === null ? null : urlOf(await readPassword(directory), port);
}

function urlOf(password: string, port: number): string {
  return `postgresql://${superuser}:${password}@127.0.0.1:${port}/${databaseName}`;
}

async function makeDirectory(dataDir: string): Promise<string> {
  try {
    // Others may pass but not look: the server's account, where it is not ours, must get through to its own folder.
    if (await mkdir(dataDir, { recursive: true })) await chmod(dataDir, 0o711);
    await access(dataDir, constants.W_OK);
    return await realpath(dataDir);
  } catch (error) {
    throw new Error(
      `This user cannot write to the data directory ${dataDir}: choose one with COMPTOIR_DATA_DIR.`,
      {
        cause: error,
      },
    );
  }
}

function stopOnce(
  postmaster: Postmaster,
  releaseLock: () => void,
  onExit: ((reason: string) => void) | undefined,
): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  const stopWithProcess = () => postmaster.signalStop();
  process.once('exit', stopWithProcess);

  const ended = postmaster.ended.then((reason) => {
    process.off('exit', stopWithProcess);
    if (!stopping) onExit?.(`PostgreSQL ended by itself: ${reason}`);
    releaseLock();
  });
  return () => {
    stopping ??= postmaster.stop().then(() => ended);
    return stopping;
  };
}

/** At every start, not only after initdb: a first start may have been killed between the two. */
async function ensureDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
  } finally {
    await client.end();
  }
}
