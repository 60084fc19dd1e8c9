// Owns which tables a backup has, with which columns, in which order: all from PostgreSQL's own catalogue, so that a
// new table is in the next backup without a word here. Reads no rows.
import type pg from 'pg';

/** Says which transactions' events a cursor speaks of: a restored database needs its own (see restore.ts). */
export const FEED_STATE = 'feed_state';

export type Table = {
  name: string;
  /**
   * Quoted, in the table's order. Not those of type xid8: a transaction id means something in its own cluster only.
   * Not generated ones either.
   */
  columns: string[];
  /** ORDER BY of the primary key: the same on every server, whatever it sorts text by. */
  order: string;
  /** Holds one row from its migration on: not what anybody calls data. */
  isSingleton: boolean;
  /** The column that counts by itself, and what it counts with; both quoted. */
  identity: { column: string; sequence: string } | null;
};

// A CHECK named `…_one_row` is how the schema says that a table is no list.
const TABLES = `
  SELECT c.relname AS name, quote_ident(c.relname) AS quoted,
    EXISTS (
      SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conname = c.relname || '_one_row'
    ) AS is_singleton,
    ARRAY (
      SELECT quote_ident(a.attname)::text
      FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attgenerated = '' AND a.atttypid <> 'xid8'::regtype
      ORDER BY a.attnum
    ) AS columns,
    (
      SELECT json_build_object(
        'column', quote_ident(a.attname), 'sequence', pg_get_serial_sequence(quote_ident(c.relname), a.attname))
      FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity <> ''
    ) AS identity,
    (
      SELECT string_agg(
        quote_ident(a.attname)
          || CASE WHEN a.attcollation <> 0 AND NOT sorts_by_bytes THEN ' COLLATE "C"' ELSE '' END,
        ', ' ORDER BY place)
      FROM pg_index i
      CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS part (number, place)
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = part.number
      -- Where text is sorted by bytes anyway, saying so would only keep the primary key's index from being used.
      CROSS JOIN LATERAL (
        SELECT coalesce(
          CASE l.collname WHEN 'default' THEN d.datcollate ELSE l.collname END IN ('C', 'POSIX')
            AND (l.collname <> 'default' OR d.datlocprovider = 'c'), false
        ) AS sorts_by_bytes
        FROM pg_database d LEFT JOIN pg_collation l ON l.oid = a.attcollation
        WHERE d.datname = current_database()
      ) AS sorting
      WHERE i.indrelid = c.oid AND i.indisprimary
    ) AS order,
    ARRAY (
      SELECT DISTINCT r.relname::text
      FROM pg_constraint k JOIN pg_class r ON r.oid = k.confrelid
      WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid
    ) AS needs
  FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND NOT EXISTS (
      SELECT FROM pg_depend p WHERE p.classid = 'pg_class'::regclass AND p.objid = c.oid AND p.deptype = 'e'
    )
  ORDER BY c.relname COLLATE "C"`;

type Row = {
  name: string;
  quoted: string;
  is_singleton: boolean;
  columns: string[];
  identity: Table['identity'];
  order: string | null;
  needs: string[];
};

/**
 * Every table of schema public but the feed's state, each after those that it refers to. One that is partitioned is one
 * table: which partitions there are is the server's affair (partitions.ts).
 */
export async function readTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Row>(TABLES);
  const ordered: Table[] = [];
  const placed = new Set<string>();
  for (let left = rows; left.length > 0; ) {
    const next = left.find((row) => row.needs.every((name) => placed.has(name)));
    if (next === undefined) {
      throw new Error(`Tables refer to each other in a circle: ${left.map((row) => row.name).join(', ')}.`);
    }
    if (next.order === null)
      throw new Error(`Table ${next.name} has no primary key: its rows have no order.`);
    placed.add(next.name);
    left = left.filter((row) => row !== next);
    if (next.name === FEED_STATE) continue;
    const { quoted, columns, order, identity, is_singleton: isSingleton } = next;
    ordered.push({ name: quoted, columns, order, isSingleton, identity });
  }
  return ordered;
}

/** Names of tables with rows in them that somebody put there. */
export async function tablesWithData(client: pg.Client, tables: readonly Table[]): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of tables.filter(({ isSingleton }) => !isSingleton)) {
    const { rows } = await client.query<{ some: boolean }>(`SELECT EXISTS (SELECT FROM ${name}) AS some`);
    if (rows[0]?.some === true) found.push(name);
  }
  return found;
}

/** Values as text are the same on every server with these; PostgreSQL's own dumps set them too. */
export const SAME_TEXT_EVERYWHERE = `
  SET client_encoding = 'UTF8'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC';
  SET extra_float_digits = 1; SET bytea_output = 'hex'; SET search_path = public;
  SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '60s'; SET jit = off`;

export function copyOut({ name, columns, order }: Table): string {
  return `COPY (SELECT ${columns.join(', ')} FROM ${name} ORDER BY ${order}) TO STDOUT`;
}

export function copyIn({ name, columns }: Table): string {
  return `COPY ${name} (${columns.join(', ')}) FROM STDIN`;
}
