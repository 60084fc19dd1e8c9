// Transfers over HTTP: what each call does to both levels, who may call it, and what both ends are told.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { tellLate } from '../../src/jobs/lateTransfers.ts';
import { contradictions } from '../support/evidence.ts';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let clock = Date.UTC(2026, 0, 14, 10);
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ now: () => new Date(clock) });
});
afterAll(async () => {
  expect(await contradictions(shop.app.deps.database)).toEqual([]);
  await shop.app.close();
});
beforeEach(async () => {
  clock += 60_000;
  for (const sku of [TABLE, LAMP]) await restock(sku, STORE, 0);
  await restock(TABLE, OTHER_STORE, 10);
  await restock(LAMP, OTHER_STORE, 4);
});

let counts = 0;
async function restock(sku: string, location: string, onHand: number) {
  counts += 1;
  const countedAt = new Date(clock).toISOString();
  const count = { eventId: `restock-${counts}`, sku, location, onHand, countedAt };
  await shop.post('/v1/stock/counts', { source: 'wms', counts: [count] }).expect(200);
  clock += 1_000;
}

async function create(body: object = {}) {
  // Ids of one millisecond are in no order.
  clock += 1;
  const sent = { from: OTHER_STORE, to: STORE, lines: [{ sku: TABLE, quantity: 3 }], ...body };
  const { body: made } = await shop.post('/v1/transfers', sent).expect(201);
  return made;
}

function move(id: string, name: string, body: object = {}, options = {}) {
  return shop.post(`/v1/transfers/${id}/${name}`, body, options);
}

async function level(sku: string, location: string) {
  const { body } = await shop.get(`/v1/stock?sku=${sku}&location=${location}`).expect(200);
  const [row] = body.data;
  return { onHand: row.onHand, reserved: row.reserved, incoming: row.incoming };
}

async function eventsOf(subject: string) {
  const rows = await shop.app.deps.database.run<{
    type: string;
    location: string;
    version: number;
    data: Record<string, unknown>;
  }>('test.events', 'SELECT type, location, version, data FROM events WHERE subject = $1 ORDER BY id', [
    subject,
  ]);
  return rows;
}

