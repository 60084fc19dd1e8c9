// Forgets deliveries that are old, and removed webhooks with their log. What waits for a try always stays.
import type { Logger } from 'pino';
import { makeId } from '../domain/id.ts';
import { DELIVERED_DAYS, FAILED_DAYS } from '../domain/webhookDelivery.ts';
import type { Database } from '../queries/transaction.ts';
import { purgeDeliveries, purgeWebhooks } from '../queries/webhookDeliveries.ts';
import { type Retention, startRetention } from './retention.ts';

const DAY_MILLISECONDS = 86_400_000;
/** Rows a step: short transactions, so that no event waits for one. */
const STEP_ROWS = 5_000;

export type WebhookRetentionOptions = {
  database: Database;
  now: () => Date;
  log: Logger;
  /** From the start to the first run; a minute by default. */
  firstMilliseconds?: number;
};

export function startWebhookRetention(options: WebhookRetentionOptions): Retention {
  const { database, now, log, firstMilliseconds } = options;
  return startRetention({
    what: 'webhook deliveries',
    async removeStep(rows) {
      const removal = {
        deliveredBefore: idBefore(now(), DELIVERED_DAYS),
        failedBefore: idBefore(now(), FAILED_DAYS),
      };
      const removed = await database.transaction((tx) => purgeDeliveries(tx, removal, rows));
      if (removed < rows) await purgeWebhooks(database, now());
      return removed;
    },
    stepRows: STEP_ROWS,
    log,
    firstMilliseconds,
  });
}

/** The least id of what was made so many days ago: ids begin with their time. */
function idBefore(now: Date, days: number): string {
  return makeId('obj', now.getTime() - days * DAY_MILLISECONDS, new Uint8Array(10));
}
