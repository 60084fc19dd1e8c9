// Removes events that are older than what is promised to be kept.
// Knows no reader: one whose cursor is too old is told so when it comes.
import type { Logger } from 'pino';
import { purgeEvents } from '../queries/eventUpkeep.ts';
import type { Database } from '../queries/transaction.ts';
import { type Retention, startRetention } from './retention.ts';

export const EVENT_DAYS_DEFAULT = 30;

export type EventRetentionOptions = {
  database: Database;
  /** For how many days events are kept. */
  days?: number;
  now: () => Date;
  log: Logger;
  /** Rows a step: some 20 ms, so that writers and readers go on in between. */
  stepRows?: number;
  /** From the start to the first run; a minute by default. */
  firstMilliseconds?: number;
};

const DAY_MILLISECONDS = 86_400_000;
const STEP_ROWS = 5_000;

export function startEventRetention(options: EventRetentionOptions): Retention {
  const { database, now, log, days = EVENT_DAYS_DEFAULT, stepRows = STEP_ROWS, firstMilliseconds } = options;
  return startRetention({
    what: 'events',
    removeStep(rows) {
      const before = new Date(now().getTime() - days * DAY_MILLISECONDS);
      return database.transaction((tx) => purgeEvents(tx, before, rows));
    },
    stepRows,
    log,
    firstMilliseconds,
  });
}
