// The demo's keys: one for the documentation and the README's walk, one for a browser, one of a tablet.
// Derived from the admin key, so that every start can name them and nothing keeps them; the table has their hashes.
import { createHmac } from 'node:crypto';
import { type KeyKind, makeSecret, PUBLISHABLE_SCOPES, type Scope } from '../domain/key.ts';
import { newId } from '../newId.ts';
import { findKeyByHash, hashSecret, insertKey } from '../queries/apiKeys.ts';
import { insertEvents } from '../queries/events.ts';
import type { Database } from '../queries/transaction.ts';

export type DemoKeys = {
  secret: string;
  publishable: string;
  /** Of the tablet of the examples, which examples.ts makes; null: it was removed. */
  device: string | null;
};

/** All that an integrator tries out; not `admin`, for this key is shown on a page. Webhooks go to public addresses. */
const SECRET_SCOPES: readonly Scope[] = [
  'availability:read',
  'reservations:write',
  'reservations:read',
  'stock:read',
  'stock:write',
  'catalogue:write',
  'events:read',
  'webhooks:write',
];

/**
 * The demo's keys. Made at `loadedAt`, when the demo is loaded; later (null) only named, and null where they are not
 * there, because the database is not the demo's, they were revoked, or the admin key is another one now.
 */
export async function saveDemoKeys(
  database: Database,
  adminKey: string,
  loadedAt: Date | null,
): Promise<DemoKeys | null> {
  const secret = demoSecret(adminKey, 'secret');
  const publishable = demoSecret(adminKey, 'publishable');
  if (loadedAt !== null) {
    await save(database, secret, 'secret', SECRET_SCOPES, loadedAt);
    await save(database, publishable, 'publishable', PUBLISHABLE_SCOPES, loadedAt);
  }
  const device = demoSecret(adminKey, 'device');
  const [knownSecret, knownPublishable, knownDevice] = await Promise.all(
    [secret, publishable, device].map((key) => findKeyByHash(database, hashSecret(key))),
  );
  if (!knownSecret || !knownPublishable) return null;
  return { secret, publishable, device: knownDevice ? device : null };
}

/** The same at each start. */
export function demoSecret(adminKey: string, kind: KeyKind): string {
  return makeSecret(kind, createHmac('sha256', adminKey).update(`comptoir demo ${kind}`).digest());
}

async function save(
  database: Database,
  secret: string,
  kind: KeyKind,
  scopes: readonly Scope[],
  now: Date,
): Promise<void> {
  const key = {
    id: newId('key', now),
    name: `Fait Maison (${kind})`,
    kind,
    scopes: [...scopes],
    locations: null,
    origins: [],
    hint: secret.slice(-4),
    createdAt: now,
  };
  await database.transaction(async (tx) => {
    await insertKey(tx, key, hashSecret(secret));
    const event = { occurredAt: now, location: null, subject: key.id, version: 1, data: { id: key.id } };
    await insertEvents(tx, [{ type: 'key.created', ...event }]);
  });
}
