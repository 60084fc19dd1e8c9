// The sweeper: records that holds and pickup deadlines are over. Reads and writes honour time by themselves; this
// makes it a fact for everybody who listens, soon after it is true.
// Decides nothing: the operation looks again under the lock.
import type { Logger } from 'pino';
import { expireReservation } from '../operations/expireReservation.ts';
import type { StockWriter } from '../operations/stockWriter.ts';
import type { Actor } from '../operations/writer/outcome.ts';
import { findDue } from '../queries/reservations.ts';
import type { Database } from '../queries/transaction.ts';
import { applyEach } from './applyEach.ts';
import { pause } from './pause.ts';

export type ExpiryOptions = {
  database: Database;
  stock: StockWriter;
  log: Logger;
  now: () => Date;
  pollMilliseconds: number;
};

/** Reservations ended in one go: a batch of the stock writer. */
const DUE_MAX = 200;

const CLOCK: Actor = { keyId: 'comptoir', name: 'comptoir' };

export function startExpiry(options: ExpiryOptions): { close(): Promise<void> } {
  const closing = new AbortController();
  const running = sweepUntilClosed(options, closing.signal);
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

/**
 * Ends what is due, or puts it off, in batches, until nothing is or `closed` says so: the rest is for another process, or for
 * the next start. Answers how many ended. Also used by tests, without the timer.
 */
export async function sweep(
  { database, stock, now }: Omit<ExpiryOptions, 'log' | 'pollMilliseconds'>,
  closed?: AbortSignal,
): Promise<number> {
  let ended = 0;
  while (closed?.aborted !== true) {
    const due = await findDue(database, now(), DUE_MAX);
    if (due.length === 0) return ended;
    const outcomes = await applyEach(
      stock,
      expireReservation,
      due.map(({ id, location, readyAt }) => ({
        ...{ id, actor: CLOCK },
        kept: readyAt === null ? null : { location, readyAt },
      })),
    );
    const moved = outcomes.flatMap((outcome) =>
      outcome.ok && outcome.value !== null ? [outcome.value] : [],
    );
    ended += moved.filter(({ status }) => status === 'expired').length;
    // Another process may have swept them, or clocks differ: nothing left to do here in this round.
    if (moved.length === 0) return ended;
  }
  return ended;
}

async function sweepUntilClosed(options: ExpiryOptions, closed: AbortSignal): Promise<void> {
  while (!closed.aborted) {
    try {
      await sweep(options, closed);
    } catch (error) {
      // The next round tries again; until then reads and writes still do not count what is due.
      options.log.warn({ err: error }, 'the sweeper could not end what is due');
    }
    await pause(options.pollMilliseconds, closed);
  }
}
