// What zod found wrong, in the API's own words: a pointer, a stable code and a sentence for each thing.
// Knows every kind of zod issue and no schema.
import type { z } from 'zod';
import type { InputError } from '../domain/problem.ts';

type Issue = z.core.$ZodIssue;
/** Where a piece of input came from: `''` for the body, else the prefix of its pointers. */
export type Place = '' | 'query:' | 'path:';

const ERRORS_MAX = 100;
const VALUES_SHOWN_MAX = 20;

/** Every issue as an input error, in the order found, at most 100. `input` is what was parsed. */
export function inputErrors(issues: readonly Issue[], input: unknown, place: Place): InputError[] {
  return issues.flatMap((issue) => fromIssue(issue, input, [], place)).slice(0, ERRORS_MAX);
}

function fromIssue(issue: Issue, input: unknown, base: readonly PropertyKey[], place: Place): InputError[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerTo([...path, key], place),
      code: place === 'query:' ? 'unknown-parameter' : 'unknown-field',
      detail:
        place === 'query:' ? `There is no parameter ${shown(key)}.` : `There is no field ${shown(key)}.`,
    }));
  }
  if (issue.code === 'invalid_union') {
    const closest = closestBranch(issue.errors);
    if (closest) return closest.flatMap((nested) => fromIssue(nested, input, path, place));
  }
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
    return issue.issues.map((nested) => ({
      ...describe(nested, undefined),
      pointer: pointerTo(path, place),
    }));
  }
  return [{ pointer: pointerTo(path, place), ...describe(issue, valueAt(input, path)) }];
}

/** Of a union's branches the one that came furthest: its complaints are those that help. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const sameType = branches.filter(
    (issues) => !issues.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type'),
  );
  const [first] = sameType.toSorted((a, b) => a.length - b.length);
  return first ?? null;
}

function describe(issue: Issue, value: unknown): { code: string; detail: string } {
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return { code: 'required', detail: 'This is required.' };
      return { code: 'wrong-type', detail: `Expected ${typeName(issue.expected)}, not ${typeOf(value)}.` };
    case 'too_big':
      return {
        code: tooMuch(issue.origin, 'long', 'large'),
        detail: limit(issue.origin, 'most', issue.maximum),
      };
    case 'too_small':
      return {
        code: tooMuch(issue.origin, 'short', 'small'),
        detail: limit(issue.origin, 'least', issue.minimum),
      };
    case 'invalid_format':
      return { code: 'bad-format', detail: sentence(issue.message) };
    case 'not_multiple_of':
      return { code: 'not-a-multiple', detail: `It must be a multiple of ${issue.divisor}.` };
    case 'invalid_value':
      return value === undefined
        ? { code: 'required', detail: 'This is required.' }
        : { code: 'unknown-value', detail: `It must be one of ${oneOf(issue.values)}.` };
    case 'invalid_union':
      return unionRefusal(issue);
    case 'custom':
      return { code: customCode(issue.params), detail: sentence(issue.message) };
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
      return { code: 'invalid', detail: sentence(issue.message) };
  }
}

function unionRefusal(issue: Extract<Issue, { code: 'invalid_union' }>): { code: string; detail: string } {
  if ('options' in issue && issue.options) {
    return { code: 'unknown-value', detail: `It must be one of ${oneOf(issue.options)}.` };
  }
  const expected = issue.errors
    .flat()
    .flatMap((nested) => (nested.code === 'invalid_type' ? [typeName(nested.expected)] : []));
  const wanted = [...new Set(expected)].join(' or ');
  return {
    code: 'wrong-type',
    detail: wanted ? `Expected ${wanted}.` : 'It has none of the forms allowed here.',
  };
}

/** A refinement may name its own code: `{ params: { code: 'not-a-time-zone' } }`. */
function customCode(params: Record<string, unknown> | undefined): string {
  return typeof params?.code === 'string' ? params.code : 'invalid';
}

function tooMuch(origin: string, length: string, size: string): string {
  return ['string', 'array', 'set', 'file', 'map', 'record', 'object'].includes(origin)
    ? `too-${length}`
    : `too-${size}`;
}

function limit(origin: string, side: 'most' | 'least', value: number | bigint): string {
  if (origin === 'string') return `It must have at ${side} ${value} characters.`;
  if (origin === 'array' || origin === 'set') return `It must have at ${side} ${value} elements.`;
  if (origin === 'object' || origin === 'record') return `It must have at ${side} ${value} fields.`;
  return `It must be at ${side} ${value}.`;
}

function oneOf(values: readonly unknown[]): string {
  const names = values.slice(0, VALUES_SHOWN_MAX).map((value) => `\`${String(value)}\``);
  return names.join(', ') + (values.length > VALUES_SHOWN_MAX ? ', …' : '');
}

function typeName(expected: string): string {
  switch (expected) {
    case 'int':
      return 'a whole number';
    case 'number':
    case 'string':
    case 'boolean':
      return `a ${expected}`;
    case 'array':
      return 'an array';
    case 'object':
    case 'record':
      return 'an object';
    case 'nan':
      return 'a number';
    default:
      return expected;
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value)) return 'a fraction';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function shown(key: string): string {
  return `\`${key.slice(0, 100)}\``;
}

function pointerTo(path: readonly PropertyKey[], place: Place): string {
  if (place !== '') return place + path.map(String).join('.').slice(0, 200);
  return path
    .map((key) => `/${String(key).slice(0, 200).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