describe('a transfer', () => {
  test('reserves its units where they are, ships them and has them on hand where they arrive', async () => {
    const made = await create();
    expect(made).toMatchObject({
      status: 'created',
      shippable: true,
      from: OTHER_STORE,
      to: STORE,
      late: false,
    });
    expect(await level(TABLE, OTHER_STORE)).toEqual({ onHand: 10, reserved: 3, incoming: 0 });
    expect(await level(TABLE, STORE)).toEqual({ onHand: 0, reserved: 0, incoming: 0 });

    await move(made.id, 'ship').expect(200);
    expect(await level(TABLE, OTHER_STORE)).toEqual({ onHand: 7, reserved: 0, incoming: 0 });
    expect(await level(TABLE, STORE)).toEqual({ onHand: 0, reserved: 0, incoming: 3 });

    const { body } = await move(made.id, 'receive', { lines: [{ sku: TABLE, received: 3 }] }).expect(200);
    expect(body).toMatchObject({ status: 'received', lines: [{ received: 3, outstanding: 0 }], version: 3 });
    expect(await level(TABLE, STORE)).toEqual({ onHand: 3, reserved: 0, incoming: 0 });
    const { body: ledger } = await shop.get(`/v1/stock/movements?sku=${TABLE}&limit=2`).expect(200);
    expect(
      ledger.data.map((row: Record<string, unknown>) => [row.type, row.location, row.reference]),
    ).toEqual([
      ['transfer_in', STORE, made.id],
      ['transfer_out', OTHER_STORE, made.id],
    ]);
  });

  test('tells every step once at each end, with one version', async () => {
    const { id } = await create();
    await move(id, 'ship').expect(200);
    await move(id, 'receive', { complete: true }).expect(200);
    const told = await eventsOf(id);
    expect(told.map(({ type, location, version }) => `${type} ${location} ${version}`)).toEqual([
      `transfer.created ${OTHER_STORE} 1`,
      `transfer.created ${STORE} 1`,
      `transfer.shipped ${OTHER_STORE} 2`,
      `transfer.shipped ${STORE} 2`,
      `transfer.received ${OTHER_STORE} 3`,
      `transfer.received ${STORE} 3`,
    ]);
    expect(told[5]?.data).toMatchObject({ status: 'received', lines: [{ sku: TABLE, lost: 3 }] });
  });

  test('shipped in part frees the rest', async () => {
    const { id } = await create({
      lines: [
        { sku: TABLE, quantity: 3 },
        { sku: LAMP, quantity: 2 },
      ],
    });
    await move(id, 'ship', { lines: [{ sku: TABLE, quantity: 1 }] }).expect(200);
    expect(await level(TABLE, OTHER_STORE)).toEqual({ onHand: 9, reserved: 0, incoming: 0 });
    expect(await level(LAMP, OTHER_STORE)).toEqual({ onHand: 4, reserved: 0, incoming: 0 });
    await move(id, 'receive', { complete: true }).expect(200);
  });

  test('arrives in parts, told in totals: the same report twice is one', async () => {
    const { id } = await create();
    await move(id, 'ship').expect(200);
    const first = { lines: [{ sku: TABLE, received: 1, damaged: 1 }] };
    const { body } = await move(id, 'receive', first).expect(200);
    expect(body).toMatchObject({
      status: 'partly_received',
      lines: [{ received: 1, damaged: 1, outstanding: 1 }],
    });
    const { body: again } = await move(id, 'receive', first).expect(200);
    expect(again).toEqual(body);
    expect(await level(TABLE, STORE)).toEqual({ onHand: 1, reserved: 0, incoming: 1 });
    await move(id, 'receive', { lines: [{ sku: TABLE, received: 0 }] })
      .expect(409)
      .expect(({ body: { code } }) => expect(code).toBe('units-not-here'));
    await move(id, 'receive', { lines: [{ sku: TABLE, received: 2 }] }).expect(200);
    expect(await level(TABLE, STORE)).toEqual({ onHand: 2, reserved: 0, incoming: 0 });
  });

  test('may bring more than was shipped: the rest is found; what never comes is lost', async () => {
    const { id } = await create({
      lines: [
        { sku: TABLE, quantity: 2 },
        { sku: LAMP, quantity: 2 },
      ],
    });
    await move(id, 'ship').expect(200);
    const report = {
      lines: [
        { sku: TABLE, received: 3 },
        { sku: LAMP, received: 1 },
      ],
      complete: true,
    };
    const { body } = await move(id, 'receive', report).expect(200);
    expect(body.status).toBe('received');
    expect(body.lines).toMatchObject([
      { sku: LAMP, received: 1, lost: 1 },
      { sku: TABLE, received: 3, lost: 0 },
    ]);
    expect(await level(TABLE, STORE)).toEqual({ onHand: 3, reserved: 0, incoming: 0 });
    expect(await level(LAMP, STORE)).toEqual({ onHand: 1, reserved: 0, incoming: 0 });
    const { body: ledger } = await shop.get(`/v1/stock/movements?sku=${TABLE}&limit=2`).expect(200);
    expect(ledger.data.map((row: Record<string, unknown>) => [row.type, row.quantity])).toEqual([
      ['found', 1],
      ['transfer_in', 2],
    ]);
  });

  test('is cancelled before it is shipped, and not after', async () => {
    const { id } = await create();
    await move(id, 'cancel', { reason: 'The lorry is full' })
      .expect(200)
      .expect(({ body }) => expect(body).toMatchObject({ status: 'cancelled', reason: 'The lorry is full' }));
    expect(await level(TABLE, OTHER_STORE)).toEqual({ onHand: 10, reserved: 0, incoming: 0 });
    const other = await create();
    await move(other.id, 'ship').expect(200);
    await move(other.id, 'cancel')
      .expect(409)
      .expect(({ body }) =>
        expect(body).toMatchObject({ code: 'invalid-transition', from: 'shipped', allowed: ['receive'] }),
      );
    await move(other.id, 'receive', { complete: true }).expect(200);
  });

  test('is told late once', async () => {
    const { id, version } = await create({ expectedAt: new Date(clock + 60_000).toISOString() });
    const { database, stock } = shop.app.deps;
    const now = () => new Date(clock);
    expect(await tellLate({ database, stock, now })).toBe(0);
    clock += 120_000;
    expect(await tellLate({ database, stock, now })).toBe(1);
    expect(await tellLate({ database, stock, now })).toBe(0);
    const { body } = await shop.get(`/v1/transfers/${id}`).expect(200);
    expect(body).toMatchObject({ late: true, version: version + 1 });
    await move(id, 'cancel').expect(200);
  });
});

