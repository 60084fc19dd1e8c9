// The map of an import: where each of our fields comes from in somebody else's file. Owns the notation only:
// which fields there are is importFields.ts's, what a file's rows hold is importRow.ts's.
import { invalid } from './problem.ts';

export const MAP_CHARACTERS_MAX = 8_000;
const ENTRIES_MAX = 100;
const SOURCES_MAX = 20;

/** Their values → ours. A key that ends in `*` stands for all that begin so; `*` alone for all. */
export type Table = { exact: ReadonlyMap<string, string>; prefixes: readonly (readonly [string, string])[] };

export type Source =
  | { kind: 'column'; name: string; table: Table | null }
  | { kind: 'constant'; text: string }
  /** Text and columns in turn: the places at odd positions are names of columns. */
  | { kind: 'template'; parts: readonly string[] };

/** Of the sources, the first that is not empty in a row. */
export type MapEntry = { field: string; sources: readonly Source[] };

/**
 * Reads `field:source,field:source|source,…` where a source is
 * - a column's name: `sku:Item Number`;
 * - `=` and a constant: `source:=iowa`, `openingHours.osm:='Mo-Sa 09:00-19:00; PH off'`;
 * - `~` and a template: `code:~IA-{Store}`;
 * - a column and a table of its values: `type:Kind[S=sale;R=return]`, `timeZone:Zip[97*=America/Martinique;*=Europe/Paris]`.
 * A name or a value with one of the characters that have a meaning at its place is put in quotes, single or double;
 * the same quote inside is doubled. A `field:` with nothing after it is a field that stays empty.
 * Throws `invalid-request` at `query:map`.
 */
export function parseMap(text: string): MapEntry[] {
  const scanner = new Scanner(text);
  const entries: MapEntry[] = [];
  while (!scanner.atEnd()) {
    const entry = readEntry(scanner);
    if (entries.some(({ field }) => field === entry.field)) {
      throw scanner.mistake(`the field ${entry.field} is mapped twice`);
    }
    entries.push(entry);
    if (entries.length > ENTRIES_MAX) throw scanner.mistake(`there are more than ${ENTRIES_MAX} fields`);
    if (!scanner.atEnd()) scanner.expect(',');
  }
  return entries;
}

function readEntry(scanner: Scanner): MapEntry {
  const field = scanner.token(':,');
  if (field === '') throw scanner.mistake('expected the name of one of our fields');
  scanner.expect(':');
  const sources = [readSource(scanner)];
  while (scanner.takes('|')) sources.push(readSource(scanner));
  if (sources.length > SOURCES_MAX) throw scanner.mistake(`${field} has more than ${SOURCES_MAX} sources`);
  return { field, sources };
}

function readSource(scanner: Scanner): Source {
  if (scanner.takes('=')) return { kind: 'constant', text: scanner.token(',|') };
  if (scanner.takes('~')) return { kind: 'template', parts: templateParts(scanner) };
  const name = scanner.token(',|[');
  if (name === '') return { kind: 'constant', text: '' };
  return { kind: 'column', name, table: scanner.takes('[') ? readTable(scanner) : null };
}

function templateParts(scanner: Scanner): string[] {
  const parts = scanner.token(',|').split(/\{([^{}]*)\}/);
  if (parts.length === 1) throw scanner.mistake('a template names a column as {column}');
  return parts;
}

function readTable(scanner: Scanner): Table {
  const exact = new Map<string, string>();
  const prefixes: [string, string][] = [];
  do {
    const quoted = scanner.isQuoted();
    const key = scanner.token('=;]');
    scanner.expect('=');
    const value = scanner.token(';]');
    if (key.endsWith('*') && !quoted) prefixes.push([key.slice(0, -1), value]);
    else exact.set(key, value);
  } while (scanner.takes(';'));
  scanner.expect(']');
  // The longest first: 974* is meant before 97*.
  return { exact, prefixes: prefixes.sort(([a], [b]) => b.length - a.length) };
}

/** What a table makes of a value; null when it has no entry for it. */
export function lookUp(table: Table, value: string): string | null {
  const known = table.exact.get(value);
  if (known !== undefined) return known;
  return table.prefixes.find(([prefix]) => value.startsWith(prefix))?.[1] ?? null;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#skipSpace();
    return this.#at >= this.#text.length;
  }

  isQuoted(): boolean {
    this.#skipSpace();
    return /['"]/.test(this.#text.charAt(this.#at));
  }

  takes(character: string): boolean {
    this.#skipSpace();
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  expect(character: string): void {
    if (!this.takes(character)) throw this.mistake(`expected \`${character}\``);
  }

  /** A name or value: quoted, or up to one of `ends`, without the spaces around it. */
  token(ends: string): string {
    if (this.isQuoted()) return this.#quoted();
    const start = this.#at;
    while (this.#at < this.#text.length && !ends.includes(this.#text.charAt(this.#at))) this.#at += 1;
    return this.#text.slice(start, this.#at).trim();
  }

  mistake(what: string): Error {
    return invalid('query:map', 'bad-map', `At character ${this.#at + 1} of the map: ${what}.`);
  }

  #quoted(): string {
    const quote = this.#text.charAt(this.#at);
    let text = '';
    for (;;) {
      const end = this.#text.indexOf(quote, this.#at + 1);
      if (end === -1) throw this.mistake(`the ${quote} is not closed`);
      text += this.#text.slice(this.#at + 1, end);
      this.#at = end + 1;
      if (this.#text.charAt(this.#at) !== quote) return text;
      text += quote;
    }
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }
}
