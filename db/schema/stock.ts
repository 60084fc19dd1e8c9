// The stock of an item at a location, and the ledger that makes it.
import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { items, locations } from './catalogue.ts';
import { code, createdAt, instant, updatedAt } from './columns.ts';

/**
 * The stock of one item at one location: the fold of its movements, plus what open lines reserve. Updated in place for as
 * long as it lives: fillfactor 70 (migrations/0000) leaves room on the page, and no index but the silence's contains what
 * a sale changes, so that an update writes no index (HOT). Vacuumed when a fiftieth changed (migrations/0016).
 */
export const levels = pgTable(
  'levels',
  {
    itemId: integer('item_id').notNull(),
    locationId: integer('location_id').notNull(),
    onHand: integer('on_hand').notNull().default(0),
    reserved: integer('reserved').notNull().default(0),
    /** Units never promised to the web: what the governing rule makes of on hand, plus `silenceBuffer`. */
    buffer: integer('buffer').notNull().default(0),
    /** The rule that set the buffer (buffer_rules.id); null: none governs. */
    bufferRule: code('buffer_rule'),
    /** Of `buffer`: units that may have been sold while a source of the location is silent. */
    silenceBuffer: integer('silence_buffer').notNull().default(0),
    /** Units in transit to here; nowhere on hand. */
    incoming: integer('incoming').notNull().default(0),
    /** The count that governs: movements that occurred at or before it are already in its figure. */
    countedAt: instant('counted_at'),
    countedRank: integer('counted_rank').notNull().default(0),
    countedSource: text('counted_source'),
    countedEventId: text('counted_event_id'),
    version: integer('version').notNull().default(0),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ name: 'levels_pkey', columns: [t.itemId, t.locationId] }),
    foreignKey({ name: 'levels_item_fkey', columns: [t.itemId], foreignColumns: [items.id] }),
    foreignKey({ name: 'levels_location_fkey', columns: [t.locationId], foreignColumns: [locations.id] }),
    index('levels_location_item_idx').on(t.locationId, t.itemId),
    // Empty as long as every source speaks.
    index('levels_silence_idx').on(t.locationId, t.itemId).where(sql`${t.silenceBuffer} > 0`),
    check('levels_reserved_not_negative', sql`${t.reserved} >= 0`),
    check('levels_buffer_not_negative', sql`${t.buffer} >= 0`),
    check('levels_silence_buffer_range', sql`${t.silenceBuffer} BETWEEN 0 AND ${t.buffer}`),
    check('levels_incoming_not_negative', sql`${t.incoming} >= 0`),
    check('levels_on_hand_range', sql`${t.onHand} BETWEEN -1000000000 AND 1000000000`),
  ],
);

/**
 * The ledger: immutable, one row for each fact about a level. Partitioned by quarter of `occurred_at`, which is what the
 * fold is over: a sum after a count, or a level as it was at an instant, passes over the quarters that it cannot need.
 * The key contains it because a partitioned table's must. drizzle-kit knows no partitions: they are SQL of
 * migrations/0014, and what makes the next one is `movements_cover` there (src/queries/ledgerUpkeep.ts).
 */
