// All processes of a run, and their end: a durable PostgreSQL of its own, the process that loads, the process of the floors,
// and one or more installations of Comptoir.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type EmbeddedDatabase, startEmbedded } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { cpuSeconds, cpuSecondsOfFamily } from './cpu.ts';
import { fill } from './fill.ts';
import { type Floors, startFloors } from './floors/floors.ts';
import { type Ears, startEars } from './load/ears.ts';
import { type Load, startLoad } from './load/load.ts';
import { type Shop, type ShopOptions, startShop } from './shop.ts';
import type { World } from './world.ts';

/** Seconds of processor time, by who used it. */
export type Cpu = { api: number; postgres: number; floors: number; load: number };

export type Rig = {
  load: Load;
  ears: Ears;
  floors: Floors;
  directory: string;
  /** Levels of the size that growth is measured at. */
  largeLevels: number;
  /** Says what takes a moment. */
  tell(line: string): void;
  /** An empty, migrated database; `from`: a copy of another one, which nobody may be connected to. */
  database(name: string, from?: string): Promise<string>;
  /** Starts the API on a database. */
  open(options: Omit<ShopOptions, 'directory' | 'profiles'>): Promise<Shop>;
  cpu(): Cpu;
  /** For those that are not to be forgotten: called at the end, the last one first. */
  onClose(close: () => Promise<unknown>): void;
  close(): Promise<void>;
};

type RigOptions = Pick<Rig, 'largeLevels' | 'tell'> & { profiles: string | null };

export async function startRig({ largeLevels, profiles, tell }: RigOptions): Promise<Rig> {
  const closers: (() => Promise<unknown>)[] = [];
  const onClose = (close: () => Promise<unknown>) => void closers.push(close);
  const close = async () => {
    for (let last = closers.pop(); last !== undefined; last = closers.pop()) await last();
  };
  try {
    const directory = await mkdtemp(path.join(tmpdir(), 'comptoir-bench-'));
    await chmod(directory, 0o711);
    onClose(() => rm(directory, { recursive: true, force: true }));
    const embedded = await startPostgres(directory, tell);
    onClose(embedded.stop);
    const load = await startLoad();
    onClose(load.close);
    const ears = await startEars();
    onClose(ears.close);
    const floors = await startFloors();
    onClose(floors.close);
    const shops: Shop[] = [];
    const postmaster = await postmasterOf(embedded.url);
    return {
      ...{ load, ears, floors, directory, largeLevels, tell, onClose, close },
      database: (name, from) => makeDatabase(embedded.url, name, from),
      async open(options) {
        const shop = await startShop({ ...options, directory, profiles });
        shops.push(shop);
        onClose(shop.stop);
        return shop;
      },
      cpu: () => ({
        api: shops.reduce((sum, shop) => sum + cpuSeconds(shop.pid), 0),
        postgres: cpuSecondsOfFamily(postmaster),
        floors: cpuSeconds(floors.pid),
        load: cpuSeconds(load.pid) + cpuSeconds(ears.pid),
      }),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * As the product starts it, but that it notes when transactions committed: waits are counted from there. And with room for
 * eight processes of Comptoir, 17 connections each.
 */
async function startPostgres(dataDir: string, log: (line: string) => void): Promise<EmbeddedDatabase> {
  const first = await startEmbedded({ dataDir, log });
  try {
    await query(first.url, 'ALTER SYSTEM SET track_commit_timestamp = on');
    await query(first.url, 'ALTER SYSTEM SET max_connections = 200');
  } finally {
    await first.stop();
  }
  return startEmbedded({ dataDir, log });
}

/** Movements behind a level, at any size. */
const MOVEMENTS_A_LEVEL = 5;

export type FilledOptions = {
  name: string;
  world: World;
  /** Whether there is to be a copy of its database, for the naive way. */
  copied: boolean;
  environment?: Readonly<Record<string, string>>;
};

/** An installation on a database that is full. */
export async function openFilled(
  rig: Rig,
  { name, world, copied, environment = {} }: FilledOptions,
): Promise<Shop> {
  const { stores, items } = world;
  const shown = (count: number) => count.toLocaleString('en');
  const movements = stores * items * MOVEMENTS_A_LEVEL;
  rig.tell(`filling ${shown(stores)} stores × ${shown(items)} items, ${shown(movements)} movements`);
  const databaseUrl = await rig.database(name);
  let told = '';
  await fill(databaseUrl, {
    ...{ world, movements },
    onProgress(doing, done, of) {
      const line = `  ${doing} ${Math.floor((done / of) * 10) * 10} %`;
      if (line !== told && movements > QUIET_MOVEMENTS_MAX) rig.tell(line);
      told = line;
    },
  });
  const copyUrl = copied ? await rig.database(`${name}_copy`, name) : null;
  // What was filled is written out now, not by a checkpoint in the middle of a round.
  await query(databaseUrl, 'CHECKPOINT');
  return rig.open({ databaseUrl, copyUrl, world, environment });
}

/** Fewer are there before anybody wonders. */
const QUIET_MOVEMENTS_MAX = 1_000_000;

async function makeDatabase(url: string, name: string, from?: string): Promise<string> {
  await query(
    url,
    `CREATE DATABASE ${name}${from === undefined ? '' : ` TEMPLATE ${from} STRATEGY file_copy`}`,
  );
  const made = new URL(url);
  made.pathname = `/${name}`;
  if (from === undefined) await migrate(made.href);
  return made.href;
}

async function postmasterOf(url: string): Promise<number> {
  const [row] = await query(url, `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`);
  return Number(row?.pid ?? 0);
}

/** One statement on a connection of its own. */
export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
