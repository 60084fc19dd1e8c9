// Every table, with every constraint named: a constraint's name becomes an error (src/queries/pgError.ts).
// Owns the shape of the data only. No relative imports here: drizzle-kit reads this file by itself.
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  doublePrecision,
  foreignKey,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

/** Text compared byte by byte: ids sort by creation time whatever the database's own collation is. */
const code = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
/** PostgreSQL's 64-bit transaction id, read as text: it outgrows a JavaScript number. */
const xid = customType<{ data: string }>({ dataType: () => 'xid8' });
const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });
const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
const createdAt = () => instant('created_at').notNull().defaultNow();
const updatedAt = () => instant('updated_at').notNull().defaultNow();

export const locations = pgTable(
  'locations',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    code: code('code').notNull(),
    kind: text('kind').notNull(),
    name: text('name').notNull(),
    address: jsonb('address').notNull(),
    latitude: doublePrecision('latitude').notNull(),
    longitude: doublePrecision('longitude').notNull(),
    timeZone: text('time_zone').notNull(),
    openingHours: jsonb('opening_hours').notNull(),
    pickup: jsonb('pickup').notNull(),
    replenishedFrom: integer('replenished_from'),
    leadTimeDays: integer('lead_time_days'),
    cutOff: text('cut_off'),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    unique('locations_code_key').on(t.code),
    foreignKey({
      name: 'locations_replenished_from_fkey',
      columns: [t.replenishedFrom],
      foreignColumns: [t.id],
    }),
    check('locations_kind_known', sql`${t.kind} IN ('store', 'warehouse')`),
    check('locations_latitude_range', sql`${t.latitude} BETWEEN -90 AND 90`),
    check('locations_longitude_range', sql`${t.longitude} BETWEEN -180 AND 180`),
    check(
      'locations_replenishment_whole',
      sql`(${t.replenishedFrom} IS NULL) = (${t.leadTimeDays} IS NULL) AND (${t.replenishedFrom} IS NULL) = (${t.cutOff} IS NULL)`,
    ),
    check('locations_replenishment_not_itself', sql`${t.replenishedFrom} <> ${t.id}`),
  ],
);

export const items = pgTable(
  'items',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    sku: code('sku').notNull(),
    name: jsonb('name').notNull(),
    barcodes: text('barcodes').array().notNull().default(sql`'{}'`),
    imageUrl: text('image_url'),
    price: jsonb('price'),
    category: text('category'),
    attributes: jsonb('attributes').notNull().default(sql`'{}'`),
    /** Folded words of names, sku and barcodes (src/domain/itemSearch.ts): a search is a match of prefixes. */
    searchTerms: tsvector('search_terms').notNull().default(sql`''`),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [unique('items_sku_key').on(t.sku), index('items_search_idx').using('gin', t.searchTerms)],
);

