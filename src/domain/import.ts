// An import: a file of any size on its way in, as people and programs see it.
// Knows neither how files are read nor where they are kept.
import { z } from 'zod';
import type { NewEvent } from './event.ts';
import { IMPORT_TYPES, type ImportType } from './importFields.ts';
import type { DateOrder } from './importTime.ts';
import type { DECIMALS } from './importValue.ts';
import type { Scope } from './key.ts';
import { MOVEMENT_TYPES, type MovementType } from './movement.ts';
import { invalid } from './problem.ts';

export const IMPORT_FORMATS = ['csv', 'ndjson'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** `receiving` is shown to nobody: an upload that breaks off leaves nothing. */
export const IMPORT_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type ImportStatus = (typeof IMPORT_STATUSES)[number];
export const ENDED_STATUSES = ['succeeded', 'failed', 'cancelled'] as const;

/** The characters between a CSV file's cells, by the names that a query can carry. */
export const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;
export type Delimiter = keyof typeof DELIMITERS;
export const DELIMITER_NAMES = ['comma', 'semicolon', 'tab', 'pipe'] as const satisfies readonly Delimiter[];

/** The most rows of a file: what the row's number can count. */
export const ROWS_MAX = 2_147_483_647;
export const COLUMNS_MAX = 1_000;
/** The longest row, in bytes; for CSV with quoted line breaks, all lines of the row together. */
export const ROW_BYTES_MAX = 1_048_576;
/** What is kept of a rejected row's text. */
export const RAW_CHARACTERS_MAX = 8_192;
/** Who says so, where the file and the map name no source. */
export const DEFAULT_SOURCE = 'import';

/** How a file is to be read, as asked for; kept with the import. */
export type ImportOptions = {
  map: string;
  header: boolean;
  /** Null: found out from the first line. */
  delimiter: Delimiter | null;
  timeZone: string | null;
  dates: DateOrder;
  decimal: (typeof DECIMALS)[number];
  listSeparator: string;
  negative: string;
  source: string;
  dryRun: boolean;
  /** The codes that the key may touch; null: all. */
  locations: string[] | null;
};

/** What is known of a file once it was read through, before its first row is applied. */
export type ImportSurvey = {
  /** SHA-256 of what the file holds, in hex: the same file again has the same. */
  contentHash: string;
  /** The instant at which a level without a time of its own was counted. */
  asOf: string;
  /** The import of which this one is the same file again. */
  repeats: string | null;
};

export type ImportRecord = {
  id: string;
  type: ImportType;
  format: ImportFormat;
  gzipped: boolean;
  options: ImportOptions;
  survey: ImportSurvey | null;
  status: ImportStatus;
  rowsTotal: number | null;
  rowsDone: number;
  rowsUnchanged: number;
  rowsRejected: number;
  failure: { code: string; detail: string } | null;
  keyId: string;
  version: number;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
};

const count = (description: string) => z.int().min(0).meta({ description });

export const importSchema = z
  .object({
    id: z.string().meta({ examples: ['imp_01JCK2V5Q0F3M6R9T1X4Z7B8C2'] }),
    type: z.enum(IMPORT_TYPES),
    format: z.enum(IMPORT_FORMATS),
    status: z.enum(IMPORT_STATUSES),
    dryRun: z.boolean().meta({ description: 'Read and checked only: nothing is kept but the errors.' }),
    map: z.string().meta({ description: 'As sent.' }),
    rowsTotal: z.int().nullable().meta({ description: 'Rows in the file; null until they are counted.' }),
    rowsDone: count('Rows dealt with so far, rejected and unchanged ones among them.'),
    rowsUnchanged: count('Of these, rows that said what was known already.'),
    rowsRejected: count('Of these, rows that could not be used: see `errors`.'),
    repeats: z
      .string()
      .nullable()
      .meta({ description: 'For levels: the import that had the same file; this one states nothing new.' }),
    failure: z
      .object({ code: z.string(), detail: z.string() })
      .nullable()
      .meta({ description: 'Why no (further) row could be used; null unless it failed.' }),
    errors: z.string().meta({ description: 'The path of the rejected rows, with reasons, as CSV.' }),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    version: z.int().min(1),
  })
  .meta({ id: 'Import' });
export type Import = z.infer<typeof importSchema>;

export function showImport(record: ImportRecord): Import {
  const { id, type, format, status, rowsTotal, rowsDone, rowsUnchanged, rowsRejected, failure } = record;
  return {
    id,
    type,
    format,
    status,
    dryRun: record.options.dryRun,
    map: record.options.map,
    rowsTotal,
    rowsDone,
    rowsUnchanged,
    rowsRejected,
    repeats: record.survey?.repeats ?? null,
    failure,
    errors: `/v1/imports/${id}/errors.csv`,
    createdAt: record.createdAt.toISOString(),
    startedAt: record.startedAt?.toISOString() ?? null,
    finishedAt: record.finishedAt?.toISOString() ?? null,
    version: record.version,
  };
}

/** An import's event. The transaction holds its row's lock. */
export function importEvent(type: NewEvent['type'], record: ImportRecord, now: Date): NewEvent {
  const { map: _map, errors: _errors, ...facts } = showImport(record);
  return {
    type,
    occurredAt: now,
    location: null,
    subject: record.id,
    version: record.version,
    data: facts,
  };
}

/** Whoever may write such things one by one may import them. */
export function scopeForImport(type: ImportType): Scope {
  return type === 'items' || type === 'locations' ? 'catalogue:write' : 'stock:write';
}

/**
 * What a movement below zero becomes: `adjustment` for all of them, or by type: `sale:return,receipt:adjustment`.
 * Throws `invalid-request` at `query:negative`.
 */
export function parseNegative(text: string): (type: MovementType) => MovementType | null {
  const rules = new Map<string, MovementType>();
  for (const part of text.split(',').filter((piece) => piece.trim() !== '')) {
    const [first = '', second] = part.split(':').map((word) => word.trim());
    const becomes = MOVEMENT_TYPES.find((type) => type === (second ?? first));
    const isKnown = second === undefined || MOVEMENT_TYPES.some((type) => type === first);
    if (becomes === undefined || !isKnown) {
      const detail = `Expected a type of movement, or pairs such as sale:return, not \`${part.slice(0, 100)}\`.`;
      throw invalid('query:negative', 'bad-format', detail);
    }
    rules.set(second === undefined ? '' : first, becomes);
  }
  return (type) => (type === 'adjustment' ? null : (rules.get(type) ?? rules.get('') ?? null));
}
