// Where events are sent, how far each receiver has come, and what became of what was sent.
import { sql } from 'drizzle-orm';
import { boolean, check, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, code, createdAt, instant, updatedAt } from './columns.ts';

export const webhooks = pgTable('webhooks', {
  id: code('id').primaryKey(),
  url: text('url').notNull(),
  description: text('description'),
  /** Types and families (`reservation.*`); empty: all. */
  types: text('types').array().notNull().default(sql`'{}'`),
  /** Location codes; empty: all, and what belongs to none. */
  locations: text('locations').array().notNull().default(sql`'{}'`),
  /** The key of the signatures, as it is: signing needs it. */
  secret: bytes('secret').notNull(),
  /** After a rotation it signs too, until then. */
  previousSecret: bytes('previous_secret'),
  previousUntil: instant('previous_until'),
  enabled: boolean('enabled').notNull().default(true),
  disabledReason: text('disabled_reason'),
  disabledAt: instant('disabled_at'),
  /** A cursor of the feed: everything up to here was delivered, or is a row of webhook_deliveries to be tried again. */
  cursor: text('cursor').notNull(),
  /** About when the last event before the cursor occurred: where to go on when the cursor has expired. */
  handledAt: instant('handled_at').notNull(),
  /** Tries that failed in a row. From a few on nothing is sent but one probe at a time, the next at probe_at. */
  failures: integer('failures').notNull().default(0),
  failingSince: instant('failing_since'),
  probeAt: instant('probe_at'),
  /** The process that sends holds a lease, renewed every few seconds; one that ran out means that it died. */
  leasedBy: text('leased_by'),
  leasedUntil: instant('leased_until'),
  version: integer('version').notNull().default(1),
  /** Whose doing it is as it is: the key that made, changed or rotated it last. Null: from before that was kept. */
  savedBy: code('saved_by'),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  /** Removed: nobody sees it, and its log goes piece by piece. */
  deletedAt: instant('deleted_at'),
});

/** The processes that send, so that each knows its share of the webhooks: also one that has none yet. */
export const webhookSenders = pgTable('webhook_senders', {
  id: text('id').primaryKey(),
  /** Renewed with its leases; one that is older than a lease means that it died. */
  seenAt: instant('seen_at').notNull(),
});

/** The log of what was sent, and in its pending rows what is to be tried again. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    webhookId: code('webhook_id').notNull(),
    id: code('id').notNull(),
    kind: text('kind').notNull(),
    /** Null for a gap: events that were gone before they could be sent. */
    eventId: text('event_id'),
    eventType: text('event_type'),
    occurredAt: instant('occurred_at'),
    status: text('status').notNull(),
    attempts: integer('attempts').notNull(),
    responseStatus: integer('response_status'),
    error: text('error'),
    durationMs: integer('duration_ms'),
    triedAt: instant('tried_at'),
    nextTryAt: instant('next_try_at'),
    /** What is to be sent, byte for byte the same at each try; only while it is pending. */
    body: text('body'),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ name: 'webhook_deliveries_pkey', columns: [t.webhookId, t.id] }),
    foreignKey({
      name: 'webhook_deliveries_webhook_fkey',
      columns: [t.webhookId],
      foreignColumns: [webhooks.id],
    }),
    index('webhook_deliveries_due_idx').on(t.webhookId, t.nextTryAt).where(sql`${t.status} = 'pending'`),
    index('webhook_deliveries_failed_idx').on(t.webhookId, t.id).where(sql`${t.status} <> 'delivered'`),
    check('webhook_deliveries_kind_known', sql`${t.kind} IN ('event', 'replay', 'test', 'gap')`),
    check('webhook_deliveries_status_known', sql`${t.status} IN ('pending', 'delivered', 'failed')`),
    check(
      'webhook_deliveries_pending_whole',
      sql`${t.status} <> 'pending' OR (${t.nextTryAt} IS NOT NULL AND ${t.body} IS NOT NULL)`,
    ),
  ],
);
