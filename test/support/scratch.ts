// Owns where tests put their files for a while, and folders there. Where a run was killed before it removed them, a later
// run does.
import { access, constants, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const prefix = 'comptoir-scratch-';
const ABANDONED_MILLISECONDS = 3_600_000;

/** Linux's file system in memory. */
const MEMORY = '/dev/shm';
/** A run has needed 170 MB; one of many rounds needs more. */
const MEMORY_BYTES_MIN = 2 * 2 ** 30;

/** A new folder, which the test removes. `place`: one of `placesForData`; programs may not run in memory. */
export function makeScratch(place = tmpdir()): Promise<string> {
  return mkdtemp(path.join(place, prefix));
}

/**
 * Where PostgreSQL's files of a test may go, the best place first: memory, where there is room. Each test file makes a
 * database of 500 files and drops it, and ext4 seeks long for inodes that were not freed in the last minutes: there the
 * same 1,476 tests take 1.29 times as long, and db/embedded.test.ts alone 27 – 39 s for 14 – 17 (in turns, three times).
 */
export async function placesForData(): Promise<[string, ...string[]]> {
  return (await hasMemory()) ? [MEMORY, tmpdir()] : [tmpdir()];
}

async function hasMemory(): Promise<boolean> {
  try {
    await access(MEMORY, constants.W_OK);
    const { bavail, bsize } = await statfs(MEMORY);
    return bavail * bsize >= MEMORY_BYTES_MIN;
  } catch {
    return false;
  }
}

/** Removes what nobody has changed for an hour. A server that still runs in there ends when it misses its files. */
export async function removeOldScratch(): Promise<void> {
  for (const place of await placesForData()) await removeOldIn(place);
}

async function removeOldIn(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    if (!name.startsWith(prefix)) continue;
    const folder = path.join(place, name);
    const made = await stat(folder).catch(() => undefined);
    if (!made || made.uid !== process.getuid?.()) continue;
    if (Date.now() - made.mtimeMs > ABANDONED_MILLISECONDS)
      await rm(folder, { recursive: true, force: true });
  }
}
