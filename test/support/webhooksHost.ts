// A process with nothing in it but the webhooks' job on a database, for tests to kill: says when it runs, then stays.
import { pino } from 'pino';
import { startFeed } from '../../src/feed/reader.ts';
import { startWebhooks } from '../../src/jobs/webhooks/runner.ts';
import { openDatabase } from '../../src/queries/transaction.ts';

const url = process.argv[2];
if (url === undefined) throw new Error('Usage: node webhooksHost.ts DATABASE_URL');

const database = openDatabase({
  url,
  connectionsMax: 6,
  onIdleError(error) {
    throw error;
  },
});
const log = pino({ level: 'silent' });
startWebhooks({
  ...{ database, log, feed: await startFeed({ database, log }), now: () => new Date(), allowsLocal: true },
  ...{ metrics: { webhookTried: () => {} }, pollMilliseconds: 20, leaseSeconds: 2, tryMilliseconds: 1_000 },
});
console.log('running');
