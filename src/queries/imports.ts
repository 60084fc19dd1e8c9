// Imports as rows: received, queued, claimed under a lease, moved on, ended. Bodies and errors are importFiles.ts's.
// Decides nothing but who holds a lease, which only one statement can.
import type {
  ImportFormat,
  ImportOptions,
  ImportRecord,
  ImportStatus,
  ImportSurvey,
} from '../domain/import.ts';
import type { ImportType } from '../domain/importFields.ts';
import type { Tx } from './transaction.ts';

type ImportRow = {
  id: string;
  type: ImportType;
  format: ImportFormat;
  gzipped: boolean;
  options: ImportOptions & { survey?: ImportSurvey };
  status: ImportStatus;
  rows_total: number | null;
  rows_done: number;
  rows_unchanged: number;
  rows_rejected: number;
  failure: { code: string; detail: string } | null;
  key_id: string;
  version: number;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
};

const COLUMNS = `id, type, format, gzipped, options, status, rows_total, rows_done, rows_unchanged, rows_rejected,
  failure, key_id, version, created_at, started_at, finished_at`;

export type NewImport = {
  id: string;
  type: ImportType;
  format: ImportFormat;
  options: ImportOptions;
  keyId: string;
  now: Date;
};

/** Begins an upload. `leaseSeconds`: without a chunk for that long it counts as abandoned. */
export async function insertReceiving(tx: Tx, made: NewImport, leaseSeconds: number): Promise<void> {
  await tx.run(
    'imports.insert_receiving',
    `INSERT INTO imports (id, type, format, gzipped, options, status, key_id, created_at, leased_until)
     VALUES ($1, $2, $3, false, $4::jsonb, 'receiving', $5, $6, now() + $7 * interval '1 second')`,
    [made.id, made.type, made.format, JSON.stringify(made.options), made.keyId, made.now, leaseSeconds],
  );
}

/** Ends an upload: from here on it is there for all to see. Null when it was taken for abandoned. */
export async function queueImport(tx: Tx, id: string, gzipped: boolean): Promise<ImportRecord | null> {
  const rows = await tx.run<ImportRow>(
    'imports.queue',
    `UPDATE imports SET status = 'queued', gzipped = $2, leased_until = NULL
     WHERE id = $1 AND status = 'receiving' AND leased_until > '-infinity' RETURNING ${COLUMNS}`,
    [id, gzipped],
  );
  return firstOf(rows);
}

/** Gives an upload up: from now on it counts as abandoned, and nothing brings it back (importFiles.ts). */
export async function abandonReceiving(tx: Tx, id: string): Promise<void> {
  await tx.run(
    'imports.abandon',
    `UPDATE imports SET leased_until = '-infinity' WHERE id = $1 AND status = 'receiving'`,
    [id],
  );
}

/** Nobody runs it: queued, or left behind by a process that died. */
const IDLE = `i.status IN ('queued', 'running')
  AND (i.status = 'queued' OR i.leased_until IS NULL OR i.leased_until < now())`;
const CLAIM_LOCK = 7_266_742;

/**
 * Takes the lease of the oldest import that nobody runs. A key's imports run one after another, in the order in which
 * their uploads began, so that items are there before their stock is; one that has begun to run comes before those whose
 * upload was slower. To be called in a transaction: whoever else claims waits for its end. One who did not would see
 * none of the key's running, and take a second one beside it.
 * The database's clock decides, so that the processes' clocks need not agree.
 */
