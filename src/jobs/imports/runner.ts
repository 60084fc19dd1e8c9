// The imports' job: takes the oldest import that nobody runs, runs it, takes the next. Every process may have one, and
// each import is one process's at a time (queries/imports.ts). Also clears away what ended.
import { randomUUID } from 'node:crypto';
import { importEvent } from '../../domain/import.ts';
import type { Feed } from '../../feed/reader.ts';
import { insertEvents } from '../../queries/events.ts';
import { deleteAbandoned, deleteEndedChunks, purgeErrors, purgeImports } from '../../queries/importFiles.ts';
import { claimImport } from '../../queries/imports.ts';
import { pause } from '../pause.ts';
import { HeldImport } from './heldImport.ts';
import { type RunDeps, runImport } from './runImport.ts';

export type ImportsOptions = RunDeps & {
  /** Woken after each commit; tells of imports that were sent, so that they wait for no look. */
  feed: Pick<Feed, 'wake'> & Partial<Pick<Feed, 'subscribe'>>;
  pollMilliseconds: number;
  /** How long a process that says nothing keeps its imports: 15 unless said otherwise. */
  leaseSeconds?: number;
};

/** Side by side in one process; those of one key run one after another. */
const LANES = 2;
const LEASE_SECONDS = 15;
const TIDY_MILLISECONDS = 5_000;
/** Pieces of a megabyte that are deleted in one statement. */
const TIDY_CHUNKS_MAX = 32;
const TIDY_IMPORTS_MAX = 100;
/** Rejected rows that are deleted in one statement. */
const TIDY_ERRORS_MAX = 5_000;
/** How long an ended import and its errors can be read. */
const KEPT_DAYS = 30;
const DAY_MILLISECONDS = 86_400_000;

/** Closing lets the chunks in flight end, then gives the leases back: another process goes on from there. */
export function startImports(options: ImportsOptions): { close(): Promise<void> } {
  const closing = new AbortController();
  let sent = new AbortController();
  const unsubscribe = options.feed.subscribe?.({
    name: 'imports',
    onEvents(events) {
      if (!events.some(({ type }) => type === 'import.queued')) return;
      sent.abort();
      sent = new AbortController();
    },
  });
  const rest = () => pause(options.pollMilliseconds, AbortSignal.any([closing.signal, sent.signal]));
  const lanes = Array.from({ length: LANES }, () => runUntilClosed(options, closing.signal, rest));
  const tidying = tidyUntilClosed(options, closing.signal);
  return {
    async close() {
      unsubscribe?.();
      closing.abort();
      await Promise.all([...lanes, tidying]);
    },
  };
}

async function runUntilClosed(
  options: ImportsOptions,
  closed: AbortSignal,
  rest: () => Promise<void>,
): Promise<void> {
  while (!closed.aborted) {
    try {
      if (await runNext(options, closed)) continue;
    } catch (error) {
      // The lease runs out or was given back: this process or another one tries again.
      if (!closed.aborted) options.log.warn({ err: error }, 'an import was interrupted');
    }
    await rest();
  }
}

/** Runs one import as far as it goes; false when there was none to run. */
async function runNext(options: ImportsOptions, closed: AbortSignal): Promise<boolean> {
  const holder = randomUUID();
  const held = await claim(options, holder);
  if (held === null) return false;
  try {
    await runImport(held, options, closed);
  } catch (error) {
    await held.release();
    throw error;
  } finally {
    held.close();
  }
  return true;
}

async function claim(options: ImportsOptions, holder: string): Promise<HeldImport | null> {
  const { database, log, now, feed, leaseSeconds = LEASE_SECONDS } = options;
  const record = await database.retried(async (tx) => {
    const claimed = await claimImport(tx, holder, leaseSeconds, now());
    if (claimed !== null) await insertEvents(tx, [importEvent('import.running', claimed, now())]);
    return claimed;
  });
  if (record === null) return null;
  feed.wake();
  return new HeldImport(record, holder, { database, log, now, leaseSeconds, onCommit: () => feed.wake() });
}

async function tidyUntilClosed(options: ImportsOptions, closed: AbortSignal): Promise<void> {
  while (!closed.aborted) {
    try {
      await tidy(options);
    } catch (error) {
      options.log.warn({ err: error }, 'ended imports could not be cleared away');
    }
    await pause(TIDY_MILLISECONDS, closed);
  }
}

/** Clears away bodies of ended imports, uploads whose process died, and imports that ended long ago. */
export async function tidy({ database, now }: Pick<ImportsOptions, 'database' | 'now'>): Promise<void> {
  while ((await deleteEndedChunks(database, TIDY_CHUNKS_MAX)) === TIDY_CHUNKS_MAX);
  while ((await deleteAbandoned(database, TIDY_CHUNKS_MAX)) === TIDY_CHUNKS_MAX);
  const before = new Date(now().getTime() - KEPT_DAYS * DAY_MILLISECONDS);
  while ((await purgeErrors(database, before, TIDY_ERRORS_MAX)) === TIDY_ERRORS_MAX);
  await purgeImports(database, before, TIDY_IMPORTS_MAX);
}
