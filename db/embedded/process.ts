// Owns running PostgreSQL's programs as the account, and telling which running process is ours.
// Knows nothing of clusters or data directories.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Account } from './account.ts';

/** Settings of the caller's environment (PGOPTIONS, PGDATA, LC_*, TZ) are not for this server. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

/** Runs a program until it ends; throws with what it said where it did not end well. */
export function runToEnd(
  program: string,
  args: readonly string[],
  options: { account: Account; cwd: string; stdin: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...options.account.ids,
      cwd: options.cwd,
      env: cleanEnvironment(),
      stdio: [options.stdin, 'pipe', 'pipe'],
    });
    let said = '';
    for (const output of [child.stdout, child.stderr]) {
      output?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    child.once('error', (error) => reject(new Error(`${program}: ${error.message}`, { cause: error })));
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${signal ?? code}:\n${said.trim()}`));
    });
  });
}

/**
 * Whether the process runs with an argument that ends with `mark`. A process id alone proves nothing: after a restart, in a
 * container above all, it is soon another process's. A zombie has no command line and is not running.
 */
export function isRunning(pid: number, mark: string): boolean {
  return `${commandLine(pid)} `.includes(`${mark} `);
}

function commandLine(pid: number): string {
  if (existsSync('/proc/self/cmdline')) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return '';
    }
  }
  return spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
}
