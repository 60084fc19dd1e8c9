// API keys as rows: found by the hash of their secret, listed, made and revoked. The secret itself is never here.
// Decides nothing about what a key may do.
import { createHash } from 'node:crypto';
import type { Caller } from '../domain/caller.ts';
import type { KeyKind, KeyRecord, Scope } from '../domain/key.ts';
import type { Tx } from './transaction.ts';

type KeyRow = {
  id: string;
  name: string;
  kind: KeyKind;
  scopes: Scope[];
  locations: string[];
  origins: string[];
  hint: string;
  created_at: Date;
  revoked_at: Date | null;
};

const COLUMNS = 'k.id, k.name, k.kind, k.scopes, k.locations, k.origins, k.hint, k.created_at, k.revoked_at';

/** What is kept of a secret. 256 random bits need no salt and no slow hash: there is nothing to guess. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Who has the secret with this hash; null for an unknown or revoked key. */
export async function findKeyByHash(tx: Tx, secretHash: Buffer): Promise<Caller | null> {
  const [row] = await tx.run<KeyRow & { device_id: string | null }>(
    'api_keys.find_by_hash',
    `SELECT ${COLUMNS}, d.id AS device_id
     FROM api_keys k LEFT JOIN devices d ON d.key_id = k.id
     WHERE k.secret_hash = $1::bytea AND k.revoked_at IS NULL`,
    [secretHash],
  );
  if (row === undefined) return null;
  const { id, name, kind, locations, origins } = keyFromRow(row);
  return { keyId: id, name, kind, scopes: new Set(row.scopes), locations, origins, deviceId: row.device_id };
}

function keyFromRow(row: KeyRow): KeyRecord {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    scopes: row.scopes,
    // No list in the table means no limit; see the column's comment.
    locations: row.locations.length === 0 ? null : row.locations,
    origins: row.origins,
    hint: row.hint,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  };
}
