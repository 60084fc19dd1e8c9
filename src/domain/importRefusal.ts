// Why a row of a file cannot be used, in words for whoever made the file: which of our fields, which rule, and from
// which of their columns the value came.
import type { z } from 'zod';

/** `pointer`: the field, as a JSON pointer; null for the row as a whole. */
export type RowRefusal = { code: string; pointer: string | null; detail: string };

/** A field that has a source: where, in words. */
type Sourced = { field: string; from: string };

const CODES: Partial<Record<z.core.$ZodIssue['code'], string>> = {
  invalid_type: 'wrong-type',
  invalid_value: 'unknown-value',
  invalid_format: 'bad-format',
  too_big: 'too-large',
  too_small: 'too-small',
  unrecognized_keys: 'unknown-field',
};

/** The first thing that is wrong: once it is mended, the next run tells the next. */
export function refusalOf(
  error: z.ZodError,
  values: Readonly<Record<string, unknown>>,
  fields: readonly Sourced[],
): RowRefusal {
  const issue = firstOf(error.issues);
  const path = issue.path.map(String);
  const sources = fields.filter(
    ({ field }) => field === path.join('.') || field.startsWith(`${path.join('.')}.`),
  );
  const empty = sources.filter(({ field }) => values[field] === undefined);
  const isInWhole = path.some((_, place) => values[path.slice(0, place).join('.')] !== undefined);
  const isMissing = issue.code === 'invalid_type' && issue.message.includes('received undefined');
  if (isMissing || (!isInWhole && sources.length > 0 && empty.length === sources.length)) {
    const from = empty.map((source) => source.from).join(', ');
    const why = from === '' ? 'nothing is mapped to it' : `empty in ${from}`;
    return { code: 'required', pointer: pointerTo(path), detail: `This is required, and ${why}.` };
  }
  const named = issue.code === 'custom' ? issue.params?.code : CODES[issue.code];
  const detail = issue.message.charAt(0).toUpperCase() + issue.message.slice(1);
  return {
    code: typeof named === 'string' ? named : 'invalid',
    pointer: pointerTo(path),
    detail: `${detail}.`,
  };
}

/** Of a union (a name is a text or an object), the branch that came furthest. */
function firstOf(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const [issue] = issues;
  if (issue === undefined) throw new Error('a schema refused without saying why');
  if (issue.code !== 'invalid_union') return issue;
  const branch = issue.errors.find((errors) => errors.some(({ path }) => path.length > 0));
  const [nested] = branch ?? [];
  return nested === undefined ? issue : { ...firstOf([nested]), path: [...issue.path, ...nested.path] };
}

export function pointerTo(path: readonly string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
