// One value of somebody else's file as what one of our fields holds. Owns the conversions; knows no field by name.
import type { FieldKind } from './importFields.ts';
import { type DateOrder, readInstant } from './importTime.ts';

export const DECIMALS = ['point', 'comma'] as const;

export type ValueOptions = {
  decimal: (typeof DECIMALS)[number];
  dates: DateOrder;
  /** Between the parts of a list. */
  listSeparator: string;
  /** What the text `now` means. */
  now: Date;
};

/** A value that could not be read: which rule, in words. */
export class Unreadable {
  readonly code: string;
  readonly detail: string;

  constructor(code: string, detail: string) {
    this.code = code;
    this.detail = detail;
  }
}

const TRUE = new Set(['true', '1', 'yes', 'y', 'oui', 'o']);
const FALSE = new Set(['false', '0', 'no', 'n', 'non']);
const SHOWN_CHARACTERS_MAX = 100;
/** Levels of arrays and objects within each other; far more would exhaust the stack of whoever looks at them. */
const NESTING_MAX = 32;
export const TOO_DEEP = new Unreadable('too-deep', `This is nested more than ${NESTING_MAX} levels deep.`);

/** Undefined for a cell that holds nothing: absent, null, or only white space. Text without the white space around it. */
export function filled(value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return value;
  const text = value.trim();
  return text === '' ? undefined : text;
}

/** A value as it looks in a cell: JSON for what is no text. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Whether a value that was JSON is nested deeper than any of ours. Looks no further than that. */
export function isTooDeep(value: unknown, levels = NESTING_MAX): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isTooDeep(member, levels - 1));
}

/** `value` is filled. `zoneOf` is asked only for a local time. */
export function readValue(
  value: unknown,
  kind: FieldKind,
  options: ValueOptions,
  zoneOf: () => string,
): unknown {
  switch (kind) {
    case 'json':
      return typeof value === 'string' ? readJson(value) : value;
    case 'list':
      return Array.isArray(value) ? value : readList(value, options.listSeparator);
    case 'boolean':
      return typeof value === 'boolean' ? value : readBoolean(value);
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : readNumber(value, kind, options.decimal);
    case 'instant':
      return readTime(value, options, zoneOf);
    case 'choice':
      return typeof value === 'string'
        ? value.toLowerCase()
        : unreadable('wrong-type', 'Expected text', value);
    case 'text':
      return readText(value);
    case 'any':
      return value;
  }
}

function readText(value: unknown): string | Unreadable {
  if (typeof value === 'string') return value;
  // A program that writes JSON may well write a code of digits as a number.
  if (typeof value === 'number') return String(value);
  return unreadable('wrong-type', 'Expected text', value);
}

function readJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(value) ? TOO_DEEP : value;
  } catch {
    return unreadable('bad-format', 'Expected JSON', text);
  }
}

function readList(value: unknown, separator: string): string[] | Unreadable {
  const text = readText(value);
  if (text instanceof Unreadable) return text;
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function readBoolean(value: unknown): boolean | Unreadable {
  const text = asText(value).toLowerCase();
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  return unreadable('bad-format', 'Expected true or false (yes, no, oui, non, 1, 0)', value);
}

function readNumber(
  value: unknown,
  kind: 'integer' | 'number',
  decimal: ValueOptions['decimal'],
): number | Unreadable {
  const text = typeof value === 'string' ? value : '';
  const pointed = decimal === 'comma' ? text.replace(',', '.') : text;
  const isNumber = /^[+-]?(?:\d{1,15}(?:\.\d*)?|\.\d+)$/.test(pointed);
  // 6.0 is what a spreadsheet or a data frame makes of 6.
  if (isNumber && (kind === 'number' || /^[^.]+(?:\.0*)?$/.test(pointed))) return Number(pointed);
  return unreadable(
    'bad-format',
    kind === 'integer' ? 'Expected a whole number' : 'Expected a number',
    value,
  );
}

function readTime(value: unknown, { dates, now }: ValueOptions, zoneOf: () => string): Date | Unreadable {
  if (value === 'now') return now;
  const instant = typeof value === 'string' ? readInstant(value, dates, zoneOf) : null;
  return instant ?? unreadable('bad-format', 'Expected a date, or a date and a time', value);
}

function unreadable(code: string, expected: string, value: unknown): Unreadable {
  return new Unreadable(code, `${expected}, not \`${asText(value).slice(0, SHOWN_CHARACTERS_MAX)}\`.`);
}
