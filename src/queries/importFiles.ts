// What hangs on an import: its body in pieces, and the rows of it that were rejected. Knows no status.
import type { Tx } from './transaction.ts';

/**
 * Keeps the next piece of an upload, and its lease. False when the upload was taken for abandoned meanwhile, also where
 * it is not all gone yet. Each piece commits by itself: a transaction as long as an upload would hold back the feed.
 */
export async function insertChunk(
  tx: Tx,
  chunk: { importId: string; number: number; bytes: Buffer },
  leaseSeconds: number,
): Promise<boolean> {
  const rows = await tx.run(
    'import_chunks.insert',
    `WITH kept AS (
       UPDATE imports SET leased_until = now() + $4 * interval '1 second'
       WHERE id = $1 AND status = 'receiving' AND leased_until > '-infinity' RETURNING id
     )
     INSERT INTO import_chunks (import_id, number, bytes) SELECT id, $2, $3 FROM kept RETURNING number`,
    [chunk.importId, chunk.number, chunk.bytes, leaseSeconds],
  );
  return rows.length > 0;
}

/** A piece of the body; null after the last. */
export async function findChunk(tx: Tx, importId: string, number: number): Promise<Buffer | null> {
  const [row] = await tx.run<{ bytes: Buffer }>(
    'import_chunks.find',
    'SELECT bytes FROM import_chunks WHERE import_id = $1 AND number = $2',
    [importId, number],
  );
  return row?.bytes ?? null;
}

export type RejectedRow = { row: number; code: string; pointer: string | null; detail: string; raw: string };

/** Keeps rejected rows; one that is there already stays as it is. */
export async function insertErrors(tx: Tx, importId: string, rows: readonly RejectedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.run(
    'import_errors.insert',
    `INSERT INTO import_errors (import_id, "row", code, pointer, detail, raw)
     SELECT $1, e.* FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[]) AS e
     ON CONFLICT DO NOTHING`,
    [
      importId,
      rows.map(({ row }) => row),
      rows.map(({ code }) => code),
      rows.map(({ pointer }) => pointer),
      rows.map(({ detail }) => detail),
      rows.map(({ raw }) => raw),
    ],
  );
}

/** In the order of the file, after row `after`. */
export async function listErrors(
  tx: Tx,
  importId: string,
  page: { after: number; limit: number },
): Promise<RejectedRow[]> {
  return tx.run<RejectedRow>(
    'import_errors.list',
    `SELECT "row", code, pointer, detail, raw FROM import_errors
     WHERE import_id = $1 AND "row" > $2 ORDER BY "row" LIMIT $3`,
    [importId, page.after, page.limit],
  );
}

/** Forgets pieces that nobody will read again, at most `limit` of them: of imports that ended. How many went. */
export async function deleteEndedChunks(tx: Tx, limit: number): Promise<number> {
  const rows = await tx.run(
    'import_chunks.delete_ended',
    `DELETE FROM import_chunks WHERE (import_id, number) IN (
       SELECT c.import_id, c.number FROM import_chunks c JOIN imports i ON i.id = c.import_id
       WHERE i.status IN ('succeeded', 'failed', 'cancelled') LIMIT $1)
     RETURNING number`,
    [limit],
  );
  return rows.length;
}

/**
 * Forgets pieces of uploads whose process died, then, once they have none, the uploads. How many pieces went. Which these
 * are is said first, on their rows: whoever adds a piece at that instant was before it, and keeps the upload, or after it,
 * and hears that it is gone. From then on nothing brings one back, and its pieces may go in several statements.
 */
export async function deleteAbandoned(tx: Tx, limit: number): Promise<number> {
  await tx.run(
    'imports.find_abandoned',
    `UPDATE imports SET leased_until = '-infinity'
     WHERE status = 'receiving' AND leased_until < now() AND leased_until > '-infinity'`,
    [],
  );
  const rows = await tx.run(
    'import_chunks.delete_abandoned',
    `DELETE FROM import_chunks WHERE (import_id, number) IN (
       SELECT c.import_id, c.number FROM import_chunks c JOIN imports i ON i.id = c.import_id
       WHERE i.status = 'receiving' AND i.leased_until = '-infinity' LIMIT $1)
     RETURNING number`,
    [limit],
  );
  await tx.run(
    'imports.delete_abandoned',
    `DELETE FROM imports i WHERE i.status = 'receiving' AND i.leased_until = '-infinity'
       AND NOT EXISTS (SELECT 1 FROM import_chunks c WHERE c.import_id = i.id)`,
    [],
  );
  return rows.length;
}

/** Forgets rejected rows of imports that ended before this instant, at most `limit` of them. How many went. */
export async function purgeErrors(tx: Tx, before: Date, limit: number): Promise<number> {
  const rows = await tx.run(
    'import_errors.purge',
    `DELETE FROM import_errors WHERE (import_id, "row") IN (
       SELECT e.import_id, e."row" FROM imports i JOIN import_errors e ON e.import_id = i.id
       WHERE i.finished_at < $1 LIMIT $2)
     RETURNING "row"`,
    [before, limit],
  );
  return rows.length;
}

/**
 * Forgets imports that ended before this instant, at most `limit` of them. One that still has pieces or rejected rows
 * stays: there may be millions, and what a foreign key deletes along has no limit.
 */
export async function purgeImports(tx: Tx, before: Date, limit: number): Promise<number> {
  const rows = await tx.run(
    'imports.purge',
    `DELETE FROM imports WHERE id IN (
       SELECT i.id FROM imports i WHERE i.finished_at < $1
         AND NOT EXISTS (SELECT 1 FROM import_chunks c WHERE c.import_id = i.id)
         AND NOT EXISTS (SELECT 1 FROM import_errors e WHERE e.import_id = i.id)
       ORDER BY i.id LIMIT $2)
     RETURNING id`,
    [before, limit],
  );
  return rows.length;
}
