// The API as the tablet calls it: with its token, within a time, and every refusal as a value. The only `fetch`.
import { setClock } from './clock.ts';
import type { ProblemDocument } from './model.ts';
import { asProblem, isRecord, NOT_OURS } from './requests.ts';

export type Answer<Value = unknown> = { ok: true; value: Value } | { ok: false; problem: ProblemDocument };

export type Call = {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  /** Idempotency-Key. */
  key?: string;
};

const PROBLEM_TYPE = 'application/problem+json';

/** A counter does not wait longer: the outbox asks again by itself. */
const ANSWER_MILLISECONDS_MAX = 15_000;

export type Api = <Value>(path: string, call?: Call) => Promise<Answer<Value>>;

/** Calls with the token that there is at the time. `heard` gets each refusal, also that no answer came. */
export function makeApi(token: () => string | null, heard: (problem: ProblemDocument) => void): Api {
  return async <Value>(path: string, { method = 'GET', body, key }: Call = {}): Promise<Answer<Value>> => {
    const secret = token();
    const headers: Record<string, string> = {
      Accept: 'application/json',
      ...(secret === null ? {} : { Authorization: `Bearer ${secret}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
    };
    const answer = await attempt<Value>(path, {
      method,
      headers,
      // What is kept is kept by us, with what makes it old.
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_MILLISECONDS_MAX),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // A token that was replaced while its call was under way says nothing about the new one.
    if (!answer.ok && secret === token()) heard(answer.problem);
    return answer;
  };
}

async function attempt<Value>(path: string, request: RequestInit): Promise<Answer<Value>> {
  try {
    const askedAt = Date.now();
    const response = await fetch(path, request);
    setClock(response.headers.get('date'), askedAt);
    const text = await response.text();
    // The one place where what came over the wire is taken for what the contract says it is.
    if (response.ok) return { ok: true, value: (response.status === 204 ? null : JSON.parse(text)) as Value };
    return { ok: false, problem: problemIn(response, text) };
  } catch (error) {
    return noAnswer(error instanceof Error ? error.message : String(error));
  }
}

/** As where there is no network; `detail` says why. */
export function noAnswer(detail: string): Extract<Answer, { ok: false }> {
  return { ok: false, problem: asProblem({ status: 0, code: 'no-answer', title: 'No answer', detail }) };
}

/** A proxy or a filter may answer a page of its own: what that refuses, the server has not heard of. */
function problemIn({ status, headers }: Response, text: string): ProblemDocument {
  const isOurs = headers.get('content-type')?.startsWith(PROBLEM_TYPE) ?? false;
  const found: unknown = isOurs ? JSON.parse(text) : null;
  if (isRecord(found) && typeof found.code === 'string') return { ...asProblem(found), status };
  return asProblem({ status, code: NOT_OURS, title: `HTTP ${status}` });
}
