// A file as numbered rows: cells by column, or members by name. Owns what a row is in each format.
// Knows none of our fields.
import {
  DELIMITERS,
  type Delimiter,
  type ImportFormat,
  ROW_BYTES_MAX,
  ROWS_MAX,
} from '../../domain/import.ts';
import { type Columns, UnusableFile } from '../../domain/importPlan.ts';
import { isTooDeep, TOO_DEEP } from '../../domain/importValue.ts';
import { cellsOf, columnNames, DELIMITER_BYTES, delimiterOf } from './cells.ts';
import { type FileRecord, RecordFault, type RecordRules, RecordSplitter } from './records.ts';

/** Cells in the order of the columns, or an object's members. */
export type RowData = readonly string[] | Readonly<Record<string, unknown>>;

export type FileRules = {
  format: ImportFormat;
  header: boolean;
  delimiter: Delimiter | null;
  /** Less than ROW_BYTES_MAX and ROWS_MAX for tests. */
  rowBytesMax?: number;
  rowsMax?: number;
};

export type OpenFile = {
  columns: Columns<RowData>;
  /** Records that are rows, in groups as they come; once. */
  records: AsyncGenerator<readonly FileRecord[], void>;
  /** What records hold. */
  dataOf(records: readonly FileRecord[]): (RowData | RecordFault)[];
};

/** Opens a file. Throws UnusableFile for one that is empty, or has no header that can be read. */
export async function openFile(bytes: AsyncIterable<Buffer>, rules: FileRules): Promise<OpenFile> {
  return rules.format === 'ndjson' ? openLines(bytes, rules) : openCsv(bytes, rules);
}

function openLines(bytes: AsyncIterable<Buffer>, rules: FileRules): OpenFile {
  const splitter = new RecordSplitter({
    delimiters: null,
    recordBytesMax: rules.rowBytesMax ?? ROW_BYTES_MAX,
  });
  return {
    columns: { names: null, cell: (path) => memberAt(path) },
    records: counted(cut(bytes, splitter), rules),
    dataOf: (records) => records.map((record) => record.fault ?? objectIn(record.bytes)),
  };
}

async function openCsv(bytes: AsyncIterable<Buffer>, rules: FileRules): Promise<OpenFile> {
  const recordBytesMax = rules.rowBytesMax ?? ROW_BYTES_MAX;
  const pieces = bytes[Symbol.asyncIterator]();
  const candidates = rules.delimiter === null ? DELIMITER_BYTES : [byteOf(rules.delimiter)];
  const { first, read } = await firstRecord(pieces, { delimiters: candidates, recordBytesMax });
  if (first.fault !== null) {
    throw new UnusableFile(first.fault.code, `The first row cannot be read: ${first.fault.detail}`);
  }
  const delimiter = rules.delimiter ?? delimiterOf(first);
  const names = columnNames(first, delimiter, rules.header);
  const delimiters = [byteOf(delimiter)];
  const records = cut(again(read, pieces), new RecordSplitter({ delimiters, recordBytesMax }));
  return {
    columns: { names, cell: (name) => cellAt(names, name) },
    records: counted(rules.header ? withoutFirst(records) : records, rules),
    dataOf: (some) => csvData(some, delimiter, names.length),
  };
}

function byteOf(delimiter: Delimiter): number {
  return DELIMITERS[delimiter].charCodeAt(0);
}

/** Reads no further than the first record; `read` is what was read for it. */
async function firstRecord(pieces: AsyncIterator<Buffer>, rules: RecordRules) {
  const splitter = new RecordSplitter(rules);
  const read: Buffer[] = [];
  for (;;) {
    const piece = await pieces.next();
    if (piece.done !== true) read.push(piece.value);
    const [first] = piece.done === true ? splitter.end() : splitter.push(piece.value);
    if (first !== undefined) return { first, read };
    if (piece.done === true) throw new UnusableFile('empty-file', 'There is nothing in the file.');
  }
}

async function* again(read: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
  try {
    yield* read;
    for (;;) {
      const piece = await rest.next();
      if (piece.done === true) return;
      yield piece.value;
    }
  } finally {
    // Whoever stops half-way lets go of what the pieces come from.
    await rest.return?.();
  }
}

async function* cut(
  bytes: AsyncIterable<Buffer>,
  splitter: RecordSplitter,
): AsyncGenerator<readonly FileRecord[], void> {
  for await (const piece of bytes) yield splitter.push(piece);
  yield splitter.end();
}

async function* withoutFirst(
  groups: AsyncIterable<readonly FileRecord[]>,
): AsyncGenerator<readonly FileRecord[], void> {
  let isBefore = true;
  for await (const records of groups) {
    yield isBefore ? records.slice(1) : records;
    if (records.length > 0) isBefore = false;
  }
}

async function* counted(
  groups: AsyncIterable<readonly FileRecord[]>,
  rules: FileRules,
): AsyncGenerator<readonly FileRecord[], void> {
  const rowsMax = rules.rowsMax ?? ROWS_MAX;
  let rows = 0;
  for await (const records of groups) {
    rows += records.length;
    if (rows > rowsMax) throw new UnusableFile('too-many-rows', `The file has more than ${rowsMax} rows.`);
    yield records;
  }
}

function csvData(
  records: readonly FileRecord[],
  delimiter: Delimiter,
  columns: number,
): (readonly string[] | RecordFault)[] {
  const cells = cellsOf(
    records.filter(({ fault }) => fault === null),
    delimiter,
  ).values();
  return records.map(({ fault }) => fault ?? complete(cells.next().value ?? [], columns));
}

/** Empty cells beyond the last column are what spreadsheets leave behind; anything else there has no meaning. */
function complete(cells: readonly string[], columns: number): readonly string[] | RecordFault {
  const surplus = cells.slice(columns);
  if (cells.length >= columns && surplus.every((cell) => cell.trim() === '')) return cells;
  return new RecordFault('wrong-column-count', `The row has ${cells.length} cells, the header ${columns}.`);
}

function cellAt(names: readonly string[], name: string): ((row: RowData) => unknown) | null {
  const place = names.indexOf(name);
  if (place === -1) return null;
  if (names.includes(name, place + 1)) {
    throw new UnusableFile('ambiguous-column', `Two columns are called \`${name.slice(0, 100)}\`.`);
  }
  return (row) => (Array.isArray(row) ? row[place] : undefined);
}

function objectIn(bytes: Buffer): RowData | RecordFault {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (isTooDeep(value)) return new RecordFault(TOO_DEEP.code, TOO_DEEP.detail);
    if (isObject(value)) return value;
  } catch {
    return new RecordFault('malformed-json', 'The line is not valid JSON.');
  }
  return new RecordFault('not-an-object', 'Each line must be a JSON object.');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `address.city` is the member of that very name, or else `city` within `address`. */
function memberAt(path: string): (row: RowData) => unknown {
  const steps = path.split('.');
  return (row) => {
    if (!isObject(row)) return undefined;
    if (Object.hasOwn(row, path)) return row[path];
    let value: unknown = row;
    for (const step of steps) {
      if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
      value = value[step];
    }
    return value;
  };
}
