// What an import does to the catalogue and to stock, row by row, and that the same file again changes nothing.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tidy } from '../../src/jobs/imports/runner.ts';
import { type ImportShop, openImportShop, rowsOf } from '../support/imports.ts';
import { LAMP, OTHER_STORE, STORE, TABLE } from '../support/shop.ts';

let shop: ImportShop;
beforeAll(async () => {
  shop = await openImportShop();
});
afterAll(async () => {
  await shop.close();
});

const onHand = async (sku: string, location = STORE) => {
  const { body } = await shop.get(`/v1/stock?sku=${sku}&location=${location}`).expect(200);
  return body.data[0]?.onHand;
};
/** An item of one's own for each test, so that no test knows of another's stock. */
let made = 0;
const newItem = async () => {
  made += 1;
  const sku = `ITEM-${made}`;
  await shop.run(`sku,name\n${sku},Item ${made}\n`, { type: 'items' });
  return sku;
};

test('items and locations are kept; again, with one of them changed, only that one gets a version', async () => {
  const items = 'sku;name;EAN\nS-1;Lampe;123|456\nS-2;Table;\n';
  expect(await shop.run(items, { type: 'items' })).toMatchObject({
    status: 'succeeded',
    rowsTotal: 2,
    rowsDone: 2,
    rowsUnchanged: 0,
    rowsRejected: 0,
  });
  const { body } = await shop.get('/v1/items/S-1').expect(200);
  expect(body).toMatchObject({ name: { fr: 'Lampe' }, barcodes: ['123', '456'], version: 1 });

  const changed = await shop.run(items.replace('Table', 'Grande table'), { type: 'items' });
  expect(changed).toMatchObject({ rowsDone: 2, rowsUnchanged: 1 });
  expect((await shop.get('/v1/items/S-1')).body.version).toBe(1);
  expect((await shop.get('/v1/items/S-2')).body.version).toBe(2);

  const stores = `code,name,address,zip,city,country,lat,lng,hours\nS1,One,1 rue,59000,Lille,FR,50.6,3.1,Mo-Sa 09:00-19:00; PH off\n`;
  const query = { type: 'locations', map: 'openingHours.osm:hours', timeZone: 'Europe/Paris' };
  expect(await shop.run(stores, query)).toMatchObject({ status: 'succeeded', rowsRejected: 0 });
  expect(await shop.run(stores, query)).toMatchObject({ rowsUnchanged: 1, rowsRejected: 0 });
  const store = await shop.get('/v1/locations/S1').expect(200);
  expect(store.body).toMatchObject({ version: 1, pickup: { enabled: false }, timeZone: 'Europe/Paris' });
  expect(store.body.openingHours.exceptions).toContainEqual(expect.objectContaining({ closed: true }));
});

test('movements go through the stock writer; the same file again changes nothing at all', async () => {
  const sku = await newItem();
  const file = gzipSync(
    [
      'kind,day,store,item,units',
      `R,2026-07-14,${STORE},${sku},10`,
      `S,2026-07-15,${STORE},${sku},3`,
      `S,2026-07-16,${STORE},${sku},-1`,
    ].join('\r\n'),
  );
  const query = {
    type: 'movements',
    map: 'type:kind[R=receipt;S=sale],occurredAt:day,location:store,sku:item,quantity:units',
    source: 'erp',
    negative: 'sale:return',
  };
  expect(await shop.run(file, query)).toMatchObject({
    status: 'succeeded',
    rowsTotal: 3,
    rowsRejected: 0,
    rowsUnchanged: 0,
  });
  expect(await onHand(sku)).toBe(8);
  const { body } = await shop.get(`/v1/stock/movements?sku=${sku}`).expect(200);
  expect(body.data[2]).toMatchObject({
    type: 'receipt',
    source: 'erp',
    occurredAt: '2026-07-13T22:00:00.000Z',
  });

  const before = await shop.state();
  expect(await shop.run(file, query)).toMatchObject({
    status: 'succeeded',
    rowsUnchanged: 3,
    rowsRejected: 0,
  });
  expect(await shop.state()).toEqual(before);
});

test('rows that say the very same are several facts, and still the same ones when the file comes again, longer', async () => {
  const sku = await newItem();
  const row = `sale,${sku},${STORE},1,2026-07-14T10:00:00Z\n`;
  const header = 'type,sku,location,quantity,occurredAt\n';
  await shop.run(header + row + row, { type: 'movements' });
  expect(await onHand(sku)).toBe(-2);
  expect(await shop.run(header + row + row + row, { type: 'movements' })).toMatchObject({
    rowsUnchanged: 2,
    rowsDone: 3,
  });
  expect(await onHand(sku)).toBe(-3);
});

