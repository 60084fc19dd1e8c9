// Problems on the wire: RFC 9457 documents, and which problem an error of any kind is.
// Owns no status and no code: those are the catalogue's (domain/problem.ts).
import { z } from 'zod';
import { PROBLEMS, Problem, type ProblemCode } from '../domain/problem.ts';
import { isUnavailable } from '../queries/pgError.ts';
import type { AnyRoute } from './route.ts';

export const PROBLEM_TYPE = 'application/problem+json';

const RETRY_AFTER_SECONDS_DEFAULT = 1;

export const inputErrorSchema = z
  .object({
    pointer: z
      .string()
      .describe('A JSON pointer into the body, or `query:`, `path:` or `header:` and a name.'),
    code: z.string().describe('The rule that was broken, stable, in kebab-case.'),
    detail: z.string().describe('The same in words.'),
  })
  .meta({ id: 'InputError' });

export const problemSchema = z
  .looseObject({
    type: z.string().describe('Where the problem is described: a reference relative to this server.'),
    title: z.string().describe('The problem in a few words, the same every time.'),
    status: z.int().min(400).max(599),
    detail: z.string().describe('What happened this time.'),
    instance: z.string().describe('The path that was asked.'),
    code: z.string().describe('Stable, in kebab-case: what programs go by.'),
    requestId: z.string().describe('The same as the X-Request-Id header; it is in the server’s log too.'),
    errors: z.array(inputErrorSchema).optional().describe('Each thing wrong with the input.'),
    retryAfterSeconds: z.number().optional().describe('The same as the Retry-After header.'),
  })
  .meta({
    id: 'Problem',
    description: 'An error: RFC 9457 with a stable `code`, and members of its own by code.',
  });

/** Where and for whom a problem happened. */
export type Occasion = { path: string; requestId: string };

/** The document of a problem: the fixed members first, and nothing in `extras` replaces one. */
export function problemDocument(problem: Problem, occasion: Occasion): Record<string, unknown> {
  const fixed = {
    type: `/problems/${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    instance: occasion.path,
    code: problem.code,
    requestId: occasion.requestId,
  };
  return { ...fixed, ...problem.extras, ...fixed };
}

/** The headers that go with a problem. */
export function problemHeaders(problem: Problem): Record<string, string> {
  const { retryAfterSeconds } = problem.extras;
  if (retryAfterSeconds !== undefined) return { 'Retry-After': String(Math.ceil(retryAfterSeconds)) };
  return problem.status === 503 ? { 'Retry-After': String(RETRY_AFTER_SECONDS_DEFAULT) } : {};
}

/** The problem that an error is to the caller. What is nobody's refusal says nothing about its cause. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) {
    return new Problem('unavailable', 'The database cannot answer right now. Try again in a moment.');
  }
  if (isHttpError(error) && error.status === 400) {
    return new Problem('invalid-request', 'The path is not well-formed: check its percent-encoding.');
  }
  return new Problem(
    'internal-error',
    'Something went wrong on our side. The request id leads us to the cause in the log.',
  );
}

/** Errors of Express's router carry a status, for example 400 for a path that cannot be decoded. */
function isHttpError(error: unknown): error is Error & { status: number } {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

/** What any route may answer. */
const ANYWHERE: readonly ProblemCode[] = [
  'invalid-request',
  'rate-limited',
  'headers-too-large',
  'internal-error',
  'unavailable',
];
const WITH_A_KEY: readonly ProblemCode[] = ['unauthorized', 'forbidden'];
const WITH_A_BODY: readonly ProblemCode[] = [
  'malformed-body',
  'body-too-large',
  'unsupported-media-type',
  'request-timeout',
];
const ONCE: readonly ProblemCode[] = ['idempotency-key-reused', 'idempotency-key-in-use'];

/** Every problem that a route may answer, its own and the common ones, by status and then as catalogued. */
export function problemsOf(route: AnyRoute): ProblemCode[] {
  const takesBody = route.body !== undefined || route.streamsBody === true;
  const codes = new Set<ProblemCode>([
    ...ANYWHERE,
    ...(route.scopes === 'public' ? [] : WITH_A_KEY),
    ...(takesBody || route.method === 'POST' ? WITH_A_BODY : []),
    ...(route.method === 'POST' && route.idempotency !== 'none' ? ONCE : []),
    ...(route.idempotency === 'required' ? (['idempotency-key-required'] as const) : []),
    ...route.problems,
  ]);
  return [...codes].sort((a, b) => PROBLEMS[a][0] - PROBLEMS[b][0]);
}
