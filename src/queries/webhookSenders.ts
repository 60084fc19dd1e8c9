// The processes that send webhooks, as rows: seen now and then, gone when they end. Which webhooks each has is
// webhookLeases.ts's. Decides nothing; the database's clock tells how long ago.
import type { Tx } from './transaction.ts';

/** What a share is made of. */
export type Senders = { ids: string[]; webhooks: number };

/** Says that `id` sends. */
export async function seeSender(tx: Tx, id: string): Promise<void> {
  await tx.run(
    'webhook_senders.see',
    `INSERT INTO webhook_senders (id, seen_at) VALUES ($1, now())
     ON CONFLICT ON CONSTRAINT webhook_senders_pkey DO UPDATE SET seen_at = now()`,
    [id],
  );
}

/** Who sends, and for how many webhooks. */
export async function findSenders(tx: Tx, leaseSeconds: number): Promise<Senders> {
  const [row] = await tx.run<Senders>(
    'webhook_senders.count',
    `SELECT ARRAY (SELECT id FROM webhook_senders WHERE seen_at > now() - $1 * interval '1 second') AS ids,
       (SELECT count(*) FROM webhooks WHERE enabled AND deleted_at IS NULL) AS webhooks`,
    [leaseSeconds],
  );
  return row ?? { ids: [], webhooks: 0 };
}

/** It ends; so do, for the table, those that died. */
export async function forgetSender(tx: Tx, id: string, leaseSeconds: number): Promise<void> {
  await tx.run(
    'webhook_senders.forget',
    `DELETE FROM webhook_senders WHERE id IN (
       SELECT id FROM webhook_senders WHERE id = $1 OR seen_at < now() - 2 * $2 * interval '1 second'
       FOR UPDATE SKIP LOCKED)`,
    [id, leaseSeconds],
  );
}
