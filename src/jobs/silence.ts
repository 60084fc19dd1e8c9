// Notices sources that fall silent and speak again, lets the buffers of their locations grow meanwhile, and gives all
// back at once afterwards. Levels are written by the stock writer; what a silence is worth is domain/buffer.ts.
import type { Logger } from 'pino';
import { silenceUnits } from '../domain/buffer.ts';
import { type ApplyBuffers, applyBuffers } from '../operations/applyBuffers.ts';
import type { StockWriter } from '../operations/stockWriter.ts';
import { insertEvents, type NewEvent } from '../queries/events.ts';
import {
  nextStaleLocation,
  noteLook,
  noteSilence,
  type SourceChange,
  type StaleLocation,
} from '../queries/silence.ts';
import {
  advanceSilenceStep,
  endSilenceStep,
  findSilenceOver,
  hastenSilenceStep,
  readSilentLevels,
  releaseSilenceStep,
  type SilentLevel,
  type StepPlace,
  takeSilenceStep,
} from '../queries/silenceSteps.ts';
import type { Database } from '../queries/transaction.ts';
import { pause } from './pause.ts';

export type SilenceOptions = {
  database: Database;
  stock: StockWriter;
  now: () => Date;
  /** Wakes the feed after what this process wrote. */
  feed: { wake(): void };
  log: Logger;
};

/** Between two steps of growth: a figure moves by a unit in hours, seldom in minutes. */
export const STEP_MILLISECONDS = 5 * 60_000;
/** Levels a batch: locked together, so few enough that a shopper's hold does not feel it. */
const LEVELS_PER_BATCH = 200;

/** Three works beside each other: many levels to write must not keep anybody from hearing who speaks again. */
export function startSilence(options: SilenceOptions & { pollMilliseconds: number }): {
  close(): Promise<void>;
} {
  const closing = new AbortController();
  const running = [look, giveBack, grow].map((work) => workUntilClosed(work, options, closing.signal));
  return {
    async close() {
      closing.abort();
      await Promise.all(running);
    },
  };
}

/** All three, one after the other: for tests, without the timer. */
export async function watch(options: SilenceOptions): Promise<void> {
  await look(options);
  await giveBack(options);
  await grow(options);
}

/** Who fell silent, and who spoke. */
export async function look({ database, now, feed }: SilenceOptions): Promise<void> {
  await noteLook(database, now());
  const changes = await database.retried(async (tx) => {
    const noted = await noteSilence(tx, now());
    if (noted.length > 0) await hastenSilenceStep(tx);
    await insertEvents(
      tx,
      noted.flatMap((change) => eventsOf(change, now())),
    );
    return noted;
  });
  if (changes.length > 0) feed.wake();
}

/** One for a source as a whole; else one for each location of which it fell silent while it speaks of others. */
function eventsOf(change: SourceChange, at: Date): NewEvent[] {
  const { name, eventVersion, heartbeatSeconds, silentLocations, locations } = change;
  if (change.isWhole) {
    const isSilent = change.silentSince !== null;
    return [
      sourceEvent(change, null, eventVersion, at, {
        heartbeatSeconds,
        locations: isSilent ? silentLocations : locations.length,
        stillSilent: isSilent ? undefined : silentLocations,
      }),
    ];
  }
  const first = eventVersion - locations.length + 1;
  return locations.map(({ location, ...heard }, place) =>
    sourceEvent({ name, ...heard }, location, first + place, at, { heartbeatSeconds, locations: 1 }),
  );
}

function sourceEvent(
  { name, silentSince, lastMessageAt }: Pick<SourceChange, 'name' | 'silentSince' | 'lastMessageAt'>,
  location: string | null,
  version: number,
  at: Date,
  data: object,
): NewEvent {
  return {
    type: silentSince === null ? 'source.speaking' : 'source.silent',
    occurredAt: at,
    location,
    subject: name,
    version,
    data: {
      source: name,
      silentSince: silentSince?.toISOString() ?? null,
      lastMessageAt: lastMessageAt.toISOString(),
      ...data,
    },
  };
}

