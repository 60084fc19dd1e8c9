// Who may call, and what was answered: keys, devices, idempotency.
import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { locations } from './catalogue.ts';
import { bytes, code, createdAt, instant, updatedAt } from './columns.ts';

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

/** The people of a location, who say with a PIN that it is they. */
export const staff = pgTable(
  'staff',
  {
    id: code('id').primaryKey(),
    locationId: integer('location_id').notNull(),
    name: text('name').notNull(),
    /** Argon2id, with its parameters and salt beside it (PHC string format). */
    pinHash: text('pin_hash').notNull(),
    pinTries: integer('pin_tries').notNull().default(0),
    pinLockedUntil: instant('pin_locked_until'),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    foreignKey({ name: 'staff_location_fkey', columns: [t.locationId], foreignColumns: [locations.id] }),
    // Two people of one store whose names cannot be told apart could not be told apart in a history either.
    unique('staff_name_key').on(t.locationId, t.name),
    check('staff_pin_tries_not_negative', sql`${t.pinTries} >= 0`),
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
    /** Who works at it now: the name as it was when the shift began, and the person where the store has a list. */
    shiftName: text('shift_name'),
    shiftStaffId: code('shift_staff_id'),
    shiftStartedAt: instant('shift_started_at'),
  },
  (t) => [
    foreignKey({ name: 'devices_location_fkey', columns: [t.locationId], foreignColumns: [locations.id] }),
    foreignKey({ name: 'devices_key_fkey', columns: [t.keyId], foreignColumns: [apiKeys.id] }),
    foreignKey({ name: 'devices_shift_staff_fkey', columns: [t.shiftStaffId], foreignColumns: [staff.id] }),
    unique('devices_pairing_code_key').on(t.pairingCodeHash),
    unique('devices_key_key').on(t.keyId),
    index('devices_shift_staff_idx').on(t.shiftStaffId).where(sql`${t.shiftStaffId} IS NOT NULL`),
    check('devices_shift_whole', sql`(${t.shiftName} IS NULL) = (${t.shiftStartedAt} IS NULL)`),
  ],
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

/** Secrets that the processes of one installation share, made on first use. */
export const installationSecrets = pgTable('installation_secrets', {
  name: text('name').primaryKey(),
  secret: bytes('secret').notNull(),
  createdAt: createdAt(),
});
