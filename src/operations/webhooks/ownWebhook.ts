// Steps that the webhooks' operations share: whose a webhook is, and which locations it may name.
import { type Caller, mayGrant, mayUse } from '../../domain/caller.ts';
import { Problem } from '../../domain/problem.ts';
import type { WebhookRecord } from '../../domain/webhook.ts';
import { findLocations } from '../../queries/locations.ts';
import type { Tx } from '../../queries/transaction.ts';
import { lockWebhook } from '../../queries/webhooks.ts';

/** Locks it until the transaction ends. `not-found` for one that is not there, or hears more than the caller may. */
export async function lockOwn(tx: Tx, caller: Caller, id: string): Promise<WebhookRecord> {
  return requireOwn(caller, await lockWebhook(tx, id));
}

export function requireOwn(caller: Caller, webhook: WebhookRecord | null): WebhookRecord {
  if (webhook !== null && mayGrant(caller, webhook.locations)) return webhook;
  throw new Problem('not-found', 'There is no such webhook.');
}

/**
 * The locations that a webhook is to hear, without repeats; a limited caller that names none means its own.
 * `unknown-location` for one that does not exist or is not the caller's.
 */
export async function locationsFor(
  tx: Tx,
  caller: Caller,
  asked: readonly string[] | undefined,
): Promise<string[] | null> {
  if (asked === undefined) return caller.locations && [...caller.locations];
  const codes = [...new Set(asked)];
  const known = new Set((await findLocations(tx, codes)).map(({ code }) => code));
  const errors = asked.flatMap((code, at) => {
    if (known.has(code) && mayUse(caller, code)) return [];
    const detail = `There is no location ${code}.`;
    return [{ pointer: `/locations/${at}`, code: 'unknown-location', detail }];
  });
  const [first] = errors;
  if (first !== undefined) throw new Problem('unknown-location', first.detail, { errors });
  return codes;
}
