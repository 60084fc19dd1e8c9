// What was sent to a webhook, over HTTP: its log, one event or a range of time again, a test.
import { z } from 'zod';
import { eventId, rowOfEvent } from '../../domain/event.ts';
import { matches } from '../../domain/eventFilter.ts';
import { EXAMPLE_WEBHOOKS } from '../../domain/exampleIds.ts';
import type { FeedEvent } from '../../domain/feedEvent.ts';
import { decodeCursor as decodePosition, encodeCursor as encodePosition } from '../../domain/feedPosition.ts';
import { invalid, Problem } from '../../domain/problem.ts';
import { filterOf, type WebhookRecord } from '../../domain/webhook.ts';
import {
  DELIVERY_STATUSES,
  type DeliveryRecord,
  deliverySchema,
  REPLAYED_EVENTS_MAX,
  showDelivery,
} from '../../domain/webhookDelivery.ts';
import { eventAt, eventsWithin } from '../../feed/revisit.ts';
import { newId } from '../../newId.ts';
import { queueDeliveries } from '../../operations/queueDeliveries.ts';
import { requireOwn } from '../../operations/webhooks/ownWebhook.ts';
import { findDelivery, listDeliveries, type NewDelivery } from '../../queries/webhookDeliveries.ts';
import { findWebhook } from '../../queries/webhooks.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Deps } from '../deps.ts';
import { type AnyRoute, type Call, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';
import { webhookParams } from '../webhookSchemas.ts';

const getDeliveries = route({
  method: 'GET',
  path: '/v1/webhooks/{id}/deliveries',
  operationId: 'listDeliveries',
  summary: 'What was sent, and what became of it',
  description:
    'The last first. What was delivered is kept for 7 days, what failed for 30. A delivery that failed is `pending` until its tenth try.',
  tag: 'Webhooks',
  scopes: ['webhooks:write'],
  kinds: ['secret'],
  params: webhookParams,
  query: z.strictObject({
    status: z.enum(DELIVERY_STATUSES).optional().meta({ description: 'Only these.' }),
    ...page,
  }),
  responses: { 200: { description: 'A page of deliveries.', schema: listOf(deliverySchema) } },
  problems: ['not-found', 'invalid-cursor'],
  examples: {
    failed: {
      summary: 'What failed, of a webhook of the demo',
      params: { id: EXAMPLE_WEBHOOKS.use },
      query: { status: 'failed' },
    },
  },
  async handler({ tx, caller, params, query }) {
    requireOwn(caller, await findWebhook(tx, params.id));
    const { status, limit, cursor } = query;
    const filters = { status, id: params.id };
    const before = decodeCursor(filters, cursor, z.string());
    const found = await listDeliveries(tx, params.id, { status: status ?? null, before, limit: limit + 1 });
    const last = found.length > limit ? found[limit - 1] : undefined;
    const nextCursor = last === undefined ? null : encodeCursor(filters, last.id);
    return { status: 200, body: { data: found.slice(0, limit).map(showDelivery), nextCursor } };
  },
});

const postReplayOne = route({
  method: 'POST',
  path: '/v1/webhooks/{id}/deliveries/{deliveryId}/replay',
  operationId: 'replayDelivery',
  summary: 'Send one event again',
  description:
    'With the same `webhook-id`, so that a receiver knows it. A delivery of its own, tried at once.',
  tag: 'Webhooks',
  scopes: ['webhooks:write'],
  kinds: ['secret'],
  params: webhookParams.extend({
    deliveryId: z
      .string()
      .max(64)
      .meta({ examples: ['obj_01JZ8Q6Y3T9V5W7X2A4B6C8D0E'] }),
  }),
  responses: { 202: { description: 'The new delivery.', schema: deliverySchema } },
  problems: ['not-found', 'event-expired', 'webhook-disabled', 'overloaded'],
  examples: {
    failed: {
      summary: 'What did not get through',
      params: { id: EXAMPLE_WEBHOOKS.use, deliveryId: EXAMPLE_WEBHOOKS.delivery },
    },
  },
  async handler(call, deps) {
    const { id, deliveryId } = call.params;
    const deliveries = async (webhook: WebhookRecord) => [await againOf(call, deps, webhook, deliveryId)];
    return accepted(
      call,
      await queueDeliveries(call.tx, { caller: call.caller, id, deliveries, now: call.now }),
    );
  },
});

const replaySchema = z
  .strictObject({
    from: z.iso.datetime().meta({ description: 'Events that occurred from here on.' }),
    to: z.iso.datetime().meta({ description: 'And before here.' }),
    cursor: z.string().min(1).max(8_000).optional().meta({
      description: '`nextCursor` of the call before, with the same range.',
    }),
  })
  .meta({ id: 'ReplayInput' });

const postReplay = route({
  method: 'POST',
  path: '/v1/webhooks/{id}/replay',
  operationId: 'replayEvents',
  summary: 'Send a range of time again',
  description: `The events that its filters let through now, as far as they are kept, about in order, beside what happens. At most ${REPLAYED_EVENTS_MAX} a call: \`nextCursor\` says where to go on.`,
  tag: 'Webhooks',
  scopes: ['webhooks:write'],
  kinds: ['secret'],
  cost: 20,
  params: webhookParams,
  body: replaySchema,
  responses: {
    202: {
      description: 'How many are sent again.',
      schema: z
        .object({
          replayed: z.int(),
          nextCursor: z.string().nullable().meta({ description: 'Null when that was all.' }),
        })
        .meta({ id: 'Replay' }),
    },
  },
  problems: ['not-found', 'webhook-disabled', 'overloaded', 'invalid-cursor', 'cursor-expired'],
  examples: {
    years: {
      summary: 'All that is kept',
      params: { id: EXAMPLE_WEBHOOKS.use },
      body: { from: '2026-01-01T00:00:00Z', to: '2036-01-01T00:00:00Z' },
    },
  },
  async handler(call, deps) {
    const { from, to, cursor } = call.body;
    const range = { from: new Date(from), to: new Date(to) };
    if (range.from >= range.to) throw invalid('/to', 'bad-range', '`to` must come after `from`.');
    const start = cursor === undefined ? null : decodePosition(cursor);
    let nextCursor: string | null = null;
    const deliveries = async (webhook: WebhookRecord) => {
      await deps.feed.settled();
      const asked = { ...range, filter: filterOf(webhook), limit: REPLAYED_EVENTS_MAX };
      const { events, next } = await eventsWithin(call.tx, deps.feed.horizon(), start, asked);
      nextCursor = next && encodePosition(next);
      return events.map(replayOf);
    };
    const { caller, params, now } = call;
    const ids = await queueDeliveries(call.tx, { caller, id: params.id, deliveries, now });
    return { status: 202, body: { replayed: ids.length, nextCursor } };
  },
});

const postTest = route({
  method: 'POST',
  path: '/v1/webhooks/{id}/test',
  operationId: 'testWebhook',
  summary: 'Send a test event',
  description:
    'An envelope of type `webhook.test`, which no filter leaves out and nobody else hears. It is tried once; its delivery says what came of it.',
  tag: 'Webhooks',
  scopes: ['webhooks:write'],
  kinds: ['secret'],
  params: webhookParams,
  responses: { 202: { description: 'The delivery.', schema: deliverySchema } },
  problems: ['not-found', 'webhook-disabled', 'overloaded'],
  examples: { erp: { summary: 'To one of the demo', params: { id: EXAMPLE_WEBHOOKS.use } } },
  async handler(call, { feed }) {
    const { caller, params, now } = call;
    const cursor = encodePosition(feed.horizon());
    const deliveries = async (webhook: WebhookRecord) => [testOf(webhook, cursor, now)];
    return accepted(call, await queueDeliveries(call.tx, { caller, id: params.id, deliveries, now }));
  },
});

async function accepted({ tx, params }: Call<{ id: string }>, [id = '']: readonly string[]) {
  const delivery: DeliveryRecord | null = await findDelivery(tx, params.id, id);
  if (delivery === null) throw new Error('the delivery is not there');
  return { status: 202, body: showDelivery(delivery) };
}

/** The same event once more, read anew; of locations that the webhook still hears, whatever it heard then. */
async function againOf(
  { tx }: Pick<Call, 'tx'>,
  { feed }: Pick<Deps, 'feed'>,
  webhook: WebhookRecord,
  id: string,
): Promise<Omit<NewDelivery, 'id'>> {
  const delivery = await findDelivery(tx, webhook.id, id);
  if (delivery === null) throw new Problem('not-found', 'There is no such delivery.');
  const row = delivery.eventId === null ? null : rowOfEvent(delivery.eventId);
  await feed.settled();
  const event = row === null ? null : await eventAt(tx, feed.horizon(), row);
  const heard = { ...filterOf(webhook), types: null };
  if (event !== null && matches(heard, event)) return replayOf(event);
  if (event !== null)
    throw new Problem('not-found', 'The webhook does not hear the event’s location any more.');
  throw new Problem('event-expired', 'This event is not kept any more, or was only a test.');
}

function replayOf(event: FeedEvent): Omit<NewDelivery, 'id'> {
  const { row, type: eventType, occurredAt } = event;
  return { kind: 'replay', eventId: eventId(row.id), eventType, occurredAt, body: event.json() };
}

function testOf(webhook: WebhookRecord, cursor: string, now: Date): Omit<NewDelivery, 'id'> {
  const id = newId('evt', now);
  const envelope = {
    ...{ id, cursor, type: 'webhook.test', occurredAt: now.toISOString(), location: null },
    ...{ subject: webhook.id, version: webhook.version, data: { id: webhook.id } },
  };
  return {
    ...{ kind: 'test', eventId: id, eventType: envelope.type, occurredAt: now },
    body: JSON.stringify(envelope),
  };
}

export const webhookDeliveryRoutes: readonly AnyRoute[] = [
  getDeliveries,
  postReplayOne,
  postReplay,
  postTest,
];
