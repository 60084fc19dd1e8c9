// Sources over HTTP: described, heard, ranked, contradicted.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let clock = Date.UTC(2026, 5, 1, 12);
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ now: () => new Date(clock) });
});
afterAll(() => shop.app.close());

const put = (
  name: string,
  body: object,
  { token = shop.app.admin, ...headers }: Record<string, string> = {},
) =>
  request(shop.app.url)
    .put(`/v1/sources/${name}`)
    .set({ Authorization: `Bearer ${token}`, ...headers })
    .send(body);
/** What was heard is written now. */
const written = () => shop.app.deps.sources.write(new Date(clock));
const read = async (name: string, token?: string) => {
  await written();
  return shop.get(`/v1/sources/${name}`, token);
};
const minutesAgo = (minutes: number) => new Date(clock - minutes * 60_000).toISOString();

let facts = 0;
async function tellCount(source: string, onHand: number, told: object = {}): Promise<void> {
  facts += 1;
  const count = {
    eventId: `c-${facts}`,
    sku: TABLE,
    location: STORE,
    onHand,
    countedAt: minutesAgo(0),
    ...told,
  };
  const { body } = await shop.post('/v1/stock/counts', { source, counts: [count] }).expect(200);
  expect(body).toMatchObject({ applied: 1 });
}
async function tellMovement(source: string, told: object = {}): Promise<void> {
  facts += 1;
  const movement = {
    eventId: `m-${facts}`,
    type: 'receipt',
    sku: TABLE,
    location: STORE,
    quantity: 1,
    ...told,
  };
  const sent = { source, movements: [{ occurredAt: minutesAgo(0), ...movement }] };
  expect((await shop.post('/v1/stock/movements', sent).expect(200)).body).toMatchObject({ applied: 1 });
}

