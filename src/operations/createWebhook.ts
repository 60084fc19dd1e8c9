// Makes a webhook: from now on what happens is sent to its URL.
import { randomBytes } from 'node:crypto';
import type { Caller } from '../domain/caller.ts';
import { Problem } from '../domain/problem.ts';
import {
  SECRET_BYTES,
  secretText,
  WEBHOOKS_MAX,
  type WebhookInput,
  type WebhookRecord,
  webhookEvent,
} from '../domain/webhook.ts';
import { newId } from '../newId.ts';
import { insertEvents } from '../queries/events.ts';
import type { Tx } from '../queries/transaction.ts';
import { countWebhooks, insertWebhook } from '../queries/webhooks.ts';
import { checkTarget } from './webhooks/checkTarget.ts';
import { locationsFor } from './webhooks/ownWebhook.ts';

export type CreateWebhook = {
  caller: Caller;
  input: Omit<WebhookInput, 'enabled'>;
  /** Where the feed is: what comes after it is sent. */
  cursor: string;
  allowsLocal: boolean;
  now: Date;
};

/**
 * The secret exists in what is returned and in the row that signs. Throws `invalid-request` for a URL that may not be
 * one, `unknown-location`, `too-many-webhooks`. Input has passed `webhookInputSchema`.
 */
export async function createWebhook(
  tx: Tx,
  { caller, input, cursor, allowsLocal, now }: CreateWebhook,
): Promise<{ webhook: WebhookRecord; secret: string }> {
  checkTarget(input.url, allowsLocal);
  const locations = await locationsFor(tx, caller, input.locations);
  if ((await countWebhooks(tx)) >= WEBHOOKS_MAX) {
    throw new Problem('too-many-webhooks', `There are ${WEBHOOKS_MAX} webhooks: remove one first.`);
  }
  const webhook: WebhookRecord = {
    ...{ id: newId('whk', now), url: input.url, description: input.description ?? null },
    ...{ types: input.types ?? null, locations, enabled: true, disabledReason: null, disabledAt: null },
    ...{ failures: 0, failingSince: null, previousUntil: null, version: 1, savedBy: caller.keyId },
    ...{ createdAt: now, updatedAt: now },
  };
  const secret = randomBytes(SECRET_BYTES);
  await insertWebhook(tx, { webhook, secret, cursor });
  await insertEvents(tx, [webhookEvent('webhook.changed', webhook, now)]);
  return { webhook, secret: secretText(secret) };
}
