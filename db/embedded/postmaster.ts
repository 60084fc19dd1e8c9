// Owns the server's process: started, found again after its parent was killed, stopped. Knows nothing of SQL.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from './account.ts';
import type { Cluster } from './cluster.ts';
import { cleanEnvironment, isRunning } from './process.ts';

export interface Postmaster {
  readonly port: number;
  /** Resolves when the server has ended, with how, and the end of its log. */
  readonly ended: Promise<string>;
  /** Fast shutdown: sessions are cut, what was committed is on disk. Resolves when the server has ended. */
  stop(): Promise<void>;
  /** Asks for the same without waiting, for when this process is about to end. */
  signalStop(): void;
}

export interface LaunchOptions {
  readonly binaries: string;
  readonly account: Account;
  readonly cluster: Cluster;
  readonly logFile: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

const POLL_MILLISECONDS = 20;
/** Then SIGQUIT: the server ends at once and replays its log at the next start. Nothing committed is lost either way. */
const FAST_SHUTDOWN_MILLISECONDS_MAX = 5_000;
const IMMEDIATE_SHUTDOWN_MILLISECONDS_MAX = 5_000;
/** The sessions of a postmaster that was killed notice within moments; until then they keep the data directory. */
const OLD_SESSIONS_MILLISECONDS_MAX = 10_000;
const STILL_STARTING_MILLISECONDS = 10_000;
const PORT_TRIES_MAX = 5;
const LOG_BYTES_MAX = 5_000_000;
const LOG_TAIL_BYTES = 2_000;

/**
 * Stops the server that a killed process left behind, if there is one. Call it with the data directory's lock held: then
 * a server that runs there has lost its parent. Stopped and started again rather than adopted, so that there is one way
 * to watch a server and its settings are always this release's.
 */
export async function stopOrphan(directory: string, log: (line: string) => void): Promise<void> {
  const file = path.join(directory, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const mark = await markOf(directory);
  if (isRunning(pid, mark)) {
    log(`Stopping the PostgreSQL (process ${pid}) that an earlier run left behind`);
    await stopProcess(pid, mark);
  } else {
    // The server itself would refuse to start where the dead one's id now belongs to another process of its account.
    // Its second guard, on shared memory, still keeps it from joining sessions that live on.
    rmSync(file, { force: true });
  }
}

/** Starts the server and waits until it takes connections. Throws with the end of its log where it ends instead. */
export async function launch(options: LaunchOptions): Promise<Postmaster> {
  const giveUpAt = Date.now() + OLD_SESSIONS_MILLISECONDS_MAX;
  for (let portTry = 1; ; ) {
    const attempt = await launchOnce(options, await freePort());
    if (attempt.postmaster) return attempt.postmaster;
    const oldSessions = attempt.said.includes('shared memory block');
    const portTaken = attempt.said.includes('could not bind');
    if (oldSessions && Date.now() < giveUpAt) await delay(200);
    else if (portTaken && portTry < PORT_TRIES_MAX) portTry += 1;
    else
      throw new Error(`PostgreSQL did not start (${attempt.ending}). The end of its log:\n${attempt.said}`);
  }
}

type Attempt =
  | { readonly postmaster: Postmaster }
  | { readonly postmaster?: never; readonly ending: string; readonly said: string };

async function launchOnce(options: LaunchOptions, port: number): Promise<Attempt> {
  const { cluster, log, logFile } = options;
  const mark = await markOf(cluster.directory);
  const logFrom = rotateLog(logFile);
  const child = spawnServer(options, port, mark);
  const exit = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });

  let ending: string | undefined;
  void exit.then((how) => {
    ending = how;
  });
  for (let waited = 0; ending === undefined; waited += POLL_MILLISECONDS) {
    if (await isReady(cluster, child.pid)) {
      const ended = exit.then(
        async (how) => `${how}. The end of its log:\n${await readTail(logFile, logFrom)}`,
      );
      return { postmaster: postmasterOf(child, port, mark, ended) };
    }
    if (waited > 0 && waited % STILL_STARTING_MILLISECONDS === 0) {
      log(`PostgreSQL is still starting (after a crash it replays its log): see ${logFile}`);
    }
    await delay(POLL_MILLISECONDS);
  }
  return { ending, said: await readTail(logFile, logFrom) };
}

function spawnServer(
  { binaries, account, cluster, logFile, settings }: LaunchOptions,
  port: number,
  mark: string,
) {
  const all: Record<string, string> = {
    ...settings,
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    cluster_name: mark,
  };
  const logDescriptor = openSync(logFile, 'a', 0o600);
  try {
    return spawn(
      path.join(binaries, 'bin', 'postgres'),
      [
        '-D',
        cluster.dataOption,
        ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      {
        ...account.ids,
        cwd: cluster.directory,
        env: cleanEnvironment(),
        stdio: ['ignore', logDescriptor, logDescriptor],
        // A group of its own: Ctrl-C in a terminal is for the API, which first finishes what runs, then stops the server.
        detached: true,
      },
    );
  } finally {
    closeSync(logDescriptor);
  }
}

function postmasterOf(child: ChildProcess, port: number, mark: string, ended: Promise<string>): Postmaster {
  return {
    port,
    ended,
    async stop() {
      if (child.pid !== undefined) await stopProcess(child.pid, mark);
      await ended;
    },
    signalStop() {
      child.kill('SIGINT');
    },
  };
}

async function stopProcess(pid: number, mark: string): Promise<void> {
  const steps = [
    ['SIGINT', FAST_SHUTDOWN_MILLISECONDS_MAX],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MILLISECONDS_MAX],
  ] as const;
  for (const [signal, patience] of steps) {
    const until = Date.now() + patience;
    if (isRunning(pid, mark)) process.kill(pid, signal);
    while (Date.now() < until) {
      if (!isRunning(pid, mark)) return;
      await delay(POLL_MILLISECONDS);
    }
  }
  throw new Error(`PostgreSQL (process ${pid}) does not stop`);
}

/** In the server's command line, to know it again: follows the directory when it is moved, unlike its path. */
async function markOf(directory: string): Promise<string> {
  const { dev, ino } = await stat(directory);
  return `comptoir-${dev.toString(36)}-${ino.toString(36)}`;
}

/** The server writes its state into line 8 of its pid file; that is also what pg_ctl waits for. */
async function isReady(cluster: Cluster, pid: number | undefined): Promise<boolean> {
  const content = await readFile(path.join(cluster.directory, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = content.split('\n');
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
}

/** Where a server that somebody else started takes connections; null where none does. */
export async function runningPort(directory: string): Promise<number | null> {
  const content = await readFile(path.join(directory, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid, , , port, , , , state] = content.split('\n');
  const isServing = state?.trim() === 'ready' && isRunning(Number(pid), await markOf(directory));
  return isServing ? Number(port) : null;
}

/** Keeps one older log. Returns where this start's lines begin. */
function rotateLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size < LOG_BYTES_MAX) return size;
  renameSync(file, `${file}.1`);
  return 0;
}

async function readTail(file: string, from: number): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return `(${file} cannot be read)`;
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - LOG_TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead).trim();
  } finally {
    await handle.close();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('No free port'));
      });
    });
  });
}
