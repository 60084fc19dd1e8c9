// From a map and a file's columns to where each of our fields is read in a row. Owns which source wins and what is
// said when none does; what the fields make together is importRow.ts's.
import {
  columnFor,
  FIELDS_NEEDED,
  type FieldKind,
  IMPORT_FIELDS,
  type ImportType,
  kindOfField,
} from './importFields.ts';
import { lookUp, type MapEntry, type Source, type Table } from './importMap.ts';
import { asText, filled, Unreadable } from './importValue.ts';
import { invalid } from './problem.ts';

/** How a reader's rows are looked into. */
export type Columns<Row> = {
  /** Null: rows name their own members (NDJSON), and only the row itself can say that one is missing. */
  names: readonly string[] | null;
  /** Null when there is no such column. */
  cell(column: string): ((row: Row) => unknown) | null;
};

export type PlannedField<Row> = {
  field: string;
  kind: FieldKind;
  /** Filled, undefined for nothing, or Unreadable where a table lacks the value. */
  read(row: Row): unknown;
  /** Where it comes from, in words: "column `Zip Code`". */
  from: string;
};

/** A file that no row of can be used: the import fails before its first row. */
export class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

const COLUMNS_SHOWN_MAX = 30;

/** Throws `invalid-request` at `query:map` for fields that this type of import does not have. */
export function checkMapFields(type: ImportType, entries: readonly MapEntry[]): void {
  for (const { field } of entries) {
    if (kindOfField(type, field) !== null) continue;
    const fields = Object.keys(IMPORT_FIELDS[type]).join(', ');
    throw invalid(
      'query:map',
      'unknown-field',
      `An import of ${type} has no field ${field}; it has ${fields}.`,
    );
  }
}

/**
 * Every field that the map or a column's name gives a source. A field that the map does not mention is read from the
 * column of its own name. `defaults`: constants for fields that have no source at all.
 * Throws UnusableFile for a column that is not there, or a needed field without any source.
 */
export function planFields<Row>(
  type: ImportType,
  entries: readonly MapEntry[],
  columns: Columns<Row>,
  defaults: Readonly<Record<string, string>>,
): PlannedField<Row>[] {
  const given = new Map(entries.map((entry) => [entry.field, entry.sources]));
  const names = new Set([
    ...Object.keys(IMPORT_FIELDS[type]),
    ...given.keys(),
    ...attributesIn(type, columns),
  ]);
  const planned: PlannedField<Row>[] = [];
  for (const field of names) {
    const kind = kindOfField(type, field);
    const sources = given.get(field) ?? ownSources(type, field, columns, defaults);
    if (kind === null || sources.every(isNothing)) continue;
    planned.push({ field, kind, ...readerOf(sources, columns) });
  }
  if (columns.names !== null) refuseUnfilled(type, planned, columns.names);
  return planned;
}

function isNothing(source: Source): boolean {
  return source.kind === 'constant' && source.text === '';
}

/** `attributes.colour` as a column's own name. */
function attributesIn<Row>(type: ImportType, { names }: Columns<Row>): string[] {
  return (names ?? []).filter((name) => name.startsWith('attributes.') && kindOfField(type, name) !== null);
}

function ownSources<Row>(
  type: ImportType,
  field: string,
  columns: Columns<Row>,
  defaults: Readonly<Record<string, string>>,
): Source[] {
  const column = columns.names === null ? field : columnFor(type, field, columns.names);
  const constant = defaults[field];
  return [
    ...(column === null ? [] : [{ kind: 'column' as const, name: column, table: null }]),
    ...(constant === undefined ? [] : [{ kind: 'constant' as const, text: constant }]),
  ];
}

function refuseUnfilled<Row>(
  type: ImportType,
  planned: readonly PlannedField<Row>[],
  names: readonly string[],
): void {
  for (const group of FIELDS_NEEDED[type]) {
    if (planned.some(({ field }) => group.includes(field))) continue;
    throw new UnusableFile(
      'missing-field',
      `Nothing gives ${group.join(' or ')}: map it to a column or a constant. ${columnsThatAre(names)}`,
    );
  }
}

function readerOf<Row>(
  sources: readonly Source[],
  columns: Columns<Row>,
): Pick<PlannedField<Row>, 'read' | 'from'> {
  const readers = sources.map((source) => readOne(source, columns));
  const from = sources.map(described).join(', then ');
  const [only] = readers;
  if (only !== undefined && readers.length === 1) return { read: only, from };
  const read = (row: Row) => {
    let nothing: unknown;
    for (const reader of readers) {
      const value = reader(row);
      if (value !== undefined && !(value instanceof Unreadable)) return value;
      nothing ??= value;
    }
    return nothing;
  };
  return { read, from };
}

function readOne<Row>(source: Source, columns: Columns<Row>): (row: Row) => unknown {
  switch (source.kind) {
    case 'constant': {
      const value = filled(source.text);
      return () => value;
    }
    case 'template':
      return readTemplate(source.parts, columns);
    case 'column': {
      const cell = cellOf(source.name, columns);
      const { table } = source;
      return table === null ? (row) => filled(cell(row)) : (row) => tabled(filled(cell(row)), table);
    }
  }
}

/** Empty when every column in it is: an address made of nothing but its commas is no address. */
function readTemplate<Row>(parts: readonly string[], columns: Columns<Row>): (row: Row) => unknown {
  const cells = parts.map((part, place) => (place % 2 === 1 ? cellOf(part, columns) : null));
  return (row) => {
    let isEmpty = true;
    const texts = parts.map((part, place) => {
      const cell = cells[place] ?? null;
      if (cell === null) return part;
      const value = filled(cell(row));
      isEmpty &&= value === undefined;
      return value === undefined ? '' : asText(value);
    });
    return isEmpty ? undefined : filled(texts.join(''));
  };
}

function tabled(value: unknown, table: Table): unknown {
  const mapped = lookUp(table, value === undefined ? '' : asText(value));
  if (mapped !== null) return filled(mapped);
  if (value === undefined) return undefined;
  return new Unreadable(
    'unmapped-value',
    `The map's table has nothing for \`${asText(value).slice(0, 100)}\`.`,
  );
}

function cellOf<Row>(column: string, columns: Columns<Row>): (row: Row) => unknown {
  const cell = columns.cell(column);
  if (cell !== null) return cell;
  throw new UnusableFile(
    'unknown-column',
    `There is no column \`${column.slice(0, 200)}\`. ${columnsThatAre(columns.names ?? [])}`,
  );
}

function columnsThatAre(names: readonly string[]): string {
  const shown = names.slice(0, COLUMNS_SHOWN_MAX).map((name) => `\`${name.slice(0, 100)}\``);
  return `The columns are ${shown.join(', ')}${names.length > COLUMNS_SHOWN_MAX ? ', …' : ''}.`;
}

function described(source: Source): string {
  if (source.kind === 'column') return `column \`${source.name}\``;
  if (source.kind === 'constant') return `the constant \`${source.text.slice(0, 100)}\``;
  return `the template \`${source.parts.map((part, place) => (place % 2 === 1 ? `{${part}}` : part)).join('')}\``;
}
