// One installation of Comptoir under measurement: a database with a retailer in it, and the API as `npm start` starts it, with
// production's settings: limits on but high, every request logged, to a file.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Request } from './load/load.ts';
import type { World } from './world.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const ADMIN = 'the-admin-key-of-the-benchmark';
/** A minute of all that one machine can ask. */
const POINTS_A_MINUTE = '100000000';
const START_MILLISECONDS_MAX = 300_000;

export type Shop = {
  url: string;
  databaseUrl: string;
  /** A copy of its database as it was filled, for those that write to one of their own; null: none was made. */
  copyUrl: string | null;
  world: World;
  pid: number;
  /** From the start of the process to its "ready". */
  startSeconds: number;
  /** A key of each kind, as `Authorization` takes it. */
  keys: { publishable: string; secret: string; admin: string };
  /** Asks as admin; throws unless the answer is a 2xx. */
  call(request: Request): Promise<unknown>;
  /** After all that was loaded: throws where a level is not what its evidence adds up to. */
  checkIntegrity(): Promise<void>;
  stop(): Promise<void>;
};

export type ShopOptions = {
  databaseUrl: string;
  copyUrl: string | null;
  world: World;
  /** For the log. */
  directory: string;
  /** Where the process leaves its CPU profile when it ends; null: none is made. */
  profiles: string | null;
  environment?: Readonly<Record<string, string>>;
};

export async function startShop(options: ShopOptions): Promise<Shop> {
  const { databaseUrl, copyUrl, world, directory, profiles, environment } = options;
  const startedAt = performance.now();
  const log = await open(path.join(directory, `api-${randomUUID()}.log`), 'w');
  const profiling = profiles === null ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles];
  const child = spawn(process.execPath, [...profiling, 'src/start.js'], {
    cwd: ROOT,
    stdio: ['ignore', log.fd, 'pipe'],
    env: {
      ...{ PATH: process.env.PATH ?? '', NODE_ENV: 'production', PORT: '0', HOST: '127.0.0.1' },
      ...{ DATABASE_URL: databaseUrl, COMPTOIR_DEMO: '0', COMPTOIR_ADMIN_KEY: ADMIN },
      COMPTOIR_KEY_POINTS_PER_MINUTE: POINTS_A_MINUTE,
      COMPTOIR_ADDRESS_POINTS_PER_MINUTE: POINTS_A_MINUTE,
      ...environment,
    },
  });
  const errors = child.stderr;
  await log.close();
  if (errors === null) throw new Error('the API has no standard error');
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => process.off('exit', kill));
  const url = await toldUrl(errors, ended).catch((error) => {
    kill();
    throw error;
  });
  const startSeconds = (performance.now() - startedAt) / 1_000;
  errors.pipe(createWriteStream(path.join(directory, 'api-errors.log'), { flags: 'a' }));
  const call = (request: Request) => ask(url, request);
  return {
    ...{ url, databaseUrl, copyUrl, world, startSeconds, call },
    pid: child.pid ?? 0,
    keys: {
      publishable: `Bearer ${await makeKey(call, 'publishable', ['availability:read', 'reservations:write'])}`,
      secret: `Bearer ${await makeKey(call, 'secret', ['availability:read', 'reservations:write', 'reservations:read', 'stock:read', 'stock:write', 'catalogue:write', 'events:read'])}`,
      admin: `Bearer ${ADMIN}`,
    },
    async checkIntegrity() {
      const report = JSON.stringify(await call({ method: 'GET', path: '/v1/integrity' }));
      if (!report.includes('"drifting":0,')) throw new Error(`levels drift: ${report.slice(0, 2_000)}`);
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The secrets of more keys that may read events. */
export function makeKeys({ call }: Shop, count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, () => makeKey(call, 'secret', ['events:read', 'stock:read'])),
  );
}

async function makeKey(call: Shop['call'], kind: string, scopes: readonly string[]): Promise<string> {
  const made = await call({
    method: 'POST',
    path: '/v1/keys',
    body: JSON.stringify({ name: `bench ${kind}`, kind, scopes }),
  });
  if (typeof made === 'object' && made !== null && 'secret' in made) return String(made.secret);
  throw new Error('a key without its secret');
}

async function ask(url: string, { method, path: place, body }: Request): Promise<unknown> {
  const answer = await fetch(`${url}${place}`, {
    method,
    headers: {
      Authorization: `Bearer ${ADMIN}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
    },
    ...(body !== undefined && { body }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${place}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** The address that the process tells people on standard error once it is ready. */
function toldUrl(stream: Readable, ended: Promise<void>): Promise<string> {
  let told = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the API ${why}:\n${told}`));
    const timer = setTimeout(() => fail('is not ready'), START_MILLISECONDS_MAX);
    void ended.then(() => fail('ended'));
    stream.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      const address = told.includes('Comptoir is ready') && /http:\/\/[\d.]+:\d+/.exec(told)?.[0];
      if (!address) return;
      clearTimeout(timer);
      stream.removeAllListeners('data');
      resolve(address);
    });
  });
}
