// Rows as COPY's text form writes them: no plan, no array to build and to read again, pages filled together.
// Knows no table and no connection.
import { instantOf } from './values.ts';

/** A cell of a row: null, a number, a text, an instant or bytes. */
export type Cell = string | number | Date | Buffer | null;

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
  return cell instanceof Date ? instantOf(cell) : `\\\\x${cell.toString('hex')}`;
}

const SPECIAL = /[\\\t\n\r]/;
const SPECIALS = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escaped(character: string): string {
  return ESCAPES[character] ?? character;
}
