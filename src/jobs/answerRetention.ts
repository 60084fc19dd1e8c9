// Forgets answers kept under Idempotency-Keys once nobody may count on them any more.
import type { Logger } from 'pino';
import { purgeAnswers } from '../queries/idempotency.ts';
import type { Database } from '../queries/transaction.ts';
import { type Retention, startRetention } from './retention.ts';

/** Promised are 48 hours; a little more, so that no clock's error breaks the promise. */
const KEPT_HOURS = 49;
const HOUR_MILLISECONDS = 3_600_000;
/** Rows a step: short transactions, so that no event waits for one. */
const STEP_ROWS = 5_000;

export type AnswerRetentionOptions = {
  database: Database;
  now: () => Date;
  log: Logger;
  /** From the start to the first run; a minute by default. */
  firstMilliseconds?: number;
};

export function startAnswerRetention(options: AnswerRetentionOptions): Retention {
  const { database, now, log, firstMilliseconds } = options;
  return startRetention({
    what: 'kept answers',
    removeStep(rows) {
      const before = new Date(now().getTime() - KEPT_HOURS * HOUR_MILLISECONDS);
      return database.transaction((tx) => purgeAnswers(tx, before, rows));
    },
    stepRows: STEP_ROWS,
    log,
    firstMilliseconds,
  });
}
