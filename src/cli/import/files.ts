// The command's own files: opened plain or packed, two of them joined into one. Knows no server.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import { DELIMITER_NAMES, type Delimiter } from '../../domain/import.ts';
import { RecordFault } from '../../jobs/imports/records.ts';
import { type OpenFile, openFile } from '../../jobs/imports/rows.ts';
import { UsageError } from '../command.ts';
import type { Join } from './arguments.ts';

export type Input = {
  stream: Readable;
  /** Null for standard input and for a join: nobody knows before the end. */
  bytes: number | null;
  contentType: string;
};

const READ_BYTES = 262_144;
/** A row of the second file that none of the first has is of no use; one that two have serves both. */
type Table = { names: string[]; rows: Map<string, readonly string[]> };

/** The file as it is sent. Throws UsageError when it is not there. */
export async function openInput(file: string): Promise<Input> {
  if (file === '-') return { stream: process.stdin, bytes: null, contentType: 'text/csv' };
  const found = await stat(file).catch(() => null);
  if (found === null || found.isDirectory()) throw new UsageError(`There is no file ${file}.`);
  return {
    stream: createReadStream(file, { highWaterMark: READ_BYTES }),
    bytes: found.size,
    contentType: typeOf(file),
  };
}

function typeOf(file: string): string {
  if (/\.(?:ndjson|jsonl)$/i.test(file)) return 'application/x-ndjson';
  return /\.gz$/i.test(file) ? 'application/gzip' : 'text/csv';
}

/** The format that a name such as `items.jsonl.gz` tells behind its packing. */
export function formatIn(file: string): string | null {
  return /\.(?:ndjson|jsonl)\.gz$/i.test(file) ? 'ndjson' : null;
}

/**
 * The file with the columns of a second one at the end of each row, as CSV with commas. A row that the second file has
 * nothing for gets empty cells; one that cannot be read goes on as it is, for the server to reject with its reason.
 */
export async function openJoined(
  file: string,
  join: Join,
  query: Readonly<Record<string, string>>,
): Promise<Input> {
  const first = await openTable(file, delimiterOf(query), query.header !== 'false');
  const second = await readTable(join);
  const names = first.columns.names ?? [];
  const clash = second.names.find((name) => names.includes(name));
  if (clash !== undefined) {
    throw new UsageError(
      `Both files have a column ${clash}: name the second file's columns with --join-columns.`,
    );
  }
  const place = names.indexOf(join.column);
  if (place === -1) throw new UsageError(`${file} has no column ${join.column}; it has ${names.join(', ')}.`);
  const rows = joinedRows(first, second, place);
  return { stream: Readable.from(rows), bytes: null, contentType: 'text/csv' };
}

async function* joinedRows(first: OpenFile, second: Table, place: number): AsyncGenerator<string, void> {
  const nothing = second.names.map(() => '');
  yield stringify([[...(first.columns.names ?? []), ...second.names]]);
  for await (const records of first.records) {
    const rows = first.dataOf(records).map((data, at) => {
      if (data instanceof RecordFault || !Array.isArray(data))
        return [records[at]?.bytes.toString('utf8') ?? ''];
      const cells: readonly string[] = data;
      return [...cells, ...(second.rows.get(cells[place]?.trim() ?? '') ?? nothing)];
    });
    yield stringify(rows);
  }
}

/** The second file: all but its key, by its key; of two rows with one key, the last. */
async function readTable(join: Join): Promise<Table> {
  const file = await openTable(join.file, join.delimiter, join.columns === null);
  const names = join.columns ?? file.columns.names ?? [];
  const key = names.indexOf(join.theirColumn);
  if (key === -1) {
    throw new UsageError(`${join.file} has no column ${join.theirColumn}; it has ${names.join(', ')}.`);
  }
  const rows = new Map<string, readonly string[]>();
  for await (const records of file.records) {
    for (const data of file.dataOf(records)) {
      if (data instanceof RecordFault || !Array.isArray(data)) continue;
      const cells: readonly string[] = data;
      rows.set(cells[key]?.trim() ?? '', cells.slice(0, names.length).toSpliced(key, 1));
    }
  }
  return { names: names.toSpliced(key, 1), rows };
}

async function openTable(file: string, delimiter: Delimiter | null, header: boolean): Promise<OpenFile> {
  const { stream } = await openInput(file);
  const isPacked = /\.gz$/i.test(file);
  // The callback makes it a pipeline that passes errors on; they arrive at the reader.
  const bytes = isPacked ? pipeline(stream, createGunzip({ chunkSize: READ_BYTES }), () => {}) : stream;
  return openFile(bytes, { format: 'csv', header, delimiter });
}

function delimiterOf({ delimiter }: Readonly<Record<string, string>>): Delimiter | null {
  return DELIMITER_NAMES.find((name) => name === delimiter) ?? null;
}
