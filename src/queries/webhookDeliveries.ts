// The log of deliveries as rows, read by owners, added to by replays and tests, removed when it is old.
// What the sending writes is in webhookLeases.ts. Decides nothing.
import type { DeliveryKind, DeliveryRecord, DeliveryStatus, TryError } from '../domain/webhookDelivery.ts';
import type { Tx } from './transaction.ts';

type DeliveryRow = {
  id: string;
  kind: DeliveryKind;
  event_id: string | null;
  event_type: string | null;
  occurred_at: Date | null;
  status: DeliveryStatus;
  attempts: number;
  response_status: number | null;
  error: TryError | null;
  duration_ms: number | null;
  tried_at: Date | null;
  next_try_at: Date | null;
  created_at: Date;
};

const COLUMNS = `d.id, d.kind, d.event_id, d.event_type, d.occurred_at, d.status, d.attempts, d.response_status, d.error,
  d.duration_ms, d.tried_at, d.next_try_at, d.created_at`;

/** The last first, from before the id `before` on; a status of null filters nothing. */
export async function listDeliveries(
  tx: Tx,
  webhookId: string,
  page: { status: DeliveryStatus | null; before: string | null; limit: number },
): Promise<DeliveryRecord[]> {
  // Two texts, so that the one for what failed can use its small index.
  const narrow =
    page.status === 'delivered' || page.status === null
      ? ['any', `($2::text IS NULL OR d.status = $2::text)`]
      : ['failed', `d.status <> 'delivered' AND d.status = $2::text`];
  const rows = await tx.run<DeliveryRow>(
    `webhook_deliveries.list_${narrow[0]}`,
    `SELECT ${COLUMNS} FROM webhook_deliveries d
     WHERE d.webhook_id = $1 AND ${narrow[1]} AND ($3::text IS NULL OR d.id < $3::text)
     ORDER BY d.id DESC LIMIT $4::int`,
    [webhookId, page.status, page.before, page.limit],
  );
  return rows.map(deliveryFromRow);
}

/** With its body, which only a pending one still has. */
export async function findDelivery(
  tx: Tx,
  webhookId: string,
  id: string,
): Promise<(DeliveryRecord & { body: string | null }) | null> {
  const [row] = await tx.run<DeliveryRow & { body: string | null }>(
    'webhook_deliveries.find',
    `SELECT ${COLUMNS}, d.body FROM webhook_deliveries d WHERE d.webhook_id = $1 AND d.id = $2`,
    [webhookId, id],
  );
  return row === undefined ? null : { ...deliveryFromRow(row), body: row.body };
}

export type NewDelivery = {
  id: string;
  kind: 'replay' | 'test';
  eventId: string;
  eventType: string;
  occurredAt: Date;
  body: string;
};

/** Deliveries that are due at once. */
export async function insertDue(
  tx: Tx,
  webhookId: string,
  deliveries: readonly NewDelivery[],
  now: Date,
): Promise<void> {
  if (deliveries.length === 0) return;
  await tx.run(
    'webhook_deliveries.insert_due',
    `INSERT INTO webhook_deliveries
       (webhook_id, id, kind, event_id, event_type, occurred_at, body, status, attempts, next_try_at, created_at)
     SELECT $1, d.*, 'pending', 0, $8::timestamptz, $8::timestamptz
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[]) AS d`,
    [
      webhookId,
      deliveries.map(({ id }) => id),
      deliveries.map(({ kind }) => kind),
      deliveries.map(({ eventId }) => eventId),
      deliveries.map(({ eventType }) => eventType),
      deliveries.map(({ occurredAt }) => occurredAt.toISOString()),
      deliveries.map(({ body }) => body),
      now,
    ],
  );
}

/** How many deliveries wait for a try, counted up to `max`. */
export async function countPending(tx: Tx, webhookId: string, max: number): Promise<number> {
  const [row] = await tx.run<{ count: number }>(
    'webhook_deliveries.count_pending',
    `SELECT count(*) AS count FROM (
       SELECT 1 FROM webhook_deliveries WHERE webhook_id = $1 AND status = 'pending' LIMIT $2::int) AS pending`,
    [webhookId, max],
  );
  return row?.count ?? 0;
}

/** Tries no more what waits and is of none of these locations. */
export async function giveUpElsewhere(
  tx: Tx,
  webhookId: string,
  locations: readonly string[],
): Promise<void> {
  await tx.run(
    'webhook_deliveries.give_up_elsewhere',
    `UPDATE webhook_deliveries SET status = 'failed', next_try_at = NULL, body = NULL
     WHERE webhook_id = $1 AND status = 'pending' AND kind <> 'test'
       AND (body::json->>'location' = ANY ($2::text[])) IS NOT TRUE`,
    [webhookId, locations],
  );
}

/** Before which id the rows made until then are: ids sort by when they were made. */
export type Removal = { deliveredBefore: string; failedBefore: string };

// Three searches that each stop at what is young, where one with OR would go through the whole log every hour.
const PURGE = `
  WITH old AS (
    SELECT d.webhook_id, d.id
    FROM webhooks w CROSS JOIN LATERAL (
      (SELECT webhook_id, id FROM webhook_deliveries
       WHERE webhook_id = w.id AND w.deleted_at IS NOT NULL LIMIT $3::int)
      UNION
      (SELECT webhook_id, id FROM webhook_deliveries
       WHERE webhook_id = w.id AND id < $1::text AND status = 'delivered' ORDER BY id LIMIT $3::int)
      UNION
      (SELECT webhook_id, id FROM webhook_deliveries
       WHERE webhook_id = w.id AND id < $2::text AND status <> 'delivered' AND status = 'failed'
       ORDER BY id LIMIT $3::int)
    ) AS d
    LIMIT $3::int
  ), gone AS (
    DELETE FROM webhook_deliveries USING old
    WHERE webhook_deliveries.webhook_id = old.webhook_id AND webhook_deliveries.id = old.id RETURNING 1
  )
  SELECT count(*) AS removed FROM gone`;

/** Removes at most `limit` rows that are old, or whose webhook was removed; returns how many. */
export async function purgeDeliveries(tx: Tx, removal: Removal, limit: number): Promise<number> {
  const [row] = await tx.run<{ removed: number }>('webhook_deliveries.purge', PURGE, [
    removal.deliveredBefore,
    removal.failedBefore,
    limit,
  ]);
  return row?.removed ?? 0;
}

/** Takes removed webhooks away of which nothing is left, and secrets that sign no more. */
export async function purgeWebhooks(tx: Tx, now: Date): Promise<void> {
  await tx.run(
    'webhooks.forget_secrets',
    'UPDATE webhooks SET previous_secret = NULL, previous_until = NULL WHERE previous_until < $1::timestamptz',
    [now],
  );
  await tx.run(
    'webhooks.purge',
    `DELETE FROM webhooks w WHERE w.deleted_at IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id)`,
    [],
  );
}

function deliveryFromRow(row: DeliveryRow): DeliveryRecord {
  return {
    id: row.id,
    kind: row.kind,
    eventId: row.event_id,
    eventType: row.event_type,
    occurredAt: row.occurred_at,
    status: row.status,
    attempts: row.attempts,
    responseStatus: row.response_status,
    error: row.error,
    durationMs: row.duration_ms,
    triedAt: row.tried_at,
    nextTryAt: row.next_try_at,
    createdAt: row.created_at,
  };
}
