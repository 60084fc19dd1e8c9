// Schemas that many routes share: pages of lists and typed query parameters. Knows no resource.
import { z } from 'zod';

export const PAGE_ROWS_DEFAULT = 50;
export const PAGE_ROWS_MAX = 200;

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The document shows the value that is meant; that it travels as text is what parameters do. */
function shownAs(shown: JsonSchema) {
  return ({ jsonSchema }: { jsonSchema: JsonSchema }) => {
    for (const member of ['type', 'pattern', 'format', 'enum']) delete jsonSchema[member];
    Object.assign(jsonSchema, shown);
  };
}

/** An integer in a query or path parameter, which arrives as text. */
export function queryInteger(range: { min: number; max: number }) {
  return z
    .string()
    .regex(/^-?\d{1,10}$/, 'Expected an integer')
    .transform(Number)
    .pipe(z.int().min(range.min).max(range.max))
    .meta({ override: shownAs({ type: 'integer', minimum: range.min, maximum: range.max }) });
}

/** A decimal number in a query parameter, e.g. `2.5`. */
export function queryNumber(range: { min: number; max: number }) {
  return z
    .string()
    .regex(/^-?\d{1,15}(\.\d{1,15})?$/, 'Expected a number')
    .transform(Number)
    .pipe(z.number().min(range.min).max(range.max))
    .meta({ override: shownAs({ type: 'number', minimum: range.min, maximum: range.max }) });
}

/** `true` or `false` in a query parameter. */
export function queryBoolean() {
  return z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .meta({ override: shownAs({ type: 'boolean' }) });
}

/** The two parameters of every list: spread them into the query's strict object. */
export const page = {
  limit: queryInteger({ min: 1, max: PAGE_ROWS_MAX })
    .default(PAGE_ROWS_DEFAULT)
    .describe(`Rows a page: ${PAGE_ROWS_DEFAULT} unless said otherwise, at most ${PAGE_ROWS_MAX}.`),
  cursor: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe("`nextCursor` of the page before, with that page's own filters."),
};

/** The answer of a list: a page of rows and where to go on from, null at the end. */
export function listOf<Row extends z.ZodType>(row: Row) {
  return z.object({
    data: z.array(row),
    nextCursor: z.string().nullable().describe('Pass it as `cursor` for the next page; null at the end.'),
  });
}