export const apiKeys = pgTable(
  'api_keys',
  {
    id: code('id').primaryKey(),
    name: text('name').notNull(),
    kind: text('kind').notNull(),
    scopes: text('scopes').array().notNull(),
    /** Location codes that the key may see; empty: all of them. */
    locations: text('locations').array().notNull().default(sql`'{}'`),
    /** Web origins from which a browser may use the key; empty: any, for a publishable key, else none. */
    origins: text('origins').array().notNull().default(sql`'{}'`),
    secretHash: bytes('secret_hash').notNull(),
    /** The last four characters of the secret, so that people can tell their keys apart. */
    hint: text('hint').notNull(),
    createdAt: createdAt(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [
    unique('api_keys_secret_hash_key').on(t.secretHash),
    check('api_keys_kind_known', sql`${t.kind} IN ('publishable', 'secret', 'device')`),
  ],
);

export const devices = pgTable(
  'devices',
  {
    id: code('id').primaryKey(),
    name: text('name').notNull(),
    locationId: integer('location_id').notNull(),
    /** Set until the device is paired, then null: a code works once. */
    pairingCodeHash: bytes('pairing_code_hash'),
    pairingExpiresAt: instant('pairing_expires_at'),
    /** Wrong codes that anyone tried while this one was open. */
    pairingGuesses: integer('pairing_guesses').notNull().default(0),
    keyId: code('key_id'),
    createdAt: createdAt(),
    pairedAt: instant('paired_at'),
    revokedAt: instant('revoked_at'),
  },
  (t) => [
    foreignKey({ name: 'devices_location_fkey', columns: [t.locationId], foreignColumns: [locations.id] }),
    foreignKey({ name: 'devices_key_fkey', columns: [t.keyId], foreignColumns: [apiKeys.id] }),
    unique('devices_pairing_code_key').on(t.pairingCodeHash),
    unique('devices_key_key').on(t.keyId),
  ],
);

/** The stock of one item at one location: the fold of its movements, plus what open lines reserve. */
export const levels = pgTable(
  'levels',
  {
    itemId: integer('item_id').notNull(),
    locationId: integer('location_id').notNull(),
    onHand: integer('on_hand').notNull().default(0),
    reserved: integer('reserved').notNull().default(0),
    buffer: integer('buffer').notNull().default(0),
    incoming: integer('incoming').notNull().default(0),
    /** The count that governs: movements that occurred at or before it are already in its figure. */
    countedAt: instant('counted_at'),
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
    check('levels_reserved_not_negative', sql`${t.reserved} >= 0`),
    check('levels_buffer_not_negative', sql`${t.buffer} >= 0`),
    check('levels_incoming_not_negative', sql`${t.incoming} >= 0`),
    check('levels_on_hand_range', sql`${t.onHand} BETWEEN -1000000000 AND 1000000000`),
  ],
);

/** The ledger: immutable, one row for each fact about a level. */
export const movements = pgTable(
  'movements',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
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
    eventId: text('event_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at').notNull().defaultNow(),
    reference: text('reference'),
    reason: text('reason'),
    reservationId: code('reservation_id'),
  },
  (t) => [
    unique('movements_source_event_key').on(t.source, t.eventId),
    index('movements_level_idx').on(t.itemId, t.locationId, t.occurredAt),
    index('movements_location_idx').on(t.locationId, t.id),
    index('movements_reservation_idx').on(t.reservationId).where(sql`${t.reservationId} IS NOT NULL`),
    check(
      'movements_type_known',
      sql`${t.type} IN ('sale', 'return', 'receipt', 'loss', 'found', 'damage', 'adjustment', 'count')`,
    ),
    check('movements_count_states_a_value', sql`(${t.type} = 'count') = (${t.onHandDelta} IS NULL)`),
    check('movements_reserved_delta_not_positive', sql`${t.reservedDelta} <= 0`),
  ],
);

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
    unique('reservations_order_reference_key').on(t.channel, t.orderReference),
    uniqueIndex('reservations_pickup_code_key')
      .on(t.locationId, t.pickupCode)
      .where(sql`${t.status} IN ('confirmed', 'picking', 'ready')`),
    index('reservations_order_reference_idx')
      .on(t.orderReference)
      .where(sql`${t.orderReference} IS NOT NULL`),
    index('reservations_put_back_idx').on(t.locationId, t.id).where(sql`${t.putBackPending}`),
    index('reservations_queue_idx').on(t.locationId, t.status, t.id),
    index('reservations_expires_idx').on(t.expiresAt).where(sql`${t.status} = 'held'`),
    index('reservations_deadline_idx').on(t.pickupDeadlineAt).where(sql`${t.status} = 'ready'`),
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
    picked: integer('picked').notNull().default(0),
    missing: integer('missing').notNull().default(0),
    missingReason: text('missing_reason'),
    /** Units handed over at the counter, and units of this line that a till reported sold: one fact, told twice. */
    collected: integer('collected').notNull().default(0),
    sold: integer('sold').notNull().default(0),
    returned: integer('returned').notNull().default(0),
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
    index('reservation_lines_open_idx').on(t.itemId, t.locationId).where(sql`${t.reserved} > 0`),
    check('reservation_lines_quantity_positive', sql`${t.quantity} > 0`),
    check('reservation_lines_reserved_range', sql`${t.reserved} BETWEEN 0 AND ${t.quantity}`),
    check(
      'reservation_lines_picked_range',
      sql`${t.picked} >= 0 AND ${t.missing} >= 0 AND ${t.picked} + ${t.missing} <= ${t.quantity}`,
    ),
    check(
      'reservation_lines_collected_range',
      sql`${t.collected} BETWEEN 0 AND ${t.quantity} AND ${t.sold} BETWEEN 0 AND ${t.quantity}`,
    ),
    check(
      'reservation_lines_returned_range',
      sql`${t.returned} BETWEEN 0 AND greatest(${t.collected}, ${t.sold})`,
    ),
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
    data: json('data'),
  },
  (t) => [
    primaryKey({ name: 'reservation_transitions_pkey', columns: [t.reservationId, t.version] }),
    foreignKey({
      name: 'reservation_transitions_reservation_fkey',
      columns: [t.reservationId],
      foreignColumns: [reservations.id],
    }),
  ],
);