describe('refuses', () => {
  test.each([
    ['more than is not promised', { lines: [{ sku: LAMP, quantity: 5 }] }, 409, 'insufficient-stock'],
    ['an item that nobody knows', { lines: [{ sku: 'NOPE', quantity: 1 }] }, 404, 'unknown-item'],
    ['a place that nobody knows', { to: 'FR-NOWHERE' }, 404, 'unknown-location'],
    ['to send to where it is', { to: OTHER_STORE }, 400, 'invalid-request'],
    ['to come after more than a year', { expectedAt: '9999-12-31T23:59:59-12:00' }, 400, 'invalid-request'],
    [
      'more of an item than can be received',
      {
        lines: [
          { sku: TABLE, quantity: 1_000_000 },
          { sku: TABLE, quantity: 1 },
        ],
      },
      400,
      'invalid-request',
    ],
    ['to be late from the start', { expectedAt: '2020-01-01T00:00:00Z' }, 400, 'invalid-request'],
  ])('%s', async (_, body, status, code) => {
    const sent = { from: OTHER_STORE, to: STORE, lines: [{ sku: TABLE, quantity: 1 }], ...body };
    const answer = await shop.post('/v1/transfers', sent).expect(status);
    expect(answer.body.code).toBe(code);
  });

  test.each([
    ['ship', { lines: [{ sku: TABLE, quantity: 4 }] }, 'units-not-here'],
    ['ship', { lines: [{ sku: TABLE, quantity: 0 }] }, 'nothing-to-ship'],
    ['ship', { lines: [{ sku: LAMP, quantity: 1 }] }, 'unknown-line'],
    ['receive', { lines: [{ sku: TABLE, received: 1 }] }, 'invalid-transition'],
  ])('to %s %j of what was created', async (name, body, code) => {
    const { id } = await create();
    const answer = await move(id, name, body).expect(409);
    expect(answer.body.code).toBe(code);
    await move(id, 'cancel').expect(200);
  });

  test('to put more on the way to a level than a level can hold', async () => {
    const { database } = shop.app.deps;
    const { id } = await create();
    const set = (incoming: number) =>
      database.run(
        'test.incoming',
        `UPDATE levels SET incoming = $1 FROM items i, locations o
         WHERE i.id = item_id AND o.id = location_id AND i.sku = $2 AND o.code = $3`,
        [incoming, TABLE, STORE],
      );
    await set(999_999_998);
    const answer = await move(id, 'ship').expect(409);
    expect(answer.body.code).toBe('level-out-of-range');
    await set(0);
    await move(id, 'cancel').expect(200);
  });

  test('what was prepared against another version', async () => {
    const { id } = await create();
    await move(id, 'ship').set('If-Match', '"v2"').expect(412);
    await move(id, 'ship').set('If-Match', '"v1"').expect(200);
    await move(id, 'receive', { complete: true }).expect(200);
  });
});

describe('a key of one location', () => {
  test('does what is done there, sees the other end’s and nobody else’s', async () => {
    const source = await shop.app.key({ kind: 'device', locations: [OTHER_STORE] });
    const destination = await shop.app.key({ kind: 'device', locations: [STORE] });
    const stranger = await shop.app.key({ locations: ['FR-NOWHERE'] });
    const asked = { from: OTHER_STORE, to: STORE, lines: [{ sku: TABLE, quantity: 1 }] };
    await shop.post('/v1/transfers', asked, { token: stranger.token }).expect(404);
    const { body } = await shop.post('/v1/transfers', asked, { token: destination.token }).expect(201);
    await shop.get(`/v1/transfers/${body.id}`, stranger.token).expect(404);
    await move(body.id, 'ship', {}, { token: stranger.token }).expect(404);
    await move(body.id, 'ship', {}, { token: destination.token }).expect(403);
    await move(body.id, 'ship', {}, { token: source.token }).expect(200);
    await move(body.id, 'receive', { complete: true }, { token: source.token }).expect(403);
    await move(body.id, 'receive', { complete: true }, { token: destination.token }).expect(200);
    const { body: list } = await shop.get('/v1/transfers', stranger.token).expect(200);
    expect(list.data).toEqual([]);
  });

  test('learns that another location lacks units, not how many it has', async () => {
    const { token } = await shop.app.key({ kind: 'device', locations: [STORE] });
    const asked = { from: OTHER_STORE, to: STORE, lines: [{ sku: TABLE, quantity: 100 }] };
    const { body } = await shop.post('/v1/transfers', asked, { token }).expect(409);
    expect(body.shortages).toEqual([{ sku: TABLE, requested: 100 }]);
  });
});

test('the list is filtered and paged', async () => {
  const made = [await create(), await create(), await create()];
  await move(made[0].id, 'cancel').expect(200);
  const path = `/v1/transfers?from=${OTHER_STORE}&to=${STORE}&status=created&limit=1`;
  const { body: first } = await shop.get(path).expect(200);
  expect(first.data.map(({ id }: { id: string }) => id)).toEqual([made[2].id]);
  const { body: second } = await shop.get(`${path}&cursor=${first.nextCursor}`).expect(200);
  expect(second.data.map(({ id }: { id: string }) => id)).toEqual([made[1].id]);
  expect(second.nextCursor).toBeNull();
  for (const { id } of made.slice(1)) await move(id, 'cancel').expect(200);
});

test('a request sent again, much later, is answered as it was', async () => {
  const sent = {
    from: OTHER_STORE,
    to: STORE,
    lines: [{ sku: TABLE, quantity: 1 }],
    expectedAt: new Date(clock + 60_000).toISOString(),
  };
  const { body } = await shop.post('/v1/transfers', sent, { key: 'again' }).expect(201);
  clock += 3_600_000;
  const { body: again } = await shop.post('/v1/transfers', sent, { key: 'again' }).expect(201);
  expect(again).toEqual(body);
  await move(body.id, 'cancel').expect(200);
});
