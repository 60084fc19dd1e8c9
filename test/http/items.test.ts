// Items over HTTP: kept one by one and in batches, guarded by tags, found by words and barcodes.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf, statusesOf } from '../support/catalogue.ts';

let app: TestApp;
let api: ReturnType<typeof callerOf>;

beforeAll(async () => {
  app = await startTestApp();
  api = callerOf(app.url, app.admin);
});
afterAll(() => app.close());

let made = 0;
const newSku = () => `SKU-${String(++made).padStart(4, '0')}`;
const item = (change: object = {}) => ({ name: { fr: 'Table basse', en: 'Coffee table' }, ...change });
const path = (sku: string) => `/v1/items/${encodeURIComponent(sku)}`;
const eventVersions = async (sku: string) => {
  const rows = await app.deps.database.run<{ version: number }>(
    'test.events_of',
    'SELECT version FROM events WHERE subject = $1::text ORDER BY id',
    [sku],
  );
  return rows.map((row) => row.version);
};
const skusOf = (answer: { body: unknown }) =>
  z
    .object({ data: z.array(z.object({ sku: z.string() })) })
    .parse(answer.body)
    .data.map(({ sku }) => sku);

describe('a PUT', () => {
  test('creates with 201, a first version, a tag and an event that shows it whole', async () => {
    const sku = newSku();
    const price = { amount: 149.9, currency: 'EUR' };
    const answer = await api.put(path(sku), item({ price, attributes: { b: 1, a: [null, 'x'] } }));
    expect(answer.status).toBe(201);
    expect(answer.headers.etag).toBe('"v1"');
    expect(answer.body).toMatchObject({ sku, version: 1, price, barcodes: [], category: null });
    const [event] = await app.deps.database.run<{ type: string; location: string | null; data: unknown }>(
      'test.last_event',
      'SELECT type, location, data FROM events WHERE subject = $1::text ORDER BY id DESC LIMIT 1',
      [sku],
    );
    expect(event).toEqual({ type: 'item.changed', location: null, data: answer.body });
    expect((await api.get(path(sku))).body).toEqual(answer.body);
  });

  test('takes a name alone as the French one', async () => {
    expect((await api.put(path(newSku()), { name: 'Fauteuil' })).body.name).toEqual({ fr: 'Fauteuil' });
  });

  test('that changes nothing is 200 with the same version and no event, whatever the order of members', async () => {
    const sku = newSku();
    const first = await api.put(path(sku), item({ attributes: { a: 1, b: { c: 1, d: 0.1 } } }));
    const again = await api.put(path(sku), {
      attributes: { b: { d: 0.1, c: 1 }, a: 1 },
      ...item(),
      imageUrl: null,
    });
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect(await eventVersions(sku)).toEqual([1]);
  });

  test('replaces the whole: what is left out is removed', async () => {
    const sku = newSku();
    await api.put(
      path(sku),
      item({ category: 'Tables', barcodes: ['1'], imageUrl: 'https://e.example/a.jpg' }),
    );
    const answer = await api.put(path(sku), item());
    expect(answer.body).toMatchObject({ version: 2, category: null, barcodes: [], imageUrl: null });
  });

  test.each(['c2', 'C2', 'A/B', 'A%B', 'A+B', 'A?b#c', 'gift_card_20'])(
    'keeps %s as a sku of its own',
    async (sku) => {
      expect((await api.put(path(sku), item({ category: sku }))).status).toBe(201);
      expect((await api.get(path(sku))).body).toMatchObject({ sku, category: sku });
    },
  );

  test('with a stale If-Match is 412; with If-None-Match: * only creates', async () => {
    const sku = newSku();
    expect((await api.put(path(sku), item(), { 'If-None-Match': '*' })).status).toBe(201);
    expect((await api.put(path(sku), item(), { 'If-None-Match': '*' })).status).toBe(412);
    const stale = await api.put(path(sku), item({ category: 'Tables' }), { 'If-Match': '"v2"' });
    expect(stale.status).toBe(412);
    expect(stale.body.code).toBe('precondition-failed');
  });

  test('raced by 20 with one If-Match changes once; the others are 412', async () => {
    const sku = newSku();
    await api.put(path(sku), item());
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        api.put(path(sku), item({ category: `c${at}` }), { 'If-Match': '"v1"' }),
      ),
    );
    expect(statusesOf(answers)).toEqual([200, ...Array<number>(19).fill(412)]);
  });

  test('raced by 20 on a new sku creates once and updates 19 times, each version told once', async () => {
    const sku = newSku();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => api.put(path(sku), item({ category: `c${at}` }))),
    );
    expect(statusesOf(answers)).toEqual([...Array<number>(19).fill(200), 201]);
    expect(await eventVersions(sku)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  });

  test('raced by 20 that only create creates once; the others are 412', async () => {
    const sku = newSku();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.put(path(sku), item(), { 'If-None-Match': '*' })),
    );
    expect(statusesOf(answers)).toEqual([201, ...Array<number>(19).fill(412)]);
  });

  test('of what is not valid is 400 with a pointer', async () => {
    const answer = await api.put(path(newSku()), item({ price: { amount: -1, currency: 'EUR' } }));
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ pointer: '/price/amount' }]);
    expect((await api.put('/v1/items/a%20b', item())).status).toBe(400);
    expect((await api.put('/v1/items/a%2Cb', item())).status).toBe(400);
  });
});

