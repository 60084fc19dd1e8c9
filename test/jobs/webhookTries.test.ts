// What becomes of tries that fail: again after a while, paused, given up, taken up again. The clock is the test's.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import type { Receiver } from '../support/receivers.ts';
import { STORE, TABLE } from '../support/shop.ts';
import { openWebhookShop, type WebhookShop } from '../support/webhookShop.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let shop: WebhookShop;
const STARTED_AT = Date.now();
/** By how much the clock has gone on: it stands still but for this, however long the machine takes. */
let ahead = 0;
beforeAll(async () => {
  shop = await openWebhookShop({
    now: () => new Date(STARTED_AT + ahead),
    job: { dice: () => 0.5, tryMilliseconds: 20_000 },
  });
});
afterAll(() => shop.close());

let onHand = 10;
const happen = async (times = 1) => {
  for (let time = 0; time < times; time++) await shop.put(TABLE, STORE, onHand++);
};
const webhook = async (id: string) => (await shop.get(`/v1/webhooks/${id}`).expect(200)).body;
const logged = (id: string, expected: object[]) =>
  eventually(async () => expect(await shop.deliveries(id)).toMatchObject(expected));
const idsOf = ({ received }: Receiver) => new Set(received.map(({ id }) => id));

test('an answer that is not 2xx is tried again five seconds later, with the same id and the same body', async () => {
  const erp = await shop.receiver(500);
  await happen();
  await logged(erp.id, [{ status: 'pending', attempts: 1, responseStatus: 500, error: 'status' }]);
  const [delivery] = await shop.deliveries(erp.id);
  expect(Date.parse(String(delivery?.nextTryAt)) - Date.parse(String(delivery?.triedAt))).toBe(5_000);
  erp.answer = 200;
  expect(erp.received).toHaveLength(1);
  ahead += 5_000;
  await logged(erp.id, [
    { status: 'delivered', attempts: 2, responseStatus: 200, error: null, nextTryAt: null },
  ]);
  const [first, second] = erp.received;
  expect(second).toMatchObject({ id: first?.id, body: first?.body });
  expect(erp.forged).toBe(0);
});

test('one that asks to be left alone is, for as long as it says, and gets all of it then', async () => {
  const erp = await shop.receiver((_, response) => response.writeHead(429, { 'Retry-After': '120' }).end());
  await happen();
  await logged(erp.id, [{ status: 'pending', attempts: 1, responseStatus: 429 }]);
  const [delivery] = await shop.deliveries(erp.id);
  // Up to 20 % more: it told others the same time.
  expect(Date.parse(String(delivery?.nextTryAt)) - Date.parse(String(delivery?.triedAt))).toBe(132_000);
  await happen(3);
  ahead += 100_000;
  const other = await shop.receiver();
  await happen();
  await eventually(() => expect(other.received).toHaveLength(1));
  expect(erp.hits).toBe(1);
  erp.answer = 200;
  ahead += 40_000;
  await eventually(() => expect(idsOf(erp).size).toBe(5));
});

test('what waits for another try survives its process', async () => {
  const erp = await shop.receiver(500);
  await happen();
  await logged(erp.id, [{ status: 'pending', attempts: 1 }]);
  await shop.restart();
  erp.answer = 200;
  ahead += 6_000;
  await logged(erp.id, [{ status: 'delivered', attempts: 2 }]);
  expect(idsOf(erp).size).toBe(1);
});

test('an event that is refused holds no other: they go on beside it', async () => {
  const erp = await shop.receiver();
  await happen();
  await eventually(() => expect(erp.received).toHaveLength(1));
  const poison = erp.received[0]?.id;
  erp.answer = ({ id }, response) => void response.writeHead(id === poison ? 500 : 200).end();
  await logged(erp.id, [{ status: 'delivered', eventId: poison }]);
  const [delivery] = await shop.deliveries(erp.id);
  const again = await shop.post(`/v1/webhooks/${erp.id}/deliveries/${delivery?.id}/replay`).expect(202);
  expect(again.body).toMatchObject({ kind: 'replay', status: 'pending', eventId: poison, attempts: 0 });
  await happen(5);
  await eventually(() => expect(idsOf(erp).size).toBe(6));
  await logged(
    erp.id,
    Array.from({ length: 7 }, () => ({})),
  );
  expect(await shop.deliveries(erp.id, 'status=pending')).toMatchObject([
    { kind: 'replay', eventId: poison, attempts: 1, responseStatus: 500 },
  ]);
  expect(await webhook(erp.id)).toMatchObject({ status: 'enabled', enabled: true });
});

