// Starts the real process as `npm start` does, on a database that is given, and reads what it tells people.
// Owns the child; no assertion.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { eventually } from './eventually.ts';

const root = path.join(import.meta.dirname, '..', '..');

export type RealProcess = {
  url: string;
  /** All that it printed so far. */
  output(): string;
  child: ChildProcess;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
};

export async function startProcess(environment: Record<string, string>): Promise<RealProcess> {
  const child = spawn(process.execPath, ['src/start.js'], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const url = await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${printed}`);
      const address = printed.includes('Comptoir is ready') && /http:\/\/[\d.]+:\d+/.exec(printed)?.[0];
      return address || false;
    },
    { milliseconds: 240_000 },
  );
  return {
    url,
    output: () => printed,
    child,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** The same for a retailer who has nothing yet: it refuses nobody for asking often, and logs only what is amiss. */
export function startEmptyShop(
  databaseUrl: string,
  adminKey: string,
  more: Record<string, string> = {},
): Promise<RealProcess> {
  return startProcess({
    ...{ DATABASE_URL: databaseUrl, HOST: '127.0.0.1', COMPTOIR_DEMO: '0', COMPTOIR_ADMIN_KEY: adminKey },
    ...{ COMPTOIR_RATE_LIMITS: 'off', COMPTOIR_LOG_LEVEL: 'warn', ...more },
  });
}
