// Owns the rule that one process at a time uses a data directory. Knows nothing of PostgreSQL.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

export interface DirectoryLock {
  readonly release: () => void;
}

/**
 * Takes the directory's lock or returns undefined when a living process has it.
 *
 * The lock is an exclusive transaction on an empty SQLite file, because that is a lock of the kernel's: it goes when its
 * process goes, however it goes. A file with a process id in it would outlive `kill -9`, and in a container the id of
 * the dead process is soon, often at once, somebody else's.
 */
export function lockDirectory(directory: string): DirectoryLock | undefined {
  const database = new DatabaseSync(path.join(directory, 'lock'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  const pidFile = path.join(directory, 'lock.pid');
  writeFileSync(pidFile, `${process.pid}\n`);
  return {
    release() {
      rmSync(pidFile, { force: true });
      if (database.isOpen) database.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

/** Who has the lock, for a message to a human: only ever a hint. */
export function lockHolder(directory: string): string {
  try {
    return `process ${readFileSync(path.join(directory, 'lock.pid'), 'utf8').trim()}`;
  } catch {
    return 'another process';
  }
}
