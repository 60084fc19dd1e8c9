// The format of a backup: what is written, and read again with everything checked on the way. Knows no database.
//
// Gzip of text: a line that names the format; the manifest; for each table a line that names it, its rows as COPY writes
// them, `\.`, and a line with their count and checksum; a line with the numbers that tables count on with; at the end a
// line with the checksum of all that came before. Lines that are not rows are JSON. `zcat` shows it, and psql could load
// a table of it.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BadBackup, damaged } from './fault.ts';
import { NEWLINE, ROWS_END, Source } from './source.ts';

const FIRST_LINE = 'comptoir-backup 1\n';

const manifestSchema = z.object({
  madeAt: z.iso.datetime(),
  postgres: z.string(),
  /** The last migration that the tables have been through. */
  migration: z.object({ tag: z.string(), when: z.int() }),
  /** Cursors of this epoch and of those before must not be good in what is made of the backup. */
  feedEpoch: z.int(),
  tables: z.array(z.string()),
});
export type Manifest = z.infer<typeof manifestSchema>;

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const tableSchema = z.object({ table: z.string(), columns: z.array(z.string()) });
const tableEndSchema = z.object({ rows: z.int(), sha256: sha256Schema });
const endSchema = z.object({
  tables: z.int(),
  rows: z.int(),
  /** Of the data alone: equal for equal data, whenever and from wherever it was saved. */
  checksum: sha256Schema,
  /** Of every byte before this line. */
  sha256: sha256Schema,
});
/** Table → the next number that it counts. */
const identitiesSchema = z.object({ identities: z.record(z.string(), z.int()) });
export type Identities = z.infer<typeof identitiesSchema>['identities'];
export type TableHead = z.infer<typeof tableSchema>;
export type TableEnd = z.infer<typeof tableEndSchema>;
export type End = z.infer<typeof endSchema>;

/** The checksum of a backup's data, from those of its tables in their order. */
export class DataChecksum {
  readonly #hash = createHash('sha256');
  rows = 0;
  tables = 0;

  add({ table, columns }: TableHead, { rows, sha256 }: TableEnd): void {
    this.#hash.update(`${table} ${columns.join(',')} ${rows} ${sha256}\n`);
    this.rows += rows;
    this.tables += 1;
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** Counts and sums up rows that pass: each ends in the only newline that COPY leaves unescaped. */
export class RowsChecksum {
  readonly #hash = createHash('sha256');
  rows = 0;

  update(bytes: Buffer): void {
    this.#hash.update(bytes);
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) this.rows += 1;
  }

  end(): TableEnd {
    return { rows: this.rows, sha256: this.#hash.digest('hex') };
  }
}

export type SavedTable = { head: TableHead; rows: AsyncIterable<Buffer> };

export type BackupHooks = {
  /** The next number of each table that counts. Asked after the last row. */
  identities: () => Promise<Identities>;
  onRows: (table: string, rowsSoFar: number) => void;
  onEnd: (end: End) => void;
};

/** The bytes of a backup, before gzip. */
export async function* writeBackup(
  manifest: Manifest,
  tables: AsyncIterable<SavedTable>,
  { identities, onRows, onEnd }: BackupHooks,
): AsyncGenerator<Buffer, void> {
  const all = createHash('sha256');
  const passed = (bytes: Buffer) => {
    all.update(bytes);
    return bytes;
  };
  const line = (value: object) => passed(Buffer.from(`${JSON.stringify(value)}\n`));
  const data = new DataChecksum();

  yield passed(Buffer.from(FIRST_LINE));
  yield line(manifest);
  for await (const { head, rows } of tables) {
    yield line(head);
    const checksum = new RowsChecksum();
    for await (const bytes of rows) {
      checksum.update(bytes);
      onRows(head.table, data.rows + checksum.rows);
      yield passed(bytes);
    }
    const tableEnd = checksum.end();
    data.add(head, tableEnd);
    yield passed(ROWS_END);
    yield line(tableEnd);
  }
  yield line({ identities: await identities() });
  const end: End = {
    tables: data.tables,
    rows: data.rows,
    checksum: data.digest(),
    sha256: all.digest('hex'),
  };
  yield Buffer.from(`${JSON.stringify(end)}\n`);
  onEnd(end);
}

export type Part =
  | { kind: 'manifest'; manifest: Manifest }
  | { kind: 'table'; head: TableHead }
  | { kind: 'rows'; bytes: Buffer }
  | { kind: 'tableEnd'; end: TableEnd }
  | { kind: 'identities'; identities: Identities }
  | { kind: 'end'; end: End };

/**
 * A backup's parts, after gunzip. Each end was compared with what came before it; only a whole and unaltered file gets
 * to its last part. Throws BadBackup.
 */
export async function* readBackup(bytes: AsyncIterable<Buffer>): AsyncGenerator<Part, void> {
  const source = new Source(bytes);
  if ((await source.line()) !== FIRST_LINE)
    throw new BadBackup('This is no backup that this Comptoir can read.');
  const manifest = parse(manifestSchema, await source.line());
  yield { kind: 'manifest', manifest };
  const data = new DataChecksum();
  for (const name of manifest.tables) {
    const head = parse(tableSchema, await source.line());
    if (head.table !== name) throw damaged(`its table ${name} is not where it should be`);
    yield { kind: 'table', head };
    const checksum = new RowsChecksum();
    for await (const rows of source.rows()) {
      checksum.update(rows);
      yield { kind: 'rows', bytes: rows };
    }
    const end = parse(tableEndSchema, await source.line());
    const found = checksum.end();
    if (end.rows !== found.rows || end.sha256 !== found.sha256)
      throw damaged(`the rows of ${name} are not those saved`);
    data.add(head, end);
    yield { kind: 'tableEnd', end };
  }
  yield { kind: 'identities', ...parse(identitiesSchema, await source.line()) };
  const sha256 = source.sha256();
  const end = parse(endSchema, await source.line());
  const isWhole = end.rows === data.rows && end.tables === data.tables && end.checksum === data.digest();
  if (!isWhole || end.sha256 !== sha256) throw damaged('its checksum is another one');
  await source.end();
  yield { kind: 'end', end };
}

function parse<T>(schema: z.ZodType<T>, line: string): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch {
    throw damaged(`there is a line that cannot be read: ${line.slice(0, 80).trimEnd()}`);
  }
}