describe('a source', () => {
  test('is made, changed under If-Match, and left alone by the same again', async () => {
    const made = await put('erp', { kind: 'erp' }).expect(201);
    expect(made.body).toMatchObject({
      name: 'erp',
      kind: 'erp',
      rank: 0,
      heartbeatSeconds: null,
      version: 1,
    });
    expect(made.headers.etag).toBe('"v1"');
    const changed = await put(
      'erp',
      { kind: 'erp', rank: -5, heartbeatSeconds: 3_600 },
      { 'If-Match': '"v1"' },
    ).expect(200);
    expect(changed.body).toMatchObject({ rank: -5, heartbeatSeconds: 3_600, version: 2 });
    await put('erp', { kind: 'erp' }, { 'If-Match': '"v1"' }).expect(412);
    await put('erp', { kind: 'erp' }, { 'If-None-Match': '*' }).expect(412);
    const same = await put('erp', { kind: 'erp', rank: -5, heartbeatSeconds: 3_600 }).expect(200);
    expect(same.headers.etag).toBe('"v2"');
    const { body } = await shop.get('/v1/events?types=source.changed').expect(200);
    expect(body.data.map(({ subject, version, data }: never) => ({ subject, version, data }))).toEqual([
      { subject: 'erp', version: 1, data: { source: 'erp', kind: 'erp', rank: 0, heartbeatSeconds: null } },
      { subject: 'erp', version: 2, data: { source: 'erp', kind: 'erp', rank: -5, heartbeatSeconds: 3_600 } },
    ]);
  });

  test.each([
    ['an unknown kind', 'x', { kind: 'crm' }, '/kind'],
    ['no kind', 'x', {}, '/kind'],
    ['a rank too high', 'x', { kind: 'pos', rank: 1_001 }, '/rank'],
    ['half a rank', 'x', { kind: 'pos', rank: 0.5 }, '/rank'],
    ['a heartbeat of seconds', 'x', { kind: 'pos', heartbeatSeconds: 59 }, '/heartbeatSeconds'],
    [
      'a heartbeat of a week and a second',
      'x',
      { kind: 'pos', heartbeatSeconds: 604_801 },
      '/heartbeatSeconds',
    ],
    ['an unknown member', 'x', { kind: 'pos', trust: 1 }, '/trust'],
    ['our own name', 'comptoir', { kind: 'pos' }, 'path:name'],
    ['a name with a blank', 'a%20b', { kind: 'pos' }, 'path:name'],
  ])('is refused with %s', async (_, name, body, pointer) => {
    const answer = await put(name, body).expect(400);
    expect(answer.body).toMatchObject({ code: 'invalid-request', errors: [{ pointer }] });
  });

  test('is there from its first message, with its lag and the locations that it speaks for', async () => {
    await tellMovement('till-7', { occurredAt: minutesAgo(10) });
    await tellMovement('till-7', { occurredAt: minutesAgo(30), location: OTHER_STORE });
    clock += 60_000;
    const { body, headers } = await read('till-7');
    expect(body).toMatchObject({
      ...{ name: 'till-7', kind: 'other', rank: 0, heartbeatSeconds: null, silentSince: null },
      ...{ lastMessageAt: minutesAgo(1), lastOccurredAt: minutesAgo(11), lagSeconds: 660 },
      counts: { compared: 0, disagreed: 0, disagreementRate: null },
      locations: [
        { code: STORE, lastMessageAt: minutesAgo(1) },
        { code: OTHER_STORE, lastMessageAt: minutesAgo(1) },
      ],
      locationsTotal: 2,
      conflicts: [],
    });
    expect(headers.etag).toBe('"v1"');
    await put('till-7', { kind: 'pos' }, { 'If-Match': '"v1"' }).expect(200);
  });

  test('speaks for no place where all that it told was refused', async () => {
    const movement = { eventId: 'r-1', type: 'sale', sku: 'NO-SUCH', location: STORE, quantity: 1 };
    const sent = { source: 'wrong', movements: [{ ...movement, occurredAt: minutesAgo(0) }] };
    await shop.post('/v1/stock/movements', sent).expect(200);
    expect((await read('wrong')).body).toMatchObject({
      lastMessageAt: minutesAgo(0),
      lagSeconds: null,
      locations: [],
    });
  });

  test('that has nothing to tell says that it is alive', async () => {
    const beat = { locations: [STORE] };
    await shop.post('/v1/sources/quiet/heartbeat', beat).expect(200);
    clock += 120_000;
    const { body } = await shop.post('/v1/sources/quiet/heartbeat', {}).expect(200);
    expect(body).toMatchObject({ name: 'quiet', lastMessageAt: minutesAgo(0), lastOccurredAt: null });
    expect((await read('quiet')).body).toMatchObject({
      locations: [{ code: STORE, lastMessageAt: minutesAgo(0) }],
    });
    await shop.post('/v1/sources/quiet/heartbeat', { locations: ['NO-SUCH'] }).expect(404);
    await shop.post('/v1/sources/quiet/heartbeat', { locations: [] }).expect(400);
    await shop.post('/v1/sources/comptoir/heartbeat', {}).expect(400);
  });

  test('that nobody has heard of is unknown', async () => {
    const { body } = await shop.get('/v1/sources/no-such').expect(404);
    expect(body).toMatchObject({ code: 'unknown-source' });
  });

  test('is listed by name, page by page', async () => {
    await written();
    const names: string[] = [];
    for (let next = '/v1/sources?limit=2'; ; ) {
      const { body } = await shop.get(next).expect(200);
      names.push(...body.data.map(({ name }: { name: string }) => name));
      if (body.nextCursor === null) break;
      next = `/v1/sources?limit=2&cursor=${body.nextCursor}`;
    }
    expect(names).toEqual(names.toSorted());
    expect(names).toEqual(expect.arrayContaining(['erp', 'quiet', 'till-7', 'wrong']));
  });
});

