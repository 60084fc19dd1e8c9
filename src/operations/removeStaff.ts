// Takes a person off a store's list, and off the tablets. What they did keeps their name.
import type { Caller } from '../domain/caller.ts';
import { deleteStaff, endShiftsOf } from '../queries/staff.ts';
import type { Tx } from '../queries/transaction.ts';
import { ownStaff } from './staff/refusals.ts';

/** Throws `unknown-staff`. */
export async function removeStaff(tx: Tx, caller: Caller, id: string): Promise<void> {
  await ownStaff(tx, caller, id);
  await endShiftsOf(tx, id);
  await deleteStaff(tx, id);
}
