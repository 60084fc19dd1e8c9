// A file as rows of ours, in chunks: what can be written, and what was rejected with its reason. Reads ahead of the
// writing by one chunk and no more; gives way to other work of the process while it maps.
import { setImmediate as otherWork } from 'node:timers/promises';
import { type ImportRecord, RAW_CHARACTERS_MAX } from '../../domain/import.ts';
import type { ImportType } from '../../domain/importFields.ts';
import { parseMap } from '../../domain/importMap.ts';
import { type PlannedField, planFields } from '../../domain/importPlan.ts';
import type { RowRefusal } from '../../domain/importRefusal.ts';
import { mapRow, type RowOf } from '../../domain/importRow.ts';
import type { RejectedRow } from '../../queries/importFiles.ts';
import type { Catalogue } from '../../views/catalogue.ts';
import { type Identify, identifyRows } from './eventIds.ts';
import { type FileRecord, RecordFault } from './records.ts';
import { makeContext, type RunContext } from './rowContext.ts';
import type { OpenFile, RowData } from './rows.ts';
import { unknownLocation } from './writeRows.ts';

/**
 * Rows between two notes of how far an import is. Of the catalogue that is one transaction; of facts it is several, whose
 * lanes wait for each other here only.
 */
export const CHUNK_ROWS_MAX: { readonly [Type in ImportType]: number } = {
  ...{ items: 1_000, locations: 1_000 },
  ...{ movements: 2_000, counts: 2_000, levels: 2_000 },
};
/** Rows of the longest kind must not add up to a gigabyte. */
const CHUNK_BYTES_MAX = 4 * 1_048_576;
/** Mapping holds up every request of the process; opening hours take a millisecond a row. */
const MAPPING_MILLISECONDS_MAX = 15;

export type Accepted<Row> = { number: number; row: Row; bytes: Buffer };
export type Chunk<Row> = {
  /** The number of its last row. */
  last: number;
  accepted: Accepted<Row>[];
  rejected: RejectedRow[];
};

/** Where each field of an import comes from. Throws UnusableFile. */
export function planOf(record: ImportRecord, { columns }: OpenFile): PlannedField<RowData>[] {
  const { type, options } = record;
  const constants = {
    source: options.source,
    ...(options.timeZone === null ? {} : { timeZone: options.timeZone }),
  };
  const defaults = Object.fromEntries(
    Object.entries(constants).filter(([field]) => (field === 'timeZone') === (type === 'locations')),
  );
  return planFields(type, parseMap(options.map), columns, defaults);
}

/** The rows after `record.rowsDone`, in order. Throws the signal's reason soon after it is aborted. */
export async function* chunksOf<Type extends ImportType>(
  type: Type,
  record: ImportRecord,
  file: OpenFile,
  catalogue: Pick<Catalogue, 'locations'>,
  signal: AbortSignal,
): AsyncGenerator<Chunk<RowOf[Type]>, void> {
  const fields = planOf(record, file);
  const context = makeContext(record, fields, catalogue);
  const identify = identifyRows(type);
  const mapping = { type, fields, context, identify, locations: record.options.locations };
  let number = 0;
  for await (const records of groupsOf(file.records, CHUNK_ROWS_MAX[type])) {
    const data = file.dataOf(records);
    await context.prepare(data);
    const chunk: Chunk<RowOf[Type]> = { last: number + records.length, accepted: [], rejected: [] };
    let startedAt = performance.now();
    for (const [place, row] of data.entries()) {
      number += 1;
      // Only movements are told apart by what came before them: elsewhere, rows done need not be looked at again.
      if (number <= record.rowsDone && type !== 'movements') continue;
      const bytes = records[place]?.bytes ?? Buffer.alloc(0);
      const made = mapOne(mapping, row);
      if (number <= record.rowsDone) continue;
      if ('refusal' in made) chunk.rejected.push(rejection(number, made.refusal, bytes));
      else chunk.accepted.push({ number, row: made.row, bytes });
      if (performance.now() - startedAt < MAPPING_MILLISECONDS_MAX) continue;
      await otherWork();
      signal.throwIfAborted();
      startedAt = performance.now();
    }
    if (number > record.rowsDone) yield chunk;
  }
}

type Mapping<Type extends ImportType> = {
  type: Type;
  fields: readonly PlannedField<RowData>[];
  context: RunContext;
  identify: Identify<RowOf[Type]>;
  locations: readonly string[] | null;
};

function mapOne<Type extends ImportType>(
  { type, fields, context, identify, locations }: Mapping<Type>,
  data: RowData | RecordFault,
): { row: RowOf[Type] } | { refusal: RowRefusal } {
  if (data instanceof RecordFault)
    return { refusal: { code: data.code, pointer: null, detail: data.detail } };
  const row = mapRow(type, fields, data, context);
  if ('refusal' in row) return row;
  const [code, pointer] = placeOf(row);
  if (code !== null && locations?.includes(code) === false)
    return { refusal: unknownLocation(code, pointer) };
  return { row: identify(row) };
}

/** The location that a row is about, and which field says so. */
function placeOf(row: RowOf[ImportType]): readonly [string | null, string] {
  if ('location' in row) return [row.location, '/location'];
  return 'code' in row ? [row.code, '/code'] : [null, ''];
}

export function rejection(number: number, refusal: RowRefusal, bytes: Buffer): RejectedRow {
  // PostgreSQL keeps no U+0000, and what is no UTF-8 is shown with the sign for that.
  const text = bytes.toString('utf8').replaceAll('\0', '\ufffd');
  const raw =
    text.length > RAW_CHARACTERS_MAX ? `${text.slice(0, RAW_CHARACTERS_MAX).toWellFormed()}…` : text;
  return { row: number, ...refusal, raw };
}

/** Records as they come, in groups of a chunk. */
async function* groupsOf(
  pieces: AsyncIterable<readonly FileRecord[]>,
  rowsMax: number,
): AsyncGenerator<readonly FileRecord[], void> {
  let group: FileRecord[] = [];
  let bytes = 0;
  for await (const records of pieces) {
    for (const record of records) {
      group.push(record);
      bytes += record.bytes.length;
      if (group.length < rowsMax && bytes < CHUNK_BYTES_MAX) continue;
      yield group;
      group = [];
      bytes = 0;
    }
  }
  if (group.length > 0) yield group;
}
