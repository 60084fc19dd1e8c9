// Rules that keep units from the web, and the figures with which some of them tune themselves.
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  real,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { items, locations } from './catalogue.ts';
import { code, createdAt, instant, updatedAt } from './columns.ts';

/** The most specific rule governs a level: sku before category, and with a location before without. */
export const bufferRules = pgTable(
  'buffer_rules',
  {
    id: code('id').primaryKey(),
    locationId: integer('location_id'),
    category: text('category'),
    itemId: integer('item_id'),
    /** Exactly one of the four says how many units. */
    quantity: integer('quantity'),
    percent: real('percent'),
    exclude: boolean('exclude'),
    /** The percentage follows the share of picks that found nothing, up to this one. */
    autoPercentMax: real('auto_percent_max'),
    version: integer('version').notNull().default(1),
    /** The rules' version (buffer_state) that all levels of its scope have taken over; null: work is left. */
    appliedAt: instant('applied_at'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    foreignKey({
      name: 'buffer_rules_location_fkey',
      columns: [t.locationId],
      foreignColumns: [locations.id],
    }),
    foreignKey({ name: 'buffer_rules_item_fkey', columns: [t.itemId], foreignColumns: [items.id] }),
    unique('buffer_rules_scope_key').on(t.locationId, t.category, t.itemId).nullsNotDistinct(),
    check('buffer_rules_one_subject', sql`num_nonnulls(${t.category}, ${t.itemId}) <= 1`),
    check(
      'buffer_rules_one_way',
      sql`num_nonnulls(${t.quantity}, ${t.percent}, ${t.exclude}, ${t.autoPercentMax}) = 1`,
    ),
    check('buffer_rules_quantity_range', sql`${t.quantity} BETWEEN 0 AND 1000000`),
    check('buffer_rules_percent_range', sql`${t.percent} BETWEEN 0 AND 100`),
    check('buffer_rules_exclude_true', sql`${t.exclude}`),
    check('buffer_rules_auto_range', sql`${t.autoPercentMax} BETWEEN 0 AND 100`),
  ],
);

/** One row. The version rises with every change of the rules or their tunings; a batch decides by the current one. */
export const bufferState = pgTable(
  'buffer_state',
  {
    id: integer('id').primaryKey().default(1),
    version: integer('version').notNull().default(1),
    /** When the self-tuning rules last took their figures; null: one waits for its first. */
    tunedAt: instant('tuned_at'),
  },
  (t) => [check('buffer_state_one_row', sql`${t.id} = 1`)],
);

/**
 * One row: who listened to the sources, and how far the buffers of silent locations have grown. Not in buffer_state,
 * which changes of rules lock for as long as they last.
 */
export const silenceState = pgTable(
  'silence_state',
  {
    id: integer('id').primaryKey().default(1),
    /** When a process last looked, by the database's clock. */
    lookedAt: instant('looked_at'),
    /** From when on somebody listened again, after nobody had: a source is not blamed for what was not heard. */
    listeningSince: instant('listening_since'),
    /** When the last step of growth began; null: one is due. */
    steppedAt: instant('stepped_at'),
    /** The last level that the step under way went through; null: none is under way. */
    stepLocationId: integer('step_location_id'),
    stepItemId: integer('step_item_id'),
    leasedUntil: instant('leased_until'),
  },
  (t) => [check('silence_state_one_row', sql`${t.id} = 1`)],
);

/**
 * Levels whose buffer is to be worked out anew, because a rule or a tuning changed: a scope, and how far it was gone
 * through. A process that dies in the middle leaves the rest to the next.
 */
export const bufferTasks = pgTable(
  'buffer_tasks',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    locationId: integer('location_id'),
    /** Empty: items without a category. */
    category: text('category'),
    itemId: integer('item_id'),
    /** Of a tuning: the categories whose percentage is another one. */
    categories: text('categories').array(),
    /** The rule, and its version, that is applied everywhere once this is done; null: none waits for it. */
    ruleId: code('rule_id'),
    ruleVersion: integer('rule_version'),
    /** The last level that was gone through. */
    afterItemId: integer('after_item_id').notNull().default(0),
    afterLocationId: integer('after_location_id').notNull().default(0),
    leasedUntil: instant('leased_until'),
    createdAt: createdAt(),
  },
  (t) => [
    foreignKey({
      name: 'buffer_tasks_location_fkey',
      columns: [t.locationId],
      foreignColumns: [locations.id],
    }),
    foreignKey({ name: 'buffer_tasks_item_fkey', columns: [t.itemId], foreignColumns: [items.id] }),
    index('buffer_tasks_rule_idx').on(t.ruleId).where(sql`${t.ruleId} IS NOT NULL`),
    uniqueIndex('buffer_tasks_tuning_key').on(t.locationId).where(sql`${t.categories} IS NOT NULL`),
  ],
);

/** Items that changed to or from a category that rules look at: their levels are gone through, many items at once. */
export const bufferItems = pgTable(
  'buffer_items',
  {
    itemId: integer('item_id').primaryKey(),
    /** Rises each time: who began before the last change does not end it. */
    changes: integer('changes').notNull().default(1),
    leasedUntil: instant('leased_until'),
  },
  (t) => [foreignKey({ name: 'buffer_items_item_fkey', columns: [t.itemId], foreignColumns: [items.id] })],
);

/** What a self-tuning rule rests on: the picks of a location and category within the window. */
export const bufferTunings = pgTable(
  'buffer_tunings',
  {
    locationId: integer('location_id').notNull(),
    /** Empty: items without a category. */
    category: text('category').notNull(),
    picks: integer('picks').notNull(),
    notFound: integer('not_found').notNull(),
    percent: real('percent').notNull(),
    tunedAt: instant('tuned_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'buffer_tunings_pkey', columns: [t.locationId, t.category] }),
    foreignKey({
      name: 'buffer_tunings_location_fkey',
      columns: [t.locationId],
      foreignColumns: [locations.id],
    }),
    check('buffer_tunings_not_found_range', sql`${t.notFound} BETWEEN 0 AND ${t.picks}`),
    check('buffer_tunings_percent_range', sql`${t.percent} BETWEEN 0 AND 100`),
  ],
);
