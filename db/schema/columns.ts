// Column types that several tables share. Every constraint is named: its name becomes an error (src/queries/pgError.ts).
import { customType, timestamp } from 'drizzle-orm/pg-core';

/** Text compared byte by byte: ids sort by creation time whatever the database's own collation is. */
export const code = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });
export const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
/** PostgreSQL's 64-bit transaction id, read as text: it outgrows a JavaScript number. */
export const xid = customType<{ data: string }>({ dataType: () => 'xid8' });
export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
export const createdAt = () => instant('created_at').notNull().defaultNow();
export const updatedAt = () => instant('updated_at').notNull().defaultNow();