export const movements = pgTable(
  'movements',
  {
    id: bigint('id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    itemId: integer('item_id').notNull(),
    locationId: integer('location_id').notNull(),
    type: text('type').notNull(),
    /** As reported: units moved (signed for an adjustment), or what a count found. */
    quantity: integer('quantity').notNull(),
    /** What it does to on hand in the fold: signed; null for a count, which states a value instead. */
    onHandDelta: integer('on_hand_delta'),
    /** What it took from the reserved units of its reservation: zero or negative. */
    reservedDelta: integer('reserved_delta').notNull().default(0),
    source: text('source').notNull(),
    /** The rank that the source had when this was recorded: it breaks ties between counts of one instant. */
    sourceRank: integer('source_rank').notNull().default(0),
    eventId: text('event_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at').notNull().defaultNow(),
    reference: text('reference'),
    reason: text('reason'),
    reservationId: code('reservation_id'),
  },
  (t) => [
    primaryKey({ name: 'movements_pkey', columns: [t.id, t.occurredAt] }),
    index('movements_level_idx').on(t.itemId, t.locationId, t.occurredAt),
    index('movements_location_idx').on(t.locationId, t.id),
    index('movements_reservation_idx').on(t.reservationId).where(sql`${t.reservationId} IS NOT NULL`),
    check(
      'movements_type_known',
      sql`${t.type} IN ('sale', 'return', 'receipt', 'loss', 'found', 'damage', 'adjustment', 'count', 'transfer_out', 'transfer_in')`,
    ),
    check('movements_count_states_a_value', sql`(${t.type} = 'count') = (${t.onHandDelta} IS NULL)`),
    check(
      'movements_reserved_delta_sign',
      sql`${t.reservedDelta} <= 0 OR (${t.type} = 'found' AND ${t.reservedDelta} <= ${t.quantity})`,
    ),
  ],
);

/**
 * Which facts the ledger holds, and where: a source's event id is good once, for ever, and a unique key that spans
 * partitions by time cannot say so. Filled by a trigger on `movements`, in the statement that appends them.
 */
export const movementFacts = pgTable(
  'movement_facts',
  {
    source: code('source').notNull(),
    eventId: code('event_id').notNull(),
    itemId: integer('item_id').notNull(),
    locationId: integer('location_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
  },
  (t) => [primaryKey({ name: 'movements_source_event_key', columns: [t.source, t.eventId] })],
);

/** A system that reports stock: how far it is trusted, how often it should speak, and when it last did. */
export const sources = pgTable(
  'sources',
  {
    name: text('name').primaryKey(),
    kind: text('kind').notNull(),
    /** Breaks ties between counts of one instant: the higher one governs. */
    rank: integer('rank').notNull().default(0),
    /** It should speak at least this often; null: nobody waits for it. */
    heartbeatSeconds: integer('heartbeat_seconds'),
    lastMessageAt: instant('last_message_at'),
    /** When the latest fact that it told occurred: its lag is lastMessageAt − lastOccurredAt. */
    lastOccurredAt: instant('last_occurred_at'),
    /** Since when it has been silent beyond its heartbeat; null: it speaks. */
    silentSince: instant('silent_since'),
    /** Counts of it that met another source's count of the same level, and those that said something else. */
    countsCompared: bigint('counts_compared', { mode: 'number' }).notNull().default(0),
    countsDisagreed: bigint('counts_disagreed', { mode: 'number' }).notNull().default(0),
    /** Of its description. */
    version: integer('version').notNull().default(1),
    /** Of its events: a silence is told, too, and changes no description. */
    eventVersion: integer('event_version').notNull().default(0),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    check('sources_kind_known', sql`${t.kind} IN ('pos', 'wms', 'erp', 'tablet', 'shop', 'other')`),
    check('sources_heartbeat_positive', sql`${t.heartbeatSeconds} > 0`),
    check('sources_disagreed_range', sql`${t.countsDisagreed} BETWEEN 0 AND ${t.countsCompared}`),
  ],
);

/** Where a source reports from: its silence makes these locations stale. */
export const sourceLocations = pgTable(
  'source_locations',
  {
    source: text('source').notNull(),
    locationId: integer('location_id').notNull(),
    lastMessageAt: instant('last_message_at').notNull(),
    /** Since when it has said nothing of this location, though it should have; null: it has. */
    silentSince: instant('silent_since'),
  },
  (t) => [
    primaryKey({ name: 'source_locations_pkey', columns: [t.source, t.locationId] }),
    foreignKey({ name: 'source_locations_source_fkey', columns: [t.source], foreignColumns: [sources.name] }),
    foreignKey({
      name: 'source_locations_location_fkey',
      columns: [t.locationId],
      foreignColumns: [locations.id],
    }),
    index('source_locations_location_idx').on(t.locationId),
    index('source_locations_silent_idx').on(t.locationId).where(sql`${t.silentSince} IS NOT NULL`),
  ],
);

/** Two sources counted one level differently: which count governs, and the evidence that lost. */
export const countConflicts = pgTable(
  'count_conflicts',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    itemId: integer('item_id').notNull(),
    locationId: integer('location_id').notNull(),
    winnerSource: text('winner_source').notNull(),
    winnerEventId: text('winner_event_id').notNull(),
    winnerCountedAt: instant('winner_counted_at').notNull(),
    /** What the winner says was there at the loser's instant or its own: both sides told for the same instant. */
    winnerOnHand: integer('winner_on_hand').notNull(),
    loserSource: text('loser_source').notNull(),
    loserEventId: text('loser_event_id').notNull(),
    loserCountedAt: instant('loser_counted_at').notNull(),
    loserOnHand: integer('loser_on_hand').notNull(),
    recordedAt: instant('recorded_at').notNull().defaultNow(),
  },
  (t) => [
    foreignKey({
      name: 'count_conflicts_level_fkey',
      columns: [t.itemId, t.locationId],
      foreignColumns: [levels.itemId, levels.locationId],
    }),
    index('count_conflicts_loser_idx').on(t.loserSource, t.id),
    index('count_conflicts_winner_idx').on(t.winnerSource, t.id),
    index('count_conflicts_level_idx').on(t.itemId, t.locationId),
  ],
);
