// Takes a person off a store's list, and off the tablets. What they did keeps their name.
import type { Caller } from '../domain/caller.ts';
import type { Guard } from '../domain/saved.ts';
import { deleteStaff, endShiftsOf } from '../queries/staff.ts';
import type { Tx } from '../queries/transaction.ts';
import { ownStaff } from './staff/refusals.ts';

/** Throws `unknown-staff`, and what the guard throws. */
export async function removeStaff(
  tx: Tx,
  { caller, id, guard }: { caller: Caller; id: string; guard: Guard },
): Promise<void> {
  const { version } = await ownStaff(tx, caller, id);
  guard(version);
  await endShiftsOf(tx, id);
  await deleteStaff(tx, id);
}
