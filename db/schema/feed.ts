// The outbox, and how far it is kept.
import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, json, pgTable, text } from 'drizzle-orm/pg-core';
import { code, instant, xid } from './columns.ts';

/**
 * The outbox: written with the fact it tells, read by the feed in (transaction, id) windows. Partitioned by spans of
 * ids, which are spans of time because the sequence leaps to the next span every few days (src/queries/eventUpkeep.ts):
 * what is old goes by dropping a partition. drizzle-kit knows no partitions: they are SQL of migrations/0014.
 */
export const events = pgTable(
  'events',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    xid: xid('xid').notNull().default(sql`pg_current_xact_id()`),
    type: text('type').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    /** A location's code; null when the fact belongs to no location. */
    location: code('location'),
    subject: text('subject').notNull(),
    version: integer('version').notNull(),
    data: json('data').notNull(),
  },
  (t) => [index('events_xid_idx').on(t.xid, t.id)],
);

/** One row: how far old events were removed, and which database's transaction ids the cursors speak of. */
export const feedState = pgTable(
  'feed_state',
  {
    id: integer('id').primaryKey().default(1),
    epoch: integer('epoch').notNull().default(1),
    purgedXid: xid('purged_xid').notNull().default(sql`'0'`),
    purgedId: bigint('purged_id', { mode: 'number' }).notNull().default(0),
  },
  (t) => [check('feed_state_one_row', sql`${t.id} = 1`)],
);
