// Owns the question which operating system account runs the embedded PostgreSQL, and what that account can reach.
// PostgreSQL refuses to run as root; nothing here knows what a cluster is.
import { spawnSync } from 'node:child_process';
import { chown, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** `ids` goes into spawn options: empty means "as whoever runs this process". */
export interface Account {
  readonly name: string;
  readonly ids: { readonly uid?: number; readonly gid?: number };
}

/** initdb looks its own account up by name, so a made-up number will not do. The first that exists is taken. */
const candidates = ['postgres', 'nobody'];

/**
 * The account that PostgreSQL runs under. An ordinary user is itself. Root gives way to the owner of the cluster where
 * there is one (so that a package installed later, bringing its own `postgres`, changes nothing), else to the first
 * of `postgres` and `nobody` that exists: creating users on somebody's machine is not ours to do.
 */
export async function accountFor(cluster: string): Promise<Account> {
  const self = process.getuid?.();
  if (self === undefined) {
    throw new Error('The embedded database does not run on Windows: set DATABASE_URL, or use WSL.');
  }
  const owner = await stat(cluster).catch(() => undefined);
  if (self !== 0) {
    if (owner && owner.uid !== self) {
      throw new Error(
        `${cluster} belongs to user ${owner.uid}, and this is user ${self}. Start Comptoir as that user or as root, ` +
          'or give the data directory to this user (chown -R), or choose another one with COMPTOIR_DATA_DIR.',
      );
    }
    return { name: `user ${self}`, ids: {} };
  }
  if (owner && owner.uid !== 0) {
    return { name: `user ${owner.uid}`, ids: { uid: owner.uid, gid: owner.gid } };
  }
  return unprivileged();
}

async function unprivileged(): Promise<Account> {
  const entries = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of candidates) {
    const [, , uid, gid] = entries.find(([entry]) => entry === name) ?? [];
    // Some systems write nobody as -2; the kernel wants it unsigned.
    if (uid && gid) return { name, ids: { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 } };
  }
  throw new Error(
    `PostgreSQL does not run as root, and none of the accounts ${candidates.join(', ')} exists to run it instead. ` +
      'Start Comptoir as an ordinary user, or set DATABASE_URL.',
  );
}

/**
 * Whether a shell script (its arguments in `$1`, `$2`…) succeeds as that account. Asking the kernel is the only honest
 * test of "can it reach this": modes, parents' modes, ACLs and mount options all count.
 */
export function canRun(account: Account, script: string, ...args: string[]): boolean {
  const result = spawnSync('/bin/sh', ['-c', script, 'sh', ...args], {
    ...account.ids,
    cwd: '/',
    stdio: 'ignore',
  });
  if (result.error) {
    throw new Error(
      `Root cannot run PostgreSQL as ${account.name} here (${result.error.message}). ` +
        'Start Comptoir as an ordinary user, or set DATABASE_URL.',
      { cause: result.error },
    );
  }
  return result.status === 0;
}

/** Gives a file or a whole directory to the account; does nothing where no account has to be switched to. */
export async function giveTo(account: Account, target: string): Promise<void> {
  const { uid, gid } = account.ids;
  if (uid === undefined || gid === undefined) return;
  await chown(target, uid, gid);
  if (!(await stat(target)).isDirectory()) return;
  for (const entry of await readdir(target, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) await chown(path.join(entry.parentPath, entry.name), uid, gid);
  }
}
