// Revokes a key, of whichever kind; a tablet whose key it is goes with it.
import { type Caller, mayGrant } from '../domain/caller.ts';
import { Problem } from '../domain/problem.ts';
import { lockKey, markKeyRevoked } from '../queries/apiKeys.ts';
import { markRemovedWithKey } from '../queries/devices.ts';
import { insertEvents } from '../queries/events.ts';
import type { Tx } from '../queries/transaction.ts';

/**
 * From the commit on the key opens nothing. Revoking it again changes nothing. Throws `not-found` for a key that does
 * not exist or reaches beyond the caller's own locations.
 */
export async function revokeKey(tx: Tx, caller: Caller, id: string, now: Date): Promise<void> {
  const key = await lockKey(tx, id);
  if (key === null || !mayGrant(caller, key.locations))
    throw new Problem('not-found', 'There is no such key.');
  if (key.revoked) return;
  await markKeyRevoked(tx, id, now);
  await markRemovedWithKey(tx, id, now);
  await insertEvents(tx, [
    { type: 'key.revoked', occurredAt: now, location: null, subject: id, version: 2, data: { id } },
  ]);
}
