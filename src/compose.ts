// Puts the rooms together: from a configuration and a database to what the routes, the sockets and the jobs are given.
// The one place that knows them all. Opens connections and timers, and `close` ends them; never listens.
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { startFeed } from './feed/reader.ts';
import type { Deps } from './http/deps.ts';
import { makeHealth } from './http/health.ts';
import { makePlanQuotes } from './http/planQuotes.ts';
import { makeRateLimits } from './http/rateLimits.ts';
import { startAnswerRetention } from './jobs/answerRetention.ts';
import { startBuffers } from './jobs/buffers.ts';
import { startConflictRetention } from './jobs/conflictRetention.ts';
import { startEventRetention } from './jobs/eventRetention.ts';
import { startExpiry } from './jobs/expiry.ts';
import { startImports } from './jobs/imports/runner.ts';
import { startLateTransfers } from './jobs/lateTransfers.ts';
import { startLedgerQuarters } from './jobs/ledgerQuarters.ts';
import { startSilence } from './jobs/silence.ts';
import { startSourceNotes } from './jobs/sourceNotes.ts';
import { startUnacknowledged } from './jobs/unacknowledged.ts';
import { startWebhookRetention } from './jobs/webhookRetention.ts';
import { startWebhooks } from './jobs/webhooks/runner.ts';
import { measure, measureLive, measureWebhooks } from './measure.ts';
import { type Metrics, makeMetrics } from './metrics.ts';
import { expireReservation } from './operations/expireReservation.ts';
import { openStockWriter } from './operations/stockWriter.ts';
import type { Comparison } from './queries/countConflicts.ts';
import { type Database, openDatabase } from './queries/transaction.ts';
import { type Live, openLive } from './realtime/live.ts';
import { makeKeyring } from './views/keyring.ts';
import { Sources } from './views/sources.ts';
import { startViews } from './views/views.ts';

const COMMANDS_QUEUED_MAX = 5_000;
const COMMANDS_PER_BATCH_MAX = 1_000;
const BATCHES_IN_FLIGHT_MAX = 2;
/** Of files: one is decided here while PostgreSQL writes the other (src/jobs/imports/applyApart.ts). */
const FILE_BATCHES_IN_FLIGHT_MAX = 2;
const FEED_CONNECTIONS = 2;
const EXPIRY_POLL_MILLISECONDS = 1_000;
const IMPORTS_POLL_MILLISECONDS = 500;
const SOURCE_NOTES_MILLISECONDS = 1_000;
const LATE_TRANSFERS_POLL_MILLISECONDS = 5_000;
const UNACKNOWLEDGED_POLL_MILLISECONDS = 5_000;
const BUFFERS_POLL_MILLISECONDS = 500;
const SILENCE_POLL_MILLISECONDS = 1_000;

export type ComposeOptions = {
  config: Config;
  /** Where PostgreSQL is; its schema is current. */
  databaseUrl: string;
  /** The secret of the first key; null: there is none. */
  adminKey: string | null;
  log: Logger;
  metrics?: Metrics;
  now?: () => Date;
};

export type Composed = {
  deps: Deps;
  /** Lets what runs finish, then closes everything that was opened. */
  close(): Promise<void>;
};

export async function compose(options: ComposeOptions): Promise<Composed> {
  const { config, metrics = makeMetrics({ processMetrics: false }), now = () => new Date() } = options;
  const database = openPool(options, config.databaseConnectionsMax);
  // Connections of their own: a pool that slow reads use up must delay neither a hold nor what everybody waits to hear.
  const feedDatabase = openPool(options, FEED_CONNECTIONS, true);
  const writerDatabase = openPool(options, BATCHES_IN_FLIGHT_MAX + 1, true);
  const fileDatabase = openPool(options, FILE_BATCHES_IN_FLIGHT_MAX, true);
  const close = async () => {
    await Promise.all([database, feedDatabase, writerDatabase, fileDatabase].map((pool) => pool.close()));
  };
  try {
    const pools = { database, feedDatabase, writerDatabase, fileDatabase, close };
    return await composeOn(pools, { ...options, metrics, now });
  } catch (error) {
    await close();
    throw error;
  }
}

function openPool({ databaseUrl, log }: ComposeOptions, connectionsMax: number, plansOnce = false): Database {
  let closing = false;
  const pool = openDatabase({
    url: databaseUrl,
    connectionsMax,
    plansOnce,
    onIdleError(error) {
      // A pool that is closed lets go of its sockets a moment later; the embedded server may end before.
      if (!closing) log.warn({ err: error }, 'an idle connection to PostgreSQL ended');
    },
  });
  return {
    ...pool,
    close() {
      closing = true;
      return pool.close();
    },
  };
}

type Pools = {
  database: Database;
  feedDatabase: Database;
  writerDatabase: Database;
  fileDatabase: Database;
  close(): Promise<void>;
};

