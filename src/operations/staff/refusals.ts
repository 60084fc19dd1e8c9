// What operations on a store's people refuse in the same words, and finding the one who is meant.
import { type Caller, mayUse } from '../../domain/caller.ts';
import { Problem } from '../../domain/problem.ts';
import type { StaffRecord } from '../../domain/staff.ts';
import { lockStaff } from '../../queries/staff.ts';
import type { Tx } from '../../queries/transaction.ts';

export function unknownStaff(): Problem {
  return new Problem('unknown-staff', 'There is no such member of staff.');
}

export function nameTaken(name: string): Problem {
  return new Problem('staff-name-taken', `Somebody in this location is called ${name} already.`);
}

/** Locked until the transaction ends. Throws `unknown-staff`, also for another store's. */
export async function ownStaff(
  tx: Tx,
  caller: Caller,
  id: string,
): Promise<StaffRecord & { pinHash: string }> {
  const staff = await lockStaff(tx, id);
  if (staff === null || !mayUse(caller, staff.location)) throw unknownStaff();
  return staff;
}
