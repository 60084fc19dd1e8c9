// Changes what a person is called, and their PIN. A new PIN unlocks them, and ends the shifts begun with the old one.
import type { Caller } from '../domain/caller.ts';
import type { Guard } from '../domain/saved.ts';
import type { StaffChange, StaffRecord } from '../domain/staff.ts';
import { violatedConstraint } from '../queries/pgError.ts';
import { endShiftsOf, findStaff, updateStaff } from '../queries/staff.ts';
import type { Tx } from '../queries/transaction.ts';
import { hashPin } from './staff/pin.ts';
import { nameTaken, ownStaff } from './staff/refusals.ts';

export type SaveStaff = { id: string; change: StaffChange; guard: Guard };

/** Throws `unknown-staff`, `staff-name-taken`, and what the guard throws. */
export async function saveStaff(
  tx: Tx,
  caller: Caller,
  { id, change, guard }: SaveStaff,
  now: Date,
): Promise<StaffRecord> {
  const before = await ownStaff(tx, caller, id);
  guard(before.version);
  if (change.pin === undefined && change.name === before.name) return before;
  const pinHash = change.pin === undefined ? null : await hashPin(change.pin);
  try {
    if (!(await updateStaff(tx, { id, name: change.name, pinHash, at: now }))) throw nameTaken(change.name);
  } catch (error) {
    if (violatedConstraint(error) === 'staff_name_key') throw nameTaken(change.name);
    throw error;
  }
  if (pinHash !== null) await endShiftsOf(tx, id);
  const staff = await findStaff(tx, id);
  if (staff === null) throw new Error('a member of staff is gone under their lock');
  return staff;
}
