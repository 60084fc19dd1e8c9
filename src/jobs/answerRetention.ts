// Forgets answers kept under Idempotency-Keys once nobody may count on them any more, a little at a time.
import type { Logger } from 'pino';
import { purgeAnswers } from '../queries/idempotency.ts';
import type { Database } from '../queries/transaction.ts';

/** Promised are 48 hours; a little more, so that no clock's error breaks the promise. */
const KEPT_HOURS = 49;
const HOUR_MILLISECONDS = 3_600_000;
const INTERVAL_MILLISECONDS = HOUR_MILLISECONDS;
/** Rows a step: short transactions, so that no event waits for one. */
const STEP_ROWS = 5_000;

export type AnswerRetention = {
  /** Removes all that is due; returns how many. */
  run(): Promise<number>;
  close(): Promise<void>;
};

export type AnswerRetentionOptions = { database: Database; now: () => Date; log: Logger };

export function startAnswerRetention({ database, now, log }: AnswerRetentionOptions): AnswerRetention {
  let closed = false;
  let running: Promise<number> | null = null;

  async function removeAll(): Promise<number> {
    const before = new Date(now().getTime() - KEPT_HOURS * HOUR_MILLISECONDS);
    for (let total = 0; ; ) {
      const removed = await database.transaction((tx) => purgeAnswers(tx, before, STEP_ROWS));
      total += removed;
      if (removed < STEP_ROWS || closed) return total;
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
      (removed) => removed > 0 && log.info({ removed }, 'old answers were removed'),
      (error: unknown) => log.warn({ err: error }, 'old answers could not be removed; next try in an hour'),
    );
  }, INTERVAL_MILLISECONDS).unref();

  return {
    run,
    async close() {
      closed = true;
      clearInterval(timer);
      await running?.catch(() => {});
    },
  };
}