export async function claimImport(
  tx: Tx,
  holder: string,
  leaseSeconds: number,
  now: Date,
): Promise<ImportRecord | null> {
  const waiting = await tx.run(
    'imports.lock_claims',
    `SELECT pg_advisory_xact_lock($1) WHERE EXISTS (SELECT 1 FROM imports i WHERE ${IDLE})`,
    [CLAIM_LOCK],
  );
  if (waiting.length === 0) return null;
  // A statement of its own: one that waits for a lock goes on with what it saw before it waited.
  const rows = await tx.run<ImportRow>(
    'imports.claim',
    `UPDATE imports
     SET status = 'running', leased_by = $1, leased_until = now() + $2 * interval '1 second',
         started_at = coalesce(started_at, $3), version = version + 1
     WHERE id = (
       SELECT i.id FROM imports i
       WHERE ${IDLE}
         AND NOT EXISTS (
           SELECT 1 FROM imports o
           WHERE o.key_id = i.key_id AND o.status IN ('queued', 'running')
             AND (o.status = 'queued', o.id) < (i.status = 'queued', i.id))
       ORDER BY i.id LIMIT 1
       FOR UPDATE SKIP LOCKED)
     RETURNING ${COLUMNS}`,
    [holder, leaseSeconds, now],
  );
  return firstOf(rows);
}

/** Keeps the lease. False when it is no longer the holder's: cancelled, or taken over. */
export async function renewLease(tx: Tx, id: string, holder: string, leaseSeconds: number): Promise<boolean> {
  const rows = await tx.run(
    'imports.renew',
    `UPDATE imports SET leased_until = now() + $3 * interval '1 second'
     WHERE id = $1 AND leased_by = $2 AND status = 'running' RETURNING id`,
    [id, holder, leaseSeconds],
  );
  return rows.length > 0;
}

/** Gives the lease back, so that another process need not wait for its end. */
export async function releaseLease(tx: Tx, id: string, holder: string): Promise<void> {
  await tx.run(
    'imports.release',
    `UPDATE imports SET leased_by = NULL, leased_until = NULL
     WHERE id = $1 AND leased_by = $2 AND status = 'running'`,
    [id, holder],
  );
}

/** Keeps what reading the file through has told. Null when the lease is gone. */
export async function saveSurvey(
  tx: Tx,
  held: { id: string; holder: string },
  survey: ImportSurvey,
  rowsTotal: number,
): Promise<ImportRecord | null> {
  const rows = await tx.run<ImportRow>(
    'imports.survey',
    `UPDATE imports
     SET options = options || jsonb_build_object('survey', $3::jsonb), rows_total = $4, version = version + 1
     WHERE id = $1 AND leased_by = $2 AND status = 'running' RETURNING ${COLUMNS}`,
    [held.id, held.holder, JSON.stringify(survey), rowsTotal],
  );
  return firstOf(rows);
}

/** From one row to another: `rowsBefore` and `rowsDone` are totals, the others what came to be in between. */
export type Progress = { rowsBefore: number; rowsDone: number; rowsUnchanged: number; rowsRejected: number };

/**
 * Says how far it is. Null when the lease is gone, or the import is not where it was thought to be; whatever else this
 * transaction did must then go too.
 */
export async function saveProgress(
  tx: Tx,
  held: { id: string; holder: string },
  progress: Progress,
): Promise<ImportRecord | null> {
  const rows = await tx.run<ImportRow>(
    'imports.progress',
    `UPDATE imports
     SET rows_done = $4, rows_unchanged = rows_unchanged + $5, rows_rejected = rows_rejected + $6,
         rows_total = greatest(rows_total, $4), version = version + 1
     WHERE id = $1 AND leased_by = $2 AND status = 'running' AND rows_done = $3 RETURNING ${COLUMNS}`,
    [
      held.id,
      held.holder,
      progress.rowsBefore,
      progress.rowsDone,
      progress.rowsUnchanged,
      progress.rowsRejected,
    ],
  );
  return firstOf(rows);
}

/** The import as it is, if the lease is still the holder's. */
export async function findHeld(tx: Tx, held: { id: string; holder: string }): Promise<ImportRecord | null> {
  const rows = await tx.run<ImportRow>(
    'imports.find_held',
    `SELECT ${COLUMNS} FROM imports WHERE id = $1 AND leased_by = $2 AND status = 'running'`,
    [held.id, held.holder],
  );
  return firstOf(rows);
}

