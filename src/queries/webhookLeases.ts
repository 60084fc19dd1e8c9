// Webhooks as the sending process holds them: leased, renewed, moved on, paused, disabled; and what was sent, as rows.
// Decides nothing but who holds a lease, which only one statement can.

import type { DisabledReason, WebhookRecord } from '../domain/webhook.ts';
import type { DeliveryKind, DeliveryStatus, TryError } from '../domain/webhookDelivery.ts';
import type { Tx } from './transaction.ts';
import { WEBHOOK_COLUMNS, type WebhookRow, webhookFromRow } from './webhooks.ts';

/** A webhook with what sending needs. */
export type HeldWebhook = {
  webhook: WebhookRecord;
  secret: Buffer;
  /** Signs too, until `webhook.previousUntil`. */
  previousSecret: Buffer | null;
  cursor: string;
  handledAt: Date;
  probeAt: Date | null;
};

type HeldRow = WebhookRow & {
  secret: Buffer;
  previous_secret: Buffer | null;
  cursor: string;
  handled_at: Date;
  probe_at: Date | null;
};

const HELD_COLUMNS = `${WEBHOOK_COLUMNS}, w.secret, w.previous_secret, w.cursor, w.handled_at, w.probe_at`;

/**
 * Takes the lease of webhooks that nobody sends for: new ones, and those of a process that died. At most `limit`: what
 * is left of the holder's share. The database's clock decides.
 */
export async function claimWebhooks(
  tx: Tx,
  holder: string,
  leaseSeconds: number,
  limit: number,
): Promise<HeldWebhook[]> {
  const rows = await tx.run<HeldRow>(
    'webhooks.claim',
    `UPDATE webhooks w SET leased_by = $1, leased_until = now() + $2 * interval '1 second'
     WHERE w.id IN (
       SELECT id FROM webhooks
       WHERE enabled AND deleted_at IS NULL AND (leased_until IS NULL OR leased_until < now())
       ORDER BY id LIMIT $3::int FOR NO KEY UPDATE SKIP LOCKED)
     RETURNING ${HELD_COLUMNS}`,
    [holder, leaseSeconds, limit],
  );
  return rows.map(heldFromRow);
}

/** Keeps the holder's leases and reads its webhooks as they are now. One that is not among them is not its any more. */
export async function renewWebhooks(tx: Tx, holder: string, leaseSeconds: number): Promise<HeldWebhook[]> {
  const rows = await tx.run<HeldRow>(
    'webhooks.renew',
    `UPDATE webhooks w SET leased_until = now() + $2 * interval '1 second'
     WHERE w.leased_by = $1 AND w.enabled AND w.deleted_at IS NULL
     RETURNING ${HELD_COLUMNS}`,
    [holder, leaseSeconds],
  );
  return rows.map(heldFromRow);
}

/** Gives leases back, so that another process need not wait for their end: all of them, or one. */
export async function releaseWebhooks(tx: Tx, holder: string, id: string | null = null): Promise<void> {
  await tx.run(
    'webhooks.release',
    `UPDATE webhooks SET leased_by = NULL, leased_until = NULL
     WHERE leased_by = $1 AND ($2::text IS NULL OR id = $2::text)`,
    [holder, id],
  );
}

/** How far a webhook has come and how it fares. */
export type Standing = {
  id: string;
  cursor: string;
  handledAt: Date;
  failures: number;
  failingSince: Date | null;
  probeAt: Date | null;
};

/** Moves webhooks on; answers those that the holder still has. `pausedFrom`: so many failures pause a webhook. */
export async function saveStandings(
  tx: Tx,
  holder: string,
  standings: readonly Standing[],
  pausedFrom: number,
): Promise<Set<string>> {
  const rows = await tx.run<{ id: string }>(
    'webhooks.move_on',
    `UPDATE webhooks w SET cursor = s.cursor, handled_at = s.handled_at, failures = s.failures,
       failing_since = s.failing_since, probe_at = s.probe_at,
       version = w.version + CASE WHEN (w.failures >= $8::int) <> (s.failures >= $8::int) THEN 1 ELSE 0 END
     FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::int[], $6::timestamptz[], $7::timestamptz[])
       AS s (id, cursor, handled_at, failures, failing_since, probe_at)
     WHERE w.id = s.id AND w.leased_by = $1 AND w.deleted_at IS NULL
     RETURNING w.id`,
    [
      holder,
      standings.map(({ id }) => id),
      standings.map(({ cursor }) => cursor),
      standings.map(({ handledAt }) => handledAt.toISOString()),
      standings.map(({ failures }) => failures),
      standings.map(({ failingSince }) => failingSince?.toISOString() ?? null),
      standings.map(({ probeAt }) => probeAt?.toISOString() ?? null),
      pausedFrom,
    ],
  );
  return new Set(rows.map(({ id }) => id));
}

/** A webhook, and when its owner saved it as the asker knows it. */
export type Known = { id: string; savedAt: Date };

