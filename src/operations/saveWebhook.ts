// Replaces what a webhook is: its URL, what it hears, whether it is on. Switched on again it goes on where it stopped.
import type { Caller } from '../domain/caller.ts';
import type { Guard } from '../domain/saved.ts';
import { type WebhookInput, type WebhookRecord, webhookEvent } from '../domain/webhook.ts';
import { insertEvents } from '../queries/events.ts';
import type { Tx } from '../queries/transaction.ts';
import { giveUpElsewhere } from '../queries/webhookDeliveries.ts';
import { updateWebhook } from '../queries/webhooks.ts';
import { checkTarget } from './webhooks/checkTarget.ts';
import { locationsFor, lockOwn } from './webhooks/ownWebhook.ts';

export type SaveWebhook = {
  caller: Caller;
  id: string;
  input: WebhookInput;
  guard: Guard;
  allowsLocal: boolean;
  now: Date;
};

/** Throws `not-found`, what the guard throws, `invalid-request` for the URL, `unknown-location`. */
export async function saveWebhook(
  tx: Tx,
  { caller, id, input, guard, allowsLocal, now }: SaveWebhook,
): Promise<WebhookRecord> {
  const { version } = await lockOwn(tx, caller, id);
  guard(version);
  checkTarget(input.url, allowsLocal);
  const locations = await locationsFor(tx, caller, input.locations);
  const { url, description = null, types = null, enabled } = input;
  const described = { id, url, description, types, locations, enabled, savedBy: caller.keyId };
  const webhook = await updateWebhook(tx, described, now);
  // Who may have it by its locations now must not be sent, to a URL of theirs, what waited for others.
  if (locations !== null) await giveUpElsewhere(tx, id, locations);
  await insertEvents(tx, [webhookEvent('webhook.changed', webhook, now)]);
  return webhook;
}
