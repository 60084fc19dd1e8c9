// Opens the event table's next span every few days, and drops spans that are older than what is promised to be kept.
// Knows no reader: one whose cursor is too old is told so when it comes.
import type { Logger } from 'pino';
import { dropOldestSpan, openNextSpan } from '../queries/eventUpkeep.ts';
import type { Database } from '../queries/transaction.ts';
import { type Retention, startRetention } from './retention.ts';

export const EVENT_DAYS_DEFAULT = 30;

export type EventRetentionOptions = {
  database: Database;
  /** For how many days events are kept, at least; a fifth longer at most, because they go by spans. */
  days?: number;
  now: () => Date;
  log: Logger;
  /** From the start to the first run; a minute by default. */
  firstMilliseconds?: number;
};

const DAY_MILLISECONDS = 86_400_000;
/** The feed's search looks into each span: few of them keep it cheap, and five go little beyond what is promised. */
const SPANS_KEPT = 5;

/** What it counts are spans: dropping one costs the same whether it holds ten events or ten million. */
export function startEventRetention(options: EventRetentionOptions): Retention {
  const { database, now, log, days = EVENT_DAYS_DEFAULT, firstMilliseconds } = options;
  const ago = (some: number) => new Date(now().getTime() - some * DAY_MILLISECONDS);
  return startRetention({
    what: 'spans of events',
    async removeStep() {
      await openNextSpan(database, ago(days / SPANS_KEPT));
      return (await database.retried((tx) => dropOldestSpan(tx, ago(days)))) ? 1 : 0;
    },
    stepRows: 1,
    log,
    firstMilliseconds,
  });
}
