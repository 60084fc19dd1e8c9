// Bulk requests: each element is checked by itself and gets its own outcome, so that one bad element spoils no other.
// Knows no resource.
import { z } from 'zod';
import { Problem } from '../domain/problem.ts';
import { parseInput } from './input.ts';

/**
 * A list of 1 to `elementsMax` elements, documented as `element` but let through whatever they are: `checkElement`
 * is for the handler to call, one by one.
 */
export function elementsOf(element: z.ZodType, elementsMax: number) {
  // The first that fits ends the search: an element is held against its schema once, by `checkElement` (0.45 µs for a
  // movement; checks written by hand would take 0.2).
  const either = z.union([z.unknown(), element]).meta({
    override: ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }) => {
      const [, documented] = jsonSchema.anyOf ?? [];
      delete jsonSchema.anyOf;
      Object.assign(jsonSchema, documented);
    },
  });
  return z.array(either).min(1).max(elementsMax);
}

/** The element as its schema makes it, or the problem it is; pointers start at the element. */
export function checkElement<Element>(schema: z.ZodType<Element>, element: unknown): Element | Problem {
  const parsed = schema.safeParse(element);
  if (parsed.success) return parsed.data;
  try {
    parseInput(schema, element, '');
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('a schema refused what it then accepted');
}

export const elementProblemSchema = z
  .looseObject({ code: z.string(), title: z.string(), status: z.int(), detail: z.string() })
  .meta({ id: 'ElementProblem', description: 'Why this element was rejected: a problem’s own members.' });

/** A problem as an outcome shows it; pointers of its `errors` start at the element. */
export function showElementProblem(problem: Problem) {
  const { code, title, status, message, extras } = problem;
  return { ...extras, code, title, status, detail: message };
}
