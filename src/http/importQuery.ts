// How a file is sent to POST /v1/imports: the query that says how to read it, and the content types.
// Knows neither rows nor the job.
import { z } from 'zod';
import type { Caller } from '../domain/caller.ts';
import { sourceSchema } from '../domain/fact.ts';
import {
  DEFAULT_SOURCE,
  DELIMITER_NAMES,
  IMPORT_FORMATS,
  type ImportFormat,
  type ImportOptions,
  parseNegative,
} from '../domain/import.ts';
import { IMPORT_TYPES } from '../domain/importFields.ts';
import { MAP_CHARACTERS_MAX, parseMap } from '../domain/importMap.ts';
import { checkMapFields } from '../domain/importPlan.ts';
import { DATE_ORDERS } from '../domain/importTime.ts';
import { DECIMALS } from '../domain/importValue.ts';
import { timeZoneSchema } from '../domain/openingHours.ts';
import { queryBoolean } from './schemas.ts';

const CSV_TYPES = ['text/csv', 'application/csv', 'text/tab-separated-values', 'text/plain'];
const NDJSON_TYPES = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
];
const PACKED_TYPES = ['application/gzip', 'application/x-gzip'];
export const BODY_TYPES: readonly string[] = [...CSV_TYPES, ...NDJSON_TYPES, ...PACKED_TYPES];

export const importQuery = z.strictObject({
  type: z.enum(IMPORT_TYPES).describe('What each row is.'),
  map: z
    .string()
    .max(MAP_CHARACTERS_MAX)
    .default('')
    .meta({
      description: 'Where our fields come from: `ourField:theirColumn,…`; see above.',
      examples: ['sku:Item Number,location:Store Number,quantity:Bottles Sold,type:=receipt'],
    }),
  format: z
    .enum(IMPORT_FORMATS)
    .optional()
    .describe('Where the Content-Type does not say it, as with gzip: `csv` unless said otherwise.'),
  header: queryBoolean()
    .default(true)
    .describe('CSV: `false` where the first row is data; columns are then 1, 2, ….'),
  delimiter: z.enum(DELIMITER_NAMES).optional().describe('CSV: found out from the first row unless said.'),
  timeZone: timeZoneSchema
    .optional()
    .describe(
      'Of times without an offset; unless said, the zone of the row’s location. For locations: their zone.',
    ),
  dates: z
    .enum(DATE_ORDERS)
    .default('ymd')
    .describe('How dates are written: 2026-07-14, 14/07/2026 or 07/14/2026.'),
  decimal: z.enum(DECIMALS).default('point').describe('How fractions are written: 12.5 or 12,5.'),
  listSeparator: z.string().length(1).default('|').describe('Between the barcodes in one cell.'),
  negative: z
    .string()
    .max(200)
    .default('')
    .meta({
      description:
        'What a movement with a quantity below zero is: a type for all (`adjustment`), or by type (`sale:return,receipt:adjustment`). Otherwise such rows are rejected.',
      examples: ['sale:return'],
    }),
  source: sourceSchema.default(DEFAULT_SOURCE),
  dryRun: queryBoolean().default(false).describe('Read and check only.'),
});

type ImportQuery = z.infer<typeof importQuery>;

/** Throws `invalid-request` for a map or a rule that cannot be read, before any byte of the file is. */
export function optionsOf(query: ImportQuery, caller: Caller): ImportOptions {
  checkMapFields(query.type, parseMap(query.map));
  parseNegative(query.negative);
  return {
    map: query.map,
    header: query.header,
    delimiter: query.delimiter ?? null,
    timeZone: query.timeZone ?? null,
    dates: query.dates,
    decimal: query.decimal,
    listSeparator: query.listSeparator,
    negative: query.negative,
    source: query.source,
    dryRun: query.dryRun,
    locations: caller.locations === null ? null : [...caller.locations],
  };
}

/** The format that the request asks for, or that its Content-Type is. */
export function formatOf(query: ImportQuery, contentType: string | undefined): ImportFormat {
  if (query.format !== undefined) return query.format;
  const name = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return NDJSON_TYPES.includes(name) ? 'ndjson' : 'csv';
}
