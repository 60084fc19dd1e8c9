// Adds a person to a store's list. Their PIN is hashed before it gets near a table.
import { type Caller, mayUse } from '../domain/caller.ts';
import { Problem } from '../domain/problem.ts';
import type { StaffInput, StaffRecord } from '../domain/staff.ts';
import { newId } from '../newId.ts';
import { findLocation } from '../queries/locations.ts';
import { findStaff, insertStaff } from '../queries/staff.ts';
import type { Tx } from '../queries/transaction.ts';
import { hashPin } from './staff/pin.ts';
import { nameTaken } from './staff/refusals.ts';

/** Throws `unknown-location` for one that does not exist or is not the caller's, `staff-name-taken`. */
export async function createStaff(
  tx: Tx,
  caller: Caller,
  input: StaffInput,
  now: Date,
): Promise<StaffRecord> {
  const location = mayUse(caller, input.location) ? await findLocation(tx, input.location) : null;
  if (location === null) {
    const detail = `There is no location ${input.location}.`;
    throw new Problem('unknown-location', detail, {
      errors: [{ pointer: '/location', code: 'unknown-location', detail }],
    });
  }
  const id = newId('obj', now);
  const pinHash = await hashPin(input.pin);
  const isNew = await insertStaff(tx, {
    id,
    locationId: location.id,
    name: input.name,
    pinHash,
    createdAt: now,
  });
  if (!isNew) throw nameTaken(input.name);
  const staff = await findStaff(tx, id);
  if (staff === null) throw new Error('a member of staff is not there after being added');
  return staff;
}
