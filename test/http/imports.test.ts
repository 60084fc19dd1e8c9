// Files over HTTP: received in pieces or not at all, answered once, shown to whom they concern, cancelled, explained.
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { type ImportShop, openImportShop, receipts, rowsOf } from '../support/imports.ts';
import { OTHER_STORE, STORE, TABLE } from '../support/shop.ts';

let shop: ImportShop;
/** Nothing runs them: they stay as they were received. */
beforeAll(async () => {
  shop = await openImportShop({ job: false });
});
afterAll(async () => {
  await shop.close();
});

const ITEMS = { type: 'items' };
const HEADER = 'sku,name\n';

test('a file is received: 202, where to follow it, and an event', async () => {
  const { status, headers, body } = await shop.send(`${HEADER}A1,Lampe\n`, {
    ...ITEMS,
    map: 'category:=Lampes',
  });
  expect(status).toBe(202);
  expect(headers).toMatchObject({ location: `/v1/imports/${body.id}`, etag: '"v1"' });
  expect(body).toMatchObject({
    type: 'items',
    format: 'csv',
    status: 'queued',
    map: 'category:=Lampes',
    rowsTotal: null,
    rowsDone: 0,
    failure: null,
    errors: `/v1/imports/${body.id}/errors.csv`,
  });
  const followed = await shop.get(`/v1/imports/${body.id}`).expect(200);
  expect(followed.body).toEqual(body);
  await shop.get(`/v1/imports/${body.id}`).set('If-None-Match', '"v1"').expect(304);
  const { body: events } = await shop.get('/v1/events?types=import.*&limit=1000').expect(200);
  expect(events.data).toContainEqual(
    expect.objectContaining({ type: 'import.queued', subject: body.id, version: 1, location: null }),
  );
});

test('a file is kept in pieces of about a megabyte, just as it was sent', async () => {
  const text = [...receipts(60_000, TABLE, STORE)].join('');
  const { body } = await shop.send(Readable.from(receipts(60_000, TABLE, STORE)), { type: 'movements' });
  const chunks = await shop.app.deps.database.run<{ bytes: Buffer }>(
    'test.chunks',
    'SELECT bytes FROM import_chunks WHERE import_id = $1 ORDER BY number',
    [body.id],
  );
  expect(Buffer.concat(chunks.map(({ bytes }) => bytes)).toString()).toBe(text);
  const sizes = chunks.map(({ bytes }) => bytes.length);
  expect(Math.max(...sizes)).toBeLessThan(1.2 * 1_048_576);
  expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(1_048_576);
});

test.each([
  ['as its content type', { 'Content-Type': 'application/gzip' }],
  ['as an encoding', { 'Content-Type': 'text/csv', 'Content-Encoding': 'gzip' }],
  ['without saying so', { 'Content-Type': 'text/csv' }],
])('gzip is taken %s, and kept packed', async (_, headers) => {
  const packed = gzipSync(`${HEADER}A1,Lampe\n`);
  const { status, body } = await shop.send(packed, ITEMS, { headers });
  expect(status).toBe(202);
  const rows = await rowsOf<{ id: string; gzipped: boolean }>(shop, 'SELECT id, gzipped FROM imports');
  expect(rows).toContainEqual({ id: body.id, gzipped: true });
});

test('the content type says the format, or the query does', async () => {
  const formatOf = async (type: string, query = {}) =>
    (await shop.send('{}', { ...ITEMS, ...query }, { headers: { 'Content-Type': type } })).body.format;
  expect(await formatOf('application/x-ndjson')).toBe('ndjson');
  expect(await formatOf('application/jsonl; charset=utf-8')).toBe('ndjson');
  expect(await formatOf('text/csv', { format: 'ndjson' })).toBe('ndjson');
  expect(await formatOf('text/tab-separated-values')).toBe('csv');
});

