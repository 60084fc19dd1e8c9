// Owns how a command gets at the database that the server uses: an external one as it is; the embedded one through the
// server that runs, or started for the length of the visit.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lockDirectory, lockHolder } from './embedded/lock.ts';
import { findEmbedded, startEmbedded } from './embedded.ts';

export type Visit = {
  url: string;
  /** Where the data is, in words, without a password. */
  where: string;
  /** Stops what was started for the visit. */
  end(): Promise<void>;
};

export type VisitOptions = {
  /** Null: the embedded one. */
  databaseUrl: string | null;
  dataDir: string;
  /** `alone`: nobody else may use the embedded database meanwhile; made where there is none. */
  how: 'alone' | 'together';
  log: (line: string) => void;
};

const STARTING_MILLISECONDS_MAX = 15_000;
const POLL_MILLISECONDS = 100;

/** Throws, with what to do, where there is no database, and where the embedded one is not to be had that way. */
export async function visitDatabase({ databaseUrl, dataDir, how, log }: VisitOptions): Promise<Visit> {
  if (databaseUrl !== null) {
    return { url: databaseUrl, where: `PostgreSQL at ${placeOf(databaseUrl)}`, end: async () => {} };
  }
  const where = `the embedded database in ${dataDir}`;
  if (how === 'together') {
    if (!existsSync(path.join(dataDir, 'postgres'))) {
      throw new Error(
        `There is no database in ${dataDir}: set COMPTOIR_DATA_DIR to where it is, or DATABASE_URL.`,
      );
    }
    const running = await joinRunning(dataDir);
    if (running !== null) return { url: running, where, end: async () => {} };
  }
  const { url, stop } = await startEmbedded({ dataDir, log });
  return { url, where, end: stop };
}

/** Null where no process has the directory. One that has it may be about to start or to stop its server. */
async function joinRunning(dataDir: string): Promise<string | null> {
  for (const until = Date.now() + STARTING_MILLISECONDS_MAX; ; await delay(POLL_MILLISECONDS)) {
    const lock = lockDirectory(dataDir);
    if (lock) {
      lock.release();
      return null;
    }
    const url = await findEmbedded(dataDir);
    if (url !== null) return url;
    if (Date.now() > until) {
      throw new Error(
        `${dataDir} is in use by ${lockHolder(dataDir)}, but its database takes no connections. Try again later.`,
      );
    }
  }
}

function placeOf(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) return 'DATABASE_URL';
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}
