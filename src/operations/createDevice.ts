// Makes a device that waits to be paired: a name, a location, and a code that someone types into the tablet.
import { randomInt } from 'node:crypto';
import { type Caller, mayUse } from '../domain/caller.ts';
import { type DeviceInput, type DeviceRecord, PAIRING_CODES, PAIRING_SECONDS } from '../domain/device.ts';
import { Problem } from '../domain/problem.ts';
import { newId } from '../newId.ts';
import { forgetClosedCodes, insertDevice } from '../queries/devices.ts';
import { findLocation } from '../queries/locations.ts';
import type { Tx } from '../queries/transaction.ts';

/** With even half of all codes open, 50 draws in a row fail once in 10^15 times. */
const DRAWS_MAX = 50;

/**
 * The pairing code exists only in what is returned. Throws `unknown-location` for a location that does not exist or
 * is not the caller's. Input has passed `deviceInputSchema`.
 */
export async function createDevice(
  tx: Tx,
  caller: Caller,
  input: DeviceInput,
  now: Date,
): Promise<{ device: DeviceRecord; pairingCode: string }> {
  const location = mayUse(caller, input.location) ? await findLocation(tx, input.location) : null;
  if (location === null) {
    const detail = `There is no location ${input.location}.`;
    throw new Problem('unknown-location', detail, {
      errors: [{ pointer: '/location', code: 'unknown-location', detail }],
    });
  }
  const device: DeviceRecord = {
    id: newId('dev', now),
    name: input.name,
    location: location.code,
    pairingExpiresAt: new Date(now.getTime() + PAIRING_SECONDS * 1_000),
    pairingGuesses: 0,
    keyId: null,
    createdAt: now,
    pairedAt: null,
  };
  return { device, pairingCode: await insertWithFreeCode(tx, device, location.id, now) };
}

async function insertWithFreeCode(
  tx: Tx,
  device: DeviceRecord,
  locationId: number,
  now: Date,
): Promise<string> {
  await forgetClosedCodes(tx, now);
  const pairingExpiresAt = device.pairingExpiresAt ?? now;
  for (let draw = 1; draw <= DRAWS_MAX; draw++) {
    const pairingCode = String(randomInt(PAIRING_CODES)).padStart(6, '0');
    if (await insertDevice(tx, { ...device, locationId, pairingExpiresAt }, pairingCode)) return pairingCode;
  }
  throw new Problem('overloaded', 'Too many devices wait to be paired. Try again in a few minutes.');
}
