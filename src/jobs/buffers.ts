// Brings buffers to the levels after rules, tunings or categories changed, a chunk at a time through the stock writer.
// Decides nothing: a batch gives each level what the rules of its moment say, whoever asks and however often.
import type { Logger } from 'pino';
import { applyBuffers } from '../operations/applyBuffers.ts';
import type { StockWriter } from '../operations/stockWriter.ts';
import {
  endItems,
  keepItems,
  levelsOfItems,
  releaseItems,
  type TakenItems,
  takeItems,
} from '../queries/bufferItems.ts';
import {
  advanceTask,
  type BufferTask,
  endTask,
  type LevelName,
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
/** Some seconds of work. */
const BATCHES_PER_SLICE = 20;
/** Items that one process goes through at once: a batch or more of levels. */
const ITEMS_PER_LEASE = 100;

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
    await workTasks(options, closing);
    const items = await takeItems(options.database, ITEMS_PER_LEASE);
    if (items === null) return;
    await workItems(options, items, closing);
  }
}

async function workTasks(options: BufferOptions, closing?: AbortSignal): Promise<void> {
  while (closing?.aborted !== true) {
    const task = await takeTask(options.database);
    if (task === null) return;
    await work(options, task, closing);
  }
}

/** A slice of a task: then whatever is more pressing by now comes first. */
async function work(options: BufferOptions, taken: BufferTask, closing?: AbortSignal): Promise<void> {
  const { database, now } = options;
  let task = taken;
  for (let batch = 0; batch < BATCHES_PER_SLICE && closing?.aborted !== true; batch++) {
    const levels = await levelsOfTask(database, task, LEVELS_PER_BATCH);
    const last = levels.at(-1);
    if (last === undefined) return endTask(database, task, now());
    await apply(options, levels);
    if (!(await advanceTask(database, task, last))) return;
    task = { ...task, afterItemId: last.itemId, afterLocationId: last.locationId };
  }
  await releaseTask(database, task);
}

/** Between two pages, rules that came meanwhile go first. */
async function workItems(options: BufferOptions, taken: TakenItems, closing?: AbortSignal): Promise<void> {
  const { database } = options;
  for (let items = taken; closing?.aborted !== true; ) {
    const levels = await levelsOfItems(database, items, LEVELS_PER_BATCH);
    const last = levels.at(-1);
    if (last === undefined) return endItems(database, items);
    await apply(options, levels);
    items = { ...items, after: last };
    await workTasks(options, closing);
    await keepItems(database, items);
  }
  await releaseItems(database, taken);
}

/** A level that could not be written would be left behind for good: the lease ends, and the chunk is tried again. */
async function apply({ stock }: BufferOptions, levels: readonly LevelName[]): Promise<void> {
  const outcomes = await stock.apply(
    applyBuffers,
    levels.map(({ sku, location }) => ({ sku, location, silenceBuffer: null })),
  );
  for (const outcome of outcomes) if (!outcome.ok) throw outcome.problem;
}

async function workUntilClosed(
  options: Parameters<typeof startBuffers>[0],
  closed: AbortSignal,
): Promise<void> {
  while (!closed.aborted) {
    // Each by itself: figures that cannot be taken keep no rule from the levels.
    await tryTo(options, 'tunings could not be taken', () => tune(options));
    await tryTo(options, 'buffers could not be brought to all levels', () => applyTasks(options, closed));
    await pause(options.pollMilliseconds, closed);
  }
}

/** What is left stays noted; until then every batch decides by the rules of now, whatever its levels show. */
async function tryTo({ log }: { log: Logger }, failed: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.warn({ err: error }, failed);
  }
}
