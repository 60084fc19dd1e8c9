// The local inventory feed as an answer: formats, who may read what, cursors, and streams that wait for their reader.
import { get as httpGet, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { saveItems } from '../../src/operations/saveItems.ts';
import { dropOldestSpan, openNextSpan } from '../../src/queries/eventUpkeep.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf } from '../support/catalogue.ts';
import { eventually } from '../support/eventually.ts';
import { feedReader } from '../support/localInventoryFeed.ts';
import { openRetailer, type Retailer } from '../support/retailer.ts';
import { type WatchedDatabase, watchDatabase } from '../support/watchedDatabase.ts';

const PATH = '/v1/feeds/local-inventory';
/** Enough for several pages of 2,000 rows a store, and for more text than sockets hold. */
const ITEMS = 4_500;
const BIG_STORES = 12;

let now = new Date('2026-11-24T11:00:00.000Z');
let app: TestApp;
let retailer: Retailer;
let watched: WatchedDatabase;
/** Answers whose client left, or that broke. */
const cut: unknown[] = [];

beforeAll(async () => {
  app = await startTestApp({ now: () => now, onLog: (line) => line.cut === undefined || cut.push(line.cut) });
  watched = watchDatabase({ drizzle: app.deps.database.drizzle, run: app.deps.database.run });
  Object.assign(app.deps.database, { run: watched.run });
  retailer = openRetailer(app);
  await retailer.locations({ SMALL: {}, OTHER: {} });
  await retailer.items('LAMP', 'A"B');
  await retailer.stock(['LAMP', 'SMALL', 3], ['A"B', 'SMALL', 2], ['LAMP', 'OTHER', 1]);
  const big = Array.from(
    { length: BIG_STORES },
    (_, at) => [`BIG-${String(at).padStart(2, '0')}`, {}] as const,
  );
  await retailer.locations(Object.fromEntries(big));
  const rows = Array.from({ length: ITEMS }, (_, at) => ({ sku: `SKU-${at}`, input: { name: { fr: 'x' } } }));
  await app.deps.database.transaction((tx) => saveItems(tx, rows, now));
  await app.deps.database.run(
    'test.levels',
    `INSERT INTO levels (item_id, location_id, on_hand)
     SELECT i.id, o.id, 5 FROM items i CROSS JOIN locations o WHERE i.sku LIKE 'SKU-%' AND o.code LIKE 'BIG-%'`,
    [],
  );
});
afterAll(() => app.close());

function ask(query: Record<string, string> = {}, token = app.admin) {
  return request(app.url).get(PATH).query(query).set('Authorization', `Bearer ${token}`).buffer(true);
}

describe('a file', () => {
  test('is tab-separated with a header line, quoted where it must be', async () => {
    const { text, headers } = await ask({ location: 'SMALL' });
    expect(text).toBe(
      'store_code\tid\tavailability\tprice\tpickup_method\tpickup_sla\n' +
        'SMALL\tLAMP\tin_stock\t\tbuy\tsame day\n' +
        'SMALL\t"A""B"\tlimited_availability\t\tbuy\tsame day\n',
    );
    expect(headers).toMatchObject({
      'content-type': 'text/tab-separated-values; charset=utf-8',
      'content-disposition': 'attachment; filename="local-inventory.tsv"',
      'cache-control': 'no-store',
    });
  });

  test('has units and reservations where they are asked for', async () => {
    const { text } = await ask({ location: 'SMALL', quantity: 'true', pickup: 'reserve' });
    expect(text.split('\n').slice(0, 2)).toEqual([
      'store_code\tid\tquantity\tavailability\tprice\tpickup_method\tpickup_sla',
      'SMALL\tLAMP\t3\tin_stock\t\treserve\tsame day',
    ]);
  });

  test('is an object a line as NDJSON', async () => {
    const reader = feedReader(app.url, app.admin, { location: 'OTHER' });
    const { headers, text } = await reader.ask({});
    expect(headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(text).toBe(
      '{"store_code":"OTHER","id":"LAMP","availability":"limited_availability","price":null,"pickup_method":"buy","pickup_sla":"same day"}\n',
    );
  });

  test.each([
    ['gzip, br', true],
    ['*', true],
    ['GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['identity', false],
  ])('for a reader that accepts %s', async (accepted, isPacked) => {
    const plain = (await ask({ location: 'SMALL' }).set('Accept-Encoding', 'identity')).text;
    const { headers, bytes } = await raw({ location: 'SMALL' }, { 'Accept-Encoding': accepted });
    expect(headers['content-encoding']).toBe(isPacked ? 'gzip' : undefined);
    expect((isPacked ? gunzipSync(bytes) : bytes).toString()).toBe(plain);
  });
});

describe('buffers and holds', () => {
  test('a buffer is kept back, and the third unit makes the difference', async () => {
    const words = async () =>
      (await feedReader(app.url, app.admin, { location: 'OTHER' }).readWhole())[0]?.availability;
    const put = async (onHand: number, buffer: number) => {
      await app.deps.database.run(
        'test.buffer',
        `UPDATE levels l SET on_hand = $1, buffer = $2 FROM locations o WHERE o.id = l.location_id AND o.code = 'OTHER'`,
        [onHand, buffer],
      );
      return words();
    };
    expect(await put(5, 2)).toBe('in_stock');
    expect(await put(4, 2)).toBe('limited_availability');
    expect(await put(2, 2)).toBe('out_of_stock');
    expect(await put(-3, 0)).toBe('out_of_stock');
    expect(await put(1, 0)).toBe('limited_availability');
  });

  test('a hold counts until its time is over, though nobody has swept it', async () => {
    const before = now;
    const reader = feedReader(app.url, app.admin, { location: 'SMALL' });
    const lamp = async () => (await reader.readWhole())[0]?.availability;
    const hold = await retailer.hold('SMALL', [{ sku: 'LAMP', quantity: 2 }], 60);
    expect(await lamp()).toBe('limited_availability');
    now = new Date(now.getTime() + 60_000);
    expect(await lamp()).toBe('in_stock');
    now = before;
    await retailer.cancel(hold);
  });
});

test('units that a transfer is bringing are not offered before they arrive', async () => {
  await retailer.items('COMING');
  await retailer.stock(['COMING', 'OTHER', 2], ['COMING', 'SMALL', 0]);
  const api = callerOf(app.url, app.admin);
  const lines = [{ sku: 'COMING', quantity: 2 }];
  const expectedAt = new Date(now.getTime() + 86_400_000).toISOString();
  const made = await api.post('/v1/transfers', { from: 'OTHER', to: 'SMALL', lines, expectedAt });
  expect((await api.post(`/v1/transfers/${made.body.id}/ship`, {})).status).toBe(200);
  const { text } = await ask({ location: 'SMALL' });
  expect(text).toContain('SMALL\tCOMING\tout_of_stock\t\tnot supported\t\n');
});

describe('whoever asks', () => {
  test('sees the stores of its key', async () => {
    const { token } = await app.key({ locations: ['SMALL'], scopes: ['availability:read'] });
    const rows = await feedReader(app.url, token).readWhole();
    expect(new Set(rows.map((row) => row.store_code))).toEqual(new Set(['SMALL']));
    const refused = await ask({ location: 'OTHER' }, token);
    expect([refused.status, refused.body.code]).toEqual([404, 'unknown-location']);
  });

  test('hears of the changes of its own stores only', async () => {
    const { token } = await app.key({ locations: ['SMALL'], scopes: ['availability:read'] });
    const reader = feedReader(app.url, token);
    await reader.readWhole();
    await retailer.stock(['LAMP', 'OTHER', 4], ['LAMP', 'SMALL', 4]);
    const answers = await reader.readChanges();
    expect(answers.flatMap(({ rows }) => rows.map((row) => row.store_code))).toEqual(['SMALL']);
  });

  test.each<[string, Parameters<TestApp['key']>[0], Record<string, string>]>([
    ['a browser', { kind: 'publishable' }, {}],
    ['a tablet', { kind: 'device', locations: ['SMALL'] }, {}],
    ['a key without the scope', { scopes: ['stock:read'] }, {}],
    ['a key that may not see counts', { scopes: ['availability:read'] }, { quantity: 'true' }],
  ])('is refused as %s', async (_, key, query) => {
    const { token } = await app.key(key);
    const { status, body } = await ask(query, token);
    expect([status, body.code]).toEqual([403, 'forbidden']);
  });
});

describe('a cursor', () => {
  const invalid = async (query: Record<string, string>) => {
    const { status, body } = await ask(query);
    return [status, body.code];
  };

  test('belongs to its location', async () => {
    const { headers } = await ask({ location: 'SMALL' });
    const cursor = headers['next-cursor'] ?? '';
    expect(await invalid({ cursor })).toEqual([400, 'invalid-cursor']);
    expect(await invalid({ cursor, location: 'OTHER' })).toEqual([400, 'invalid-cursor']);
    expect((await ask({ cursor, location: 'SMALL' })).status).toBe(200);
  });

  test.each(['x', 'x.y', '.', 'x.y.z', '%00'])('that is %s is none', async (cursor) => {
    expect(await invalid({ cursor })).toEqual([400, 'invalid-cursor']);
  });

  test('whose inside was changed does no harm', async () => {
    const { headers } = await ask({ location: 'SMALL' });
    const [position, rest = ''] = (headers['next-cursor'] ?? '').split('.');
    const [hash] = JSON.parse(Buffer.from(rest, 'base64url').toString());
    for (const within of [
      { store: 'X', itemId: 2 ** 40 },
      { store: 'X', itemId: -1 },
      { store: 1, itemId: 1 },
      7,
    ]) {
      const forged = `${position}.${Buffer.from(JSON.stringify([hash, within])).toString('base64url')}`;
      expect(await invalid({ cursor: forged, location: 'SMALL' })).toEqual([400, 'invalid-cursor']);
    }
    const odd = Buffer.from(JSON.stringify([hash, { store: '~', itemId: 9 }])).toString('base64url');
    expect((await ask({ cursor: `${position}.${odd}`, location: 'SMALL' })).status).toBe(200);
  });
});

test('changes while the whole is read come again among the changes', async () => {
  const gate = watched.holdUp('local_inventory.page');
  const reader = feedReader(app.url, app.admin, { location: 'SMALL', quantity: 'true' });
  const reading = reader.readWhole();
  await eventually(() => gate.waiting() === 1);
  await retailer.stock(['LAMP', 'SMALL', 77]);
  gate.release();
  const lamp = (rows: { id: string; quantity?: number }[]) => rows.find(({ id }) => id === 'LAMP')?.quantity;
  expect(lamp(await reading)).not.toBe(77);
  const [answer] = await reader.readChanges();
  expect(lamp(answer?.rows ?? [])).toBe(77);
});

describe('a stream', () => {
  const pages = () => watched.statements.filter((name) => name === 'local_inventory.page').length;
  const ALL_PAGES = BIG_STORES * Math.ceil((ITEMS + 1) / 2_000);

  test('has every row of many pages once', async () => {
    const rows = await feedReader(app.url, app.admin).readWhole();
    const names = rows
      .filter((row) => row.store_code.startsWith('BIG'))
      .map((row) => row.store_code + row.id);
    expect(names).toHaveLength(BIG_STORES * ITEMS);
    expect(new Set(names).size).toBe(names.length);
  });

  test('is not read for a HEAD, which gets the cursor alone', async () => {
    const before = pages();
    const { status, headers } = await request(app.url).head(PATH).set(headersWith({}));
    expect([status, typeof headers['next-cursor']]).toEqual([200, 'string']);
    await ask({ location: 'SMALL' });
    expect(pages() - before).toBe(1);
  });

  test('waits for a reader that does not read', async () => {
    const [before, cutBefore] = [pages(), cut.length];
    const response = await open({ format: 'ndjson' });
    response.pause();
    // The same number of pages twice, some time apart, and not all of them: it waits.
    let seen = -1;
    const waits = () => {
      const stands = pages() === seen && seen > before;
      seen = pages();
      return stands;
    };
    await eventually(waits, { every: 300 });
    expect(seen - before).toBeLessThan(ALL_PAGES);
    response.destroy();
    await eventually(() => cut.length === cutBefore + 1);
  });

  test.each(['identity', 'gzip'])('ends with its reader (%s)', async (encoding) => {
    const [before, cutBefore] = [pages(), cut.length];
    const gate = watched.holdUp('local_inventory.page');
    const asked = httpGet(`${app.url}${PATH}`, { headers: headersWith({ 'Accept-Encoding': encoding }) });
    asked.on('error', () => {});
    await eventually(() => gate.waiting() === 1);
    asked.destroy();
    // Once this was answered, the server has seen that the other connection is gone.
    await request(app.url).get('/health/live').expect(200);
    gate.release();
    await eventually(() => cut.length === cutBefore + 1);
    expect(pages() - before).toBeLessThan(ALL_PAGES / 2);
  });

  test('is cut when the database fails in the middle: it does not look whole', async () => {
    const response = await open({ format: 'ndjson' });
    const mend = watched.breakDown('local_inventory.page');
    const ended = await new Promise((resolve) => {
      response.once('end', () => resolve('whole'));
      response.once('error', () => resolve('cut'));
      response.resume();
    });
    mend();
    expect(ended).toBe('cut');
  });
});

test('a cursor since which nothing happened costs no read', async () => {
  const reader = feedReader(app.url, app.admin, { location: 'SMALL' });
  await reader.readWhole();
  await reader.readChanges();
  const before = watched.statements.length;
  await reader.readChanges();
  expect(watched.statements.slice(before)).not.toContain('locations.all');
});

test('a cursor from before what is kept has expired', async () => {
  const reader = feedReader(app.url, app.admin, { location: 'SMALL' });
  await reader.readWhole();
  await retailer.stock(['LAMP', 'SMALL', 1]);
  const later = new Date(now.getTime() + 86_400_000);
  // What any open transaction of the server may still have to see is not removed yet, other databases' included.
  const { status, body } = await eventually(async () => {
    await openNextSpan(app.deps.database, later);
    await app.deps.database.retried((tx) => dropOldestSpan(tx, later));
    const response = await ask({ location: 'SMALL', cursor: reader.cursor() });
    return response.status === 410 && response;
  });
  expect([status, body.code]).toEqual([410, 'cursor-expired']);
});

function open(query: Record<string, string>, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const url = `${app.url}${PATH}?${new URLSearchParams(query)}`;
    httpGet(url, { headers: headersWith(headers) }, resolve).on('error', reject);
  });
}

function headersWith(headers: Record<string, string>): Record<string, string> {
  return { Authorization: `Bearer ${app.admin}`, ...headers };
}

async function raw(query: Record<string, string>, headers: Record<string, string>) {
  const response = await open(query, headers);
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return { headers: response.headers, bytes: Buffer.concat(parts) };
}
