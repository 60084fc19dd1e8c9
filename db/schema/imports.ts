// Files of the back office on their way in.
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core';
import { bytes, code, createdAt, instant } from './columns.ts';

export const imports = pgTable(
  'imports',
  {
    id: code('id').primaryKey(),
    type: text('type').notNull(),
    format: text('format').notNull(),
    gzipped: boolean('gzipped').notNull(),
    options: jsonb('options').notNull(),
    status: text('status').notNull(),
    rowsTotal: integer('rows_total'),
    rowsDone: integer('rows_done').notNull().default(0),
    rowsUnchanged: integer('rows_unchanged').notNull().default(0),
    rowsRejected: integer('rows_rejected').notNull().default(0),
    failure: jsonb('failure'),
    keyId: code('key_id').notNull(),
    /** Who holds the lease: made anew with each claim, so that a process that was taken for dead writes no more. */
    leasedBy: text('leased_by'),
    /** The process that runs it holds a lease; a lease that ran out means the process died. */
    leasedUntil: instant('leased_until'),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    index('imports_open_idx').on(t.id).where(sql`${t.status} IN ('queued', 'running')`),
    check('imports_type_known', sql`${t.type} IN ('items', 'locations', 'movements', 'counts', 'levels')`),
    check('imports_format_known', sql`${t.format} IN ('csv', 'ndjson')`),
    check(
      'imports_status_known',
      sql`${t.status} IN ('receiving', 'queued', 'running', 'succeeded', 'failed', 'cancelled')`,
    ),
  ],
);

/** The body of an import, kept in pieces until it has run: any process may run it, and a crash loses nothing. */
export const importChunks = pgTable(
  'import_chunks',
  {
    importId: code('import_id').notNull(),
    number: integer('number').notNull(),
    bytes: bytes('bytes').notNull(),
  },
  (t) => [
    primaryKey({ name: 'import_chunks_pkey', columns: [t.importId, t.number] }),
    foreignKey({
      name: 'import_chunks_import_fkey',
      columns: [t.importId],
      foreignColumns: [imports.id],
    }).onDelete('cascade'),
  ],
);

export const importErrors = pgTable(
  'import_errors',
  {
    importId: code('import_id').notNull(),
    row: integer('row').notNull(),
    code: text('code').notNull(),
    pointer: text('pointer'),
    detail: text('detail').notNull(),
    raw: text('raw').notNull(),
  },
  (t) => [
    primaryKey({ name: 'import_errors_pkey', columns: [t.importId, t.row] }),
    foreignKey({
      name: 'import_errors_import_fkey',
      columns: [t.importId],
      foreignColumns: [imports.id],
    }).onDelete('cascade'),
  ],
);
