// Work that must happen in the end: run when asked, once at a time, again after a failure. What a view reads again
// because of an event is told once only, so a read that failed must not be forgotten. Knows nothing of the work.

export type Refresh = {
  /** Asks for a run. Asked during a run, it runs once more afterwards. */
  ask(): void;
  /** Resolves when no run is under way: all done, or waiting to be tried again. */
  settled(): Promise<void>;
  close(): void;
};

const RETRY_MILLISECONDS = 1_000;

/** @param onError is told of every failure; the next try is a second later */
export function makeRefresh(work: () => Promise<void>, onError: (error: Error) => void): Refresh {
  let running: Promise<void> | null = null;
  let isAsked = false;
  let retry: NodeJS.Timeout | null = null;
  let isClosed = false;

  function ask(): void {
    isAsked = true;
    if (isClosed || running !== null) return;
    if (retry !== null) clearTimeout(retry);
    retry = null;
    running = run().finally(() => {
      running = null;
    });
  }

  async function run(): Promise<void> {
    while (isAsked && !isClosed) {
      isAsked = false;
      try {
        await work();
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
        retry = setTimeout(ask, RETRY_MILLISECONDS).unref();
        return;
      }
    }
  }

  return {
    ask,
    settled: async () => {
      await running;
    },
    close() {
      isClosed = true;
      if (retry !== null) clearTimeout(retry);
    },
  };
}
