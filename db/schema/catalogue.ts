// What there is and where: locations and items.
import { sql } from 'drizzle-orm';
import {
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { code, createdAt, tsvector, updatedAt } from './columns.ts';

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

/** Where an item stands in one location, in the words of its staff. */
export const itemPlaces = pgTable(
  'item_places',
  {
    locationId: integer('location_id').notNull(),
    itemId: integer('item_id').notNull(),
    aisle: text('aisle').notNull(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ name: 'item_places_pkey', columns: [t.locationId, t.itemId] }),
    foreignKey({
      name: 'item_places_location_fkey',
      columns: [t.locationId],
      foreignColumns: [locations.id],
    }),
    foreignKey({ name: 'item_places_item_fkey', columns: [t.itemId], foreignColumns: [items.id] }),
  ],
);
