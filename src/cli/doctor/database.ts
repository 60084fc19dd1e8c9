// The database behind the server, where it can be reached from here: PostgreSQL as it is set, and the room on its disk.
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { findEmbedded } from '../../../db/embedded.ts';
import { type DatabaseFacts, inspectDatabase } from '../../../db/inspect.ts';
import { type Config, readConfig } from '../../config.ts';
import { messageOf } from '../command.ts';
import { type Finding, judge } from './finding.ts';

const MAJOR_MIN = 15;
const MAJOR_MAX = 18;
const GIGABYTE = 1_000_000_000;
const FREE_BYTES_WARN = 5 * GIGABYTE;
const FREE_BYTES_FAIL = GIGABYTE / 2;
const TRANSACTION_SECONDS_WARN = 300;
/** Beyond those of COMPTOIR_DATABASE_CONNECTIONS; see its description. */
const CONNECTIONS_MORE = 5;

export async function checkDatabase(environment: Parameters<typeof readConfig>[0]): Promise<Finding[]> {
  const config = readConfig(environment);
  const isOwn = config.databaseUrl === null;
  const room = isOwn && existsSync(path.join(config.dataDir, 'postgres')) ? [await disk(config.dataDir)] : [];
  const url = config.databaseUrl ?? (await runningHere(config.dataDir));
  if (url === null) {
    const says = `no DATABASE_URL, and no embedded database runs in ${config.dataDir}`;
    return [{ about: 'Database', state: 'skip', says }, ...room];
  }
  try {
    return [...judged(await inspectDatabase(url), config), ...room];
  } catch (error) {
    const advice = isOwn ? 'Restart the server.' : 'Is DATABASE_URL right, and PostgreSQL there?';
    return [{ about: 'Database', state: 'fail', says: messageOf(error), advice }, ...room];
  }
}

async function runningHere(dataDir: string): Promise<string | null> {
  // Not ours to read, perhaps: then it is not ours to judge.
  return findEmbedded(dataDir).catch(() => null);
}

function judged(facts: DatabaseFacts, { databaseConnectionsMax }: Config): Finding[] {
  const { postgres, major, encoding, migration, latest, inRecovery, connections, connectionsMax } = facts;
  const wanted = databaseConnectionsMax + CONNECTIONS_MORE;
  const size = `${(facts.bytes / GIGABYTE).toFixed(2)} GB, ${facts.milliseconds.toFixed(0)} ms away`;
  const isNewer = migration.when > latest.when;
  return [
    judge('Database', `PostgreSQL ${postgres}, ${size}`, [
      [
        major < MAJOR_MIN || major > MAJOR_MAX,
        'fail',
        `Comptoir runs on PostgreSQL ${MAJOR_MIN} to ${MAJOR_MAX}.`,
      ],
      [inRecovery, 'fail', 'This is a standby: DATABASE_URL must name the primary.'],
    ]),
    judge('Encoding', encoding, [
      [
        encoding !== 'UTF8',
        'fail',
        "Make another database, ENCODING 'UTF8' TEMPLATE template0, and move there.",
      ],
    ]),
    judge('Migrations', `at ${migration.tag}, this release has ${latest.tag}`, [
      [isNewer, 'fail', 'The database is of a newer Comptoir: update this one.'],
      [migration.when === 0, 'warn', 'Nothing is there yet: the first start makes the tables.'],
      [migration.when < latest.when, 'warn', 'The next start brings it up to date.'],
    ]),
    ...settings(facts),
    judge('Connections', `${connections} of ${connectionsMax} in use`, [
      [
        connectionsMax < wanted,
        'fail',
        `A process may take ${wanted}: raise max_connections, or lower COMPTOIR_DATABASE_CONNECTIONS.`,
      ],
      [connections > connectionsMax * 0.9, 'warn', 'There are hardly any left: raise max_connections.'],
    ]),
    judge('Oldest', `the oldest transaction is ${Math.round(facts.oldestTransactionSeconds)} s old`, [
      [
        facts.oldestTransactionSeconds > TRANSACTION_SECONDS_WARN,
        'warn',
        'It keeps dead rows from being cleared away: pg_stat_activity names it.',
      ],
    ]),
  ];
}

/** Setting → its only good value, how bad another is, and what it means. */
const GOOD = {
  fsync: ['on', 'fail', 'a power cut may lose the database: set it on'],
  full_page_writes: ['on', 'fail', 'a power cut may damage the database: set it on'],
  synchronous_commit: ['on', 'warn', 'a crash may lose reservations that were answered with 201: set it on'],
  autovacuum: ['on', 'fail', 'levels and reservations would slow down without end: set it on'],
  default_transaction_isolation: [
    'read committed',
    'fail',
    'the writer’s locks rely on read committed: reset it',
  ],
  default_transaction_read_only: ['off', 'fail', 'nothing can be written: reset it'],
} as const;
/** Of synchronous_commit: they too wait for this server's disk. */
const AS_GOOD = ['local', 'remote_write', 'remote_apply'];

function settings({ settings: found }: DatabaseFacts): Finding[] {
  const bad = Object.entries(GOOD).flatMap(([name, [good, state, meaning]]): Finding[] => {
    const value = found[name] ?? good;
    if (value === good || AS_GOOD.includes(value)) return [];
    return [{ about: 'Settings', state, says: `${name} is ${value}`, advice: meaning }];
  });
  return bad.length > 0 ? bad : [{ about: 'Settings', state: 'ok', says: 'none that bites' }];
}

async function disk(dataDir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  const advice = 'Make room: PostgreSQL stops when the disk is full.';
  return judge('Disk', `${(free / GIGABYTE).toFixed(1)} GB free for ${dataDir}`, [
    [free < FREE_BYTES_FAIL, 'fail', advice],
    [free < FREE_BYTES_WARN, 'warn', advice],
  ]);
}