test.each<[string, Record<string, string>, string, string]>([
  ['no type', {}, 'query:type', 'required'],
  ['a type that there is not', { type: 'orders' }, 'query:type', 'unknown-value'],
  ['a map that cannot be read', { type: 'items', map: 'sku' }, 'query:map', 'bad-map'],
  ['a field that the type does not have', { type: 'items', map: 'onHand:a' }, 'query:map', 'unknown-field'],
  ['a rule that cannot be read', { type: 'movements', negative: 'gift' }, 'query:negative', 'bad-format'],
  ['a zone that there is not', { type: 'movements', timeZone: 'Paris' }, 'query:timeZone', 'invalid'],
  ['our own source', { type: 'movements', source: 'comptoir' }, 'query:source', 'invalid'],
  ['an unknown parameter', { type: 'items', mode: 'fast' }, 'query:mode', 'unknown-parameter'],
])('%s is refused before a byte is read', async (_, query, pointer, code) => {
  const { status, body } = await shop.send(HEADER, query);
  expect({ status, body }).toMatchObject({
    status: 400,
    body: { code: 'invalid-request', errors: [{ pointer, code }] },
  });
});

test.each<[string, Buffer | string, Record<string, string>, number, string]>([
  ['an empty body', '', {}, 400, 'malformed-body'],
  ['gzip that is not', HEADER, { 'Content-Encoding': 'gzip' }, 400, 'malformed-body'],
  ['another encoding', HEADER, { 'Content-Encoding': 'br' }, 415, 'unsupported-media-type'],
  ['another type', HEADER, { 'Content-Type': 'application/pdf' }, 415, 'unsupported-media-type'],
])('%s is refused, and nothing stays of it', async (_, body, headers, status, code) => {
  const before = await shop.count('imports');
  expect(await shop.send(body, ITEMS, { headers })).toMatchObject({ status, body: { code } });
  expect(await shop.count('imports')).toBe(before);
});

