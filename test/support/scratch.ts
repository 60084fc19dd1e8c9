// Owns folders for one test's files. Where a run was killed before it removed them, a later run does.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const prefix = 'comptoir-scratch-';
const ABANDONED_MILLISECONDS = 3_600_000;

/** A new folder, which the test removes. */
export function makeScratch(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), prefix));
}

/** Removes what nobody has changed for an hour. A server that still runs in there ends when it misses its files. */
export async function removeOldScratch(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const folder = path.join(tmpdir(), name);
    const made = await stat(folder).catch(() => undefined);
    if (!made || made.uid !== process.getuid?.()) continue;
    if (Date.now() - made.mtimeMs > ABANDONED_MILLISECONDS)
      await rm(folder, { recursive: true, force: true });
  }
}
