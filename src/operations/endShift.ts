// Nobody works at a tablet any more, until somebody says so again.
import { saveShift } from '../queries/staff.ts';
import type { Tx } from '../queries/transaction.ts';

export async function endShift(tx: Tx, deviceId: string): Promise<void> {
  await saveShift(tx, deviceId, null);
}
