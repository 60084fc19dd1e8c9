// Whether this process can serve: starting, ready or draining, and whether its database answers.
// Decides nothing about when; main.ts tells it.
import type { Database } from '../queries/transaction.ts';

const PING_MILLISECONDS_MAX = 2_000;

export type Health = {
  /** Aborted when the process drains: long polls end then. */
  readonly draining: AbortSignal;
  drain(): void;
  /** Why it cannot serve; null when it can. */
  unreadiness(): Promise<string | null>;
};

export function makeHealth(database: Pick<Database, 'run'>): Health {
  const draining = new AbortController();
  let asking: Promise<string | null> | null = null;

  async function ask(): Promise<string | null> {
    const late = Promise.withResolvers<string>();
    const timer = setTimeout(() => late.resolve('The database does not answer.'), PING_MILLISECONDS_MAX);
    const answer = database.run('health.ping', 'SELECT 1', []).then(
      () => null,
      () => 'The database cannot be reached.',
    );
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    draining: draining.signal,
    drain: () => draining.abort(),
    async unreadiness() {
      if (draining.signal.aborted) return 'The process is shutting down.';
      // However many ask, the database is asked once at a time.
      asking ??= ask().finally(() => {
        asking = null;
      });
      return asking;
    },
  };
}
