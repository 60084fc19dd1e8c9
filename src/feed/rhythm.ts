// When the reader polls: at a steady pace, sooner when woken, later while the database is away, never twice at once.
// Knows nothing of what a poll does.
import { Problem } from '../domain/problem.ts';

export type Rhythm = {
  /** Asks for a poll soon. Calls that come before it starts are one. */
  wake(): void;
  /** Resolves when a poll that started after the call has succeeded; rejects when it failed. */
  next(): Promise<void>;
  isClosed(): boolean;
  /** Resolves when the poll that runs, if any, has ended. No other starts. */
  close(): Promise<void>;
};

export type Reports = {
  /** @param failures in a row, this one included */
  onFailure(error: unknown, failures: number): void;
  /** @param failures in a row before this success */
  onRecovery(failures: number): void;
};

type Waiter = { resolve(): void; reject(error: unknown): void };

/**
 * Under load every commit wakes. A lone one is read at once; after a poll the reader rests for as long as it took, so that
 * it is at it half of the time at most, and less often the busier the process is. At 200 lone changes a second, half of
 * them are at the client 1.0 ms after PostgreSQL noted the commit, of which its disk takes 0.4, for 2.6 ms of both servers'
 * processor time a change; with polls 3 ms apart, two statements each, it was 2.3 ms, for 2.9.
 */
const REST_MILLISECONDS_MAX = 10;
const BACKOFF_MILLISECONDS_MAX = 2_000;

export function startRhythm(poll: () => Promise<void>, milliseconds: number, reports: Reports): Rhythm {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let isClosed = false;
  let isWanted = false;
  let failures = 0;
  let startedAt = performance.now();
  let endedAt = startedAt;
  let waiting: Waiter[] = [];

  function schedule(): void {
    if (isClosed || running !== null) return;
    clearTimeout(timer);
    const wait = waitUntil() - performance.now();
    // A timer takes a millisecond at least.
    if (wait <= 0) start();
    else timer = setTimeout(start, wait);
  }

  function waitUntil(): number {
    // Half of it by chance, so that the processes do not all come back in one moment.
    if (failures > 0)
      return startedAt + Math.min(BACKOFF_MILLISECONDS_MAX, 50 * 2 ** failures) * (0.5 + Math.random() / 2);
    if (isWanted) return endedAt + Math.min(REST_MILLISECONDS_MAX, endedAt - startedAt);
    return startedAt + milliseconds;
  }

  function start(): void {
    running = turn().finally(() => {
      running = null;
      endedAt = performance.now();
      schedule();
    });
  }

  async function turn(): Promise<void> {
    const served = waiting;
    waiting = [];
    isWanted = false;
    startedAt = performance.now();
    try {
      await poll();
      if (failures > 0) reports.onRecovery(failures);
      failures = 0;
      for (const waiter of served) waiter.resolve();
    } catch (error) {
      failures += 1;
      reports.onFailure(error, failures);
      for (const waiter of served) waiter.reject(error);
    }
  }

  function wake(): void {
    if (isWanted) return;
    isWanted = true;
    if (failures === 0) schedule();
  }

  schedule();
  return {
    wake,
    next: () =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(closed());
        waiting.push({ resolve, reject });
        wake();
      }),
    isClosed: () => isClosed,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await running;
      for (const waiter of waiting) waiter.reject(closed());
      waiting = [];
    },
  };
}

function closed(): Problem {
  return new Problem('unavailable', 'The server is shutting down: ask again, another will answer.');
}
