// Makes the ledger's next quarter before it begins: soon after the start, and then every hour.
import type { Logger } from 'pino';
import { analyzeLedger, coverLedger } from '../queries/ledgerUpkeep.ts';
import type { Database } from '../queries/transaction.ts';
import { pause } from './pause.ts';

export type LedgerQuartersOptions = {
  database: Database;
  now: () => Date;
  log: Logger;
  /** From the start to the first run; a minute by default. */
  firstMilliseconds?: number;
};

const FIRST_MILLISECONDS = 60_000;
const INTERVAL_MILLISECONDS = 3_600_000;

export function startLedgerQuarters(options: LedgerQuartersOptions): { close(): Promise<void> } {
  const { database, now, log, firstMilliseconds = FIRST_MILLISECONDS } = options;
  const closing = new AbortController();

  async function cover(): Promise<void> {
    const made = await database.retried((tx) => coverLedger(tx, now()));
    if (made === 0) return;
    log.info({ made }, 'The ledger has its next quarters');
    await analyzeLedger(database).catch((error: unknown) =>
      log.warn({ err: error }, 'The ledger has no new statistics'),
    );
  }

  async function rounds(): Promise<void> {
    await pause(firstMilliseconds, closing.signal);
    while (!closing.signal.aborted) {
      await cover().catch((error: unknown) =>
        log.warn({ err: error }, 'The ledger’s next quarter waits for an hour'),
      );
      await pause(INTERVAL_MILLISECONDS, closing.signal);
    }
  }

  const running = rounds();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}
