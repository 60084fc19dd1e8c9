// Owns waiting for something to become true, the only way a test may wait.
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs `check` until it neither throws nor returns false, and returns what it returned. Throws its last error after
 * `milliseconds`: a limit so generous that only a failure reaches it, never a measurement.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { milliseconds = 60_000, every = 20 }: { milliseconds?: number; every?: number } = {},
): Promise<Exclude<T, false>> {
  const until = Date.now() + milliseconds;
  for (;;) {
    const outcome = await attempt(check);
    if ('value' in outcome) return outcome.value;
    if (Date.now() > until) throw outcome.error;
    await delay(every);
  }
}

async function attempt<T>(
  check: () => T | Promise<T>,
): Promise<{ value: Exclude<T, false> } | { error: unknown }> {
  try {
    const value = await check();
    return isNotFalse(value) ? { value } : { error: new Error('It did not become true in time') };
  } catch (error) {
    return { error };
  }
}

function isNotFalse<T>(value: T): value is Exclude<T, false> {
  return value !== false;
}
