// One batch from names to COMMIT: kept answers, locks, decisions, writes. Run again whole when it lost a race.
// Owns what is retried and why; what is decided belongs to the operations.
import { Problem } from '../../domain/problem.ts';
import type { Comparison } from '../../queries/countConflicts.ts';
import { ANSWER_TAKEN, answerName, findAnswers, type StoredAnswer } from '../../queries/idempotency.ts';
import { isRetryable, violatedConstraint } from '../../queries/pgError.ts';
import type { Database, Transaction } from '../../queries/transaction.ts';
import type { Batch } from './batch.ts';
import type { BufferRules } from './bufferRules.ts';
import { flushBatch } from './flush.ts';
import { loadBatch } from './load.ts';
import { LevelsMissing, LostRace } from './lostRace.ts';
import { makeLevels, type Names, resolveNames } from './names.ts';
import type { Catalogue, Needs, StockOperation } from './operation.ts';
import type { Actor, Answer, Idempotency, Submitted } from './outcome.ts';

/** A submission whose types are closed over, so that one batch may mix operations. */
export type Entry = {
  weight: number;
  idempotency: Idempotency | null;
  needs: readonly Needs[];
  decide(batch: Batch): Answer;
};

export type BatchOptions = {
  database: Database;
  catalogue: Catalogue;
  /** Ends a due hold; given by the composition, so that the writer imports no operation. */
  expire: StockOperation<{ id: string; actor: Actor }, unknown>;
  /** The buffers that hold: read anew when their version changes. */
  bufferRules: BufferRules;
  /** The instant at which a batch decides. */
  now: () => Date;
  /** Told after COMMIT, for each count that met another source's. */
  onCompared?(comparison: Comparison): void;
};

/** Constraints that another batch may fill between our look and our write: run again, and the look finds it. */
const RACED = new Set([
  ANSWER_TAKEN,
  'movements_source_event_key',
  'reservations_order_reference_key',
  'reservations_pickup_code_key',
]);
const RUNS_MAX = 5;

/** Who ends the due holds that stand in the way of a batch. */
const CLOCK: Actor = { keyId: 'comptoir', name: 'comptoir' };

function hasLost(error: unknown): boolean {
  return error instanceof LostRace || RACED.has(violatedConstraint(error) ?? '');
}

/** One settled result for each entry, in order. Throws when the batch as a whole could not be written. */
export async function runBatch(
  options: BatchOptions,
  entries: readonly Entry[],
): Promise<PromiseSettledResult<Submitted>[]> {
  const needs = entries.flatMap((entry) => entry.needs);
  const names = await resolveNames(options.catalogue, needs);
  let isMaking = false;
  for (let attempt = 0; ; attempt++) {
    try {
      if (isMaking) await makeLevels(options.database, needs, names);
      isMaking = false;
      const { results, comparisons } = await options.database.retried((tx) =>
        decideAndWrite(tx, options, entries, names, attempt),
      );
      for (const comparison of comparisons) options.onCompared?.(comparison);
      return results;
    } catch (error) {
      // Making levels twice makes them once, so there an answer that got lost does not matter.
      const mayPass = isMaking ? isRetryable(error) : hasLost(error);
      if (attempt + 1 >= RUNS_MAX || !mayPass) throw error;
      isMaking ||= error instanceof LevelsMissing;
    }
  }
}

async function decideAndWrite(
  tx: Transaction,
  options: BatchOptions,
  entries: readonly Entry[],
  names: Names,
  attempt: number,
): Promise<{ results: PromiseSettledResult<Submitted>[]; comparisons: readonly Comparison[] }> {
  const asked = entries.flatMap((entry) => entry.idempotency ?? []);
  const needs = entries.flatMap((entry) => entry.needs);
  const [kept, { batch, dueHolds }] = await Promise.all([
    findAnswers(tx, asked),
    loadBatch(tx, needs, names, options, attempt),
  ]);
  for (const id of dueHolds) batch.run(() => options.expire.decide(batch, { id, actor: CLOCK }));
  const fresh = entries.filter(
    (entry) => entry.idempotency === null || !kept.has(answerName(entry.idempotency)),
  );
  const decided = new Map(fresh.map((entry) => [entry, entry.decide(batch)]));
  batch.applyToUntouched();
  await flushBatch(tx, batch, answersToKeep(decided));
  const results = entries.map((entry) => settle(entry, decided, kept));
  return { results, comparisons: batch.comparisons };
}

/** By name: two processes that keep answers of the same requests, and lock no level, wait in one order. */
function answersToKeep(decided: ReadonlyMap<Entry, Answer>): StoredAnswer[] {
  const answers = [...decided].flatMap(([{ idempotency }, answer]) =>
    idempotency === null
      ? []
      : [{ ...idempotency, status: answer.status, response: Buffer.from(answer.body) }],
  );
  return answers.sort((a, b) => (answerName(a) < answerName(b) ? -1 : 1));
}

function settle(
  entry: Entry,
  decided: ReadonlyMap<Entry, Answer>,
  kept: ReadonlyMap<string, StoredAnswer>,
): PromiseSettledResult<Submitted> {
  const answer = decided.get(entry);
  if (answer !== undefined) return { status: 'fulfilled', value: { ...answer, replayed: false } };
  const stored = entry.idempotency === null ? undefined : kept.get(answerName(entry.idempotency));
  if (entry.idempotency === null || stored === undefined)
    throw new Error('an entry got neither decision nor answer');
  if (!stored.requestHash.equals(entry.idempotency.requestHash))
    return { status: 'rejected', reason: reusedKey() };
  const value = { status: stored.status, body: stored.response.toString(), replayed: true };
  return { status: 'fulfilled', value };
}

export function reusedKey(): Problem {
  return new Problem(
    'idempotency-key-reused',
    'This Idempotency-Key was used with another request; a new request needs a new key.',
  );
}
