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
};

const COLUMNS = 'k.id, k.name, k.kind, k.scopes, k.locations, k.origins, k.hint, k.created_at';

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

/** Keys that are not revoked, oldest first, after the id `after`. With `within`: only those limited to these locations. */
export async function listKeys(
  tx: Tx,
  page: { within: readonly string[] | null; after: string | null; limit: number },
): Promise<KeyRecord[]> {
  const rows = await tx.run<KeyRow>(
    'api_keys.list',
    `SELECT ${COLUMNS} FROM api_keys k
     WHERE k.revoked_at IS NULL AND ($1::text IS NULL OR k.id > $1::text)
       AND ($2::text[] IS NULL OR (k.locations <> '{}' AND k.locations <@ $2::text[]))
     ORDER BY k.id LIMIT $3::int`,
    [page.after, page.within, page.limit],
  );
  return rows.map(keyFromRow);
}

/** The key with this id, revoked or not, locked until the transaction ends; null when there is none. */
export async function lockKey(tx: Tx, id: string): Promise<(KeyRecord & { revoked: boolean }) | null> {
  const [row] = await tx.run<KeyRow & { revoked: boolean }>(
    'api_keys.lock',
    `SELECT ${COLUMNS}, k.revoked_at IS NOT NULL AS revoked FROM api_keys k WHERE k.id = $1::text FOR UPDATE`,
    [id],
  );
  return row === undefined ? null : { ...keyFromRow(row), revoked: row.revoked };
}

export async function insertKey(tx: Tx, key: KeyRecord, secretHash: Buffer): Promise<void> {
  await tx.run(
    'api_keys.insert',
    `INSERT INTO api_keys (id, name, kind, scopes, locations, origins, secret_hash, hint, created_at)
     VALUES ($1, $2, $3, $4::text[], $5::text[], $6::text[], $7::bytea, $8, $9)`,
    [
      key.id,
      key.name,
      key.kind,
      key.scopes,
      key.locations ?? [],
      key.origins,
      secretHash,
      key.hint,
      key.createdAt,
    ],
  );
}

/** From this commit on nobody is let in with it; caches learn of it by the event that goes with it. */
export async function markKeyRevoked(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.run('api_keys.revoke', 'UPDATE api_keys SET revoked_at = $2 WHERE id = $1::text', [id, at]);
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
  };
}