/** The outbox: written with the fact it tells, read by the feed in (transaction, id) windows. */
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

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    keyId: code('key_id').notNull(),
    idempotencyKey: code('idempotency_key').notNull(),
    requestHash: bytes('request_hash').notNull(),
    status: integer('status').notNull(),
    /** The first answer's body; sealed with the caller's own secret where it holds one. */
    response: bytes('response').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ name: 'idempotency_keys_pkey', columns: [t.keyId, t.idempotencyKey] }),
    index('idempotency_keys_created_idx').on(t.createdAt),
  ],
);

export const imports = pgTable(
  'imports',
  {
    id: code('id').primaryKey(),
    type: text('type').notNull(),
    format: text('format').notNull(),
    gzipped: boolean('gzipped').notNull(),
    options: jsonb('options').notNull(),
    status: text('status').notNull(),
    rowsTotal: integer('rows_total'),
    rowsDone: integer('rows_done').notNull().default(0),
    rowsUnchanged: integer('rows_unchanged').notNull().default(0),
    rowsRejected: integer('rows_rejected').notNull().default(0),
    failure: jsonb('failure'),
    keyId: code('key_id').notNull(),
    /** Who holds the lease: made anew with each claim, so that a process that was taken for dead writes no more. */
    leasedBy: text('leased_by'),
    /** The process that runs it holds a lease; a lease that ran out means the process died. */
    leasedUntil: instant('leased_until'),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    index('imports_open_idx').on(t.id).where(sql`${t.status} IN ('queued', 'running')`),
    check('imports_type_known', sql`${t.type} IN ('items', 'locations', 'movements', 'counts', 'levels')`),
    check('imports_format_known', sql`${t.format} IN ('csv', 'ndjson')`),
    check(
      'imports_status_known',
      sql`${t.status} IN ('receiving', 'queued', 'running', 'succeeded', 'failed', 'cancelled')`,
    ),
  ],
);

/** The body of an import, kept in pieces until it has run: any process may run it, and a crash loses nothing. */
export const importChunks = pgTable(
  'import_chunks',
  {
    importId: code('import_id').notNull(),
    number: integer('number').notNull(),
    bytes: bytes('bytes').notNull(),
  },
  (t) => [
    primaryKey({ name: 'import_chunks_pkey', columns: [t.importId, t.number] }),
    foreignKey({
      name: 'import_chunks_import_fkey',
      columns: [t.importId],
      foreignColumns: [imports.id],
    }).onDelete('cascade'),
  ],
);

export const importErrors = pgTable(
  'import_errors',
  {
    importId: code('import_id').notNull(),
    row: integer('row').notNull(),
    code: text('code').notNull(),
    pointer: text('pointer'),
    detail: text('detail').notNull(),
    raw: text('raw').notNull(),
  },
  (t) => [
    primaryKey({ name: 'import_errors_pkey', columns: [t.importId, t.row] }),
    foreignKey({
      name: 'import_errors_import_fkey',
      columns: [t.importId],
      foreignColumns: [imports.id],
    }).onDelete('cascade'),
  ],
);