test('one bad row does not spoil the others; each is in errors.csv with its reason, as it was sent', async () => {
  const sku = await newItem();
  const rows = [
    `good-1,receipt,${sku},${STORE},5,2026-07-14`,
    `bad,"quote"x,${sku},${STORE},5,2026-07-14`,
    `e2,receipt,NO-SUCH,${STORE},5,2026-07-14`,
    `e3,receipt,${sku},NO-STORE,5,2026-07-14`,
    `e4,receipt,${sku},${STORE},five,2026-07-14`,
    `e5,receipt,${sku},${STORE},-5,2026-07-14`,
    `e6,receipt,${sku},${STORE},5`,
    `good-1,receipt,${sku},${STORE},6,2026-07-14`,
    `e8,receipt,${sku},${STORE},5,2999-01-01`,
    `=cmd(),receipt,${sku},${STORE},5,2026-02-31`,
    `good-2,receipt,${sku},${STORE},7,2026-07-14`,
  ];
  const text = `eventId,type,sku,location,quantity,occurredAt\n${rows.join('\n')}\n`;
  const record = await shop.run(text, { type: 'movements', source: 'bad-rows' });
  expect(record).toMatchObject({ status: 'succeeded', rowsTotal: 11, rowsDone: 11, rowsRejected: 9 });
  expect(await onHand(sku)).toBe(12);
  const lines = await shop.errors(record.id);
  expect(lines.map((line) => line.split(',').slice(0, 3).join(','))).toEqual([
    '2,stray-quote,',
    '3,unknown-item,/sku',
    '4,unknown-location,/location',
    '5,bad-format,/quantity',
    '6,invalid,/quantity',
    '7,wrong-column-count,',
    '8,event-id-reused,/eventId',
    '9,occurred-in-the-future,',
    '10,bad-format,/occurredAt',
  ]);
  expect(lines[0]).toBe(
    `2,stray-quote,,After the quote that closes a cell something else follows than the next cell.,"${rows[1]?.replaceAll('"', '""')}"`,
  );
  expect(lines.at(-1)).toMatch(/,"?'=cmd\(\),receipt/);
});

test('errors.csv is text/csv, a download, and has its header even when no row was rejected', async () => {
  const record = await shop.run('sku,name\nE-1,x\n', { type: 'items' });
  const { text, headers } = await shop.get(`/v1/imports/${record.id}/errors.csv`).expect(200);
  expect(text).toBe('row,code,pointer,detail,raw\n');
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${record.id}-errors.csv"`,
  });
});

test('counts say what was there at their time', async () => {
  const sku = await newItem();
  const movements = `type,sku,location,quantity,occurredAt\nsale,${sku},${STORE},2,2026-07-15T10:00:00Z\n`;
  await shop.run(movements, { type: 'movements' });
  const counts = `sku,location,onHand,countedAt\n${sku},${STORE},20,2026-07-14T10:00:00Z\n`;
  expect(await shop.run(counts, { type: 'counts' })).toMatchObject({ rowsRejected: 0 });
  expect(await onHand(sku)).toBe(18);
  const before = await shop.state();
  expect(await shop.run(counts, { type: 'counts' })).toMatchObject({ rowsUnchanged: 1 });
  expect(await shop.state()).toEqual(before);
});

test('levels count now; the same file right again states nothing, another one does', async () => {
  const sku = await newItem();
  const levels = (units: number) =>
    `sku,location,onHand\n${sku},${STORE},${units}\n${sku},${OTHER_STORE},4\n`;
  const first = await shop.run(levels(9), { type: 'levels', source: 'wms-levels' });
  expect(first).toMatchObject({ rowsUnchanged: 0, rowsRejected: 0, repeats: null });
  expect([await onHand(sku), await onHand(sku, OTHER_STORE)]).toEqual([9, 4]);
  await shop.post('/v1/stock/movements', {
    source: 'till',
    movements: [
      {
        eventId: `t-${sku}`,
        type: 'sale',
        sku,
        location: STORE,
        quantity: 1,
        occurredAt: new Date().toISOString(),
      },
    ],
  });
  const before = await shop.state();
  const again = await shop.run(levels(9), { type: 'levels', source: 'wms-levels' });
  expect(again).toMatchObject({ rowsUnchanged: 2, repeats: first.id });
  expect(await shop.state()).toEqual(before);
  expect(await onHand(sku)).toBe(8);
  expect(await shop.run(levels(7), { type: 'levels', source: 'wms-levels' })).toMatchObject({
    repeats: null,
  });
  expect(await onHand(sku)).toBe(7);
  expect(await shop.run(levels(9), { type: 'levels', source: 'wms-levels' })).toMatchObject({
    repeats: null,
  });
  expect(await onHand(sku)).toBe(9);
});

