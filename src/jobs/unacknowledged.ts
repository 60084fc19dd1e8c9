// Tells the head office of orders that nobody in their store has touched in time, once each, while the store is open.
// Decides nothing: the operation looks again under the lock, so that every process may have this job.
import type { Logger } from 'pino';
import type { LocationRecord } from '../domain/location.ts';
import { isOpenAt } from '../domain/openTime.ts';
import { escalation } from '../domain/promise.ts';
import type { StockWriter } from '../operations/stockWriter.ts';
import { tellUnacknowledged } from '../operations/tellUnacknowledged.ts';
import type { Actor } from '../operations/writer/outcome.ts';
import { findUnacknowledged } from '../queries/reservations.ts';
import type { Database } from '../queries/transaction.ts';
import { applyEach } from './applyEach.ts';
import { pause } from './pause.ts';

export type UnacknowledgedOptions = {
  database: Database;
  stock: StockWriter;
  catalogue: { location(code: string): Promise<LocationRecord | null> };
  log: Logger;
  now: () => Date;
  /** How long an order may ring, in the store's open time. */
  minutes: number;
  pollMilliseconds: number;
};

/** Orders told of in one go: a batch of the stock writer. */
const ORDERS_MAX = 200;

const CLOCK: Actor = { keyId: 'comptoir', name: 'comptoir' };

export function startUnacknowledged(options: UnacknowledgedOptions): { close(): Promise<void> } {
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
 * Tells of what rings too long, in batches, until all is told or `closed` says so. Also used by tests, without the timer.
 */
export async function tellOfUntouched(
  options: Omit<UnacknowledgedOptions, 'log' | 'pollMilliseconds'>,
  closed?: AbortSignal,
): Promise<void> {
  const { database, stock, now } = options;
  while (closed?.aborted !== true) {
    const due = await findUnacknowledged(database, now(), ORDERS_MAX);
    if (due.length === 0) return;
    const commands = await Promise.all(
      due.map(async ({ id, location }) => ({ id, actor: CLOCK, ...(await putOff(options, location)) })),
    );
    const outcomes = await applyEach(stock, tellUnacknowledged, commands);
    // Another process may have told of them, or clocks differ: nothing left to do here in this round.
    if (outcomes.every((outcome) => !outcome.ok || outcome.value === null)) return;
  }
}

/**
 * When it was due was reckoned as the order was placed; a store that has closed since, by an exception, is not told on.
 * Its staff get as long again once it is open.
 */
async function putOff(
  { catalogue, now, minutes }: Pick<UnacknowledgedOptions, 'catalogue' | 'now' | 'minutes'>,
  code: string,
): Promise<{ laterAt?: Date }> {
  const location = await catalogue.location(code);
  if (location === null) return {};
  const { openingHours: hours, timeZone } = location;
  // The minute of closing itself still counts: an order may be due just then.
  const moment = new Date(now().getTime() - 60_000);
  if (isOpenAt(hours, timeZone, now()) || isOpenAt(hours, timeZone, moment)) return {};
  return { laterAt: escalation({ hours, timeZone, now: now(), minutes }) };
}

async function tellUntilClosed(options: UnacknowledgedOptions, closed: AbortSignal): Promise<void> {
  while (!closed.aborted) {
    try {
      await tellOfUntouched(options, closed);
    } catch (error) {
      options.log.warn({ err: error }, 'orders that nobody has touched could not be told of');
    }
    await pause(options.pollMilliseconds, closed);
  }
}
