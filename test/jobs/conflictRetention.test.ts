// Counts that contradict each other are evidence for a while; how often a source is contradicted is known for good.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pino from 'pino';
import { startConflictRetention } from '../../src/jobs/conflictRetention.ts';
import { openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

const DAY = 86_400_000;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.app.close());

test('the evidence is kept for so many days and then goes, but for what it came to', async () => {
  const countedAt = new Date(Date.now() - 60_000).toISOString();
  for (const [source, onHand] of [
    ['pos', 4],
    ['wms', 7],
  ] as const) {
    const count = { eventId: 'count-1', sku: TABLE, location: STORE, onHand, countedAt };
    await shop.post('/v1/stock/counts', { source, counts: [count] }).expect(200);
  }
  await shop.app.deps.sources.write(new Date());
  const of = async () => (await shop.get('/v1/sources/pos').expect(200)).body;
  const counts = { compared: 1, disagreed: 1, disagreementRate: 1, since: expect.any(String) };
  expect(await of()).toMatchObject({ counts, conflicts: [{ won: false }] });
  let now = new Date(Date.now() + 89 * DAY);
  const { database } = shop.app.deps;
  const log = pino({ level: 'silent' });
  const retention = startConflictRetention({ database, days: 90, now: () => now, log });
  expect(await retention.run()).toBe(0);
  now = new Date(Date.now() + 91 * DAY);
  expect(await retention.run()).toBe(1);
  expect(await of()).toMatchObject({ counts, conflicts: [] });
  await retention.close();
});