test('lines of JSON may have the shape of the API’s own bodies', async () => {
  const sku = await newItem();
  const lines = [
    { eventId: 'j1', type: 'receipt', sku, location: STORE, quantity: 3, occurredAt: '2026-07-14T10:00:00Z' },
    {
      eventId: 'j2',
      type: 'sale',
      sku,
      location: STORE,
      quantity: '1',
      occurredAt: '2026-07-14 12:30',
      note: 'ignored',
    },
  ];
  const headers = { 'Content-Type': 'application/x-ndjson' };
  const text = lines.map((line) => JSON.stringify(line)).join('\n');
  expect(await shop.run(text, { type: 'movements', source: 'json' }, { headers })).toMatchObject({
    rowsRejected: 0,
  });
  expect(await onHand(sku)).toBe(2);
  const items = JSON.stringify({
    sku: 'J-1',
    name: { fr: 'Lampe', en: 'Lamp' },
    price: { amount: 9.5, currency: 'EUR' },
  });
  await shop.run(items, { type: 'items' }, { headers });
  expect((await shop.get('/v1/items/J-1')).body).toMatchObject({
    name: { en: 'Lamp' },
    price: { amount: 9.5 },
  });
});

test('a local time is that of the row’s location, whether its code is text or a number', async () => {
  const sku = await newItem();
  const code = '4711';
  const described = await shop.get(`/v1/locations/${STORE}`).expect(200);
  const { kind, name, address, coordinates, openingHours, pickup } = described.body;
  const stored = { kind, name, address, coordinates, openingHours, pickup, timeZone: 'America/New_York' };
  await shop.run(JSON.stringify({ code, ...stored }), { type: 'locations', format: 'ndjson' });
  const told = (location: string | number, eventId: string) =>
    JSON.stringify({ eventId, sku, location, onHand: 1, countedAt: '2026-01-10 09:00' });
  const countedAt = async () =>
    (await shop.get(`/v1/stock?sku=${sku}&location=${code}`).expect(200)).body.data[0]?.countedAt;
  await shop.run(told(code, 'a'), { type: 'counts', format: 'ndjson', source: 'text' });
  expect(await countedAt()).toBe('2026-01-10T14:00:00.000Z');
  const later = told(4711, 'b').replace('09:00', '09:30');
  await shop.run(later, { type: 'counts', format: 'ndjson', source: 'text' });
  expect(await countedAt()).toBe('2026-01-10T14:30:00.000Z');
});

test('a dry run checks every row and keeps nothing but the errors', async () => {
  const sku = await newItem();
  const before = await shop.state();
  const text = `sku,location,onHand\n${sku},${STORE},9\nNO-SUCH,${STORE},9\n${sku},NO-STORE,9\n`;
  const record = await shop.run(text, { type: 'levels', dryRun: 'true' });
  expect(record).toMatchObject({ status: 'succeeded', dryRun: true, rowsDone: 3, rowsRejected: 2 });
  expect(await shop.errors(record.id)).toHaveLength(2);
  expect(await shop.run('sku,name\nDRY,x\n', { type: 'items', dryRun: 'true' })).toMatchObject({
    rowsRejected: 0,
  });
  expect(await shop.state()).toEqual(before);
});

test('rows for other stores than the key’s are rejected as unknown', async () => {
  const sku = await newItem();
  const { token } = await shop.app.key({ scopes: ['stock:write', 'catalogue:write'], locations: [STORE] });
  const levels = `sku,location,onHand\n${sku},${STORE},1\n${sku},${OTHER_STORE},1\n`;
  const record = await shop.run(levels, { type: 'levels' }, { token });
  expect(record).toMatchObject({ rowsDone: 2, rowsRejected: 1 });
  expect(await shop.errors(record.id)).toEqual([
    `2,unknown-location,/location,There is no location ${OTHER_STORE}.,"${sku},${OTHER_STORE},1"`,
  ]);
  const stores = `code,name,address,zip,city,country,lat,lng,hours\n${OTHER_STORE},Mine,1 rue,59000,Lille,FR,50.6,3.1,off\n`;
  const query = { type: 'locations', map: 'openingHours.osm:hours', timeZone: 'Europe/Paris' };
  expect(await shop.run(stores, query, { token })).toMatchObject({ rowsRejected: 1 });
});

