// Pairs a tablet: a code that was not used yet becomes the device's own key, limited to its location.
import { randomBytes } from 'node:crypto';
import type { DeviceRecord } from '../domain/device.ts';
import { DEVICE_SCOPES, type KeyRecord, makeSecret, SECRET_BYTES } from '../domain/key.ts';
import { newId } from '../newId.ts';
import { hashSecret, insertKey } from '../queries/apiKeys.ts';
import { countWrongGuess, lockDeviceByCode, markPaired } from '../queries/devices.ts';
import { insertEvents } from '../queries/events.ts';
import type { Tx } from '../queries/transaction.ts';

/**
 * The device and its token, which exists only in what is returned; null when no device waits for the code. That is no
 * exception, because it leaves a trace that must be committed: wrong guesses are counted, and close what they threaten.
 */
export async function pairDevice(
  tx: Tx,
  pairingCode: string,
  now: Date,
): Promise<{ device: DeviceRecord; token: string } | null> {
  const device = await lockDeviceByCode(tx, pairingCode, now);
  if (device === null) {
    await countWrongGuess(tx, now);
    return null;
  }
  const token = makeSecret('device', randomBytes(SECRET_BYTES));
  const key: KeyRecord = {
    id: newId('key', now),
    name: device.name,
    kind: 'device',
    scopes: [...DEVICE_SCOPES],
    locations: [device.location],
    origins: [],
    hint: token.slice(-4),
    createdAt: now,
  };
  await insertKey(tx, key, hashSecret(token));
  await markPaired(tx, device.id, key.id, now);
  await insertEvents(tx, [
    {
      type: 'key.created',
      occurredAt: now,
      location: null,
      subject: key.id,
      version: 1,
      data: { id: key.id },
    },
  ]);
  return { device: { ...device, keyId: key.id, pairingExpiresAt: null, pairedAt: now }, token };
}
