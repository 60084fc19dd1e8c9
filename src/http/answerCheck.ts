// For tests: every answer is held against what its route declares, so that code and document cannot drift.
// Off in production, where it would only cost.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { problemSchema, problemsOf } from './problems.ts';
import { type AnyRoute, jsonOf, type Reply } from './route.ts';

/** An answer that its route does not declare: a bug of ours. */
export class AnswerMismatch extends Error {
  override readonly name = 'AnswerMismatch';
}

/** Throws an AnswerMismatch for an undeclared status, body, field or problem. */
export function checkReply(route: AnyRoute, reply: Reply): void {
  const { status } = reply;
  if (reply.stream !== undefined || reply.text !== undefined) {
    if (route.responses[status] === undefined) throw mismatch(route, `status ${status} is not declared`);
    return;
  }
  const text = jsonOf(reply);
  const value: unknown = text === '' ? undefined : JSON.parse(text);
  if (status >= 400) {
    checkProblem(route, value);
    return;
  }
  const spec = route.responses[status];
  if (spec === undefined) throw mismatch(route, `status ${status} is not declared`);
  if (spec.schema === undefined) {
    if (value !== undefined) throw mismatch(route, `status ${status} has a body, but none is declared`);
    return;
  }
  const parsed = spec.schema.safeParse(value);
  if (!parsed.success) throw mismatch(route, `the ${status} body: ${z.prettifyError(parsed.error)}`);
  if (!isDeepStrictEqual(parsed.data, value)) {
    throw mismatch(route, `the ${status} body has fields that its schema lacks: ${JSON.stringify(value)}`);
  }
}

function checkProblem(route: AnyRoute, value: unknown): void {
  const parsed = problemSchema.safeParse(value);
  if (!parsed.success) throw mismatch(route, `a problem: ${z.prettifyError(parsed.error)}`);
  checkProblemCode(route, parsed.data.code);
}

/** Throws an AnswerMismatch when the route does not declare this problem. */
export function checkProblemCode(route: AnyRoute, code: string): void {
  if (problemsOf(route).some((declared) => declared === code)) return;
  throw mismatch(route, `the problem ${code} is not declared`);
}

function mismatch(route: AnyRoute, what: string): AnswerMismatch {
  return new AnswerMismatch(`${route.method} ${route.path}: ${what}`);
}