async function composeOn(
  { database, feedDatabase, writerDatabase, fileDatabase, close: closePools }: Pools,
  { config, adminKey, log, metrics, now }: Required<ComposeOptions>,
): Promise<Composed> {
  const feed = await startFeed({ database: feedDatabase, log });
  const keyring = makeKeyring({ database, adminKey });
  feed.subscribe({
    name: 'keyring',
    onEvents: (events) => keyring.onEvents(events),
    onReset: () => keyring.onReset(),
  });
  const sources = new Sources({
    database,
    onError: (error) => log.error({ err: error }, 'the sources could not be read'),
  });
  feed.subscribe({
    name: 'sources',
    onEvents: (events) => sources.onEvents(events),
    onReset: () => sources.onReset(),
  });
  await sources.load();
  const {
    locations,
    catalogue,
    availability,
    orderedItems,
    close: closeViews,
  } = await startViews({
    database,
    feed,
    levelsMax: config.levelsMax,
    onError: (error) => log.error({ err: error }, 'a view could not be read'),
  });
  const writer = {
    catalogue,
    expire: expireReservation,
    now,
    onCommit({ commands, seconds }: { commands: number; seconds: number }) {
      feed.wake();
      metrics.batchCommitted(commands, seconds);
    },
    onCompared({ winner, loser, difference }: Comparison) {
      sources.compared([winner.source, loser.source], difference === 0);
    },
    onError: (error: unknown) => log.error({ err: error }, 'a batch of stock writes failed'),
    commandsQueuedMax: COMMANDS_QUEUED_MAX,
  };
  const stock = openStockWriter({
    ...writer,
    database: writerDatabase,
    commandsPerBatchMax: COMMANDS_PER_BATCH_MAX,
    batchesInFlightMax: BATCHES_IN_FLIGHT_MAX,
  });
  // What a file says waits in a queue of its own: a shopper waits for locks of its levels at most, never for its turn.
  const fileStock = openStockWriter({
    ...writer,
    database: fileDatabase,
    commandsPerBatchMax: 1,
    batchesInFlightMax: FILE_BATCHES_IN_FLIGHT_MAX,
  });
  const health = makeHealth(database);
  const rateLimits = makeRateLimits({
    enabled: config.rateLimits,
    keyPointsPerMinute: config.keyPointsPerMinute,
    addressPointsPerMinute: config.addressPointsPerMinute,
  });
  const deps: Deps = {
    config,
    database,
    stock,
    fileStock,
    catalogue,
    locations,
    sources,
    availability,
    orderedItems,
    planQuotes: makePlanQuotes(database),
    keyring,
    feed,
    rateLimits,
    health,
    metrics,
    log,
    now,
  };
  measure(deps, feed);
  return {
    deps,
    async close() {
      await Promise.all([stock.close(), fileStock.close()]);
      await feed.close();
      closeViews();
      // What was heard since the job wrote last, in requests that ended after it.
      await sources.write(now()).catch((error) => log.warn({ err: error }, 'what was heard last is lost'));
      sources.close();
      await closePools();
    },
  };
}

/** Opens the sockets on a server that has its request handler. Close them before the server and the rooms. */
export function openSockets(server: Server, deps: Deps): Live {
  const { database, feed, keyring, orderedItems, log, metrics } = deps;
  const live = openLive({
    server,
    database,
    feed,
    authenticate: keyring.recognise,
    allowsOrigin: keyring.allowsOrigin,
    orderedItems,
    log,
  });
  measureLive(metrics, live);
  return live;
}

/** Starts what works by itself: ends what is due, runs imports, forgets what is old. Every process may have it. */
export function startJobs(deps: Deps): { close(): Promise<void> } {
  const webhooks = startWebhooks({ ...deps, allowsLocal: deps.config.webhookLocal });
  measureWebhooks(deps.metrics, webhooks);
  const jobs = [
    webhooks,
    startExpiry({ ...deps, pollMilliseconds: EXPIRY_POLL_MILLISECONDS }),
    startImports({ ...deps, stock: deps.fileStock, pollMilliseconds: IMPORTS_POLL_MILLISECONDS }),
    startLateTransfers({ ...deps, pollMilliseconds: LATE_TRANSFERS_POLL_MILLISECONDS }),
    startUnacknowledged({
      ...deps,
      minutes: deps.config.unacknowledgedMinutes,
      pollMilliseconds: UNACKNOWLEDGED_POLL_MILLISECONDS,
    }),
    startBuffers({ ...deps, pollMilliseconds: BUFFERS_POLL_MILLISECONDS }),
    startSilence({ ...deps, pollMilliseconds: SILENCE_POLL_MILLISECONDS }),
    startSourceNotes({ ...deps, pollMilliseconds: SOURCE_NOTES_MILLISECONDS }),
    startEventRetention({ ...deps, days: deps.config.eventDays }),
    startLedgerQuarters(deps),
    startAnswerRetention(deps),
    startConflictRetention({ ...deps, days: deps.config.conflictDays }),
    startWebhookRetention(deps),
  ];
  return {
    async close() {
      await Promise.all(jobs.map((job) => job.close()));
    },
  };
}