describe('a key', () => {
  test('of one store sees what speaks for it, and only that of it', async () => {
    await tellMovement('both', { location: OTHER_STORE });
    await tellMovement('both');
    await tellMovement('elsewhere', { location: OTHER_STORE });
    await written();
    const { token } = await shop.app.key({ scopes: ['stock:read', 'stock:write'], locations: [STORE] });
    expect((await read('both', token)).body).toMatchObject({
      locations: [{ code: STORE }],
      locationsTotal: 1,
    });
    await shop.get('/v1/sources/elsewhere', token).expect(404);
    const { body } = await shop.get('/v1/sources?limit=200', token).expect(200);
    const names = body.data.map(({ name }: { name: string }) => name);
    expect(names).toContain('both');
    expect(names).not.toContain('elsewhere');
    await put('both', { kind: 'pos' }, { token }).expect(403);
    await shop.post('/v1/sources/elsewhere/heartbeat', {}, { token }).expect(404);
    await shop.post('/v1/sources/both/heartbeat', {}, { token }).expect(200);
    await shop.post('/v1/sources/fresh/heartbeat', { locations: [STORE] }, { token }).expect(200);
    await shop.post('/v1/sources/both/heartbeat', { locations: [OTHER_STORE] }, { token }).expect(404);
  });

  test('of one store speaks for no other’s source, by heartbeat nor by fact, and does not come to see it', async () => {
    await put('theirs', { kind: 'pos', heartbeatSeconds: 60 }).expect(201);
    await tellMovement('theirs', { location: OTHER_STORE });
    const spoken = (await read('theirs')).body.lastMessageAt;
    clock += 120_000;
    const { token } = await shop.app.key({ scopes: ['stock:read', 'stock:write'], locations: [STORE] });
    const beat = { locations: [STORE] };
    await shop.post('/v1/sources/theirs/heartbeat', beat, { token }).expect(404);
    const fact = { type: 'receipt', sku: TABLE, location: STORE, quantity: 1, occurredAt: minutesAgo(0) };
    const sent = { source: 'theirs', movements: [{ ...fact, eventId: 'not-theirs' }] };
    expect((await shop.post('/v1/stock/movements', sent, { token }).expect(200)).body).toMatchObject({
      applied: 1,
    });
    const refused = { source: 'theirs', movements: [{ eventId: 'nothing' }] };
    await shop.post('/v1/stock/movements', refused, { token }).expect(200);
    expect((await read('theirs', token)).status).toBe(404);
    expect((await read('theirs')).body).toMatchObject({
      lastMessageAt: spoken,
      locations: [{ code: OTHER_STORE }],
    });
  });

  test('of one store speaks first by a name that was described, and with others by one that is shared', async () => {
    await put('till-of-one', { kind: 'pos', heartbeatSeconds: 60 }).expect(201);
    const { token } = await shop.app.key({ scopes: ['stock:read', 'stock:write'], locations: [STORE] });
    const fact = { type: 'receipt', sku: TABLE, location: STORE, quantity: 1, occurredAt: minutesAgo(0) };
    const tell = (eventId: string, location: string, key?: string) => {
      const movements = [{ ...fact, eventId, location }];
      const by = key === undefined ? {} : { token: key };
      return shop.post('/v1/stock/movements', { source: 'till-of-one', movements }, by).expect(200);
    };
    await tell('first', STORE, token);
    expect((await read('till-of-one', token)).body).toMatchObject({ locations: [{ code: STORE }] });
    await tell('second', STORE, token);
    await tell('third', OTHER_STORE);
    const { body } = await read('till-of-one');
    expect(body.locations.map(({ code }: { code: string }) => code).sort()).toEqual(
      [STORE, OTHER_STORE].sort(),
    );
  });

  test('that may only read writes nothing, and one that may only write reads nothing', async () => {
    const reader = await shop.app.key({ scopes: ['stock:read'] });
    const writer = await shop.app.key({ scopes: ['stock:write'] });
    await put('erp', { kind: 'erp' }, { token: reader.token }).expect(403);
    await shop.post('/v1/sources/erp/heartbeat', {}, { token: reader.token }).expect(403);
    await shop.get('/v1/sources', writer.token).expect(403);
    await shop.get('/v1/sources/erp', writer.token).expect(403);
  });
});

