// Gives a webhook another secret. For a day both sign, so that the receiver can change over when it likes.
import { randomBytes } from 'node:crypto';
import type { Caller } from '../domain/caller.ts';
import type { Guard } from '../domain/saved.ts';
import {
  ROTATION_SECONDS,
  SECRET_BYTES,
  secretText,
  type WebhookRecord,
  webhookEvent,
} from '../domain/webhook.ts';
import { insertEvents } from '../queries/events.ts';
import type { Tx } from '../queries/transaction.ts';
import { replaceSecret } from '../queries/webhooks.ts';
import { lockOwn } from './webhooks/ownWebhook.ts';

/**
 * Two secrets are good at most: rotated again within the day, the oldest signs no more. Throws `not-found`, and what the
 * guard throws.
 */
export async function rotateWebhookSecret(
  tx: Tx,
  { caller, id, guard, now }: { caller: Caller; id: string; guard: Guard; now: Date },
): Promise<{ webhook: WebhookRecord; secret: string }> {
  const { version } = await lockOwn(tx, caller, id);
  guard(version);
  const secret = randomBytes(SECRET_BYTES);
  const previousUntil = new Date(now.getTime() + ROTATION_SECONDS * 1_000);
  const webhook = await replaceSecret(tx, id, secret, { previousUntil, savedBy: caller.keyId, now });
  await insertEvents(tx, [webhookEvent('webhook.changed', webhook, now)]);
  return { webhook, secret: secretText(secret) };
}
