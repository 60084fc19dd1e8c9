// Reservations, what they hold, and what happened to them.
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { items, locations } from './catalogue.ts';
import { code, createdAt, instant, updatedAt } from './columns.ts';
import { levels } from './stock.ts';

export const reservations = pgTable(
  'reservations',
  {
    id: code('id').primaryKey(),
    locationId: integer('location_id').notNull(),
    status: text('status').notNull(),
    channel: text('channel').notNull(),
    orderReference: text('order_reference'),
    /** Personal data (name, email, phone, locale): never in events, never in logs. */
    customer: jsonb('customer'),
    customerReference: text('customer_reference'),
    payment: text('payment'),
    expiresAt: instant('expires_at'),
    readyAtPromised: instant('ready_at_promised'),
    pickupCode: text('pickup_code'),
    pickupAttempts: integer('pickup_attempts').notNull().default(0),
    pickupLockedUntil: instant('pickup_locked_until'),
    pickupDeadlineAt: instant('pickup_deadline_at'),
    shelf: text('shelf'),
    takenBy: text('taken_by'),
    reason: text('reason'),
    /** Units of an ended reservation still lie on its shelf and are not sellable yet. */
    putBackPending: boolean('put_back_pending').notNull().default(false),
    /** Store to web: where it was sold, if not where it is prepared, and the tablet that sold it. */
    soldLocationId: integer('sold_location_id'),
    sellerDeviceId: code('seller_device_id'),
    /** Personal data: where it is sent instead of being picked up; null: pickup. */
    deliverTo: jsonb('deliver_to'),
    /** What the carrier was handed: { carrier?, trackingNumber? }. */
    dispatch: jsonb('dispatch'),
    /** The plan that it was made with; its other reservations name the same. */
    planId: code('plan_id'),
    /** When somebody in the store touched the alert of the order. */
    acknowledgedAt: instant('acknowledged_at'),
    /** When nobody will have for too long: told then, once, and null from then on, as once it is acknowledged. */
    escalatesAt: instant('escalates_at'),
    keyId: code('key_id').notNull(),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    foreignKey({
      name: 'reservations_location_fkey',
      columns: [t.locationId],
      foreignColumns: [locations.id],
    }),
    foreignKey({
      name: 'reservations_sold_location_fkey',
      columns: [t.soldLocationId],
      foreignColumns: [locations.id],
    }),
    index('reservations_sold_idx').on(t.soldLocationId, t.id).where(sql`${t.soldLocationId} IS NOT NULL`),
    index('reservations_plan_idx').on(t.planId).where(sql`${t.planId} IS NOT NULL`),
    unique('reservations_order_reference_key').on(t.channel, t.orderReference),
    uniqueIndex('reservations_pickup_code_key')
      .on(t.locationId, t.pickupCode)
      .where(sql`${t.status} IN ('confirmed', 'picking', 'ready')`),
    index('reservations_order_reference_idx')
      .on(t.orderReference)
      .where(sql`${t.orderReference} IS NOT NULL`),
    // Tills name orders by the code that the customer shows, those that have ended too.
    index('reservations_code_idx').on(t.locationId, t.pickupCode).where(sql`${t.pickupCode} IS NOT NULL`),
    index('reservations_put_back_idx').on(t.locationId, t.id).where(sql`${t.putBackPending}`),
    index('reservations_queue_idx').on(t.locationId, t.status, t.id),
    index('reservations_expires_idx').on(t.expiresAt).where(sql`${t.status} = 'held'`),
    index('reservations_deadline_idx').on(t.pickupDeadlineAt).where(sql`${t.status} = 'ready'`),
    index('reservations_escalates_idx').on(t.escalatesAt).where(sql`${t.escalatesAt} IS NOT NULL`),
    index('reservations_customer_idx')
      .on(t.customerReference, t.id)
      .where(sql`${t.customerReference} IS NOT NULL`),
    check(
      'reservations_status_known',
      sql`${t.status} IN ('held', 'confirmed', 'picking', 'ready', 'collected', 'cancelled', 'expired')`,
    ),
    check('reservations_held_expires', sql`${t.status} <> 'held' OR ${t.expiresAt} IS NOT NULL`),
    check('reservations_payment_known', sql`${t.payment} IN ('online', 'in_store')`),
  ],
);

