// The ledger's partitions, made ahead of the facts that will lie in them. Owns that SQL; knows no schedule.
import type { Database, Tx } from './transaction.ts';

const UPKEEP_LOCK = 7_266_741;

/**
 * Makes the quarters that are missing from `now` to three months later; returns how many. Facts find a place without
 * them, in the partition for all the rest, which gives up what belongs to a new quarter; for that it is locked, and
 * everybody who reads the ledger would wait behind us: a short try, to be made again. Run it in a transaction; 0 also
 * while another process is at it.
 */
export async function coverLedger(tx: Tx, now: Date): Promise<number> {
  const [lock] = await tx.run<{ free: boolean }>(
    'ledger.lock_upkeep',
    "SELECT pg_try_advisory_xact_lock($1) AS free, set_config('lock_timeout', '200', true)",
    [UPKEEP_LOCK],
  );
  if (lock?.free !== true) return 0;
  const [row] = await tx.run<{ made: number }>(
    'ledger.cover',
    "SELECT movements_cover($1::timestamptz, $1::timestamptz + interval '3 months') AS made",
    [now],
  );
  return row?.made ?? 0;
}

/**
 * PostgreSQL analyzes each partition by itself, and the whole only when it is told to. Not in the transaction that makes
 * a quarter: it would hold that one's lock for as long, and wait for whoever vacuums another quarter.
 */
export async function analyzeLedger(database: Database): Promise<void> {
  await database.run('ledger.analyze', 'ANALYZE movements', []);
}
