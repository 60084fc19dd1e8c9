// Tells that transfers are late, once each: to both ends, and to the store whose reservation waits for one.
// Decides nothing: the operation looks again under the lock, so that every process may have this job.
import type { Logger } from 'pino';
import type { StockWriter } from '../operations/stockWriter.ts';
import { tellLateTransfer } from '../operations/tellLateTransfer.ts';
import type { Actor } from '../operations/writer/outcome.ts';
import type { Database } from '../queries/transaction.ts';
import { findLate } from '../queries/transferReads.ts';
import { applyEach } from './applyEach.ts';
import { pause } from './pause.ts';

export type LateTransfersOptions = {
  database: Database;
  stock: StockWriter;
  log: Logger;
  now: () => Date;
  pollMilliseconds: number;
};

/** Transfers told of in one go: a batch of the stock writer. */
const LATE_MAX = 200;

const CLOCK: Actor = { keyId: 'comptoir', name: 'comptoir' };

export function startLateTransfers(options: LateTransfersOptions): { close(): Promise<void> } {
  const closing = new AbortController();
  const running = tellUntilClosed(options, closing.signal);
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

/**
 * Tells of what is late, in batches, until all is told or `closed` says so; answers how many. Also used by tests, without
 * the timer.
 */
export async function tellLate(
  { database, stock, now }: Omit<LateTransfersOptions, 'log' | 'pollMilliseconds'>,
  closed?: AbortSignal,
): Promise<number> {
  let told = 0;
  while (closed?.aborted !== true) {
    const late = await findLate(database, now(), LATE_MAX);
    if (late.length === 0) return told;
    const outcomes = await applyEach(
      stock,
      tellLateTransfer,
      late.map((id) => ({ id, actor: CLOCK })),
    );
    const toldNow = outcomes.filter((outcome) => outcome.ok && outcome.value !== null).length;
    told += toldNow;
    // Another process may have told of them, or clocks differ: nothing left to do here in this round.
    if (toldNow === 0) return told;
  }
  return told;
}

async function tellUntilClosed(options: LateTransfersOptions, closed: AbortSignal): Promise<void> {
  while (!closed.aborted) {
    try {
      await tellLate(options, closed);
    } catch (error) {
      options.log.warn({ err: error }, 'late transfers could not be told');
    }
    await pause(options.pollMilliseconds, closed);
  }
}
