// Forgets counts that contradicted each other long ago. How often sources disagree is counted by itself and stays.
import type { Logger } from 'pino';
import { purgeConflicts } from '../queries/countConflicts.ts';
import type { Database } from '../queries/transaction.ts';
import { type Retention, startRetention } from './retention.ts';

export type ConflictRetentionOptions = {
  database: Database;
  /** For how many days they are kept. */
  days: number;
  now: () => Date;
  log: Logger;
  /** From the start to the first run; a minute by default. */
  firstMilliseconds?: number;
};

const DAY_MILLISECONDS = 86_400_000;
/** Rows a step: short transactions, so that no event waits for one. */
const STEP_ROWS = 5_000;

export function startConflictRetention(options: ConflictRetentionOptions): Retention {
  const { database, days, now, log, firstMilliseconds } = options;
  return startRetention({
    what: 'counts that contradicted each other',
    removeStep(rows) {
      const before = new Date(now().getTime() - days * DAY_MILLISECONDS);
      return database.transaction((tx) => purgeConflicts(tx, before, rows));
    },
    stepRows: STEP_ROWS,
    log,
    firstMilliseconds,
  });
}
