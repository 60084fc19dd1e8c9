// Webhooks as rows, as their owners make, read and change them. Who sends, and how far it has come, is webhookLeases.ts's.
// Decides nothing.
import type { DisabledReason, WebhookRecord } from '../domain/webhook.ts';
import type { Tx } from './transaction.ts';

export type WebhookRow = {
  id: string;
  url: string;
  description: string | null;
  types: string[];
  locations: string[];
  enabled: boolean;
  disabled_reason: DisabledReason | null;
  disabled_at: Date | null;
  failures: number;
  failing_since: Date | null;
  previous_until: Date | null;
  version: number;
  saved_by: string | null;
  created_at: Date;
  updated_at: Date;
};

export const WEBHOOK_COLUMNS = `w.id, w.url, w.description, w.types, w.locations, w.enabled, w.disabled_reason, w.disabled_at,
  w.failures, w.failing_since, CASE WHEN w.previous_until > now() THEN w.previous_until END AS previous_until, w.version,
  w.saved_by, w.created_at, w.updated_at`;

const CREATION_LOCK = 7_266_743;

/** How many there are; holds off others who would make one until the transaction ends, so that the cap is exact. */
export async function countWebhooks(tx: Tx): Promise<number> {
  await tx.run('webhooks.lock_creation', 'SELECT pg_advisory_xact_lock($1)', [CREATION_LOCK]);
  const [row] = await tx.run<{ count: number }>(
    'webhooks.count',
    'SELECT count(*) AS count FROM webhooks WHERE deleted_at IS NULL',
    [],
  );
  return row?.count ?? 0;
}

/** `cursor`: it is sent what commits after it. */
export async function insertWebhook(
  tx: Tx,
  made: { webhook: WebhookRecord; secret: Buffer; cursor: string },
): Promise<void> {
  const { webhook, secret, cursor } = made;
  await tx.run(
    'webhooks.insert',
    `INSERT INTO webhooks (id, url, description, types, locations, secret, cursor, saved_by, handled_at, created_at,
       updated_at)
     VALUES ($1, $2, $3, $4::text[], $5::text[], $6::bytea, $7, $8, $9::timestamptz, $9::timestamptz, $9::timestamptz)`,
    [
      webhook.id,
      webhook.url,
      webhook.description,
      webhook.types ?? [],
      webhook.locations ?? [],
      secret,
      cursor,
      webhook.savedBy,
      webhook.createdAt,
    ],
  );
}

export async function findWebhook(tx: Tx, id: string): Promise<WebhookRecord | null> {
  const rows = await tx.run<WebhookRow>(
    'webhooks.find',
    `SELECT ${WEBHOOK_COLUMNS} FROM webhooks w WHERE w.id = $1 AND w.deleted_at IS NULL`,
    [id],
  );
  return firstOf(rows);
}

/** The same, locked until the transaction ends. */
export async function lockWebhook(tx: Tx, id: string): Promise<WebhookRecord | null> {
  const rows = await tx.run<WebhookRow>(
    'webhooks.lock',
    `SELECT ${WEBHOOK_COLUMNS} FROM webhooks w WHERE w.id = $1 AND w.deleted_at IS NULL FOR NO KEY UPDATE`,
    [id],
  );
  return firstOf(rows);
}

/** The oldest first, after the id `after`; of a caller limited to `within`, those whose locations are all its own. */
export async function listWebhooks(
  tx: Tx,
  page: { within: readonly string[] | null; after: string | null; limit: number },
): Promise<WebhookRecord[]> {
  const rows = await tx.run<WebhookRow>(
    'webhooks.list',
    `SELECT ${WEBHOOK_COLUMNS} FROM webhooks w
     WHERE w.deleted_at IS NULL AND ($1::text[] IS NULL OR (w.locations <> '{}' AND w.locations <@ $1::text[]))
       AND ($2::text IS NULL OR w.id > $2::text)
     ORDER BY w.id LIMIT $3::int`,
    [page.within, page.after, page.limit],
  );
  return rows.map(webhookFromRow);
}

/** Replaces what its owner says of it. Failures are forgotten: it may have been put right, so it is tried at once. */
export async function updateWebhook(
  tx: Tx,
  webhook: Pick<WebhookRecord, 'id' | 'url' | 'description' | 'types' | 'locations' | 'enabled' | 'savedBy'>,
  now: Date,
): Promise<WebhookRecord> {
  const rows = await tx.run<WebhookRow>(
    'webhooks.update',
    `UPDATE webhooks w SET url = $2, description = $3, types = $4::text[], locations = $5::text[], enabled = $6::bool,
       disabled_reason = CASE WHEN $6::bool THEN NULL WHEN w.enabled THEN 'request' ELSE w.disabled_reason END,
       disabled_at = CASE WHEN $6::bool THEN NULL WHEN w.enabled THEN $7::timestamptz ELSE w.disabled_at END,
       failures = 0, failing_since = NULL, probe_at = NULL, version = w.version + 1, saved_by = $8,
       updated_at = $7::timestamptz
     WHERE w.id = $1 RETURNING ${WEBHOOK_COLUMNS}`,
    [
      webhook.id,
      webhook.url,
      webhook.description,
      webhook.types ?? [],
      webhook.locations ?? [],
      webhook.enabled,
      now,
      webhook.savedBy,
    ],
  );
  return only(rows);
}

/** Another secret; the one before signs too until `previousUntil`. */
export async function replaceSecret(
  tx: Tx,
  id: string,
  secret: Buffer,
  { previousUntil, savedBy, now }: { previousUntil: Date; savedBy: string; now: Date },
): Promise<WebhookRecord> {
  const rows = await tx.run<WebhookRow>(
    'webhooks.rotate',
    `UPDATE webhooks w SET previous_secret = w.secret, previous_until = $3::timestamptz, secret = $2::bytea,
       version = w.version + 1, saved_by = $5, updated_at = $4::timestamptz
     WHERE w.id = $1 RETURNING ${WEBHOOK_COLUMNS}`,
    [id, secret, previousUntil, now, savedBy],
  );
  return only(rows);
}

/** It is gone for everybody; retention takes its rows away. Its secrets go at once. */
export async function markWebhookRemoved(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.run(
    'webhooks.remove',
    `UPDATE webhooks SET deleted_at = $2::timestamptz, enabled = false, secret = '', previous_secret = NULL, url = '',
       version = version + 1
     WHERE id = $1`,
    [id, now],
  );
}

/** Lets the next probe go at once, where it is failing: somebody asks for a delivery, so it may have been put right. */
export async function probeNow(tx: Tx, id: string): Promise<void> {
  await tx.run('webhooks.probe_now', 'UPDATE webhooks SET probe_at = NULL WHERE id = $1', [id]);
}

export function webhookFromRow(row: WebhookRow): WebhookRecord {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    // No list in the table means no limit; see the columns' comments.
    types: row.types.length === 0 ? null : row.types,
    locations: row.locations.length === 0 ? null : row.locations,
    enabled: row.enabled,
    disabledReason: row.disabled_reason,
    disabledAt: row.disabled_at,
    failures: row.failures,
    failingSince: row.failing_since,
    previousUntil: row.previous_until,
    version: row.version,
    savedBy: row.saved_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function firstOf(rows: readonly WebhookRow[]): WebhookRecord | null {
  const [row] = rows;
  return row === undefined ? null : webhookFromRow(row);
}

function only(rows: readonly WebhookRow[]): WebhookRecord {
  const found = firstOf(rows);
  if (found === null) throw new Error('the webhook is not there');
  return found;
}
