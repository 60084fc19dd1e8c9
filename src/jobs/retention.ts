// Removes what is old, a little at a time: soon after the start, for a process may not live long, and then every hour.
// Knows not what it removes.
import type { Logger } from 'pino';
import { pause } from './pause.ts';

export type Retention = {
  /** Removes all that is due; returns how many. */
  run(): Promise<number>;
  /** Resolves when the step that runs, if any, has ended. */
  close(): Promise<void>;
};

export type RetentionOptions = {
  /** What is removed, for the log. */
  what: string;
  /** Removes at most so many rows that are due, in one short transaction; returns how many. */
  removeStep(rows: number): Promise<number>;
  stepRows: number;
  log: Logger;
  /** From the start to the first run. */
  firstMilliseconds?: number | undefined;
};

/** Not at once: a process that starts has more urgent things to read. */
const FIRST_MILLISECONDS = 60_000;
const INTERVAL_MILLISECONDS = 3_600_000;
/** Between two steps: the disk belongs to the shop. */
const REST_MILLISECONDS = 50;

export function startRetention(options: RetentionOptions): Retention {
  const { what, removeStep, stepRows, log, firstMilliseconds = FIRST_MILLISECONDS } = options;
  const closing = new AbortController();
  let running: Promise<number> | null = null;

  async function removeAll(): Promise<number> {
    for (let total = 0; ; ) {
      const removed = await removeStep(stepRows);
      total += removed;
      if (removed < stepRows || closing.signal.aborted) return total;
      await pause(REST_MILLISECONDS, closing.signal);
    }
  }

  /** One at a time: whoever asks meanwhile gets the one that runs. */
  function run(): Promise<number> {
    running ??= removeAll().finally(() => {
      running = null;
    });
    return running;
  }

  async function runHourly(): Promise<void> {
    await pause(firstMilliseconds, closing.signal);
    while (!closing.signal.aborted) {
      await run().then(
        (removed) => removed > 0 && log.info({ removed, what }, 'What was old was removed'),
        (error: unknown) => log.warn({ err: error, what }, 'What is old stays; next try in an hour'),
      );
      await pause(INTERVAL_MILLISECONDS, closing.signal);
    }
  }

  const rounds = runHourly();
  return {
    run,
    async close() {
      closing.abort();
      await rounds;
      await running?.catch(() => {});
    },
  };
}
