// Has something sent to one webhook because its owner asks for it: events again, or a test.
import type { Caller } from '../domain/caller.ts';
import { Problem } from '../domain/problem.ts';
import { type WebhookRecord, webhookEvent } from '../domain/webhook.ts';
import { WAITING_MAX } from '../domain/webhookDelivery.ts';
import { newId } from '../newId.ts';
import { insertEvents } from '../queries/events.ts';
import type { Tx } from '../queries/transaction.ts';
import { countPending, insertDue, type NewDelivery } from '../queries/webhookDeliveries.ts';
import { findWebhook, probeNow } from '../queries/webhooks.ts';
import { lockOwn, requireOwn } from './webhooks/ownWebhook.ts';

export type QueueDeliveries = {
  caller: Caller;
  id: string;
  /** What is to be sent, for the webhook as it is. */
  deliveries: (webhook: WebhookRecord) => Promise<Omit<NewDelivery, 'id'>[]>;
  now: Date;
};

/**
 * Answers the ids of the deliveries. A webhook that is failing is tried at once. Throws `not-found`,
 * `webhook-disabled`, `overloaded` where too many wait already.
 */
export async function queueDeliveries(
  tx: Tx,
  { caller, id, deliveries, now }: QueueDeliveries,
): Promise<string[]> {
  // Before the lock: a long range takes a while to read, and who sends for the others would wait for this one's row.
  const found = requireOwn(caller, await findWebhook(tx, id));
  const read = await deliveries(found);
  const webhook = await lockOwn(tx, caller, id);
  // Changed meanwhile: what was read may be nothing for it any more.
  const again = webhook.version === found.version ? read : await deliveries(webhook);
  if (!webhook.enabled) {
    throw new Problem('webhook-disabled', 'Nothing is sent to it: switch it on with `enabled: true` first.');
  }
  if ((await countPending(tx, id, WAITING_MAX)) >= WAITING_MAX) {
    throw new Problem('overloaded', `${WAITING_MAX} deliveries wait for this webhook: try again later.`);
  }
  const due = again.map((delivery) => ({ id: newId('obj', now), ...delivery }));
  await insertDue(tx, id, due, now);
  await probeNow(tx, id);
  await insertEvents(tx, [webhookEvent('webhook.changed', webhook, now)]);
  return due.map((delivery) => delivery.id);
}
