// Cursors of lists: where a page ended, bound to the filters that the page was read with.
// Opaque to callers; knows nothing of what the position means.
import { hash } from 'node:crypto';
import type { z } from 'zod';
import { Problem } from '../domain/problem.ts';

const CURSOR_CHARACTERS_MAX = 1_000;

/** A cursor that goes on after `position` in the list that `filters` select. Undefined filters do not count. */
export function encodeCursor(filters: object, position: unknown): string {
  return Buffer.from(JSON.stringify([filterHash(filters), position])).toString('base64url');
}

/**
 * The position kept in a cursor, checked with `schema`; null without a cursor.
 * Throws `invalid-cursor` for one that is damaged or comes from other filters.
 */
export function decodeCursor<Position>(
  filters: object,
  cursor: string | undefined,
  schema: z.ZodType<Position>,
): Position | null {
  if (cursor === undefined) return null;
  const [bound, position] = parse(cursor);
  if (bound !== filterHash(filters)) {
    throw refused(
      'The cursor belongs to other filters: ask again without it, or with the filters it came from.',
    );
  }
  const checked = schema.safeParse(position);
  if (!checked.success) throw refused('The cursor is damaged: use `nextCursor` as it was given.');
  return checked.data;
}

function parse(cursor: string): unknown[] {
  if (cursor.length > CURSOR_CHARACTERS_MAX || !/^[A-Za-z0-9_-]+$/.test(cursor)) {
    throw refused('This is not a cursor: use `nextCursor` as it was given.');
  }
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  // PostgreSQL has no U+0000: a forged position with one must stop here.
  if (text.includes('\\u0000')) throw refused('The cursor is damaged: use `nextCursor` as it was given.');
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.length === 2) return value;
  } catch {
    // Not JSON: the same refusal as any other damage.
  }
  throw refused('The cursor is damaged: use `nextCursor` as it was given.');
}

function refused(detail: string): Problem {
  return new Problem('invalid-cursor', detail, {
    errors: [{ pointer: 'query:cursor', code: 'invalid-cursor', detail }],
  });
}

/** Filters are written in one place a list, so always in the same order; JSON leaves out the undefined ones. */
function filterHash(filters: object): string {
  return hash('sha256', JSON.stringify(filters), 'base64url').slice(0, 10);
}
