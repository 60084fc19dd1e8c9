// Removes events that are older than what is promised to be kept, a little at a time, once an hour.
// Knows no reader: one whose cursor is too old is told so when it comes.
import type { Logger } from 'pino';
import { purgeEvents } from '../queries/eventUpkeep.ts';
import type { Database } from '../queries/transaction.ts';

export const EVENT_DAYS_DEFAULT = 30;

export type EventRetention = {
  /** Removes all that is due; returns how many. */
  run(): Promise<number>;
  /** Resolves when the step that runs, if any, has ended. */
  close(): Promise<void>;
};

export type EventRetentionOptions = {
  database: Database;
  /** For how many days events are kept. */
  days?: number;
  now: () => Date;
  log: Logger;
  /** Rows a step: some 20 ms, so that writers and readers go on in between. */
  stepRows?: number;
};

const DAY_MILLISECONDS = 86_400_000;
const INTERVAL_MILLISECONDS = 3_600_000;
const STEP_ROWS = 5_000;
/** Between two steps: the disk belongs to the shop. */
const REST_MILLISECONDS = 50;

export function startEventRetention(options: EventRetentionOptions): EventRetention {
  const { database, now, log, days = EVENT_DAYS_DEFAULT, stepRows = STEP_ROWS } = options;
  const closing = new AbortController();
  let running: Promise<number> | null = null;

  async function removeAll(): Promise<number> {
    const before = new Date(now().getTime() - days * DAY_MILLISECONDS);
    for (let total = 0; ; ) {
      const removed = await database.transaction((tx) => purgeEvents(tx, before, stepRows));
      total += removed;
      if (removed < stepRows || closing.signal.aborted) return total;
      await rest(closing.signal);
    }
  }

  /** One at a time: whoever asks meanwhile gets the one that runs. */
  function run(): Promise<number> {
    running ??= removeAll().finally(() => {
      running = null;
    });
    return running;
  }

  const timer = setInterval(() => {
    run().then(
      (removed) => removed > 0 && log.info({ removed, days }, 'Old events were removed'),
      (error: unknown) => log.warn({ err: error }, 'Old events could not be removed; next try in an hour'),
    );
  }, INTERVAL_MILLISECONDS).unref();

  return {
    run,
    async close() {
      closing.abort();
      clearInterval(timer);
      await running?.catch(() => {});
    },
  };
}

function rest(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, REST_MILLISECONDS);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