describe('a batch', () => {
  const send = (items: unknown[], headers: Record<string, string> = {}) =>
    api.post('/v1/items/batch', { items }, headers);

  test('gives each element its own outcome, in order; a bad one spoils no other', async () => {
    const [known, fresh] = [newSku(), newSku()];
    await api.put(path(known), item());
    const answer = await send([
      { sku: fresh, ...item() },
      { sku: 'not a sku', ...item() },
      { sku: known, ...item() },
      { sku: known, ...item({ category: 'Tables' }) },
      'nonsense',
      { name: 'no sku' },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ created: 1, updated: 1, unchanged: 1, rejected: 3 });
    expect(answer.body.outcomes).toMatchObject([
      { sku: fresh, outcome: 'created', version: 1 },
      {
        sku: 'not a sku',
        outcome: 'rejected',
        problem: { code: 'invalid-request', errors: [{ pointer: '/sku' }] },
      },
      { sku: known, outcome: 'unchanged', version: 2 },
      { sku: known, outcome: 'updated', version: 2 },
      { sku: null, outcome: 'rejected', problem: { code: 'invalid-request', status: 400 } },
      { sku: null, outcome: 'rejected', problem: { errors: [{ pointer: '/sku' }] } },
    ]);
    expect((await api.get(path(fresh))).status).toBe(200);
  });

  test('with a sku twice lets the last stand, and tells of it in one event', async () => {
    const sku = newSku();
    const answer = await send([
      { sku, ...item({ category: 'first' }) },
      { sku, ...item({ category: 'last' }) },
    ]);
    expect(answer.body.outcomes).toEqual([
      { sku, outcome: 'created', version: 2 },
      { sku, outcome: 'updated', version: 2 },
    ]);
    expect((await api.get(path(sku))).body).toMatchObject({ category: 'last', version: 2 });
    expect(await eventVersions(sku)).toEqual([2]);
  });

  test('takes 1,000 items and no more, and not none', async () => {
    const many = Array.from({ length: 1_001 }, () => ({ sku: newSku(), ...item() }));
    expect((await send(many)).status).toBe(400);
    expect((await send([])).status).toBe(400);
    const answer = await send(many.slice(1));
    expect(answer.body).toMatchObject({ created: 1_000, rejected: 0 });
    expect((await send(many.slice(1))).body).toMatchObject({ unchanged: 1_000 });
  });

  test('takes 1,000 items at their largest attributes', async () => {
    const attributes = { text: 'x'.repeat(8_000) };
    const answer = await send(
      Array.from({ length: 1_000 }, () => ({ sku: newSku(), ...item({ attributes }) })),
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ created: 1_000 });
  });

  test('sent again under its Idempotency-Key gets the first answer', async () => {
    const sku = newSku();
    const headers = { 'Idempotency-Key': `batch-${sku}` };
    const first = await send([{ sku, ...item() }], headers);
    const again = await send([{ sku, ...item() }], headers);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
  });

  test('raced by others over the same skus, in opposite orders, loses nothing and fails nobody', async () => {
    for (let round = 0; round < 5; round++) {
      const skus = Array.from({ length: 40 }, newSku);
      const rowsOf = (at: number) => skus.map((sku) => ({ sku, ...item({ category: `c${at}` }) }));
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, at) => send(at % 2 === 0 ? rowsOf(at) : rowsOf(at).reverse())),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array<number>(8).fill(200));
      const total = (outcome: string) => answers.reduce((sum, { body }) => sum + body[outcome], 0);
      expect([total('created'), total('updated')]).toEqual([40, 280]);
      for (const sku of skus) expect(await eventVersions(sku)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });
});

