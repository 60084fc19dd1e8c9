// Removes a device: its code or its key opens nothing any more.
import { type Caller, mayUse } from '../domain/caller.ts';
import { Problem } from '../domain/problem.ts';
import { markKeyRevoked } from '../queries/apiKeys.ts';
import { lockDevice, markRemoved } from '../queries/devices.ts';
import { insertEvents } from '../queries/events.ts';
import type { Tx } from '../queries/transaction.ts';

/** Throws `not-found` for a device that does not exist, was removed, or belongs to another store. */
export async function removeDevice(tx: Tx, caller: Caller, id: string, now: Date): Promise<void> {
  const device = await lockDevice(tx, id);
  if (device === null || !mayUse(caller, device.location)) {
    throw new Problem('not-found', 'There is no such device.');
  }
  await markRemoved(tx, id, now);
  if (device.keyId === null) return;
  await markKeyRevoked(tx, device.keyId, now);
  const data = { id: device.keyId };
  await insertEvents(tx, [
    { type: 'key.revoked', occurredAt: now, location: null, subject: device.keyId, version: 2, data },
  ]);
}
