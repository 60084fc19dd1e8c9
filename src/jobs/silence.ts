// Notices sources that fall silent and speak again, lets the buffers of their locations grow meanwhile, and gives all
// back at once afterwards. Levels are written by the stock writer; what a silence is worth is domain/buffer.ts.
import type { Logger } from 'pino';
import { silenceUnits } from '../domain/buffer.ts';
import { applyBuffers } from '../operations/applyBuffers.ts';
import type { StockWriter } from '../operations/stockWriter.ts';
import { insertEvents, type NewEvent } from '../queries/events.ts';
import {
  findSilenceOver,
  hastenSilenceStep,
  noteSilence,
  readSilentLevels,
  readStaleLocations,
  type SourceChange,
  type StaleLocation,
  takeSilenceStep,
} from '../queries/silence.ts';
import type { Database } from '../queries/transaction.ts';
import { pause } from './pause.ts';

export type SilenceOptions = {
  database: Database;
  stock: StockWriter;
  now: () => Date;
  /** Wakes the feed after what this process wrote. */
  feed: { wake(): void };
};

/** Between two steps of growth: a figure moves by a unit in hours, seldom in minutes. */
export const STEP_MILLISECONDS = 5 * 60_000;
/** Levels a batch: locked together, so few enough that a shopper's hold does not feel it. */
const LEVELS_PER_BATCH = 200;

export function startSilence(options: SilenceOptions & { log: Logger; pollMilliseconds: number }): {
  close(): Promise<void>;
} {
  const closing = new AbortController();
  const running = watchUntilClosed(options, closing.signal);
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** One look: who fell silent or spoke, the step of growth if it is due, and what is over. Also used by tests. */
export async function watch(options: SilenceOptions, closing?: AbortSignal): Promise<void> {
  const { database, now, feed } = options;
  const changes = await database.retried(async (tx) => {
    const noted = await noteSilence(tx, now());
    if (noted.length > 0) await hastenSilenceStep(tx);
    await insertEvents(
      tx,
      noted.map((change) => sourceEvent(change, now())),
    );
    return noted;
  });
  if (changes.length > 0) feed.wake();
  // Every process gives back what it finds: a second one finds it given back under the lock, and writes nothing.
  await giveBack(options, closing);
  if (await takeSilenceStep(database, now(), STEP_MILLISECONDS)) await grow(options, closing);
}

function sourceEvent(change: SourceChange, at: Date): NewEvent {
  const { name, silentSince, lastMessageAt, heartbeatSeconds, locations, version } = change;
  return {
    type: silentSince === null ? 'source.speaking' : 'source.silent',
    occurredAt: at,
    location: null,
    subject: name,
    version,
    data: {
      source: name,
      silentSince: silentSince?.toISOString() ?? null,
      lastMessageAt: lastMessageAt.toISOString(),
      heartbeatSeconds,
      locations,
    },
  };
}

async function giveBack({ database, stock }: SilenceOptions, closing?: AbortSignal): Promise<void> {
  while (closing?.aborted !== true) {
    const stale = (await readStaleLocations(database)).map(({ locationId }) => locationId);
    const over = await findSilenceOver(database, stale, LEVELS_PER_BATCH);
    if (over.length === 0) return;
    await applyAll(
      stock,
      over.map((level) => ({ ...level, silenceBuffer: 0 })),
    );
    if (over.length < LEVELS_PER_BATCH) return;
  }
}

/**
 * Should the source speak while this goes on, a chunk may keep units that are due back: the next look, a second later,
 * finds them. Should this process die, the next step is another's.
 */
async function grow(options: SilenceOptions, closing?: AbortSignal): Promise<void> {
  for (const stale of await readStaleLocations(options.database)) {
    for (let after = 0; closing?.aborted !== true; ) {
      const levels = await readSilentLevels(options.database, stale, after, LEVELS_PER_BATCH);
      const last = levels.at(-1);
      if (last === undefined) break;
      after = last.itemId;
      const silentMilliseconds = options.now().getTime() - stale.lastMessageAt.getTime();
      const commands = levels
        .map((level) => commandFor(stale, level, silentMilliseconds))
        .filter(({ isNew }) => isNew);
      if (commands.length > 0) await applyAll(options.stock, commands);
    }
  }
}

function commandFor(
  { location }: StaleLocation,
  level: { sku: string; sold: number; onHand: number; silenceBuffer: number },
  silentMilliseconds: number,
) {
  const { sku, sold, onHand } = level;
  const silenceBuffer = silenceUnits(sold, silentMilliseconds, onHand);
  return { sku, location, silenceBuffer, isNew: silenceBuffer !== level.silenceBuffer };
}

async function applyAll(
  stock: StockWriter,
  levels: readonly { sku: string; location: string; silenceBuffer: number }[],
): Promise<void> {
  const outcomes = await stock.apply(applyBuffers, levels);
  for (const outcome of outcomes) if (!outcome.ok) throw outcome.problem;
}

async function watchUntilClosed(
  options: Parameters<typeof startSilence>[0],
  closed: AbortSignal,
): Promise<void> {
  while (!closed.aborted) {
    try {
      await watch(options, closed);
    } catch (error) {
      options.log.warn({ err: error }, 'silent sources could not be looked after');
    }
    await pause(options.pollMilliseconds, closed);
  }
}