test.each([
  ['a column that is not there', 'a,b\n1,2\n', 'sku:c', 'unknown-column'],
  ['nothing for a needed field', 'a,b\n1,2\n', 'sku:a', 'missing-field'],
  ['nothing in it', '\n \n', '', 'empty-file'],
])('a file with %s fails as a whole, before its first row', async (_, text, map, code) => {
  expect(await shop.run(text, { type: 'items', map })).toMatchObject({
    status: 'failed',
    failure: { code, detail: expect.any(String) },
    rowsDone: 0,
  });
});

test('gzip that breaks off fails before its first row is applied', async () => {
  const rows = Array.from({ length: 5_000 }, (_, n) => `CUT-${n},Item ${Math.sin(n)}\n`).join('');
  const packed = gzipSync(`sku,name\n${rows}`);
  const record = await shop.run(packed.subarray(0, packed.length / 2), { type: 'items' });
  expect(record).toMatchObject({ status: 'failed', failure: { code: 'bad-gzip' }, rowsDone: 0 });
  await shop.get('/v1/items/CUT-0').expect(404);
});

test('an import that ended cannot be cancelled, and its body is cleared away', async () => {
  const { id } = await shop.run('sku,name\nE-2,x\n', { type: 'items' });
  const { body } = await shop.post(`/v1/imports/${id}/cancel`).expect(409);
  expect(body).toMatchObject({ code: 'import-finished', importStatus: 'succeeded' });
  // The job does so in its own time.
  await tidy(shop.app.deps);
  expect(await rowsOf(shop, `SELECT 1 FROM import_chunks WHERE import_id = '${id}'`)).toEqual([]);
});

test('every step is an event, in order, each with its version', async () => {
  const { id } = await shop.run('sku,name\nE-3,x\n', { type: 'items' });
  const events = await shop.app.deps.database.run<{ type: string; version: number; data: object }>(
    'test.events',
    'SELECT type, version, data FROM events WHERE subject = $1 ORDER BY id',
    [id],
  );
  expect(events.map(({ type }) => type)).toEqual([
    'import.queued',
    'import.running',
    'import.progress',
    'import.succeeded',
  ]);
  expect(events.map(({ version }) => version)).toEqual([1, 2, 4, 5]);
  expect(events.at(-1)?.data).toMatchObject({ id, status: 'succeeded', rowsDone: 1 });
  expect(events.at(-1)?.data).not.toHaveProperty('map');
});

test('a key’s imports run in the order in which they were sent: items are there before their stock', async () => {
  const sku = 'IN-ORDER';
  const items = [...Array(3_000).keys()].map((n) => `ORDER-${n},Item\n`).join('');
  const first = await shop.send(`sku,name\n${items}${sku},Item\n`, { type: 'items' });
  const second = await shop.send(`sku,location,onHand\n${sku},${STORE},3\n`, { type: 'levels' });
  expect(await shop.ended(second.body.id)).toMatchObject({ status: 'succeeded', rowsRejected: 0 });
  expect(await shop.ended(first.body.id)).toMatchObject({ status: 'succeeded' });
  expect(await onHand(sku)).toBe(3);
});

test('a sale that names a reservation consumes what it reserved', async () => {
  await shop.put(LAMP, STORE, 5);
  const hold = await shop.hold({ lines: [{ sku: LAMP, quantity: 2 }] });
  await shop.post(`/v1/reservations/${hold.id}/confirm`, { orderReference: 'o-1' }).expect(200);
  const at = new Date().toISOString();
  const text = `type,sku,location,quantity,occurredAt,reservationId\nsale,${LAMP},${STORE},2,${at},${hold.id}\n`;
  expect(await shop.run(text, { type: 'movements' })).toMatchObject({ rowsRejected: 0 });
  const { body } = await shop.get(`/v1/stock?sku=${LAMP}&location=${STORE}`).expect(200);
  expect(body.data[0]).toMatchObject({ onHand: 3, reserved: 0 });
});

test('nothing drifts: levels are the fold of their movements', async () => {
  await shop.run(`type,sku,location,quantity,occurredAt\nreceipt,${TABLE},${STORE},2,2026-07-14\n`, {
    type: 'movements',
  });
  const { body } = await shop.get('/v1/integrity').expect(200);
  expect(body.drift).toEqual([]);
  expect((await rowsOf(shop, 'SELECT 1 FROM movements')).length).toBeGreaterThan(0);
});