test('one that fails is paused, sees a probe now and then, and gets all it missed once it answers again', async () => {
  // Webhooks of other tests may be disabled in these days.
  const erp = await shop.receiver(503, { types: ['stock.changed'] });
  await happen(12);
  await eventually(async () =>
    expect(await webhook(erp.id)).toMatchObject({ status: 'failing', enabled: true }),
  );
  await happen(20);
  const before = erp.hits;
  // What was under way when it was paused, of 32.
  expect(before).toBeLessThan(12);
  ahead += 10_000;
  await eventually(() => expect(erp.hits).toBe(before + 1));
  erp.answer = 200;
  // Until then: the probe that came to nothing may be written down, and the next one's time set, after the clock went on.
  await eventually(
    () => {
      ahead += 10 * MINUTE;
      expect(idsOf(erp).size).toBe(32);
    },
    { every: 100 },
  );
  await eventually(async () => {
    ahead += 10 * MINUTE;
    expect(await shop.deliveries(erp.id, 'status=pending')).toEqual([]);
  });
  expect(await webhook(erp.id)).toMatchObject({ status: 'enabled', failingSince: null });
});

test('after ten tries over three days it is disabled, everybody is told, and switched on it goes on from there', async () => {
  // Of this alone: webhooks of other tests are disabled in these days as well.
  const erp = await shop.receiver(500, { types: ['stock.changed'] });
  const other = await shop.receiver(204, { types: ['webhook.disabled'] });
  const since = ahead;
  await happen();
  await eventually(
    async () => {
      ahead += 2 * HOUR;
      expect(await webhook(erp.id)).toMatchObject({
        ...{ status: 'disabled', enabled: false, disabledReason: 'failing' },
      });
    },
    { every: 100 },
  );
  expect(ahead - since).toBeGreaterThan(70 * HOUR);
  await logged(erp.id, [{ status: 'failed', attempts: 10, nextTryAt: null }]);
  await eventually(() => expect(other.hits).toBeGreaterThan(0));
  const { body: feed } = await shop.get('/v1/events?types=webhook.disabled').expect(200);
  const told = feed.data.filter(({ subject }: { subject: string }) => subject === erp.id);
  expect(told).toMatchObject([{ data: { id: erp.id, disabledReason: 'failing' } }]);
  expect(JSON.stringify(told)).not.toContain(erp.url);
  await happen(3);
  erp.answer = 200;
  const was = erp.hits;
  await shop.save(erp.id, { url: erp.url }).expect(200);
  await eventually(() => expect(erp.hits - was).toBeGreaterThanOrEqual(3));
  expect(await webhook(erp.id)).toMatchObject({ status: 'enabled', disabledReason: null, disabledAt: null });
});

test('one that answers 410 is disabled at once', async () => {
  const erp = await shop.receiver(410);
  const other = await shop.receiver(204, { types: ['stock.changed'] });
  await happen();
  await eventually(async () =>
    expect(await webhook(erp.id)).toMatchObject({ status: 'disabled', disabledReason: 'gone' }),
  );
  // What renews the leases of all, then what takes them all anew.
  await shop.save(other.id, { url: other.url, types: ['stock.changed'], description: 'other' }).expect(200);
  await happen();
  await eventually(() => expect(idsOf(other).size).toBe(2));
  await shop.restart();
  await happen();
  await eventually(() => expect(idsOf(other).size).toBe(3));
  expect(erp.hits).toBe(1);
});

test('a redirect is not followed', async () => {
  const elsewhere = await shop.receiver();
  await shop.save(elsewhere.id, { url: elsewhere.url, enabled: false }).expect(200);
  const erp = await shop.receiver((_, response) => {
    response.writeHead(307, { Location: elsewhere.url }).end();
  });
  await happen();
  await logged(erp.id, [{ status: 'pending', responseStatus: 307, error: 'redirect' }]);
  expect(elsewhere.hits).toBe(0);
});

test('a receiver that hangs up has failed', async () => {
  const erp = await shop.receiver((_, response) => void response.destroy());
  await happen();
  await logged(erp.id, [{ status: 'pending', attempts: 1, responseStatus: null, error: 'connection' }]);
  expect(erp.hits).toBeGreaterThan(0);
});

test('a receiver that never answers has failed', async () => {
  const hasty = await openWebhookShop({ now: () => new Date(STARTED_AT), job: { tryMilliseconds: 1_000 } });
  try {
    const erp = await hasty.receiver(() => {});
    await hasty.put(TABLE, STORE, 10);
    await eventually(async () =>
      expect(await hasty.deliveries(erp.id)).toMatchObject([
        { status: 'pending', attempts: 1, responseStatus: null, error: 'timeout' },
      ]),
    );
  } finally {
    await hasty.close();
  }
});

test('an answer without an end is a delivery: its status was read, the rest is not', async () => {
  const erp = await shop.receiver((_, response) => {
    response.writeHead(200).write('x'.repeat(100_000));
  });
  await happen();
  await logged(erp.id, [{ status: 'delivered', responseStatus: 200 }]);
  expect(erp.hits).toBe(1);
});
