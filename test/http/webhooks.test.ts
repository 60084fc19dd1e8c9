// Webhooks over HTTP: who may make them, what they show and hide, their log, replays, rotation, tests.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import request from 'supertest';
import { eventually } from '../support/eventually.ts';
import { HOSTILE_URLS } from '../support/hostileUrls.ts';
import { OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';
import { openWebhookShop, type WebhookShop } from '../support/webhookShop.ts';

const URL_ = 'https://erp.example.com/comptoir';

describe('a webhook', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop.app.close());

  const make = async (body: object = {}, token?: string) =>
    (
      await shop
        .post('/v1/webhooks', { url: URL_, ...body }, token === undefined ? {} : { token })
        .expect(201)
    ).body;
  const call = (method: 'get' | 'put' | 'delete', id: string, token = shop.app.admin) =>
    request(shop.app.url)[method](`/v1/webhooks/${id}`).set('Authorization', `Bearer ${token}`);

  test('shows its secret once, in the form of Standard Webhooks', async () => {
    const made = await shop
      .post('/v1/webhooks', { url: URL_, types: ['reservation.*'], locations: [STORE], description: 'ERP' })
      .expect(201);
    const { secret, ...webhook } = made.body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).toMatchObject({
      ...{ url: URL_, types: ['reservation.*'], locations: [STORE], description: 'ERP', enabled: true },
      ...{
        status: 'enabled',
        disabledReason: null,
        failingSince: null,
        previousSecretUntil: null,
        version: 1,
      },
    });
    expect(made.headers).toMatchObject({ location: `/v1/webhooks/${webhook.id}`, etag: '"v1"' });
    expect((await call('get', webhook.id).expect(200)).body).toEqual(webhook);
    const list = await shop.get('/v1/webhooks').expect(200);
    expect(list.body.data).toContainEqual(webhook);
    expect(JSON.stringify(list.body)).not.toContain('whsec_');
  });

  test('is nobody’s to keep where the answer holds its secret, only where it is read', async () => {
    const made = await shop.post('/v1/webhooks', { url: URL_ }).expect(201);
    const { id } = made.body;
    const rotated = await shop.post(`/v1/webhooks/${id}/rotate`).expect(200);
    const read = await call('get', id).expect(200);
    const known = await call('get', id).set('If-None-Match', String(read.headers.etag)).expect(304);
    const kept = [made, rotated, read, known].map(({ headers }) => headers['cache-control']);
    expect(kept).toEqual(['no-store', 'no-store', 'private, no-cache', 'private, no-cache']);
    expect(rotated.headers.etag).toBe(read.headers.etag);
  });

  test('made twice with one Idempotency-Key is one, and its secret the same', async () => {
    const first = await shop.post('/v1/webhooks', { url: URL_ }, { key: 'webhook-1' }).expect(201);
    const again = await shop.post('/v1/webhooks', { url: URL_ }, { key: 'webhook-1' }).expect(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const kept = await shop.app.deps.database.run<{ response: Buffer }>(
      'test.kept',
      'SELECT response FROM idempotency_keys',
      [],
    );
    expect(kept.some(({ response }) => response.includes(first.body.secret))).toBe(false);
  });

  test('is replaced by a PUT: what is absent goes back to its default, and the version tells', async () => {
    const { id } = await make({ types: ['stock.changed'], description: 'old' });
    const put = await call('put', id)
      .set('If-Match', '"v1"')
      .send({ url: `${URL_}/new`, enabled: false })
      .expect(200);
    expect(put.body).toMatchObject({
      url: `${URL_}/new`,
      types: null,
      description: null,
      enabled: false,
      status: 'disabled',
      disabledReason: 'request',
      version: 2,
    });
    await call('get', id).set('If-None-Match', '"v2"').expect(304);
    const stale = await call('put', id).set('If-Match', '"v1"').send({ url: URL_ }).expect(412);
    expect(stale.body.code).toBe('precondition-failed');
    await call('delete', id).set('If-Match', '"v1"').expect(412);
    await shop.post(`/v1/webhooks/${id}/rotate`).set('If-Match', '"v1"').expect(412);
    await shop.post(`/v1/webhooks/${id}/rotate`).set('If-Match', '"v2"').expect(200);
  });

  test('is gone once it is removed, and its secret with it', async () => {
    const { id } = await make();
    await call('delete', id).expect(204);
    await call('get', id).expect(404);
    await call('delete', id).expect(404);
    await shop.post(`/v1/webhooks/${id}/test`).expect(404);
    await shop.get(`/v1/webhooks/${id}/deliveries`).expect(404);
    const rows = await shop.app.deps.database.run<{ secret: Buffer; url: string }>(
      'test.removed',
      'SELECT secret, url FROM webhooks WHERE id = $1',
      [id],
    );
    expect(rows).toEqual([{ secret: Buffer.alloc(0), url: '' }]);
  });

  test.each(HOSTILE_URLS)('does not go to %s', async (url) => {
    const { body } = await shop.post('/v1/webhooks', { url }).expect(400);
    expect(body).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '/url' }] });
  });

  test('is not changed to a URL that it could not be made with', async () => {
    const { id } = await make();
    const { body } = await call('put', id).send({ url: 'https://169.254.169.254/' }).expect(400);
    expect(body.errors).toMatchObject([{ pointer: '/url', code: 'address-refused' }]);
  });

  test.each([
    [{}, '/url'],
    [{ url: `https://example.com/${'x'.repeat(2_000)}` }, '/url'],
    [{ url: URL_, types: [] }, '/types'],
    [{ url: URL_, types: ['stock.sold'] }, '/types/0'],
    [{ url: URL_, types: ['key.revoked'] }, '/types/0'],
    [{ url: URL_, types: Array(51).fill('stock.changed') }, '/types'],
    [{ url: URL_, locations: [] }, '/locations'],
    [{ url: URL_, secret: 'whsec_mine' }, '/secret'],
    [{ url: URL_, description: 'x'.repeat(201) }, '/description'],
  ])('is refused as %j at %s', async (sent, pointer) => {
    const { body } = await shop.post('/v1/webhooks', sent).expect(400);
    expect(body.errors[0].pointer).toBe(pointer);
  });

  test('names locations that exist only', async () => {
    const { body } = await shop
      .post('/v1/webhooks', { url: URL_, locations: [STORE, 'FR-NOWHERE'] })
      .expect(404);
    expect(body).toMatchObject({ code: 'unknown-location', errors: [{ pointer: '/locations/1' }] });
  });

  test('of a key limited to locations hears these only, and others are not there for it', async () => {
    const { token } = await shop.app.key({ locations: [STORE] });
    const everything = await make();
    const own = await make({}, token);
    expect(own.locations).toEqual([STORE]);
    await shop.post('/v1/webhooks', { url: URL_, locations: [OTHER_STORE] }, { token }).expect(404);
    await call('get', everything.id, token).expect(404);
    await call('put', everything.id, token).send({ url: URL_ }).expect(404);
    await call('delete', everything.id, token).expect(404);
    for (const action of ['rotate', 'test'])
      await shop.post(`/v1/webhooks/${everything.id}/${action}`, {}, { token }).expect(404);
    await shop.get(`/v1/webhooks/${everything.id}/deliveries`, token).expect(404);
    const { body } = await shop.get('/v1/webhooks', token).expect(200);
    const ids = body.data.map(({ id }: { id: string }) => id);
    expect([ids.includes(own.id), ids.includes(everything.id)]).toEqual([true, false]);
  });

  test('tells which key made it what it is, when that is revoked too', async () => {
    const [maker, changer, rotator] = [await shop.app.key(), await shop.app.key(), await shop.app.key()];
    const made = await make({}, maker.token);
    expect(made.savedBy).toMatch(/^key_/);
    const changed = await call('put', made.id, changer.token).send({ url: URL_ }).expect(200);
    expect(changed.body.savedBy).not.toBe(made.savedBy);
    const rotated = await shop
      .post(`/v1/webhooks/${made.id}/rotate`, {}, { token: rotator.token })
      .expect(200);
    expect(new Set([made.savedBy, changed.body.savedBy, rotated.body.savedBy]).size).toBe(3);
    await request(shop.app.url)
      .delete(`/v1/keys/${rotated.body.savedBy}`)
      .set('Authorization', `Bearer ${shop.app.admin}`)
      .expect(204);
    const { body } = await call('get', made.id).expect(200);
    expect(body).toMatchObject({ savedBy: rotated.body.savedBy, enabled: true });
  });

  test('needs its scope', async () => {
    const { token } = await shop.app.key({ scopes: ['events:read', 'admin'] });
    await shop.post('/v1/webhooks', { url: URL_ }, { token }).expect(403);
    await shop.get('/v1/webhooks', token).expect(403);
  });

  test('is listed page by page', async () => {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await shop.get(`/v1/webhooks?limit=2${query}`).expect(200);
      ids.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted());
    expect(ids.length).toBeGreaterThan(2);
  });
});