test('an upload that breaks off leaves nothing behind', async () => {
  const before = { imports: await shop.count('imports'), chunks: await shop.count('import_chunks') };
  const call = httpRequest(`${shop.app.url}/v1/imports?type=items`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${shop.app.admin}`, 'Content-Type': 'text/csv' },
  });
  call.on('error', () => {});
  call.write(HEADER);
  call.write(Buffer.alloc(3 * 1_048_576, 'A1,Lampe\n'));
  await eventually(async () => (await shop.count('import_chunks')) > before.chunks);
  const { body: listed } = await shop.get('/v1/imports?limit=200').expect(200);
  expect(listed.data).toHaveLength(before.imports);
  call.destroy();
  await eventually(async () => (await shop.count('imports')) === before.imports);
  expect(await shop.count('import_chunks')).toBe(before.chunks);
});

test('the same Idempotency-Key is one import: in turn, and at once', async () => {
  const before = await shop.count('imports');
  const send = (key: string, query = {}) =>
    shop.send(`${HEADER}A1,Lampe\n`, { ...ITEMS, ...query }, { headers: { 'Idempotency-Key': key } });
  const first = await send('file-1');
  const again = await send('file-1');
  expect(again).toMatchObject({
    status: 202,
    body: first.body,
    headers: { location: first.headers.location },
  });
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(await send('file-1', { dryRun: 'true' })).toMatchObject({
    status: 422,
    body: { code: 'idempotency-key-reused' },
  });
  const answers = await Promise.all(Array.from({ length: 5 }, () => send('file-2')));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(await shop.count('imports')).toBe(before + 2);
});

test('the same Idempotency-Key with another file is refused: in turn, at once, and whatever its length', async () => {
  const before = await shop.count('imports');
  const send = (key: string, body: string | Readable) =>
    shop.send(body, ITEMS, { headers: { 'Idempotency-Key': key } });
  const file = `${HEADER}A1,Lampe\n`;
  const first = await send('other-1', file);
  const refused = { status: 422, body: { code: 'idempotency-key-reused' } };
  expect(await send('other-1', `${HEADER}A2,Lampe\n`)).toMatchObject(refused);
  expect(await send('other-1', `${HEADER}A1,Lampe`)).toMatchObject(refused);
  expect(await send('other-1', Readable.from(receipts(60_000, TABLE, STORE)))).toMatchObject(refused);
  expect(await send('other-1', Readable.from([file]))).toMatchObject({ status: 202, body: first.body });
  const both = await Promise.all(['A1', 'A2'].map((sku) => send('other-2', `${HEADER}${sku},Lampe\n`)));
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 422]);
  expect(await shop.count('imports')).toBe(before + 2);
});

test('a key needs the scope of what it imports; a tablet and a browser import nothing', async () => {
  const stock = await shop.app.key({ scopes: ['stock:write'] });
  const catalogue = await shop.app.key({ scopes: ['catalogue:write'] });
  const send = async (type: string, { token }: { token: string }) =>
    (await shop.send(HEADER, { type }, { token })).status;
  expect([await send('items', stock), await send('levels', stock)]).toEqual([403, 202]);
  expect([
    await send('items', catalogue),
    await send('locations', catalogue),
    await send('counts', catalogue),
  ]).toEqual([202, 202, 403]);
  const device = await shop.app.key({ kind: 'device', locations: [STORE] });
  expect(await send('movements', device)).toBe(403);
});

test('a key that is limited to locations sees its own imports, and nobody else’s', async () => {
  const limited = await shop.app.key({ scopes: ['stock:write'], locations: [OTHER_STORE] });
  const theirs = await shop.send(HEADER, { type: 'levels' }, { token: limited.token });
  const others = await shop.send(HEADER, { type: 'levels' });
  const { body } = await shop.get('/v1/imports', limited.token).expect(200);
  expect(body.data.map(({ id }: { id: string }) => id)).toEqual([theirs.body.id]);
  await shop.get(`/v1/imports/${theirs.body.id}`, limited.token).expect(200);
  for (const path of ['', '/errors.csv']) {
    await shop.get(`/v1/imports/${others.body.id}${path}`, limited.token).expect(404);
  }
  await shop.post(`/v1/imports/${others.body.id}/cancel`, {}, { token: limited.token }).expect(404);
});

test('imports are listed, the last sent first, by type and status, page by page', async () => {
  for (let n = 0; n < 3; n++) await shop.send(HEADER, { type: 'counts' });
  const all: string[] = [];
  for (let cursor = ''; ; ) {
    const page = await shop.get(`/v1/imports?type=counts&status=queued&limit=2${cursor}`).expect(200);
    all.push(...page.body.data.map(({ id }: { id: string }) => id));
    if (page.body.nextCursor === null) break;
    cursor = `&cursor=${page.body.nextCursor}`;
  }
  expect(all).toHaveLength(3);
  expect(all).toEqual(all.toSorted().reverse());
});

test('what waits can be cancelled, and cancelled again', async () => {
  const { body } = await shop.send(HEADER, ITEMS);
  await shop.post(`/v1/imports/${body.id}/cancel`).set('If-Match', '"v7"').expect(412);
  const cancelled = await shop.post(`/v1/imports/${body.id}/cancel`).expect(200);
  expect(cancelled.body).toMatchObject({ status: 'cancelled', finishedAt: expect.any(String), version: 2 });
  const again = await shop.post(`/v1/imports/${body.id}/cancel`).expect(200);
  expect(again.body).toEqual(cancelled.body);
});

test.each(['nope', 'imp_00000000000000000000000000', 'imp_%00'])('there is no import %s', async (id) => {
  const { status } = await shop.get(`/v1/imports/${id}`);
  expect([400, 404]).toContain(status);
});

test('while the server stops, an upload is refused and nothing stays of it', async () => {
  const other = await openImportShop({ job: false });
  try {
    const call = httpRequest(`${other.app.url}/v1/imports?type=items`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${other.app.admin}`, 'Content-Type': 'text/csv' },
    });
    const answered = once(call, 'response');
    call.write(Buffer.alloc(2 * 1_048_576, 'A1,Lampe\n'));
    await eventually(async () => (await other.count('import_chunks')) > 0);
    other.app.deps.health.drain();
    const [response] = await answered;
    expect(response.statusCode).toBe(503);
    call.destroy();
    expect(await other.count('imports')).toBe(0);
  } finally {
    await other.close();
  }
});
