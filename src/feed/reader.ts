// Tails the event table, one reader a process, and hands what committed to its consumers, in order and once.
// Knows no socket, no view, no route: they subscribe.
import type { Logger } from 'pino';
import {
  type EventRow,
  type EventWindow,
  FeedEvent,
  positionAfter,
  positionAt,
} from '../domain/feedEvent.ts';
import { boundary, includes, isExpired, type Position } from '../domain/feedPosition.ts';
import { readNews, readPage } from '../queries/events.ts';
import { clusterTag, REPAIR_LIMITS, repairEpoch } from '../queries/eventUpkeep.ts';
import type { Database } from '../queries/transaction.ts';
import { type Rhythm, startRhythm } from './rhythm.ts';

/** Reads synchronously, in memory, and does not throw; one that throws is logged and counted, the others go on. */
export type Consumer = {
  name: string;
  onEvents(events: readonly FeedEvent[]): void;
  /** Events were missed for good (a restore, a failover that lost commits): read everything anew. */
  onReset?(): void;
};

export type Feed = {
  /** Everything from now on. Returns how to stop. */
  subscribe(consumer: Consumer): () => void;
  /** To be called after a local commit: without it events are seen at the next poll. */
  wake(): void;
  /** What was handed out so far. In a consumer: including the events it was just given. */
  position(): Position;
  /** The last end of a window: everything up to here was handed out, and perhaps the start of the next window. */
  horizon(): Position;
  /** Resolves when all that committed before the call was handed out; rejects when the database cannot be read. */
  settled(): Promise<void>;
  /** Seconds for which a committed event may have waited so far. About the time between two polls when all is well. */
  lagSeconds(): number;
  counts(): Readonly<FeedCounts>;
  close(): Promise<void>;
};

/** Since the start, but for `consumers`: those there are now. */
export type FeedCounts = {
  events: number;
  polls: number;
  failures: number;
  consumerErrors: number;
  resets: number;
  consumers: number;
};

export type FeedOptions = {
  database: Database;
  log: Logger;
  /** Between two polls when nobody wakes it; what other processes wrote is seen after this time. */
  pollMilliseconds?: number;
  /** Rows a page: also how long consumers hold the event loop at a time. */
  pageRows?: number;
};

const POLL_MILLISECONDS_DEFAULT = 75;
const PAGE_ROWS_DEFAULT = 500;

/** Starts at the present: what happened before is for `readForward` (history.ts). Throws without a database. */
export async function startFeed(options: FeedOptions): Promise<Feed> {
  const { database, log, pollMilliseconds = POLL_MILLISECONDS_DEFAULT } = options;
  const pageRows = options.pageRows ?? PAGE_ROWS_DEFAULT;
  const consumers = new Set<Consumer>();
  const counts = { events: 0, polls: 0, failures: 0, consumerErrors: 0, resets: 0 };
  if (await database.retried(repairEpoch, REPAIR_LIMITS))
    log.warn('The events come from another cluster: old cursors expire');
  const tag = await clusterTag(database);
  let position = await present(database, tag);
  let completeAt = performance.now();

  function each(work: (consumer: Consumer) => void): void {
    for (const consumer of consumers) {
      try {
        work(consumer);
      } catch (error) {
        counts.consumerErrors += 1;
        log.error({ err: error, consumer: consumer.name }, 'A consumer of the feed failed');
      }
    }
  }

  /** Once per restored database or lost commit: rather told twice than not at all. */
  async function reset(reason: string): Promise<void> {
    counts.resets += 1;
    log.error({ reason }, 'The feed starts anew: events may have been missed');
    position = await present(database, tag);
    each((consumer) => consumer.onReset?.());
  }

  /** One statement for a poll: what is new comes with the end of the window that it is in. */
  async function openWindow(): Promise<void> {
    const { seen } = position;
    const { epoch, purged, snapshot, top, rows } = await readNews(database, seen, pageRows);
    if (epochOf(epoch, tag) !== position.epoch) return reset('another epoch');
    if (!includes(snapshot, seen)) return reset('the database is older than what was read from it');
    if (isExpired(position, purged)) return reset('events were removed before they were read');
    handOut({ epoch: position.epoch, seen, to: snapshot, top }, rows);
  }

  async function readWindow(): Promise<void> {
    for (
      let { seen, epoch, window: at } = position;
      at !== null && !rhythm.isClosed();
      at = position.window
    ) {
      const window = { epoch, seen, to: at.to, top: at.top };
      const { rows, purged } = await readPage(database, window, at.id, pageRows);
      if (isExpired(position, purged)) return reset('events were removed before they were read');
      handOut(window, rows);
    }
  }

  function handOut(window: EventWindow, rows: readonly EventRow[]): void {
    const last = rows.at(-1);
    const isWhole = last === undefined || rows.length < pageRows;
    position = isWhole ? positionAfter(window) : positionAt(window, last.id);
    const events = rows.map((row) => new FeedEvent(row, window));
    counts.events += events.length;
    if (events.length > 0) each((consumer) => consumer.onEvents(events));
  }

  async function poll(): Promise<void> {
    const startedAt = performance.now();
    counts.polls += 1;
    // A window that a lost connection cut in two is ended first; one that the end of the process cuts is left as it is.
    await readWindow();
    if (position.window === null) await openWindow();
    await readWindow();
    completeAt = startedAt;
  }

  const rhythm: Rhythm = startRhythm(poll, pollMilliseconds, {
    onFailure(error, failures) {
      counts.failures += 1;
      if (failures === 1) log.warn({ err: error }, 'The feed cannot read the database; it tries again');
    },
    onRecovery: (failures) => log.info({ failures }, 'The feed reads again'),
  });

  return {
    subscribe(consumer) {
      consumers.add(consumer);
      return () => void consumers.delete(consumer);
    },
    wake: () => rhythm.wake(),
    position: () => position,
    horizon: () => boundary(position.epoch, position.seen),
    settled: () => rhythm.next(),
    lagSeconds: () => (performance.now() - completeAt) / 1_000,
    counts: () => ({ ...counts, consumers: consumers.size }),
    close: () => rhythm.close(),
  };
}

/** Names the database whose transaction ids a position speaks of. */
function epochOf(epoch: number, tag: string): string {
  return `${epoch.toString(36)}-${tag}`;
}

async function present(database: Database, tag: string): Promise<Position> {
  // Asked with everything seen, the search for events ends at once: only the snapshot is wanted.
  const everything = { xmax: Number.MAX_SAFE_INTEGER, running: [] };
  const { epoch, snapshot } = await readNews(database, everything, 1);
  return boundary(epochOf(epoch, tag), snapshot);
}