describe('a search', () => {
  beforeAll(async () => {
    const items = [
      {
        sku: 'CANAPE-VELOURS-3P',
        name: { fr: 'Canapé trois places en velours', en: 'Three-seater velvet sofa' },
      },
      { sku: 'COEUR-01', name: 'Coussin cœur', barcodes: ['00012345678905'] },
      {
        sku: '70612A',
        name: { fr: 'Photophore', en: 'Tealight holder of red glass' },
        barcodes: ['80480000074'],
      },
      { sku: '70612B', name: 'Photophore rouge', barcodes: ['80480000074'] },
      { sku: 'CHAISE-50%', name: "Chaise d'angle (lot de 2)" },
    ];
    await api.post('/v1/items/batch', { items });
  });
  const found = async (q: string) => skusOf(await api.get(`/v1/items?q=${encodeURIComponent(q)}`));

  test.each([
    ['without its accents', 'canape', ['CANAPE-VELOURS-3P']],
    ['in capitals', 'CANAPÉ', ['CANAPE-VELOURS-3P']],
    ['by its English name', 'velvet sofa', ['CANAPE-VELOURS-3P']],
    ['by words in another order, half typed', 'velo trois', ['CANAPE-VELOURS-3P']],
    ['by a ligature taken apart', 'coeur', ['COEUR-01']],
    ['by its sku in small letters', '70612a', ['70612A']],
    ['by the beginning of its sku', '70612', ['70612A', '70612B']],
    ['by a word inside its sku', '3p', ['CANAPE-VELOURS-3P']],
    ['by a sku with signs', 'chaise-50%', ['CHAISE-50%']],
    ['by a word after an apostrophe', 'angle', ['CHAISE-50%']],
    ['by a barcode, which several may share', '80480000074', ['70612A', '70612B']],
    ['by a barcode whose zeros were lost in the catalogue', '0080480000074', ['70612A', '70612B']],
    ['by a barcode whose zeros were lost by the reader', '12345678905', ['COEUR-01']],
    ['not by words that only some of them have', 'canape coeur', []],
    ['not by the middle of a word', 'anape', []],
    ['not by signs alone', "'%_&|!():*\\", []],
  ])('finds items %s', async (_, q, skus) => {
    expect(await found(q)).toEqual(skus);
  });

  test('is by sku, page by page, each item once', async () => {
    const skus: string[] = [];
    let cursor = '';
    do {
      const page = await api.get(`/v1/items?q=photophore&limit=1${cursor}`);
      skus.push(...skusOf(page));
      cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`;
    } while (cursor !== '');
    expect(skus).toEqual(['70612A', '70612B']);
  });

  test('follows a new name', async () => {
    const sku = newSku();
    await api.put(path(sku), { name: 'Étagère murale' });
    expect(await found('etagere murale')).toEqual([sku]);
    await api.put(path(sku), { name: 'Bibliothèque murale' });
    expect(await found('etagere murale')).toEqual([]);
    expect(await found('bibliotheque murale')).toEqual([sku]);
  });

  test('refuses a cursor of another search, an empty search and one of 201 characters', async () => {
    const first = await api.get('/v1/items?q=photophore&limit=1');
    const other = await api.get(`/v1/items?q=canape&limit=1&cursor=${first.body.nextCursor}`);
    expect(other.body.code).toBe('invalid-cursor');
    expect((await api.get('/v1/items?q=')).status).toBe(400);
    expect((await api.get(`/v1/items?q=${'a'.repeat(201)}`)).status).toBe(400);
    expect((await api.get(`/v1/items?q=${'a'.repeat(200)}`)).status).toBe(200);
  });
});

describe('a key', () => {
  test('that is publishable reads no items: the shop has its own catalogue', async () => {
    const browser = callerOf(app.url, (await app.key({ kind: 'publishable' })).token);
    expect((await browser.get('/v1/items')).status).toBe(403);
  });

  test('of a tablet reads items and changes none', async () => {
    const sku = newSku();
    await api.put(path(sku), item());
    const tablet = callerOf(app.url, (await app.key({ kind: 'device', locations: ['X'] })).token);
    expect((await tablet.get(path(sku))).status).toBe(200);
    expect((await tablet.put(path(sku), item())).status).toBe(403);
    expect((await tablet.get(path('UNKNOWN'))).body.code).toBe('unknown-item');
  });
});
