// The people of the stores as rows, and who works at which tablet. Decides nothing; a PIN is only ever its hash here.
import type { Shift, StaffRecord } from '../domain/staff.ts';
import type { Tx } from './transaction.ts';

type StaffRow = {
  id: string;
  location: string;
  name: string;
  pin_tries: number;
  pin_locked_until: Date | null;
  version: number;
  created_at: Date;
  updated_at: Date;
};

const COLUMNS = `s.id, l.code AS location, s.name, s.pin_tries, s.pin_locked_until, s.version, s.created_at,
  s.updated_at`;
const TABLE = 'staff s JOIN locations l ON l.id = s.location_id';

export async function findStaff(tx: Tx, id: string): Promise<StaffRecord | null> {
  const [row] = await tx.run<StaffRow>(
    'staff.find',
    `SELECT ${COLUMNS} FROM ${TABLE} WHERE s.id = $1::text`,
    [id],
  );
  return row === undefined ? null : staffFromRow(row);
}

/** With the hash of the PIN, locked until the transaction ends: tries of one person queue up. */
export async function lockStaff(tx: Tx, id: string): Promise<(StaffRecord & { pinHash: string }) | null> {
  const [row] = await tx.run<StaffRow & { pin_hash: string }>(
    'staff.lock',
    `SELECT ${COLUMNS}, s.pin_hash FROM ${TABLE} WHERE s.id = $1::text FOR UPDATE OF s`,
    [id],
  );
  return row === undefined ? null : { ...staffFromRow(row), pinHash: row.pin_hash };
}

/** By location and name, after the id `after`; null filters nothing. */
export async function listStaff(
  tx: Tx,
  page: { locations: readonly string[] | null; location: string | null; after: string | null; limit: number },
): Promise<StaffRecord[]> {
  const rows = await tx.run<StaffRow>(
    'staff.list',
    `SELECT ${COLUMNS} FROM ${TABLE}
     WHERE ($1::text[] IS NULL OR l.code = ANY ($1::text[])) AND ($2::text IS NULL OR l.code = $2::text)
       AND ($3::text IS NULL OR s.id > $3::text)
     ORDER BY s.id LIMIT $4::int`,
    [page.locations, page.location, page.after, page.limit],
  );
  return rows.map(staffFromRow);
}

/** True when the location has a list of people: then a name alone starts no shift. */
export async function hasStaff(tx: Tx, location: string): Promise<boolean> {
  const rows = await tx.run('staff.any', `SELECT 1 FROM ${TABLE} WHERE l.code = $1::text LIMIT 1`, [
    location,
  ]);
  return rows.length > 0;
}

export type NewStaff = { id: string; locationId: number; name: string; pinHash: string; createdAt: Date };

/** False when somebody of the location has this name already. */
export async function insertStaff(tx: Tx, staff: NewStaff): Promise<boolean> {
  const rows = await tx.run(
    'staff.insert',
    `INSERT INTO staff (id, location_id, name, pin_hash, created_at, updated_at)
     VALUES ($1, $2::int, $3, $4, $5::timestamptz, $5::timestamptz)
     ON CONFLICT ON CONSTRAINT staff_name_key DO NOTHING
     RETURNING id`,
    [staff.id, staff.locationId, staff.name, staff.pinHash, staff.createdAt],
  );
  return rows.length === 1;
}

/**
 * A new name and, unless null, a new PIN, which forgets wrong tries. False when somebody else of the location has the
 * name; two who take one name at once meet `staff_name_key`.
 */
export async function updateStaff(
  tx: Tx,
  staff: { id: string; name: string; pinHash: string | null; at: Date },
): Promise<boolean> {
  const rows = await tx.run(
    'staff.update',
    `UPDATE staff s
     SET name = $2::text, pin_hash = coalesce($3::text, s.pin_hash), version = s.version + 1,
         updated_at = $4::timestamptz,
         pin_tries = CASE WHEN $3::text IS NULL THEN s.pin_tries ELSE 0 END,
         pin_locked_until = CASE WHEN $3::text IS NULL THEN s.pin_locked_until END
     WHERE s.id = $1::text AND NOT EXISTS (
       SELECT FROM staff o WHERE o.location_id = s.location_id AND o.name = $2::text AND o.id <> s.id)
     RETURNING s.id`,
    [staff.id, staff.name, staff.pinHash, staff.at],
  );
  return rows.length === 1;
}

/** What a try of a PIN leaves behind. */
export async function notePinTry(
  tx: Tx,
  id: string,
  { tries, lockedUntil }: { tries: number; lockedUntil: Date | null },
): Promise<void> {
  await tx.run(
    'staff.note_try',
    'UPDATE staff SET pin_tries = $2::int, pin_locked_until = $3::timestamptz WHERE id = $1::text',
    [id, tries, lockedUntil],
  );
}

export async function deleteStaff(tx: Tx, id: string): Promise<void> {
  await tx.run('staff.delete', 'DELETE FROM staff WHERE id = $1::text', [id]);
}

/** Who works at a tablet; null: nobody has said. */
export async function findShift(tx: Tx, deviceId: string): Promise<Shift | null> {
  const [row] = await tx.run<{ staff_id: string | null; name: string; started_at: Date }>(
    'shifts.find',
    `SELECT shift_staff_id AS staff_id, shift_name AS name, shift_started_at AS started_at
     FROM devices WHERE id = $1::text AND shift_started_at IS NOT NULL`,
    [deviceId],
  );
  return row === undefined ? null : { staffId: row.staff_id, name: row.name, startedAt: row.started_at };
}

/** Null: from now on nobody works at it. */
export async function saveShift(tx: Tx, deviceId: string, shift: Shift | null): Promise<void> {
  await tx.run(
    'shifts.save',
    `UPDATE devices SET shift_staff_id = $2, shift_name = $3, shift_started_at = $4::timestamptz
     WHERE id = $1::text`,
    [deviceId, shift?.staffId ?? null, shift?.name ?? null, shift?.startedAt ?? null],
  );
}

/** Whoever is gone, or has another PIN, works nowhere any more. */
export async function endShiftsOf(tx: Tx, staffId: string): Promise<void> {
  await tx.run(
    'shifts.end_of_staff',
    `UPDATE devices SET shift_staff_id = NULL, shift_name = NULL, shift_started_at = NULL
     WHERE shift_staff_id = $1::text`,
    [staffId],
  );
}

function staffFromRow(row: StaffRow): StaffRecord {
  return {
    id: row.id,
    location: row.location,
    name: row.name,
    pinTries: row.pin_tries,
    pinLockedUntil: row.pin_locked_until,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
