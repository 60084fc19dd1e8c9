// What is heard from sources is written by and by: from files too, once more at the end, and after a failure.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startSourceNotes } from '../../src/jobs/sourceNotes.ts';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { type ImportShop, openImportShop, rowsOf } from '../support/imports.ts';
import { LAMP, OTHER_STORE, STORE, TABLE } from '../support/shop.ts';

let shop: ImportShop;
beforeAll(async () => {
  shop = await openImportShop();
});
afterAll(() => shop.close());

const AT = ['2026-03-01T10:00:00Z', '2026-03-02T10:00:00Z'] as const;
const source = async (name: string) => (await shop.get(`/v1/sources/${name}`).expect(200)).body;
const start = () => startSourceNotes({ ...shop.app.deps, pollMilliseconds: 20 });
const hear = (name: string) => {
  const { sources } = shop.app.deps;
  sources.heard({ source: name, at: new Date(), facts: [{ location: STORE, occurredAt: new Date(AT[0]) }] });
};

test('a file is a message of every source that it has rows of', async () => {
  const rows = [
    `pos-1,${TABLE},${STORE},4,${AT[0]}`,
    `pos-1,${TABLE},${OTHER_STORE},4,${AT[1]}`,
    `pos-2,${LAMP},${STORE},4,${AT[0]}`,
    `pos-2,NO-SUCH,${OTHER_STORE},4,${AT[1]}`,
  ];
  await shop.run(`source,sku,location,onHand,countedAt\n${rows.join('\n')}\n`, { type: 'counts' });
  await shop.app.deps.sources.write(new Date());
  expect(await source('pos-1')).toMatchObject({
    lastOccurredAt: '2026-03-02T10:00:00.000Z',
    locations: [{ code: STORE }, { code: OTHER_STORE }],
  });
  // A row that was refused tells nothing of a place.
  expect(await source('pos-2')).toMatchObject({
    lastOccurredAt: '2026-03-01T10:00:00.000Z',
    locations: [{ code: STORE }],
  });
});

test('a file’s counts carry the rank of their source, and contradict others', async () => {
  const put = (name: string, rank: number) =>
    fetch(`${shop.app.url}/v1/sources/${name}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${shop.app.admin}`, 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'erp', rank }),
    });
  expect((await put('a-trusted', 3)).status).toBe(201);
  await shop.app.deps.sources.load();
  const at = '2026-04-01T10:00:00Z';
  const text = `source,sku,location,onHand,countedAt\na-trusted,${LAMP},${STORE},9,${at}\nz-other,${LAMP},${STORE},2,${at}\n`;
  await shop.run(text, { type: 'counts' });
  await shop.app.deps.sources.write(new Date());
  expect(await source('z-other')).toMatchObject({
    counts: { compared: 1, disagreed: 1 },
    conflicts: [{ won: false, winner: { source: 'a-trusted', onHand: 9 }, loser: { onHand: 2 } }],
  });
});

test('the job writes soon, and what is left when it ends', async () => {
  const job = start();
  hear('soon');
  await eventually(async () => (await shop.get('/v1/sources/soon')).status === 200);
  hear('late');
  await job.close();
  expect(await source('late')).toMatchObject({ locations: [{ code: STORE }] });
});

test('a process that ends writes what it heard last', async () => {
  const other = await startTestApp({ databaseUrl: shop.app.databaseUrl });
  const facts = [{ location: STORE, occurredAt: new Date(AT[0]) }];
  other.deps.sources.heard({ source: 'last', at: new Date(), facts });
  await other.close();
  expect(await source('last')).toMatchObject({ locations: [{ code: STORE }] });
});

test('what could not be written is written the next time, whole', async () => {
  hear('kept');
  shop.app.deps.sources.compared(['kept'], false);
  await rowsOf(shop, 'ALTER TABLE source_locations RENAME TO away');
  await expect(shop.app.deps.sources.write(new Date())).rejects.toThrow('source_locations');
  await rowsOf(shop, 'ALTER TABLE away RENAME TO source_locations');
  shop.app.deps.sources.compared(['kept'], true);
  await shop.app.deps.sources.write(new Date());
  expect(await source('kept')).toMatchObject({
    counts: { compared: 2, disagreed: 1, disagreementRate: 0.5 },
    locations: [{ code: STORE }],
  });
});

test('a file names orders by their reference or their pickup code', async () => {
  await shop.put(TABLE, STORE, 10);
  const orders = [];
  for (const orderReference of ['file-1', 'file-2']) {
    const { id } = await shop.hold();
    orders.push((await shop.post(`/v1/reservations/${id}/confirm`, { orderReference }).expect(200)).body);
  }
  const at = new Date().toISOString();
  const rows = [
    `sale,${TABLE},${STORE},2,${at},e-1,file-1,till,`,
    `sale,${TABLE},${STORE},2,${at},e-2,file-1,web,`,
    `sale,${TABLE},${STORE},2,${at},e-3,,till,${orders[1].pickupCode}`,
    `sale,${TABLE},${STORE},2,${at},e-4,file-2,,${orders[1].pickupCode}`,
  ];
  const header = 'type,sku,location,quantity,occurredAt,eventId,orderReference,channel,pickupCode';
  const ended = await shop.run(`${header}\n${rows.join('\n')}\n`, { type: 'movements' });
  expect(ended).toMatchObject({ rowsTotal: 4, rowsRejected: 2 });
  expect(await shop.errors(ended.id)).toEqual([
    expect.stringContaining('unknown-reservation'),
    expect.stringContaining('only name of the reservation'),
  ]);
  for (const { id } of orders) {
    expect((await shop.get(`/v1/reservations/${id}`).expect(200)).body.status).toBe('collected');
  }
  const { body } = await shop.get(`/v1/stock?sku=${TABLE}&location=${STORE}`).expect(200);
  expect(body.data).toMatchObject([{ onHand: 6, reserved: 0 }]);
});
