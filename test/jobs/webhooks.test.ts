// Webhooks: what happens is sent to each receiver at least once, signed, tried again, and no receiver delays another.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { LAMP, OTHER_STORE, STORE, TABLE } from '../support/shop.ts';
import { openWebhookShop, type WebhookShop } from '../support/webhookShop.ts';

let shop: WebhookShop;
beforeAll(async () => {
  shop = await openWebhookShop();
});
afterAll(() => shop.close());

const types = (received: readonly { body: string }[]) =>
  received.map(({ body }) => JSON.parse(body).type as string);

test('what happens arrives as the envelope of the feed, with a signature that Standard Webhooks accepts', async () => {
  const erp = await shop.receiver();
  await shop.put(TABLE, STORE, 5);
  await eventually(() => expect(types(erp.received)).toEqual(['stock.changed']));
  const { body } = await shop.get('/v1/events?types=stock.changed&limit=200').expect(200);
  const [sent] = erp.received.map((received) => JSON.parse(received.body));
  const { cursor, ...envelope } = body.data.at(-1);
  expect(sent).toMatchObject(envelope);
  expect(typeof cursor).toBe('string');
  expect(erp.received[0]?.id).toBe(envelope.id);
  expect(erp.forged).toBe(0);
  await eventually(async () =>
    expect(await shop.deliveries(erp.id)).toMatchObject([
      {
        kind: 'event',
        eventId: envelope.id,
        eventType: 'stock.changed',
        status: 'delivered',
        attempts: 1,
        responseStatus: 204,
        error: null,
        nextTryAt: null,
      },
    ]),
  );
});

test('only the types and locations that it asks for are sent', async () => {
  const orders = await shop.receiver(204, { types: ['reservation.*'], locations: [STORE] });
  const stock = await shop.receiver(204, { types: ['stock.changed'], locations: [OTHER_STORE] });
  await shop.put(LAMP, OTHER_STORE, 3);
  await shop.put(TABLE, STORE, 9);
  await shop.hold();
  await eventually(() => expect(types(orders.received)).toEqual(['reservation.held']));
  await eventually(() => expect(types(stock.received)).toEqual(['stock.changed']));
});

test('how tries end is counted', async () => {
  await eventually(async () => {
    const { text } = await shop.get('/metrics').expect(200);
    expect(text).toMatch(/comptoir_webhook_seconds_count\{outcome="delivered"\} [1-9]/);
    expect(shop.webhooks.counts()).toMatchObject({ held: 3, failing: 0, disabled: 0, oldestSeconds: 0 });
  });
});