/**
 * Stops the sending for a reason. Null when the holder does not have the webhook any more, it is stopped already, or its
 * owner has saved it anew: what failed may have been put right.
 */
export async function disableWebhook(
  tx: Tx,
  held: Known & { holder: string },
  reason: DisabledReason,
  now: Date,
): Promise<WebhookRecord | null> {
  const [row] = await tx.run<WebhookRow>(
    'webhooks.disable',
    `UPDATE webhooks w SET enabled = false, disabled_reason = $3, disabled_at = $4::timestamptz,
       version = w.version + 1, updated_at = $4::timestamptz
     WHERE w.id = $1 AND w.leased_by = $2 AND w.enabled AND w.deleted_at IS NULL AND w.updated_at = $5::timestamptz
     RETURNING ${WEBHOOK_COLUMNS}`,
    [held.id, held.holder, reason, now, held.savedAt],
  );
  return row === undefined ? null : webhookFromRow(row);
}

/** What became of an event that was sent for the first time, or of events that could not be. */
export type LogRow = {
  webhookId: string;
  id: string;
  kind: DeliveryKind;
  eventId: string | null;
  eventType: string | null;
  occurredAt: Date | null;
  status: DeliveryStatus;
  attempts: number;
  responseStatus: number | null;
  error: TryError | null;
  durationMs: number | null;
  triedAt: Date | null;
  nextTryAt: Date | null;
  body: string | null;
  createdAt: Date;
};

/**
 * One statement for any number of rows. A row that is there already stays: a COMMIT's answer may have got lost. What is to
 * be tried again but belongs to no location that its webhook still hears has failed for good: it may have been narrowed
 * since the try began. Where `saveStandings` went before, nobody narrows it now.
 */
export async function insertLog(tx: Tx, rows: readonly LogRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.run(
    'webhook_deliveries.insert_log',
    `INSERT INTO webhook_deliveries
       (webhook_id, id, kind, event_id, event_type, occurred_at, status, attempts, response_status, error, duration_ms,
        tried_at, next_try_at, body, created_at)
     SELECT r.webhook_id, r.id, r.kind, r.event_id, r.event_type, r.occurred_at,
       CASE WHEN is_over THEN 'failed' ELSE r.status END, r.attempts, r.response_status, r.error, r.duration_ms,
       r.tried_at, CASE WHEN NOT is_over THEN r.next_try_at END, CASE WHEN NOT is_over THEN r.body END, r.created_at
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::int[],
       $9::int[], $10::text[], $11::int[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::timestamptz[])
       AS r (webhook_id, id, kind, event_id, event_type, occurred_at, status, attempts, response_status, error,
         duration_ms, tried_at, next_try_at, body, created_at)
     CROSS JOIN LATERAL (SELECT CASE WHEN r.status = 'pending' AND r.kind <> 'test' THEN NOT EXISTS (
         SELECT 1 FROM webhooks w WHERE w.id = r.webhook_id
           AND (w.locations = '{}' OR r.body::json->>'location' = ANY (w.locations)))
       ELSE false END) AS fate (is_over)
     ON CONFLICT ON CONSTRAINT webhook_deliveries_pkey DO NOTHING`,
    [
      rows.map((row) => row.webhookId),
      rows.map((row) => row.id),
      rows.map((row) => row.kind),
      rows.map((row) => row.eventId),
      rows.map((row) => row.eventType),
      rows.map((row) => row.occurredAt?.toISOString() ?? null),
      rows.map((row) => row.status),
      rows.map((row) => row.attempts),
      rows.map((row) => row.responseStatus),
      rows.map((row) => row.error),
      rows.map((row) => row.durationMs),
      rows.map((row) => row.triedAt?.toISOString() ?? null),
      rows.map((row) => row.nextTryAt?.toISOString() ?? null),
      rows.map((row) => row.body),
      rows.map((row) => row.createdAt.toISOString()),
    ],
  );
}

/** What became of another try. */
export type LogChange = {
  webhookId: string;
  id: string;
  status: DeliveryStatus;
  attempts: number;
  responseStatus: number | null;
  error: TryError | null;
  durationMs: number;
  triedAt: Date;
  nextTryAt: Date | null;
};

/** The body goes with the last try: only what is to be sent again needs one. */
export async function updateLog(tx: Tx, changes: readonly LogChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.run(
    'webhook_deliveries.update_log',
    `UPDATE webhook_deliveries d SET status = c.status, attempts = c.attempts, response_status = c.response_status,
       error = c.error, duration_ms = c.duration_ms, tried_at = c.tried_at, next_try_at = c.next_try_at,
       body = CASE WHEN c.status = 'pending' THEN d.body END
     FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[], $6::text[], $7::int[], $8::timestamptz[],
       $9::timestamptz[])
       AS c (webhook_id, id, status, attempts, response_status, error, duration_ms, tried_at, next_try_at)
     WHERE d.webhook_id = c.webhook_id AND d.id = c.id AND d.status = 'pending'`,
    [
      changes.map((change) => change.webhookId),
      changes.map((change) => change.id),
      changes.map((change) => change.status),
      changes.map((change) => change.attempts),
      changes.map((change) => change.responseStatus),
      changes.map((change) => change.error),
      changes.map((change) => change.durationMs),
      changes.map((change) => change.triedAt.toISOString()),
      changes.map((change) => change.nextTryAt?.toISOString() ?? null),
    ],
  );
}

