// Brings buffers to the levels after rules, tunings or categories changed, a chunk at a time through the stock writer.
// Decides nothing: a batch gives each level what the rules of its moment say, whoever asks and however often.
import type { Logger } from 'pino';
import { applyBuffers } from '../operations/applyBuffers.ts';
import type { StockWriter } from '../operations/stockWriter.ts';
import {
  advanceTask,
  type BufferTask,
  endTask,
  levelsOfTask,
  releaseTask,
  takeTask,
} from '../queries/bufferTasks.ts';
import type { Database } from '../queries/transaction.ts';
import { pause } from './pause.ts';
import { tune } from './tuning.ts';

export type BufferOptions = {
  database: Database;
  stock: StockWriter;
  now: () => Date;
};

/** Levels a batch: locked together, so few enough that a shopper's hold does not feel it. */
const LEVELS_PER_BATCH = 200;

export function startBuffers(options: BufferOptions & { log: Logger; pollMilliseconds: number }): {
  close(): Promise<void>;
} {
  const closing = new AbortController();
  const running = workUntilClosed(options, closing.signal);
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** Does all that is left, until nothing is or `closing`. Also used by tests, without the timer. */
export async function applyTasks(options: BufferOptions, closing?: AbortSignal): Promise<void> {
  while (closing?.aborted !== true) {
    const task = await takeTask(options.database);
    if (task === null) return;
    await work(options, task, closing);
  }
}

async function work(options: BufferOptions, taken: BufferTask, closing?: AbortSignal): Promise<void> {
  const { database, stock, now } = options;
  for (let task = taken; ; ) {
    const levels = await levelsOfTask(database, task, LEVELS_PER_BATCH);
    const last = levels.at(-1);
    if (last === undefined) return endTask(database, task, now());
    const outcomes = await stock.apply(
      applyBuffers,
      levels.map(({ sku, location }) => ({ sku, location, silenceBuffer: null })),
    );
    // A level that could not be written would be left behind for good: the lease ends, and the chunk is tried again.
    for (const outcome of outcomes) if (!outcome.ok) throw outcome.problem;
    if (!(await advanceTask(database, task, last))) return;
    task = { ...task, afterItemId: last.itemId, afterLocationId: last.locationId };
    if (closing?.aborted === true) return releaseTask(database, task);
  }
}

async function workUntilClosed(
  options: Parameters<typeof startBuffers>[0],
  closed: AbortSignal,
): Promise<void> {
  while (!closed.aborted) {
    try {
      await tune(options);
      await applyTasks(options, closed);
    } catch (error) {
      // What is left stays noted; until then every batch decides by the rules of now, whatever its levels show.
      options.log.warn({ err: error }, 'buffers could not be brought to all levels');
    }
    await pause(options.pollMilliseconds, closed);
  }
}
