// Units on their way from one location to another.
import { sql } from 'drizzle-orm';
import { boolean, check, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { items, locations } from './catalogue.ts';
import { code, createdAt, instant, updatedAt } from './columns.ts';
import { reservations } from './reservations.ts';

export const transfers = pgTable(
  'transfers',
  {
    id: code('id').primaryKey(),
    fromLocationId: integer('from_location_id').notNull(),
    toLocationId: integer('to_location_id').notNull(),
    status: text('status').notNull(),
    reference: text('reference'),
    reason: text('reason'),
    /** The reservation at the destination that waits for it; null: it fills the shelves. */
    reservationId: code('reservation_id'),
    /** When it should arrive; after this it is late. */
    expectedAt: instant('expected_at').notNull(),
    shippedAt: instant('shipped_at'),
    /** When nothing of it was on its way any more. */
    endedAt: instant('ended_at'),
    /** When its lateness was told, once. */
    lateToldAt: instant('late_told_at'),
    keyId: code('key_id').notNull(),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    foreignKey({ name: 'transfers_from_fkey', columns: [t.fromLocationId], foreignColumns: [locations.id] }),
    foreignKey({ name: 'transfers_to_fkey', columns: [t.toLocationId], foreignColumns: [locations.id] }),
    foreignKey({
      name: 'transfers_reservation_fkey',
      columns: [t.reservationId],
      foreignColumns: [reservations.id],
    }),
    // Lists by status are what staff look at; a list of every status merges a page of each (queries/transferReads.ts).
    index('transfers_from_status_idx').on(t.fromLocationId, t.status, t.id),
    index('transfers_to_status_idx').on(t.toLocationId, t.status, t.id),
    index('transfers_reservation_idx').on(t.reservationId).where(sql`${t.reservationId} IS NOT NULL`),
    index('transfers_late_idx')
      .on(t.expectedAt)
      .where(sql`${t.status} IN ('created', 'shipped', 'partly_received') AND ${t.lateToldAt} IS NULL`),
    check('transfers_elsewhere', sql`${t.fromLocationId} <> ${t.toLocationId}`),
    check(
      'transfers_status_known',
      sql`${t.status} IN ('created', 'shipped', 'partly_received', 'received', 'cancelled')`,
    ),
  ],
);

export const transferLines = pgTable(
  'transfer_lines',
  {
    transferId: code('transfer_id').notNull(),
    itemId: integer('item_id').notNull(),
    fromLocationId: integer('from_location_id').notNull(),
    quantity: integer('quantity').notNull(),
    /** Units it still reserves at the source: they are part of that level's `reserved` until they are shipped. */
    reserved: integer('reserved').notNull(),
    shipped: integer('shipped').notNull().default(0),
    /** Arrived, on hand at the destination; arrived and not fit for sale; never arrived. */
    received: integer('received').notNull().default(0),
    damaged: integer('damaged').notNull().default(0),
    lost: integer('lost').notNull().default(0),
    /** On hand at the source no longer covers what it reserves and all that was reserved there before it. */
    atRisk: boolean('at_risk').notNull().default(false),
  },
  (t) => [
    primaryKey({ name: 'transfer_lines_pkey', columns: [t.transferId, t.itemId] }),
    foreignKey({
      name: 'transfer_lines_transfer_fkey',
      columns: [t.transferId],
      foreignColumns: [transfers.id],
    }),
    foreignKey({ name: 'transfer_lines_item_fkey', columns: [t.itemId], foreignColumns: [items.id] }),
    index('transfer_lines_open_idx').on(t.itemId, t.fromLocationId).where(sql`${t.reserved} > 0`),
    check('transfer_lines_quantity_positive', sql`${t.quantity} > 0`),
    check('transfer_lines_reserved_range', sql`${t.reserved} BETWEEN 0 AND ${t.quantity}`),
    check('transfer_lines_shipped_range', sql`${t.shipped} BETWEEN 0 AND ${t.quantity}`),
    check('transfer_lines_arrived_range', sql`${t.received} >= 0 AND ${t.damaged} >= 0 AND ${t.lost} >= 0`),
  ],
);
