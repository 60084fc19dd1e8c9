// The log of deliveries is kept for its days; what waits for a try stays, and what was removed goes whole.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeId } from '../../src/domain/id.ts';
import type { Retention } from '../../src/jobs/retention.ts';
import { startWebhookRetention } from '../../src/jobs/webhookRetention.ts';
import { insertLog, type LogRow } from '../../src/queries/webhookLeases.ts';
import { openShop, type Shop } from '../support/shop.ts';

const NOW = new Date();

let shop: Shop;
let retention: Retention;
beforeAll(async () => {
  shop = await openShop();
  retention = startWebhookRetention({ ...shop.app.deps, now: () => NOW });
});
afterAll(async () => {
  await retention.close();
  await shop.app.close();
});

let made = 0;
function row(webhookId: string, status: LogRow['status'], daysAgo: number): LogRow {
  const at = new Date(NOW.getTime() - daysAgo * 86_400_000);
  made += 1;
  return {
    ...{
      webhookId,
      id: makeId('obj', at.getTime(), Buffer.from(`${made}`.padStart(10, '0'))),
      kind: 'event',
      eventId: 'evt_1',
    },
    ...{
      eventType: 'item.changed',
      occurredAt: at,
      status,
      attempts: 1,
      responseStatus: 200,
      error: null,
      durationMs: 1,
    },
    ...{ triedAt: at, nextTryAt: at, body: '{}', createdAt: at },
  };
}
const make = async () =>
  (await shop.post('/v1/webhooks', { url: 'https://erp.example.com/' }).expect(201)).body.id;
const kept = async (id: string) => {
  const rows = await shop.app.deps.database.run<{ status: string; days: number }>(
    'test.kept',
    `SELECT status, round(extract(epoch FROM $2::timestamptz - created_at) / 86400)::int AS days
     FROM webhook_deliveries WHERE webhook_id = $1 ORDER BY id`,
    [id, NOW],
  );
  return rows.map(({ status, days }) => `${status} ${days}`);
};

test('deliveries are kept for 7 days, failures for 30, and what waits for as long as it waits', async () => {
  const id = await make();
  const days = [40, 31, 29, 8, 6, 0];
  const statuses = ['delivered', 'failed', 'pending'] as const;
  await insertLog(
    shop.app.deps.database,
    days.flatMap((ago) => statuses.map((status) => row(id, status, ago))),
  );
  expect(await retention.run()).toBe(6);
  expect(await kept(id)).toEqual([
    ...['pending 40', 'pending 31', 'failed 29', 'pending 29', 'failed 8', 'pending 8'],
    ...['delivered 6', 'failed 6', 'pending 6', 'delivered 0', 'failed 0', 'pending 0'],
  ]);
});

test('of a removed webhook nothing is left', async () => {
  const id = await make();
  await insertLog(shop.app.deps.database, [row(id, 'delivered', 0), row(id, 'pending', 0)]);
  await shop.app.deps.database.run('test.remove', 'UPDATE webhooks SET deleted_at = now() WHERE id = $1', [
    id,
  ]);
  await retention.run();
  expect(await kept(id)).toEqual([]);
  const rows = await shop.app.deps.database.run('test.gone', 'SELECT id FROM webhooks WHERE id = $1', [id]);
  expect(rows).toEqual([]);
});

test('a former secret goes when its day is over', async () => {
  const id = await make();
  await shop.post(`/v1/webhooks/${id}/rotate`).expect(200);
  const former = () =>
    shop.app.deps.database.run(
      'test.former',
      'SELECT previous_secret IS NULL AS gone FROM webhooks WHERE id = $1',
      [id],
    );
  await retention.run();
  expect(await former()).toEqual([{ gone: false }]);
  const later = startWebhookRetention({
    ...shop.app.deps,
    now: () => new Date(NOW.getTime() + 2 * 86_400_000),
  });
  await later.run();
  await later.close();
  expect(await former()).toEqual([{ gone: true }]);
});
