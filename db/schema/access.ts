// Who may call, and what was answered: keys, devices, idempotency.
import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { locations } from './catalogue.ts';
import { bytes, code, createdAt, instant } from './columns.ts';

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
