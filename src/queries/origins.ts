// Which web origins some key lets in: what a browser's preflight, which carries no key, can be answered from.
import type { Tx } from './transaction.ts';

/** True when a live publishable key lists this origin, or lists none and so may be used from any. */
export async function anyKeyAllowsOrigin(tx: Tx, origin: string): Promise<boolean> {
  const [row] = await tx.run<{ allowed: boolean }>(
    'origins.any_key_allows',
    `SELECT EXISTS (
       SELECT FROM api_keys
        WHERE kind = 'publishable' AND revoked_at IS NULL AND (origins = '{}' OR $1::text = ANY (origins))
     ) AS allowed`,
    [origin],
  );
  return row?.allowed ?? false;
}
