// Devices as rows: made with the hash of a pairing code, paired once, listed, removed. Decides nothing.
import { createHash } from 'node:crypto';
import { type DeviceRecord, PAIRING_GUESSES_MAX } from '../domain/device.ts';
import type { Tx } from './transaction.ts';

type DeviceRow = {
  id: string;
  name: string;
  location: string;
  pairing_expires_at: Date | null;
  pairing_guesses: number;
  key_id: string | null;
  created_at: Date;
  paired_at: Date | null;
};

const COLUMNS = `d.id, d.name, l.code AS location, d.pairing_expires_at, d.pairing_guesses, d.key_id, d.created_at,
  d.paired_at`;
const TABLE = 'devices d JOIN locations l ON l.id = d.location_id';
const OPEN = `d.pairing_code_hash IS NOT NULL AND d.pairing_expires_at > $2::timestamptz
  AND d.pairing_guesses < ${PAIRING_GUESSES_MAX} AND d.revoked_at IS NULL`;

/** The device with this id that was not removed; null when there is none. */
export async function findDevice(tx: Tx, id: string): Promise<DeviceRecord | null> {
  const [row] = await tx.run<DeviceRow>(
    'devices.find',
    `SELECT ${COLUMNS} FROM ${TABLE} WHERE d.id = $1::text AND d.revoked_at IS NULL`,
    [id],
  );
  return row === undefined ? null : deviceFromRow(row);
}

/** The same, locked until the transaction ends. */
export async function lockDevice(tx: Tx, id: string): Promise<DeviceRecord | null> {
  const [row] = await tx.run<DeviceRow>(
    'devices.lock',
    `SELECT ${COLUMNS} FROM ${TABLE} WHERE d.id = $1::text AND d.revoked_at IS NULL FOR UPDATE OF d`,
    [id],
  );
  return row === undefined ? null : deviceFromRow(row);
}

/** Devices that were not removed, oldest first, after the id `after`; null filters nothing. */
export async function listDevices(
  tx: Tx,
  page: { locations: readonly string[] | null; location: string | null; after: string | null; limit: number },
): Promise<DeviceRecord[]> {
  const rows = await tx.run<DeviceRow>(
    'devices.list',
    `SELECT ${COLUMNS} FROM ${TABLE}
     WHERE d.revoked_at IS NULL AND ($1::text[] IS NULL OR l.code = ANY ($1::text[]))
       AND ($2::text IS NULL OR l.code = $2::text) AND ($3::text IS NULL OR d.id > $3::text)
     ORDER BY d.id LIMIT $4::int`,
    [page.locations, page.location, page.after, page.limit],
  );
  return rows.map(deviceFromRow);
}

export type NewDevice = {
  id: string;
  name: string;
  locationId: number;
  pairingExpiresAt: Date;
  createdAt: Date;
};

/** False when another device still has this pairing code: draw again. */
export async function insertDevice(tx: Tx, device: NewDevice, pairingCode: string): Promise<boolean> {
  const rows = await tx.run(
    'devices.insert',
    `INSERT INTO devices (id, name, location_id, pairing_code_hash, pairing_expires_at, created_at)
     VALUES ($1, $2, $3::int, $4::bytea, $5::timestamptz, $6::timestamptz)
     ON CONFLICT ON CONSTRAINT devices_pairing_code_key DO NOTHING
     RETURNING id`,
    [
      device.id,
      device.name,
      device.locationId,
      hashCode(pairingCode),
      device.pairingExpiresAt,
      device.createdAt,
    ],
  );
  return rows.length === 1;
}

/** Frees the codes that can no longer be used, so that they can be drawn again. */
export async function forgetClosedCodes(tx: Tx, now: Date): Promise<void> {
  await tx.run(
    'devices.forget_codes',
    `UPDATE devices d SET pairing_code_hash = NULL WHERE d.pairing_code_hash IS NOT NULL
       AND (d.pairing_expires_at <= $1::timestamptz OR d.pairing_guesses >= ${PAIRING_GUESSES_MAX})`,
    [now],
  );
}

/**
 * The device that waits for this code, locked until the transaction ends; null when none does. Of many clients with
 * one code, the first gets the lock; when it commits, the others look at the row again and find that it has no code.
 */
export async function lockDeviceByCode(tx: Tx, pairingCode: string, now: Date): Promise<DeviceRecord | null> {
  const [row] = await tx.run<DeviceRow>(
    'devices.lock_by_code',
    `SELECT ${COLUMNS} FROM ${TABLE} WHERE d.pairing_code_hash = $1::bytea AND ${OPEN} FOR UPDATE OF d`,
    [hashCode(pairingCode), now],
  );
  return row === undefined ? null : deviceFromRow(row);
}

/** Counts a wrong code against every code that is open. Locked in order, so that two guesses queue up. */
export async function countWrongGuess(tx: Tx, now: Date): Promise<void> {
  await tx.run(
    'devices.count_guess',
    `UPDATE devices SET pairing_guesses = pairing_guesses + $1::int
     WHERE id IN (SELECT d.id FROM devices d WHERE ${OPEN} ORDER BY d.id FOR UPDATE)`,
    [1, now],
  );
}

/** Gives a device its key; its code is used up. */
export async function markPaired(tx: Tx, id: string, keyId: string, at: Date): Promise<void> {
  await tx.run(
    'devices.pair',
    `UPDATE devices SET pairing_code_hash = NULL, pairing_expires_at = NULL, key_id = $2, paired_at = $3
     WHERE id = $1::text`,
    [id, keyId, at],
  );
}

export async function markRemoved(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.run(
    'devices.remove',
    'UPDATE devices SET pairing_code_hash = NULL, pairing_expires_at = NULL, revoked_at = $2 WHERE id = $1::text',
    [id, at],
  );
}

/** Removes the devices of this name whose code nobody used in time. */
export async function forgetUnpaired(tx: Tx, name: string, at: Date): Promise<void> {
  await tx.run(
    'devices.forget_unpaired',
    `UPDATE devices SET pairing_code_hash = NULL, revoked_at = $2::timestamptz
     WHERE name = $1::text AND paired_at IS NULL AND revoked_at IS NULL AND pairing_expires_at <= $2::timestamptz`,
    [name, at],
  );
}

/** A tablet whose key is revoked is gone with it. */
export async function markRemovedWithKey(tx: Tx, keyId: string, at: Date): Promise<void> {
  await tx.run(
    'devices.remove_with_key',
    'UPDATE devices SET revoked_at = $2 WHERE key_id = $1::text AND revoked_at IS NULL',
    [keyId, at],
  );
}

/** Six digits hide nothing from whoever has the table; the hash keeps them out of logs and backups in plain sight. */
function hashCode(pairingCode: string): Buffer {
  return createHash('sha256').update(`pairing:${pairingCode}`).digest();
}

function deviceFromRow(row: DeviceRow): DeviceRecord {
  return {
    id: row.id,
    name: row.name,
    location: row.location,
    pairingExpiresAt: row.pairing_expires_at,
    pairingGuesses: row.pairing_guesses,
    keyId: row.key_id,
    createdAt: row.created_at,
    pairedAt: row.paired_at,
  };
}