export const reservationLines = pgTable(
  'reservation_lines',
  {
    reservationId: code('reservation_id').notNull(),
    itemId: integer('item_id').notNull(),
    locationId: integer('location_id').notNull(),
    quantity: integer('quantity').notNull(),
    /** Units this line still reserves; a level's `reserved` is the sum of these. */
    reserved: integer('reserved').notNull(),
    /** Units that a transfer is to bring: they are reserved here when they arrive. */
    awaited: integer('awaited').notNull().default(0),
    picked: integer('picked').notNull().default(0),
    missing: integer('missing').notNull().default(0),
    missingReason: text('missing_reason'),
    /** Units that the customer did not take at the counter: they go back to their shelves. */
    refused: integer('refused').notNull().default(0),
    /** The item that this line replaces, with the customer's consent. */
    substitutesItemId: integer('substitutes_item_id'),
    /** Units handed over at the counter, and units of this line that a till reported sold: one fact, told twice. */
    collected: integer('collected').notNull().default(0),
    sold: integer('sold').notNull().default(0),
    /** Units that came back: told by the counter, and told by a till. One fact, told twice. */
    returned: integer('returned').notNull().default(0),
    returnedSold: integer('returned_sold').notNull().default(0),
    atRisk: boolean('at_risk').notNull().default(false),
    reservedAt: instant('reserved_at').notNull(),
    /** When the last unit stopped being reserved; null while some still are. */
    releasedAt: instant('released_at'),
  },
  (t) => [
    primaryKey({ name: 'reservation_lines_pkey', columns: [t.reservationId, t.itemId] }),
    foreignKey({
      name: 'reservation_lines_reservation_fkey',
      columns: [t.reservationId],
      foreignColumns: [reservations.id],
    }),
    foreignKey({
      name: 'reservation_lines_level_fkey',
      columns: [t.itemId, t.locationId],
      foreignColumns: [levels.itemId, levels.locationId],
    }),
    foreignKey({
      name: 'reservation_lines_substitutes_fkey',
      columns: [t.substitutesItemId],
      foreignColumns: [items.id],
    }),
    index('reservation_lines_open_idx').on(t.itemId, t.locationId).where(sql`${t.reserved} > 0`),
    check('reservation_lines_quantity_positive', sql`${t.quantity} > 0`),
    check(
      'reservation_lines_reserved_range',
      sql`${t.reserved} >= 0 AND ${t.reserved} + ${t.awaited} <= ${t.quantity}`,
    ),
    check(
      'reservation_lines_picked_range',
      sql`${t.picked} >= 0 AND ${t.missing} >= 0 AND ${t.picked} + ${t.missing} <= ${t.quantity}`,
    ),
    check(
      'reservation_lines_collected_range',
      sql`${t.collected} BETWEEN 0 AND ${t.quantity} AND ${t.sold} BETWEEN 0 AND ${t.quantity}`,
    ),
    // A till may tell of a return before it tells of the sale: neither is bound by what is known to have left.
    check(
      'reservation_lines_returned_range',
      sql`${t.returned} BETWEEN 0 AND ${t.quantity} AND ${t.returnedSold} BETWEEN 0 AND ${t.quantity}`,
    ),
    check(
      'reservation_lines_refused_range',
      sql`${t.refused} >= 0 AND ${t.missing} + ${t.refused} <= ${t.quantity}`,
    ),
    check('reservation_lines_awaited_not_negative', sql`${t.awaited} >= 0`),
    check('reservation_lines_released_whole', sql`(${t.reserved} = 0) = (${t.releasedAt} IS NOT NULL)`),
  ],
);

/** What happened to a reservation, in order: one row for each version. */
export const reservationTransitions = pgTable(
  'reservation_transitions',
  {
    reservationId: code('reservation_id').notNull(),
    version: integer('version').notNull(),
    type: text('type').notNull(),
    fromStatus: text('from_status'),
    toStatus: text('to_status').notNull(),
    actor: text('actor').notNull(),
    at: instant('at').notNull(),
    /** When it was done, where a tablet tells of it later. */
    occurredAt: instant('occurred_at'),
    data: json('data'),
  },
  (t) => [
    primaryKey({ name: 'reservation_transitions_pkey', columns: [t.reservationId, t.version] }),
    foreignKey({
      name: 'reservation_transitions_reservation_fkey',
      columns: [t.reservationId],
      foreignColumns: [reservations.id],
    }),
    // Self-tuning buffers count the picks of a month.
    index('reservation_transitions_picked_idx').on(t.at).where(sql`${t.type} = 'picked'`),
  ],
);
