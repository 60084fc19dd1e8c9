// The process as its operator sees it: how it starts, how it says what is wrong, how it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { eventually } from './support/eventually.ts';

const ADMIN = 'test-admin-key-0123456789';
const start = path.join(import.meta.dirname, '../src/start.js');

type Run = {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  /** Resolves with the exit code, or the signal that ended it. */
  ended: Promise<number | string>;
  /** The URL, once it is ready. */
  ready(): Promise<string>;
};

let database: TestDatabase;
const running = new Set<ChildProcess>();
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
afterAll(() => database.drop());

function run(environment: Record<string, string>): Run {
  const child = spawn(process.execPath, [start], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: database.url,
      HOST: '127.0.0.1',
      PORT: '0',
      COMPTOIR_ADMIN_KEY: ADMIN,
      COMPTOIR_DEMO: '0',
      ...environment,
    },
  });
  running.add(child);
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (text.stdout += chunk));
  child.stderr.on('data', (chunk) => (text.stderr += chunk));
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal ?? 'unknown');
    });
  });
  return {
    child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended,
    ready: () =>
      eventually(() => /API +(http:\/\/[^/]+)\/v1/.exec(text.stderr)?.[1] ?? false, {
        milliseconds: 120_000,
      }),
  };
}

describe('a start', () => {
  test('names where it is on standard error, logs JSON on standard output, and shows no key of the operator’s', async () => {
    const comptoir = run({});
    const url = await comptoir.ready();
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(200);
    comptoir.child.kill('SIGTERM');
    expect(await comptoir.ended).toBe(0);
    for (const page of ['/docs', '/openapi.json', '/health/ready', '/metrics']) {
      expect(comptoir.stderr()).toContain(`${url}${page}`);
    }
    const lines = comptoir
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual(expect.objectContaining({ level: 'info', msg: 'ready', url }));
    expect(comptoir.stderr() + comptoir.stdout()).not.toContain(ADMIN);
  });

  test('with wrong variables lists every mistake and ends', async () => {
    const comptoir = run({ PORT: 'http', COMPTOIR_DEMO: 'no', COMPTOIR_DAT_DIR: 'x' });
    expect(await comptoir.ended).toBe(1);
    for (const name of ['PORT', 'COMPTOIR_DEMO', 'COMPTOIR_DAT_DIR'])
      expect(comptoir.stderr()).toContain(`- ${name} `);
    expect(comptoir.stdout()).toBe('');
  });

  test('on a port that is taken says so and what to do', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const comptoir = run({ PORT: String(port) });
    expect(await comptoir.ended).toBe(1);
    other.close();
    expect(comptoir.stderr()).toContain(`Port ${port} is taken`);
    expect(comptoir.stderr()).toContain('PORT');
  });

  test('without its database says which one is away', async () => {
    const comptoir = run({ DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' });
    expect(await comptoir.ended).toBe(1);
    expect(comptoir.stderr()).toContain('DATABASE_URL');
  });
});

describe('an end', () => {
  test('lets a long poll answer', async () => {
    const comptoir = run({});
    const url = await comptoir.ready();
    const poll = fetch(`${url}/v1/events?after=latest&wait=20`, {
      headers: { authorization: `Bearer ${ADMIN}` },
    });
    await eventually(async () => {
      // The scrape itself is one.
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return /comptoir_http_requests_open [2-9]/.test(metrics);
    });
    comptoir.child.kill('SIGTERM');
    expect((await poll).status).toBe(200);
    expect(await comptoir.ended).toBe(0);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('by %s during the start is an end too', async (signal) => {
    const comptoir = run({});
    await eventually(() => comptoir.stdout().includes('"starting"'));
    comptoir.child.kill(signal);
    expect(await comptoir.ended).toBe(0);
  });
});