describe('what is asked for is sent', () => {
  let shop: WebhookShop;
  let ahead = 0;
  beforeAll(async () => {
    shop = await openWebhookShop({ now: () => new Date(Date.now() + ahead) });
  });
  afterAll(() => shop.close());

  test('a test event, whatever the filters, once', async () => {
    const erp = await shop.receiver(500, { types: ['transfer.*'] });
    const { body } = await shop.post(`/v1/webhooks/${erp.id}/test`).expect(202);
    expect(body).toMatchObject({ kind: 'test', eventType: 'webhook.test', status: 'pending', attempts: 0 });
    await eventually(async () =>
      expect(await shop.deliveries(erp.id)).toMatchObject([
        { id: body.id, status: 'failed', attempts: 1, responseStatus: 500, nextTryAt: null },
      ]),
    );
    const [sent] = erp.received.map((received) => JSON.parse(received.body));
    expect(sent).toMatchObject({
      id: body.eventId,
      type: 'webhook.test',
      location: null,
      subject: erp.id,
      data: { id: erp.id },
    });
    expect(erp.received[0]?.id).toBe(body.eventId);
    await shop.get(`/v1/events?after=${sent.cursor}`).expect(200);
    const again = await shop.post(`/v1/webhooks/${erp.id}/deliveries/${body.id}/replay`).expect(410);
    expect(again.body.code).toBe('event-expired');
  });

  test('with both secrets for a day after a rotation, then with the new one', async () => {
    const erp = await shop.receiver();
    const [old = ''] = erp.secrets;
    const { body } = await shop.post(`/v1/webhooks/${erp.id}/rotate`).expect(200);
    expect(body.secret).not.toBe(old);
    // The receiver now holds against it both secrets, and each must do.
    erp.secrets = [old, body.secret];
    await shop.post(`/v1/webhooks/${erp.id}/test`).expect(202);
    await eventually(() => expect([erp.received.length, erp.forged]).toEqual([1, 0]));
    expect(erp.received[0]?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    ahead += 86_400_000;
    erp.secrets = [body.secret];
    await shop.post(`/v1/webhooks/${erp.id}/test`).expect(202);
    await eventually(() => expect(erp.received).toHaveLength(2));
    const { body: sent = '', headers = {} } = erp.received[1] ?? {};
    expect(() => new Webhook(old).verify(sent, headers)).toThrow('No matching signature');
  });

  test('one event again, with its own id', async () => {
    const erp = await shop.receiver();
    await shop.put(TABLE, STORE, 7);
    const [first] = await eventually(async () => {
      const found = await shop.deliveries(erp.id, 'status=delivered');
      return found.length > 0 && found;
    });
    await shop.post(`/v1/webhooks/${erp.id}/deliveries/${first?.id}/replay`).expect(202);
    await eventually(() => expect(erp.received).toHaveLength(2));
    const [one, two] = erp.received.map(({ id, body }) => ({ id, ...JSON.parse(body), cursor: '' }));
    expect(two).toEqual(one);
    await shop.post(`/v1/webhooks/${erp.id}/deliveries/obj_NONE/replay`).expect(404);
  });

  test('a range of time again: what its filters let through, and how many', async () => {
    const from = new Date(Date.now() + ahead);
    for (let onHand = 20; onHand < 26; onHand++) await shop.put(TABLE, STORE, onHand);
    await shop.put(TABLE, OTHER_STORE, 1);
    const to = new Date(Date.now() + ahead + 1);
    const erp = await shop.receiver(204, { locations: [STORE] });
    await shop.put(TABLE, STORE, 99);
    await eventually(() => expect(erp.received).toHaveLength(1));
    const range = { from: from.toISOString(), to: to.toISOString() };
    const { body } = await shop.post(`/v1/webhooks/${erp.id}/replay`, range).expect(202);
    expect(body).toEqual({ replayed: 6, nextCursor: null });
    await eventually(() => expect(new Set(erp.received.map(({ id }) => id)).size).toBe(7));
    expect(
      erp.received
        .slice(1)
        .map(({ body: sent }) => JSON.parse(sent).data.onHand)
        .toSorted((a: number, b: number) => a - b),
    ).toEqual([20, 21, 22, 23, 24, 25]);
    const bad = await shop
      .post(`/v1/webhooks/${erp.id}/replay`, { from: range.to, to: range.from })
      .expect(400);
    expect(bad.body.errors).toMatchObject([{ pointer: '/to' }]);
    const none = { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' };
    expect((await shop.post(`/v1/webhooks/${erp.id}/replay`, none).expect(202)).body.replayed).toBe(0);
  });

  test('nothing of a location that it was taken from, neither what waited nor again', async () => {
    const erp = await shop.receiver(500);
    const pending = (count: number) =>
      eventually(async () => {
        const found = await shop.deliveries(erp.id, 'status=pending');
        return found.length === count && found;
      });
    await shop.put(TABLE, STORE, 31);
    await pending(1);
    await shop.put(TABLE, OTHER_STORE, 32);
    const [other, own] = await pending(2);
    await shop.save(erp.id, { url: erp.url, locations: [STORE] }).expect(200);
    expect(await shop.deliveries(erp.id, 'status=failed')).toMatchObject([{ id: other?.id }]);
    await shop.post(`/v1/webhooks/${erp.id}/deliveries/${other?.id}/replay`).expect(404);
    const before = erp.received.length;
    erp.answer = 204;
    ahead += 60_000;
    await shop.put(TABLE, STORE, 33);
    await shop.post(`/v1/webhooks/${erp.id}/deliveries/${own?.id}/replay`).expect(202);
    await eventually(() => expect(erp.received).toHaveLength(before + 3));
    const locations = erp.received.slice(before).map(({ body }) => JSON.parse(body).location);
    expect(locations).toEqual([STORE, STORE, STORE]);
  });

  test('nothing to one that is disabled', async () => {
    const erp = await shop.receiver();
    const other = await shop.receiver();
    await shop.save(erp.id, { url: erp.url, enabled: false }).expect(200);
    // Until the job has heard of it, something may still be on its way.
    await eventually(async () => {
      const list = await shop.get('/v1/webhooks?limit=200').expect(200);
      const enabled = list.body.data.filter((one: { enabled: boolean }) => one.enabled).length;
      expect(shop.webhooks.counts().held).toBe(enabled);
    });
    const { body } = await shop.post(`/v1/webhooks/${erp.id}/test`).expect(409);
    expect(body.code).toBe('webhook-disabled');
    await shop.put(TABLE, STORE, 3);
    await eventually(() => expect(other.received).toHaveLength(1));
    expect(erp.hits).toBe(0);
    await shop.save(erp.id, { url: erp.url }).expect(200);
    await eventually(() => expect(erp.received).toHaveLength(1));
  });

  test('its log is read page by page, by status', async () => {
    const erp = await shop.receiver();
    for (let onHand = 40; onHand < 45; onHand++) await shop.put(TABLE, STORE, onHand);
    await eventually(async () => expect(await shop.deliveries(erp.id)).toHaveLength(5));
    const first = await shop.get(`/v1/webhooks/${erp.id}/deliveries?limit=3&status=delivered`).expect(200);
    const rest = await shop
      .get(`/v1/webhooks/${erp.id}/deliveries?limit=3&status=delivered&cursor=${first.body.nextCursor}`)
      .expect(200);
    const ids = [...first.body.data, ...rest.body.data].map(({ id }) => id);
    expect(ids).toEqual((await shop.deliveries(erp.id)).map(({ id }) => id));
    expect(rest.body.nextCursor).toBeNull();
    expect(await shop.deliveries(erp.id, 'status=failed')).toEqual([]);
    await shop.get(`/v1/webhooks/${erp.id}/deliveries?status=lost`).expect(400);
  });
});
