// Removes a webhook: nothing is sent to it any more, and its log and secrets go.
import type { Caller } from '../domain/caller.ts';
import type { Guard } from '../domain/saved.ts';
import { webhookEvent } from '../domain/webhook.ts';
import { insertEvents } from '../queries/events.ts';
import type { Tx } from '../queries/transaction.ts';
import { markWebhookRemoved } from '../queries/webhooks.ts';
import { lockOwn } from './webhooks/ownWebhook.ts';

/** Throws `not-found`, and what the guard throws. */
export async function removeWebhook(
  tx: Tx,
  { caller, id, guard, now }: { caller: Caller; id: string; guard: Guard; now: Date },
): Promise<void> {
  const webhook = await lockOwn(tx, caller, id);
  guard(webhook.version);
  await markWebhookRemoved(tx, id, now);
  const removed = { ...webhook, version: webhook.version + 1 };
  await insertEvents(tx, [webhookEvent('webhook.changed', removed, now)]);
}