describe('two sources that count one level', () => {
  const at = (minutes: number) => ({ sku: LAMP, countedAt: minutesAgo(minutes) });
  const onHand = async () => (await shop.get(`/v1/stock?sku=${LAMP}&location=${STORE}`)).body.data[0].onHand;

  test('for one instant: the higher rank governs, whoever comes first, and the loser is kept as evidence', async () => {
    await put('pos-a', { kind: 'pos', rank: 5 }).expect(201);
    await put('wms-a', { kind: 'wms' }).expect(201);
    await shop.app.deps.sources.load();
    await tellCount('pos-a', 8, at(10));
    await tellCount('wms-a', 11, at(10));
    expect(await onHand()).toBe(8);
    const { body } = await read('wms-a');
    expect(body.counts).toMatchObject({ compared: 1, disagreed: 1, disagreementRate: 1 });
    expect(body.conflicts).toMatchObject([
      {
        ...{ sku: LAMP, location: STORE, won: false, recordedAt: minutesAgo(0) },
        winner: { source: 'pos-a', countedAt: minutesAgo(10), onHand: 8 },
        loser: { source: 'wms-a', countedAt: minutesAgo(10), onHand: 11 },
      },
    ]);
    expect((await read('pos-a')).body).toMatchObject({ conflicts: [{ won: true }], counts: { compared: 1 } });
  });

  test('a later count governs whatever its rank; both are compared at its instant', async () => {
    clock += 3_600_000;
    await tellCount('pos-b', 8, at(40));
    await tellMovement('till', { type: 'sale', quantity: 3, sku: LAMP, occurredAt: minutesAgo(30) });
    await tellMovement('till', { type: 'sale', quantity: 1, sku: LAMP, occurredAt: minutesAgo(10) });
    await tellCount('wms-b', 6, at(20));
    expect(await onHand()).toBe(5);
    expect((await read('wms-b')).body.conflicts).toMatchObject([
      { won: true, winner: { onHand: 6 }, loser: { source: 'pos-b', countedAt: minutesAgo(40), onHand: 5 } },
    ]);
    // An earlier one that comes later loses, and is compared at the instant of the one that governs.
    await tellCount('erp-b', 9, at(35));
    expect(await onHand()).toBe(5);
    expect((await read('erp-b')).body.conflicts).toEqual([]);
    expect((await read('erp-b')).body.counts).toMatchObject({
      compared: 1,
      disagreed: 0,
      disagreementRate: 0,
    });
  });

  test('one that was seen by nobody is none: the same source, the same figure, more than a day apart', async () => {
    clock += 172_800_000;
    await tellCount('pos-c', 4, at(60));
    await tellCount('pos-c', 7, at(50));
    await tellCount('wms-c', 7, at(40));
    clock += 86_400_000;
    await tellCount('erp-c', 2, at(30));
    const all = [];
    for (const name of ['pos-c', 'wms-c', 'erp-c']) all.push(await read(name));
    expect(
      all.map(({ body }) => [body.counts.compared, body.counts.disagreed, body.conflicts.length]),
    ).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 0, 0],
    ]);
  });

  test('however far apart, disagree and no more: what moved before the later one has no bound', async () => {
    clock += 172_800_000;
    await tellCount('pos-f', 3, at(0));
    const quantity = 1_000_000;
    const receipts = Array.from({ length: 2_500 }, (_, n) => ({ ...at(60), eventId: `f-${n}`, quantity }));
    for (const from of [0, 1_000, 2_000]) {
      const movements = receipts.slice(from, from + 1_000).map(({ countedAt: occurredAt, ...fact }) => ({
        ...{ ...fact, occurredAt },
        ...{ type: 'receipt', location: STORE },
      }));
      await shop.post('/v1/stock/movements', { source: 'erp-f', movements }).expect(200);
    }
    await tellCount('wms-f', 5, at(120));
    expect(await onHand()).toBe(3);
    expect((await read('wms-f')).body).toMatchObject({
      counts: { compared: 1, disagreed: 1 },
      conflicts: [{ won: false, winner: { onHand: 3 }, loser: { onHand: 1_000_000_003 } }],
    });
  });

  test('a count that is told twice is compared once', async () => {
    clock += 172_800_000;
    await tellCount('pos-d', 4, { ...at(10), eventId: 'd-1' });
    await tellCount('wms-d', 5, { ...at(5), eventId: 'd-2' });
    const count = { eventId: 'd-2', sku: LAMP, location: STORE, onHand: 5, countedAt: minutesAgo(5) };
    const { body } = await shop.post('/v1/stock/counts', { source: 'wms-d', counts: [count] }).expect(200);
    expect(body).toMatchObject({ duplicates: 1 });
    expect((await read('wms-d')).body).toMatchObject({ counts: { compared: 1, disagreed: 1 } });
    expect((await read('wms-d')).body.conflicts).toHaveLength(1);
  });
});

test('a rank that changes is heard of by the process, and changes nothing that was counted before', async () => {
  clock += 172_800_000;
  const told = { sku: TABLE, countedAt: minutesAgo(1) };
  const rank = async (name: string, of: number) => {
    await written();
    await put(name, { kind: 'pos', rank: of }).expect(200);
    await shop.app.deps.sources.load();
  };
  await tellCount('aaa', 1, told);
  await rank('aaa', 9);
  await tellCount('zzz', 2, told);
  // Both were of one rank when they were recorded: the greater name governs.
  expect((await read('zzz')).body.conflicts).toMatchObject([{ winner: { source: 'zzz' } }]);
  await tellCount('aaa', 3, told);
  expect((await read('aaa')).body.conflicts[0]).toMatchObject({ won: true, winner: { onHand: 3 } });
});
