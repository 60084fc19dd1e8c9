// The answers already given, by key and Idempotency-Key. Kept in the transaction of the effect they answer for.
// Knows nothing of HTTP: an answer is a status and bytes.
import { insertInto } from './insertInto.ts';
import type { Tx } from './transaction.ts';

export type AnswerName = { keyId: string; key: string };

export type StoredAnswer = AnswerName & {
  /** What was asked: SHA-256 of the request. Another hash under the same name is a misuse. */
  requestHash: Buffer;
  status: number;
  response: Buffer;
};

/** The constraint that speaks when another process kept an answer first: roll back and run again. */
export const ANSWER_TAKEN = 'idempotency_keys_pkey';

/** The name of an answer as one string, as used for the keys of `findAnswers`. A key id holds no space. */
export function answerName({ keyId, key }: AnswerName): string {
  return `${keyId} ${key}`;
}

/** The answers kept under these names, by `answerName`. */
export async function findAnswers(tx: Tx, names: readonly AnswerName[]): Promise<Map<string, StoredAnswer>> {
  if (names.length === 0) return new Map();
  const rows = await tx.run<StoredAnswer>(
    'idempotency.find',
    `SELECT k.key_id AS "keyId", k.idempotency_key AS key, k.request_hash AS "requestHash", k.status, k.response
       FROM unnest($1::text[], $2::text[]) AS asked (key_id, idempotency_key)
       CROSS JOIN LATERAL (
         SELECT * FROM idempotency_keys WHERE key_id = asked.key_id AND idempotency_key = asked.idempotency_key OFFSET 0
       ) AS k`,
    [names.map((name) => name.keyId), names.map((name) => name.key)],
  );
  return new Map(rows.map((row) => [answerName(row), row]));
}

/**
 * Keeps answers. A plain INSERT on purpose: a violation of ANSWER_TAKEN means that another process won the race,
 * and then this transaction's effect must go too.
 */
export function saveAnswers(tx: Tx, answers: readonly StoredAnswer[]): Promise<void> {
  return intoAnswers(
    tx,
    answers.map(({ keyId, key, requestHash, status, response }) => [
      keyId,
      key,
      requestHash,
      status,
      response,
    ]),
  );
}

const intoAnswers = insertInto('idempotency_keys', {
  key_id: 'text',
  idempotency_key: 'text',
  request_hash: 'bytea',
  status: 'int',
  response: 'bytea',
});

/** Forgets answers kept before this instant, at most `limit` of them, and returns how many: short transactions. */
export async function purgeAnswers(tx: Tx, before: Date, limit = 10_000): Promise<number> {
  const rows = await tx.run<{ purged: number }>(
    'idempotency.purge',
    `WITH old AS (
       SELECT key_id, idempotency_key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2
     ), gone AS (
       DELETE FROM idempotency_keys k USING old
        WHERE k.key_id = old.key_id AND k.idempotency_key = old.idempotency_key RETURNING 1
     )
     SELECT count(*)::int AS purged FROM gone`,
    [before, limit],
  );
  return rows[0]?.purged ?? 0;
}
