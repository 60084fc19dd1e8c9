// Path and query parameters: decoded, each at most once, then checked by the route's schema like the body.
// Knows how input is taken apart, not what it means.
import type { z } from 'zod';
import { invalid, Problem } from '../domain/problem.ts';
import { checkText } from './body.ts';
import { inputErrors, type Place } from './inputErrors.ts';

/** The query string as names and values. A name given twice, or bad percent-encoding, is refused. */
export function readQuery(url: string): Record<string, string> {
  const start = url.indexOf('?');
  if (start === -1 || start === url.length - 1) return {};
  const query: Record<string, string> = {};
  for (const part of url.slice(start + 1).split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode(equals === -1 ? part : part.slice(0, equals), '');
    const value = equals === -1 ? '' : decode(part.slice(equals + 1), name);
    if (name === '__proto__')
      throw invalid('query:__proto__', 'unknown-parameter', 'There is no parameter `__proto__`.');
    if (Object.hasOwn(query, name)) {
      throw invalid(
        `query:${name.slice(0, 100)}`,
        'duplicate-parameter',
        'This parameter may be given once only.',
      );
    }
    checkText(value, `query:${name.slice(0, 100)}`);
    query[name] = value;
  }
  return query;
}

function decode(text: string, name: string): string {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalid(`query:${name.slice(0, 100)}`, 'bad-encoding', 'The percent-encoding is not valid UTF-8.');
  }
}

export function checkParams(params: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'string') checkText(value, `path:${name}`);
  }
}

/** What the schema makes of the input, or an `invalid-request` with every error. Without a schema: nothing may be there. */
export function parseInput(schema: z.ZodType | undefined, input: unknown, place: Place): unknown {
  if (schema === undefined) {
    refuseAny(input, place);
    return undefined;
  }
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw refusal(inputErrors(parsed.error.issues, input, place));
}

function refusal(errors: ReturnType<typeof inputErrors>): Problem {
  const [first] = errors;
  const detail =
    first !== undefined && errors.length === 1
      ? `${first.pointer === '' ? 'The body' : first.pointer}: ${first.detail}`
      : `${errors.length} things are wrong with the request: see \`errors\`.`;
  return new Problem('invalid-request', detail, { errors });
}

function refuseAny(input: unknown, place: Place): void {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw invalid(place, 'wrong-type', 'This call takes no body.');
  }
  const [name] = Object.keys(input);
  if (name === undefined) return;
  const [code, what] = place === 'query:' ? ['unknown-parameter', 'parameter'] : ['unknown-field', 'field'];
  throw invalid(
    place === 'query:' ? `query:${name.slice(0, 100)}` : `/${name.slice(0, 100)}`,
    code,
    `There is no ${what} \`${name.slice(0, 100)}\`.`,
  );
}