/** Every process gives back what it finds: a second one finds it given back under the lock, and writes nothing. */
export async function giveBack(options: SilenceOptions, closing?: AbortSignal): Promise<void> {
  const done = new Set<number>();
  while (closing?.aborted !== true) {
    const over = await findSilenceOver(options.database, [...done], LEVELS_PER_BATCH);
    if (over.length === 0) return;
    for (const [locationId, levels] of Map.groupBy(over, (level) => level.locationId)) {
      const commands = levels.map(
        ({ sku, location }): ApplyBuffers => ({ sku, location, silenceBuffer: 0, onlyWhile: 'heard' }),
      );
      const changed = await applyAll(options, commands);
      // Nothing to change any more, or nothing that can be: not again in this round, which ends.
      if (changed === null || changed === 0) done.add(locationId);
    }
  }
}

/**
 * The step that is due, or the rest of one that a process left. Before each page the silence is read anew, and under
 * the locks of its levels again: one that has ended meanwhile grows no more.
 */
export async function grow(options: SilenceOptions, closing?: AbortSignal): Promise<void> {
  const { database, now } = options;
  let place = await takeSilenceStep(database, now(), STEP_MILLISECONDS);
  while (place !== null) {
    if (closing?.aborted === true) return releaseSilenceStep(database, place);
    const stale = await nextStaleLocation(database, place.locationId);
    if (stale === null) return endSilenceStep(database, place);
    const next = await growPage(options, stale, stale.locationId === place.locationId ? place.itemId : 0);
    place = (await advanceSilenceStep(database, place, next)) ? next : null;
  }
}

/** Where to go on: after the page, or at the next location where this one has no more, or cannot be gone through. */
async function growPage(options: SilenceOptions, stale: StaleLocation, after: number): Promise<StepPlace> {
  const { locationId, location } = stale;
  const elsewhere = { locationId: locationId + 1, itemId: 0 };
  try {
    const levels = await readSilentLevels(options.database, stale, after, LEVELS_PER_BATCH);
    const last = levels.at(-1);
    if (last === undefined) return elsewhere;
    const silentMilliseconds = options.now().getTime() - stale.lastMessageAt.getTime();
    const commands = levels.flatMap((level) => commandFor(location, level, silentMilliseconds) ?? []);
    return (await applyAll(options, commands)) === null ? elsewhere : { locationId, itemId: last.itemId };
  } catch (error) {
    options.log.warn({ err: error, location }, 'the buffers of a silent location could not grow');
    return elsewhere;
  }
}

function commandFor(location: string, level: SilentLevel, silentMilliseconds: number): ApplyBuffers | null {
  const { sku, sold, onHand } = level;
  const silenceBuffer = silenceUnits(sold, silentMilliseconds, onHand);
  return silenceBuffer === level.silenceBuffer
    ? null
    : { sku, location, silenceBuffer, onlyWhile: 'silent' as const };
}

/** How many levels changed; null where some could not be written: one store's trouble is not the others'. */
async function applyAll(
  { stock, log }: SilenceOptions,
  commands: readonly ApplyBuffers[],
): Promise<number | null> {
  if (commands.length === 0) return 0;
  let changed = 0;
  for (const outcome of await stock.apply(applyBuffers, commands)) {
    if (!outcome.ok) {
      const location = commands[0]?.location;
      log.warn({ err: outcome.problem, location }, 'a buffer could not follow a silence');
      return null;
    }
    if (outcome.value) changed += 1;
  }
  return changed;
}

async function workUntilClosed(
  work: (options: SilenceOptions, closing: AbortSignal) => Promise<void>,
  options: Parameters<typeof startSilence>[0],
  closed: AbortSignal,
): Promise<void> {
  while (!closed.aborted) {
    try {
      await work(options, closed);
    } catch (error) {
      options.log.warn({ err: error }, 'silent sources could not be looked after');
    }
    await pause(options.pollMilliseconds, closed);
  }
}
