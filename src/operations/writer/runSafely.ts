// What becomes of a batch that failed as a whole: whose fault it was is found by halves, so that it fails alone.
// Owns no retry of a lost race (runBatch.ts does) and knows nothing of stock.
import { Problem } from '../../domain/problem.ts';
import { CommitUnknown, isUnavailable } from '../../queries/pgError.ts';
import type { Submitted } from './outcome.ts';
import { type BatchOptions, type Entry, runBatch } from './runBatch.ts';

export type SafeOptions = BatchOptions & {
  /** A batch of one failed for a reason that is nobody's refusal: a bug or the database. */
  onError(error: unknown): void;
};

type Results = PromiseSettledResult<Submitted>[];

/** What the parts of a search share: from when on it stops, how often a COMMIT got lost, and what ended it. */
type Search = { until: number; lostCommits: number; over: unknown };

/** A statement that waits for somebody's lock takes its 15 s each time: others wait behind this batch meanwhile. */
const SEARCH_MILLISECONDS_MAX = 10_000;
const LOST_COMMITS_MAX = 5;

/** One settled result for each entry, in order. Never throws. */
export async function runSafely(options: SafeOptions, entries: readonly Entry[]): Promise<Results> {
  try {
    return await runBatch(options, entries);
  } catch (error) {
    const search = { until: performance.now() + SEARCH_MILLISECONDS_MAX, lostCommits: 0, over: null };
    return afterFailure(options, entries, error, search);
  }
}

async function afterFailure(
  options: SafeOptions,
  entries: readonly Entry[],
  error: unknown,
  search: Search,
): Promise<Results> {
  if (error instanceof CommitUnknown) return afterUnknownCommit(options, entries, error, search);
  if (isUnavailable(error)) search.over = error;
  if (entries.length === 1 || search.over !== null) {
    options.onError(error);
    return entries.map(() => rejected(error));
  }
  const middle = entries.length >> 1;
  const first = await runPart(options, entries.slice(0, middle), search);
  return [...first, ...(await runPart(options, entries.slice(middle), search))];
}

async function runPart(options: SafeOptions, entries: readonly Entry[], search: Search): Promise<Results> {
  if (search.over === null && performance.now() > search.until) {
    const detail = 'The database took too long; nothing of this was done.';
    search.over = new Problem('overloaded', detail, { retryAfterSeconds: 1 });
  }
  // Without a database, each part would wait for its own time-out only to hear the same.
  if (search.over !== null) return entries.map(() => rejected(search.over));
  try {
    return await runBatch(options, entries);
  } catch (error) {
    return afterFailure(options, entries, error, search);
  }
}

/**
 * Nobody knows whether the batch is there. Who brought an Idempotency-Key is run again: the kept answer tells, and
 * there is none where there is no effect. Everybody else is told the truth; running them again could do it twice.
 */
async function afterUnknownCommit(
  options: SafeOptions,
  entries: readonly Entry[],
  error: CommitUnknown,
  search: Search,
): Promise<Results> {
  options.onError(error);
  search.lostCommits += 1;
  if (search.lostCommits > LOST_COMMITS_MAX) search.over = error;
  const keyed = entries.filter((entry) => entry.idempotency !== null);
  const results = keyed.length === 0 ? [] : await runPart(options, keyed, search);
  const found = new Map(keyed.map((entry, place) => [entry, results[place]]));
  const detail = 'The database went away at the last moment: whether this was done is not known. Look first.';
  return entries.map(
    (entry) => found.get(entry) ?? rejected(new Problem('unavailable', detail, { retryAfterSeconds: 1 })),
  );
}

function rejected(reason: unknown): PromiseRejectedResult {
  return { status: 'rejected', reason };
}
