// One effect for one Idempotency-Key: what identifies a request, and keeping the first answer with its effect.
// The stock writer keeps its own answers; this is for every other POST that changes something.
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../domain/canonical.ts';
import { invalid, Problem } from '../domain/problem.ts';
import {
  ANSWER_TAKEN,
  answerName,
  findAnswers,
  type StoredAnswer,
  saveAnswers,
} from '../queries/idempotency.ts';
import { violatedConstraint } from '../queries/pgError.ts';
import type { Database, Tx } from '../queries/transaction.ts';
import { NOBODY } from './auth.ts';
import type { IdempotentRequest } from './route.ts';

/** The header of an answer that was given before. */
export const replayHeaders = { 'Idempotent-Replayed': 'true' } as const;

const KEY_CHARACTERS_MAX = 255;
const FIRST_ANSWER_MILLISECONDS_MAX = 10_000;
const RACES_MAX = 5;

const answerSchema = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
/** An answer as it is kept: everything that goes out again. */
export type Answer = z.infer<typeof answerSchema>;

/** A request under its key, with what its kept answer is sealed with. */
export type KeyedRequest = IdempotentRequest & { sealingSecret: string };

/** The Idempotency-Key header, checked; null without one. */
export function idempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (header.length >= 1 && header.length <= KEY_CHARACTERS_MAX) return header;
  throw invalid('header:Idempotency-Key', 'bad-length', 'An Idempotency-Key has 1 to 255 characters.');
}

/**
 * What is remembered of a request: the same method, path and JSON value give the same hash, however it is spaced and
 * its fields are ordered. Without a key of its own (token null) the caller is nobody in particular, so that neither the
 * Idempotency-Key nor a hash of what was asked, which may hold a short secret, is kept in a form that can be guessed.
 */
export function keyedRequest(
  caller: { keyId: string; token: string | null },
  key: string,
  request: { method: string; url: string; body: unknown },
): KeyedRequest {
  const asked = `${request.method} ${request.url}\n${canonicalJson(request.body)}`;
  if (caller.token !== null) {
    const requestHash = createHash('sha256').update(asked).digest();
    return { keyId: caller.keyId, key, requestHash, sealingSecret: caller.token };
  }
  return {
    keyId: NOBODY.keyId,
    key: createHash('sha256').update(key).digest('base64url'),
    requestHash: createHmac('sha256', key).update(asked).digest(),
    sealingSecret: key,
  };
}

/** Runs a request's work once. The same request at the same time waits, and gets the first one's answer. */
export type Once = (
  request: KeyedRequest,
  work: (tx: Tx) => Promise<Answer>,
) => Promise<{ answer: Answer; replayed: boolean }>;

type Flight = { requestHash: Buffer; landed: Promise<Answer | null> };

/**
 * Requests in flight are known in this process; across processes the table's primary key decides. A request that
 * throws keeps nothing: it had no effect, so the same key may try again.
 */
export function makeOnce(
  database: Database,
  firstAnswerMillisecondsMax = FIRST_ANSWER_MILLISECONDS_MAX,
): Once {
  const flights = new Map<string, Flight>();

  async function fly(request: KeyedRequest, work: (tx: Tx) => Promise<Answer>) {
    for (let race = 1; ; race++) {
      try {
        return await database.retried((tx) => answerOnce(tx, request, work));
      } catch (error) {
        if (race >= RACES_MAX || violatedConstraint(error) !== ANSWER_TAKEN) throw error;
      }
    }
  }

  return async (request, work) => {
    const name = answerName(request);
    const deadline = Date.now() + firstAnswerMillisecondsMax;
    for (let first = flights.get(name); first !== undefined; first = flights.get(name)) {
      requireSame(first.requestHash, request);
      const answer = await before(deadline, first.landed);
      if (answer !== null) return { answer, replayed: true };
    }
    const flight = Promise.withResolvers<Answer | null>();
    flights.set(name, { requestHash: request.requestHash, landed: flight.promise });
    try {
      const result = await fly(request, work);
      flight.resolve(result.answer);
      return result;
    } finally {
      flights.delete(name);
      // Does nothing after an answer: those who wait for a failed request try it themselves.
      flight.resolve(null);
    }
  };
}

async function answerOnce(tx: Tx, request: KeyedRequest, work: (tx: Tx) => Promise<Answer>) {
  const kept = (await findAnswers(tx, [request])).get(answerName(request));
  if (kept !== undefined) {
    requireSame(kept.requestHash, request);
    return { answer: unseal(kept, request.sealingSecret), replayed: true };
  }
  const answer = await work(tx);
  const { keyId, key, requestHash } = request;
  await saveAnswers(tx, [
    { keyId, key, requestHash, status: answer.status, response: seal(answer, request) },
  ]);
  return { answer, replayed: false };
}

function requireSame(requestHash: Buffer, request: KeyedRequest): void {
  if (requestHash.equals(request.requestHash)) return;
  throw reused('This Idempotency-Key was used with another request; a new request needs a new key.');
}

async function before<T>(deadline: number, landed: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(
      new Problem('idempotency-key-in-use', 'The first request with this Idempotency-Key is still running.', {
        retryAfterSeconds: 1,
      }),
    );
  }, deadline - Date.now());
  try {
    return await Promise.race([landed, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

// Some answers hold a secret that is shown once (a key, a device's token). All that are kept here (the stock writer keeps its own) are sealed with what only the
// caller has, so that the table can give an answer again and yet holds nothing that a reader of it could use.
const IV_BYTES = 12;
const TAG_BYTES = 16;

function sealingKey(secret: string, requestHash: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, requestHash, 'comptoir kept answer', 32));
}

function seal(answer: Answer, request: KeyedRequest): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(request.sealingSecret, request.requestHash), iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(answer), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

/** The kept answer. A key whose secret is another one now, such as a changed admin key, is another caller: refused. */
function unseal({ response, requestHash }: StoredAnswer, secret: string): Answer {
  const iv = response.subarray(0, IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(secret, requestHash), iv);
  decipher.setAuthTag(response.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const opened = decipher.update(response.subarray(IV_BYTES + TAG_BYTES));
  try {
    decipher.final();
  } catch {
    throw reused(
      'This Idempotency-Key was used with a former secret of this key; a new request needs a new key.',
    );
  }
  return answerSchema.parse(JSON.parse(opened.toString('utf8')));
}

function reused(detail: string): Problem {
  return new Problem('idempotency-key-reused', detail);
}
