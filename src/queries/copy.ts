// Many rows at once by COPY, within a transaction: no plan, no array to build and to read again, pages filled together.
// Knows no table.
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { instantOf } from './values.ts';

/** A cell of a row: null, a number, a text or an instant. */
export type Cell = string | number | Date | null;

/** Appends rows, each a `copyLine`; `statement` is `COPY table (columns) FROM STDIN`. Throws what an INSERT would. */
export async function copyLines(client: pg.PoolClient, statement: string, lines: string): Promise<void> {
  const stream = client.query(copyFrom(statement));
  stream.end(lines);
  await finished(stream);
}

/** One line of COPY's text form. */
export function copyLine(cells: readonly Cell[]): string {
  let line = '';
  for (let place = 0; place < cells.length; place++) {
    if (place > 0) line += '\t';
    line += cellOf(cells[place] ?? null);
  }
  return `${line}\n`;
}

function cellOf(cell: Cell): string | number {
  if (cell === null) return '\\N';
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'string') return SPECIAL.test(cell) ? cell.replace(SPECIALS, escaped) : cell;
  return instantOf(cell);
}

const SPECIAL = /[\\\t\n\r]/;
const SPECIALS = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escaped(character: string): string {
  return ESCAPES[character] ?? character;
}
