// Owns one cluster's files: made whole or not at all, of the right version, reachable by the account, with its password.
// Does not start the server; that is postmaster.ts.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Account, canRun, giveTo } from './account.ts';
import { runToEnd } from './process.ts';

/** The major version of the package that package.json pins. */
export const serverMajor = 18;
export const superuser = 'comptoir';
export const databaseName = 'comptoir';

export interface Cluster {
  /** The directory's real path, for this process. */
  readonly directory: string;
  /** How the server is told of it; differs where its account cannot walk there. */
  readonly dataOption: string;
  readonly password: string;
}

/** The one name by which a directory can be reached whatever its parents' modes are. See `dataOptionFor`. */
const ownWorkingDirectory = '/proc/self/cwd';

/** Opens the cluster in `directory`, making it if there is none. The caller holds the data directory's lock. */
export async function openCluster(options: {
  directory: string;
  binaries: string;
  account: Account;
  durable: boolean;
  log: (line: string) => void;
}): Promise<Cluster> {
  const { directory, account } = options;
  if (!existsSync(directory)) await createCluster(options);
  await refuseOtherVersion(directory);
  // A copy made by root belongs to root, and one made without care is readable to all: the server refuses both.
  if ((await stat(directory)).uid !== (account.ids.uid ?? process.getuid?.()))
    await giveTo(account, directory);
  await chmod(directory, 0o700);
  return {
    directory,
    dataOption: dataOptionFor(account, directory),
    password: await readPassword(directory),
  };
}

/**
 * Made aside and renamed when complete, so that an initdb that was killed half-way leaves nothing that looks like a
 * cluster, and the cluster and its password appear at once.
 */
async function createCluster(options: {
  directory: string;
  binaries: string;
  account: Account;
  durable: boolean;
  log: (line: string) => void;
}): Promise<void> {
  const { directory, binaries, account, durable, log } = options;
  log(`Making a PostgreSQL ${serverMajor} database in ${directory}`);
  const aside = `${directory}.new`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true, mode: 0o700 });
  await giveTo(account, aside);

  const password = randomBytes(24).toString('base64url');
  const stdin = await openOnce(`${aside}.password`, `${password}\n`, account);
  try {
    await runToEnd(
      path.join(binaries, 'bin', 'initdb'),
      [
        '-D',
        dataOptionFor(account, aside),
        `--username=${superuser}`,
        '--auth=scram-sha-256',
        // Opened again by initdb through its own descriptor: the account needs no way to the file's directory.
        '--pwfile=/dev/stdin',
        '--encoding=UTF8',
        // Sorts and compares bytes, the same on every machine; the system's locales may not even be there.
        '--locale=C',
        '--no-instructions',
        ...(durable ? [] : ['--no-sync']),
      ],
      { account, cwd: aside, stdin: stdin.fd },
    );
  } finally {
    await stdin.close();
  }
  await writeFile(passwordFile(aside), `${password}\n`, { mode: 0o600, flush: true });
  await giveTo(account, passwordFile(aside));
  await rename(aside, directory);
}

/** A file's content as a descriptor, the file itself already gone. */
async function openOnce(file: string, content: string, account: Account) {
  await rm(file, { force: true });
  await writeFile(file, content, { mode: 0o600, flag: 'wx' });
  try {
    await giveTo(account, file);
    return await open(file, 'r');
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * The value of `-D`. Run by root, the server has another account, which cannot walk to a data directory below a folder of
 * mode 0700. It need not: its working directory is set before it gives up root, and `/proc/self/cwd` leads there without
 * a walk. So the data stays where it was asked for, and backups, `mv` and `rm` of the data directory mean what they say.
 */
function dataOptionFor(account: Account, directory: string): string {
  if (canRun(account, 'cd -- "$1"', directory)) return directory;
  if (existsSync(ownWorkingDirectory)) return ownWorkingDirectory;
  throw new Error(
    `PostgreSQL runs as ${account.name}, which cannot reach ${directory}. ` +
      'Set COMPTOIR_DATA_DIR to a directory that it can, or set DATABASE_URL.',
  );
}

async function refuseOtherVersion(directory: string): Promise<void> {
  const version = (await readFile(path.join(directory, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (version === '') {
    throw new Error(`${directory} is not a PostgreSQL database: it has no PG_VERSION. Nothing was changed.`);
  }
  if (version === String(serverMajor)) return;
  throw new Error(
    [
      `The database in ${directory} was made by PostgreSQL ${version}; this Comptoir brings PostgreSQL ${serverMajor}, which cannot open it.`,
      'Nothing was changed. To keep the data, either',
      `  - run the Comptoir release that made it; or`,
      `  - serve it with PostgreSQL ${version} (Debian: postgresql-${version}) and set DATABASE_URL to that server`,
      `    (user and database "${superuser}", password in ${passwordFile(directory)}); or`,
      `  - dump it from there with pg_dump, move ${directory} away, start Comptoir once to make a new one,`,
      '    and restore the dump into it.',
      'To start with an empty database and leave this one alone, set COMPTOIR_DATA_DIR to another directory.',
    ].join('\n'),
  );
}

function passwordFile(directory: string): string {
  return path.join(directory, 'comptoir.password');
}

export async function readPassword(directory: string): Promise<string> {
  const file = passwordFile(directory);
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new Error(`Cannot read the database's password from ${file}. Nothing was changed.`, {
      cause: error,
    });
  }
}