/** A pending delivery whose time has come. */
export type DueDelivery = {
  webhookId: string;
  id: string;
  kind: DeliveryKind;
  eventId: string;
  occurredAt: Date;
  attempts: number;
  body: string;
  createdAt: Date;
};

type DueRow = {
  webhook_id: string;
  id: string;
  kind: DeliveryKind;
  event_id: string;
  occurred_at: Date;
  attempts: number;
  body: string;
  created_at: Date;
};

const DUE_COLUMNS = 'webhook_id, id, kind, event_id, occurred_at, attempts, body, created_at';

/**
 * At most `limit` for each of the webhooks, so that the many of one do not hide the few of another. None of one that was
 * saved anew: what was asked for since then is for its new URL, and signed with its new secret.
 */
export async function findDue(
  tx: Tx,
  webhooks: readonly Known[],
  now: Date,
  limit: number,
): Promise<DueDelivery[]> {
  if (webhooks.length === 0) return [];
  // Looked up for what is due, not for each webhook: with nothing due, 500 take 1.8 ms rather than 2.9.
  const rows = await tx.run<DueRow>(
    'webhook_deliveries.due',
    `SELECT d.* FROM unnest($1::text[], $4::timestamptz[]) AS known (id, saved_at) CROSS JOIN LATERAL (
       SELECT ${DUE_COLUMNS} FROM webhook_deliveries
       WHERE webhook_id = known.id AND status = 'pending' AND next_try_at <= $2::timestamptz
       ORDER BY next_try_at, event_id LIMIT $3::int) AS d
     WHERE (SELECT w.updated_at FROM webhooks w WHERE w.id = d.webhook_id) = known.saved_at`,
    [webhooks.map(({ id }) => id), now, limit, webhooks.map(({ savedAt }) => savedAt.toISOString())],
  );
  return rows.map(dueFromRow);
}

/**
 * What a webhook that fails is probed with: a test if there is one, else the oldest event that is due. None of one that
 * was saved anew.
 */
export async function findProbe(tx: Tx, webhook: Known, now: Date): Promise<DueDelivery | null> {
  const [row] = await tx.run<DueRow>(
    'webhook_deliveries.probe',
    `SELECT ${DUE_COLUMNS} FROM webhook_deliveries
     WHERE webhook_id = $1 AND status = 'pending' AND next_try_at <= $2::timestamptz
       AND EXISTS (SELECT 1 FROM webhooks w WHERE w.id = $1 AND w.updated_at = $3::timestamptz)
     ORDER BY kind = 'test' DESC, attempts = 0 AND kind = 'replay' DESC, event_id LIMIT 1`,
    [webhook.id, now, webhook.savedAt],
  );
  return row === undefined ? null : dueFromRow(row);
}

export type WebhookCounts = {
  enabled: number;
  failing: number;
  disabled: number;
  /** When the oldest event occurred that waits for another try; null when none does. */
  oldestPendingAt: Date | null;
};

export async function countByStatus(tx: Tx, pausedFrom: number): Promise<WebhookCounts> {
  const [row] = await tx.run<{ enabled: number; failing: number; disabled: number; oldest: Date | null }>(
    'webhooks.count_by_status',
    `SELECT count(*) FILTER (WHERE enabled) AS enabled, count(*) FILTER (WHERE enabled AND failures >= $1::int) AS failing,
       count(*) FILTER (WHERE NOT enabled) AS disabled,
       min((SELECT occurred_at FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'pending'
            ORDER BY d.next_try_at LIMIT 1)) FILTER (WHERE enabled) AS oldest
     FROM webhooks w WHERE deleted_at IS NULL`,
    [pausedFrom],
  );
  return {
    enabled: row?.enabled ?? 0,
    failing: row?.failing ?? 0,
    disabled: row?.disabled ?? 0,
    oldestPendingAt: row?.oldest ?? null,
  };
}

function heldFromRow(row: HeldRow): HeldWebhook {
  const { secret, previous_secret: previousSecret, cursor, handled_at: handledAt, probe_at: probeAt } = row;
  return { webhook: webhookFromRow(row), secret, previousSecret, cursor, handledAt, probeAt };
}

function dueFromRow(row: DueRow): DueDelivery {
  return {
    webhookId: row.webhook_id,
    id: row.id,
    kind: row.kind,
    eventId: row.event_id,
    occurredAt: row.occurred_at,
    attempts: row.attempts,
    body: row.body,
    createdAt: row.created_at,
  };
}
