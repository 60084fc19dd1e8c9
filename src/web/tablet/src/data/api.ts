// The API as the tablet calls it: with its token, within a time, and every refusal as a value. The only `fetch`.
import { setClock } from './clock.ts';
import type { ProblemDocument } from './model.ts';
import { asProblem, isRecord } from './requests.ts';

export type Answer<Value = unknown> = { ok: true; value: Value } | { ok: false; problem: ProblemDocument };

export type Call = {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  /** Idempotency-Key. */
  key?: string;
};

/** A counter does not wait longer: the outbox asks again by itself. */
const ANSWER_MILLISECONDS_MAX = 15_000;

export type Api = <Value>(path: string, call?: Call) => Promise<Answer<Value>>;

/** Calls with the token that there is at the time. `heard` gets the status of each answer, 0 where none came. */
export function makeApi(token: () => string | null, heard: (status: number) => void): Api {
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
    if (secret === token()) heard(answer.ok ? 200 : answer.problem.status);
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
    if (response.ok) return { ok: true, value: (text === '' ? null : JSON.parse(text)) as Value };
    return { ok: false, problem: problemIn(response.status, text) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: asProblem({ status: 0, code: 'no-answer', title: 'No answer', detail }) };
  }
}

/** A proxy may answer a page of its own. */
function problemIn(status: number, text: string): ProblemDocument {
  try {
    const found: unknown = JSON.parse(text);
    if (isRecord(found)) return { ...asProblem(found), status };
  } catch {
    // Not JSON: the status alone tells.
  }
  return asProblem({ status, code: 'not-a-problem', title: `HTTP ${status}` });
}