/** Ends a run. Null when the lease is gone. */
export async function endImport(
  tx: Tx,
  held: { id: string; holder: string },
  end: { status: 'succeeded' | 'failed'; failure: { code: string; detail: string } | null; now: Date },
): Promise<ImportRecord | null> {
  const rows = await tx.run<ImportRow>(
    'imports.end',
    `UPDATE imports
     SET status = $3, failure = $4::jsonb, finished_at = $5, leased_by = NULL, leased_until = NULL,
         version = version + 1
     WHERE id = $1 AND leased_by = $2 AND status = 'running' RETURNING ${COLUMNS}`,
    [held.id, held.holder, end.status, end.failure === null ? null : JSON.stringify(end.failure), end.now],
  );
  return firstOf(rows);
}

/** Cancels what has not ended; null where there is nothing to cancel. Whoever runs it finds its lease gone. */
export async function cancelImport(tx: Tx, id: string, now: Date): Promise<ImportRecord | null> {
  const rows = await tx.run<ImportRow>(
    'imports.cancel',
    `UPDATE imports
     SET status = 'cancelled', finished_at = $2, leased_by = NULL, leased_until = NULL, version = version + 1
     WHERE id = $1 AND status IN ('queued', 'running') RETURNING ${COLUMNS}`,
    [id, now],
  );
  return firstOf(rows);
}

export async function findImport(tx: Tx, id: string): Promise<ImportRecord | null> {
  const rows = await tx.run<ImportRow>(
    'imports.find',
    `SELECT ${COLUMNS} FROM imports WHERE id = $1 AND status <> 'receiving'`,
    [id],
  );
  return firstOf(rows);
}

/** The same, locked until the transaction ends. */
export async function lockImport(tx: Tx, id: string): Promise<ImportRecord | null> {
  const rows = await tx.run<ImportRow>(
    'imports.lock',
    `SELECT ${COLUMNS} FROM imports WHERE id = $1 AND status <> 'receiving' FOR NO KEY UPDATE`,
    [id],
  );
  return firstOf(rows);
}

export type ImportFilter = {
  type: ImportType | null;
  status: ImportStatus | null;
  /** Null: every key's. */
  keyId: string | null;
};

/** The last sent first, from before `before` on. */
export async function listImports(
  tx: Tx,
  filter: ImportFilter,
  page: { before: string | null; limit: number },
): Promise<ImportRecord[]> {
  const rows = await tx.run<ImportRow>(
    'imports.list',
    `SELECT ${COLUMNS} FROM imports
     WHERE status <> 'receiving' AND ($1::text IS NULL OR type = $1) AND ($2::text IS NULL OR status = $2)
       AND ($3::text IS NULL OR key_id = $3) AND ($4::text IS NULL OR id < $4)
     ORDER BY id DESC LIMIT $5::int`,
    [filter.type, filter.status, filter.keyId, page.before, page.limit],
  );
  return rows.map(importFromRow);
}

/** The same key's and source's last import of levels before this one, of those that changed anything. */
export async function lastLevelsBefore(tx: Tx, record: ImportRecord): Promise<ImportRecord | null> {
  const rows = await tx.run<ImportRow>(
    'imports.last_levels',
    `SELECT ${COLUMNS} FROM imports
     WHERE key_id = $1 AND type = 'levels' AND id < $2 AND rows_done > 0
       AND options->>'source' = $3 AND options->>'dryRun' = 'false'
     ORDER BY id DESC LIMIT 1`,
    [record.keyId, record.id, record.options.source],
  );
  return firstOf(rows);
}

function firstOf(rows: readonly ImportRow[]): ImportRecord | null {
  const [row] = rows;
  return row === undefined ? null : importFromRow(row);
}

function importFromRow(row: ImportRow): ImportRecord {
  const { survey, ...options } = row.options;
  return {
    id: row.id,
    type: row.type,
    format: row.format,
    gzipped: row.gzipped,
    options,
    survey: survey ?? null,
    status: row.status,
    rowsTotal: row.rows_total,
    rowsDone: row.rows_done,
    rowsUnchanged: row.rows_unchanged,
    rowsRejected: row.rows_rejected,
    failure: row.failure,
    keyId: row.key_id,
    version: row.version,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
