// Makes a key for a server or a browser. Tablets get theirs by pairing (pairDevice.ts).
import { randomBytes } from 'node:crypto';
import { type Caller, mayUse } from '../domain/caller.ts';
import { type KeyInput, type KeyRecord, makeSecret, SECRET_BYTES } from '../domain/key.ts';
import { type InputError, Problem } from '../domain/problem.ts';
import { newId } from '../newId.ts';
import { hashSecret, insertKey } from '../queries/apiKeys.ts';
import { insertEvents } from '../queries/events.ts';
import { findLocations } from '../queries/locations.ts';
import type { Tx } from '../queries/transaction.ts';

/**
 * Makes the key and its secret, which exists only in what is returned: the table has its hash. A caller limited to
 * locations makes keys limited to some of these. Throws `invalid-request` for locations that are unknown or not the
 * caller's. Input has passed `keyInputSchema`.
 */
export async function createKey(
  tx: Tx,
  caller: Caller,
  input: KeyInput,
  now: Date,
): Promise<{ key: KeyRecord; secret: string }> {
  await checkLocations(tx, caller, input.locations ?? null);
  const secret = makeSecret(input.kind, randomBytes(SECRET_BYTES));
  const key: KeyRecord = {
    id: newId('key', now),
    name: input.name,
    kind: input.kind,
    scopes: input.scopes,
    locations: input.locations ?? null,
    origins: input.origins ?? [],
    hint: secret.slice(-4),
    createdAt: now,
  };
  await insertKey(tx, key, hashSecret(secret));
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
  return { key, secret };
}

async function checkLocations(tx: Tx, caller: Caller, codes: readonly string[] | null): Promise<void> {
  if (codes === null) {
    if (caller.locations === null) return;
    throw refusal([
      {
        pointer: '/locations',
        code: 'required',
        detail: 'A key limited to locations makes only keys that are, too.',
      },
    ]);
  }
  const known = new Set((await findLocations(tx, codes)).map((location) => location.code));
  const errors = codes.flatMap((code, at) =>
    known.has(code) && mayUse(caller, code)
      ? []
      : [{ pointer: `/locations/${at}`, code: 'unknown-location', detail: `There is no location ${code}.` }],
  );
  if (errors.length > 0) throw refusal(errors);
}

function refusal(errors: InputError[]): Problem {
  return new Problem('invalid-request', 'The key’s locations are not valid: see `errors`.', { errors });
}
