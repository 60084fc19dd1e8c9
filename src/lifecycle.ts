// How the process ends: what was opened is closed in reverse, once, within ten seconds, whatever asked for it.
// Knows nothing of what is opened.
import type { Log } from './log.ts';

const CLOSE_MILLISECONDS_MAX = 9_500;
/** A terminal's Ctrl-C reaches us twice, directly and through npm; only a later one means impatience. */
const SAME_SIGNAL_MILLISECONDS = 1_000;

/** Thrown out of a start-up step when the process is to end before it was up. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export type Lifecycle = {
  /** Starts up. What it throws ends the process with 1, after `onFailure` was told; Stopped is no failure. */
  start(work: () => Promise<void>, onFailure: (error: unknown) => void): void;
  /** What to close, last opened first closed. Throws Stopped when the end has begun: the step just done is undone. */
  opened(name: string, close: () => Promise<void> | void): void;
  /** Ends the process with this exit code. Returns at once; called again, it does nothing. */
  end(code: number): void;
};

/** Takes the signals and the process's last resorts from now on. */
export function takeCharge({ log, flush }: Log): Lifecycle {
  const closers: { name: string; close: () => Promise<void> | void }[] = [];
  let endedAt: number | null = null;
  let starting: Promise<void> = Promise.resolve();

  function leave(code: number): never {
    flush();
    process.exit(code);
  }

  async function closeAll(): Promise<boolean> {
    let clean = true;
    for (let last = closers.pop(); last !== undefined; last = closers.pop()) {
      try {
        await last.close();
      } catch (error) {
        clean = false;
        log.error({ err: error, part: last.name }, 'a part did not close');
      }
    }
    return clean;
  }

  function end(code: number): void {
    if (endedAt !== null) return;
    endedAt = Date.now();
    setTimeout(() => {
      log.error({ waitsFor: closers.at(-1)?.name }, 'not everything closed in time');
      leave(1);
    }, CLOSE_MILLISECONDS_MAX);
    // A step of the start-up that is under way ends first: half-made things cannot be closed.
    starting.then(closeAll).then(
      (clean) => leave(clean ? code : 1),
      () => leave(1),
    );
  }

  function onSignal(signal: NodeJS.Signals): void {
    if (endedAt === null) {
      log.info({ signal }, 'shutting down');
      end(0);
    } else if (Date.now() - endedAt > SAME_SIGNAL_MILLISECONDS) {
      log.warn({ signal }, 'asked again: leaving at once');
      leave(1);
    }
  }

  function onBug(error: unknown): void {
    log.fatal({ err: error }, 'an error that nobody handled');
    end(1);
  }

  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);

  return {
    start(work, onFailure) {
      starting = work().catch((error: unknown) => {
        if (error instanceof Stopped) return;
        onFailure(error);
        end(1);
      });
    },
    opened(name, close) {
      closers.push({ name, close });
      if (endedAt !== null) throw new Stopped();
    },
    end,
  };
}
