// Somebody starts to work at a tablet and says who they are: with their PIN, or by name where the store has no list.
import { Problem } from '../domain/problem.ts';
import { isLocked, PIN_LOCK_SECONDS, PIN_TRIES_MAX, type Shift, type ShiftInput } from '../domain/staff.ts';
import { hasStaff, lockStaff, notePinTry, saveShift } from '../queries/staff.ts';
import type { Tx } from '../queries/transaction.ts';
import { isPin } from './staff/pin.ts';
import { unknownStaff } from './staff/refusals.ts';

/**
 * The shift, or the Problem that refuses it where that leaves a trace to be committed: a wrong PIN is counted. Throws
 * `unknown-staff`, `pin-required`, `pin-locked`. Input has passed `shiftInputSchema`.
 */
export async function startShift(
  tx: Tx,
  device: { id: string; location: string },
  { staffId, pin, name }: ShiftInput,
  now: Date,
): Promise<Shift | Problem> {
  if (staffId === undefined || pin === undefined) return startByName(tx, device, name ?? '', now);
  const staff = await lockStaff(tx, staffId);
  if (staff === null || staff.location !== device.location) throw unknownStaff();
  if (isLocked(staff, now)) throw locked(staff.pinLockedUntil ?? now, now);
  // Under the lock, although that keeps a connection for as long as the hash takes: tries at once count one by one.
  if (!(await isPin(pin, staff.pinHash))) return countWrongPin(tx, staff, now);
  if (staff.pinTries > 0) await notePinTry(tx, staff.id, { tries: 0, lockedUntil: null });
  return begin(tx, device.id, { staffId: staff.id, name: staff.name, startedAt: now });
}

async function startByName(
  tx: Tx,
  device: { id: string; location: string },
  name: string,
  now: Date,
): Promise<Shift> {
  if (await hasStaff(tx, device.location)) {
    throw new Problem(
      'pin-required',
      `${device.location} has a list of its people: say with staffId and pin who you are.`,
    );
  }
  return begin(tx, device.id, { staffId: null, name, startedAt: now });
}

async function begin(tx: Tx, deviceId: string, shift: Shift): Promise<Shift> {
  await saveShift(tx, deviceId, shift);
  return shift;
}

async function countWrongPin(
  tx: Tx,
  { id, pinTries }: { id: string; pinTries: number },
  now: Date,
): Promise<Problem> {
  const tries = pinTries + 1;
  const triesLeft = PIN_TRIES_MAX - tries;
  if (triesLeft > 0) {
    await notePinTry(tx, id, { tries, lockedUntil: null });
    return new Problem('wrong-pin', `The PIN is wrong; ${triesLeft} tries are left.`, { triesLeft });
  }
  const lockedUntil = new Date(now.getTime() + PIN_LOCK_SECONDS * 1_000);
  await notePinTry(tx, id, { tries: 0, lockedUntil });
  return new Problem('wrong-pin', 'The PIN is wrong, for the last time for now.', {
    triesLeft: 0,
    lockedUntil,
  });
}

function locked(until: Date, now: Date): Problem {
  return new Problem('pin-locked', `Locked until ${until.toISOString()} after too many wrong PINs.`, {
    lockedUntil: until,
    retryAfterSeconds: Math.ceil((until.getTime() - now.getTime()) / 1_000),
  });
}
