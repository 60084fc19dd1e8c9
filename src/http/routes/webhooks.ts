// Webhooks over HTTP: made (the secret shown once), listed, changed, their secret rotated, removed.
// What is sent, and what became of it, is webhookDeliveries.ts's.
import { z } from 'zod';
import { EXAMPLE_STORE, EXAMPLE_WEBHOOKS } from '../../domain/exampleIds.ts';
import { encodeCursor as encodePosition } from '../../domain/feedPosition.ts';
import {
  secretSchema,
  showWebhook,
  type WebhookRecord,
  webhookInputSchema,
  webhookSchema,
  webhookUpdateSchema,
} from '../../domain/webhook.ts';
import { createWebhook } from '../../operations/createWebhook.ts';
import { removeWebhook } from '../../operations/removeWebhook.ts';
import { rotateWebhookSecret } from '../../operations/rotateWebhookSecret.ts';
import { saveWebhook } from '../../operations/saveWebhook.ts';
import { requireOwn } from '../../operations/webhooks/ownWebhook.ts';
import { findWebhook, listWebhooks } from '../../queries/webhooks.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { tagBeside } from '../etag.ts';
import { type AnyRoute, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';
import { webhookParams } from '../webhookSchemas.ts';
import { writeGuard } from '../writeGuard.ts';

const withSecretSchema = webhookSchema.extend({ secret: secretSchema }).meta({ id: 'WebhookWithSecret' });

/** Also of how it fares, and until when a former secret signs: neither makes a version. */
function tagOf(webhook: WebhookRecord): string {
  const { status, failingSince, previousSecretUntil } = showWebhook(webhook);
  const isPlain = failingSince === null && previousSecretUntil === null;
  return tagBeside(webhook.version, isPlain ? null : [status, failingSince, previousSecretUntil]);
}

const EXAMPLE = {
  url: 'https://erp.example.com/comptoir',
  types: ['reservation.*', 'stock.changed'],
  locations: ['FR-LILLE-01'],
  description: 'The ERP of the north',
};

const postWebhook = route({
  method: 'POST',
  path: '/v1/webhooks',
  operationId: 'createWebhook',
  summary: 'Have events sent to a URL',
  description:
    'What happens from now on is POSTed to it, each event once or more, signed as Standard Webhooks says; the body is the envelope of `GET /v1/events`. The answer holds the secret, this once. A 2xx within 10 seconds is a delivery; anything else is tried again, ten times over three days. Up to 8 events are on their way at a time; of one subject, one. A key limited to locations makes webhooks for these.',
  tag: 'Webhooks',
  scopes: ['webhooks:write'],
  kinds: ['secret'],
  body: webhookInputSchema,
  responses: { 201: { description: 'The webhook, with its secret.', schema: withSecretSchema } },
  problems: ['unknown-location', 'too-many-webhooks'],
  examples: { erp: { summary: 'Orders and stock of one store', body: EXAMPLE } },
  async handler(call, { feed, config }) {
    // All that is committed now was before it; what comes after is sent.
    await feed.settled();
    const { webhook, secret } = await createWebhook(call.tx, {
      caller: call.caller,
      input: call.body,
      cursor: encodePosition(feed.horizon()),
      allowsLocal: config.webhookLocal,
      now: call.now,
    });
    return {
      status: 201,
      body: { ...showWebhook(webhook), secret },
      headers: { Location: `/v1/webhooks/${webhook.id}` },
      etag: tagOf(webhook),
    };
  },
});

const getWebhooks = route({
  method: 'GET',
  path: '/v1/webhooks',
  operationId: 'listWebhooks',
  summary: 'List webhooks',
  description: 'The oldest first. Never a secret.',
  tag: 'Webhooks',
  scopes: ['webhooks:write'],
  kinds: ['secret'],
  query: z.strictObject({ ...page }),
  responses: { 200: { description: 'A page of webhooks.', schema: listOf(webhookSchema) } },
  problems: ['invalid-cursor'],
  examples: { all: { summary: 'All webhooks' } },
  async handler({ tx, caller, query }) {
    const { limit, cursor } = query;
    const after = decodeCursor({}, cursor, z.string());
    const webhooks = await listWebhooks(tx, { within: caller.locations, after, limit: limit + 1 });
    const last = webhooks.length > limit ? webhooks[limit - 1] : undefined;
    const nextCursor = last === undefined ? null : encodeCursor({}, last.id);
    return { status: 200, body: { data: webhooks.slice(0, limit).map(showWebhook), nextCursor } };
  },
});

const getWebhook = route({
  method: 'GET',
  path: '/v1/webhooks/{id}',
  operationId: 'getWebhook',
  summary: 'Read a webhook',
  description: 'How it fares, and why it was disabled if it was. Never its secret.',
  tag: 'Webhooks',
  scopes: ['webhooks:write'],
  kinds: ['secret'],
  params: webhookParams,
  responses: { 200: { description: 'The webhook.', schema: webhookSchema } },
  problems: ['not-found'],
  examples: { erp: { summary: 'One of the demo', params: { id: EXAMPLE_WEBHOOKS.use } } },
  async handler({ tx, caller, params }) {
    const webhook = requireOwn(caller, await findWebhook(tx, params.id));
    return { status: 200, body: showWebhook(webhook), etag: tagOf(webhook) };
  },
});

const putWebhook = route({
  method: 'PUT',
  path: '/v1/webhooks/{id}',
  operationId: 'saveWebhook',
  summary: 'Change a webhook',
  description:
    'Replaces all that is said of it; its secret stays. What waits is sent to the new URL. `enabled: true` on a disabled one goes on where it stopped, or, where that is more than the days for which events are kept ago, from the oldest event, with a `gap` in its log.',
  tag: 'Webhooks',
  scopes: ['webhooks:write'],
  kinds: ['secret'],
  params: webhookParams,
  body: webhookUpdateSchema,
  responses: { 200: { description: 'The webhook as it is now.', schema: webhookSchema } },
  problems: ['not-found', 'unknown-location', 'precondition-failed'],
  examples: {
    quieter: {
      summary: 'Transfers of one store only',
      params: { id: EXAMPLE_WEBHOOKS.use },
      body: {
        url: 'https://erp.fait-maison.example/comptoir',
        types: ['transfer.at_risk'],
        locations: [EXAMPLE_STORE],
        description: 'Leads nowhere: for the examples',
        enabled: true,
      },
    },
  },
  async handler(call, { config }) {
    const webhook = await saveWebhook(call.tx, {
      caller: call.caller,
      id: call.params.id,
      input: call.body,
      guard: writeGuard(call),
      allowsLocal: config.webhookLocal,
      now: call.now,
    });
    return { status: 200, body: showWebhook(webhook), etag: tagOf(webhook) };
  },
});

const deleteWebhook = route({
  method: 'DELETE',
  path: '/v1/webhooks/{id}',
  operationId: 'removeWebhook',
  summary: 'Remove a webhook',
  description: 'Nothing is sent to it any more; its log is gone too.',
  tag: 'Webhooks',
  scopes: ['webhooks:write'],
  kinds: ['secret'],
  params: webhookParams,
  responses: { 204: { description: 'It is removed.' } },
  problems: ['not-found', 'precondition-failed'],
  examples: { other: { summary: 'The demo’s other one', params: { id: EXAMPLE_WEBHOOKS.remove } } },
  async handler(call) {
    const { caller, params, now } = call;
    await removeWebhook(call.tx, { caller, id: params.id, guard: writeGuard(call), now });
    return { status: 204 };
  },
});

const postRotate = route({
  method: 'POST',
  path: '/v1/webhooks/{id}/rotate',
  operationId: 'rotateWebhookSecret',
  summary: 'Change the secret',
  description:
    'The answer holds the new secret, this once. For 24 hours the former one signs too: `webhook-signature` then holds two signatures, and receivers accept either.',
  tag: 'Webhooks',
  scopes: ['webhooks:write'],
  kinds: ['secret'],
  params: webhookParams,
  responses: { 200: { description: 'The webhook, with its new secret.', schema: withSecretSchema } },
  problems: ['not-found', 'precondition-failed'],
  examples: { erp: { summary: 'One of the demo', params: { id: EXAMPLE_WEBHOOKS.use } } },
  async handler(call) {
    const { tx, caller, params, now } = call;
    const rotation = { caller, id: params.id, guard: writeGuard(call), now };
    const { webhook, secret } = await rotateWebhookSecret(tx, rotation);
    return {
      status: 200,
      body: { ...showWebhook(webhook), secret },
      etag: tagOf(webhook),
    };
  },
});

export const webhookRoutes: readonly AnyRoute[] = [
  postWebhook,
  getWebhooks,
  getWebhook,
  putWebhook,
  deleteWebhook,
  postRotate,
];
