// Keys over HTTP: the secret shown once, limits handed on but never widened, revoked at once.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callerOf, locationInput } from '../support/catalogue.ts';
import { eventually } from '../support/eventually.ts';

let app: TestApp;
let api: ReturnType<typeof callerOf>;

beforeAll(async () => {
  app = await startTestApp();
  api = callerOf(app.url, app.admin);
  for (const code of ['LILLE', 'LYON']) await api.put(`/v1/locations/${code}`, locationInput());
});
afterAll(() => app.close());

const server = { name: 'Server', kind: 'secret', scopes: ['stock:read'] };
const idsOf = (answer: { body: { data: { id: string }[] } }) => answer.body.data.map(({ id }) => id);

describe('a new key', () => {
  test('comes with its secret, which lets its holder in within its scopes', async () => {
    const answer = await api.post('/v1/keys', { ...server, locations: ['LILLE'] });
    expect(answer.status).toBe(201);
    const { secret, hint, ...key } = answer.body;
    expect(secret).toMatch(/^ck_live_secret_[0-9A-Za-z]{43}$/);
    expect(secret.endsWith(hint)).toBe(true);
    expect(key).toMatchObject({ ...server, locations: ['LILLE'], origins: [] });
    const holder = callerOf(app.url, secret);
    expect((await holder.get('/v1/locations/LILLE')).status).toBe(200);
    expect((await holder.get('/v1/locations/LYON')).status).toBe(404);
    expect((await holder.get('/v1/keys')).status).toBe(403);
  });

  test('shows its secret once: neither the list nor the database has it', async () => {
    const { body } = await api.post('/v1/keys', server);
    const list = await api.get('/v1/keys?limit=200');
    expect(list.body.data).toContainEqual(expect.objectContaining({ id: body.id, hint: body.hint }));
    expect(JSON.stringify(list.body)).not.toContain(body.secret);
    const tables = await app.deps.database.run<{ text: string }>(
      'test.everything',
      "SELECT coalesce(string_agg(k::text, ' '), '') || (SELECT coalesce(string_agg(e::text, ' '), '') FROM events e) AS text FROM api_keys k",
      [],
    );
    expect(tables[0]?.text).not.toContain(body.secret);
  });

  test('asked for twice with one Idempotency-Key is one key, with its secret both times', async () => {
    const headers = { 'Idempotency-Key': 'one-key' };
    const first = await api.post('/v1/keys', server, headers);
    const again = await api.post('/v1/keys', server, headers);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const kept = await app.deps.database.run<{ text: string }>(
      'test.kept',
      "SELECT string_agg(encode(response, 'escape'), ' ') AS text FROM idempotency_keys",
      [],
    );
    expect(kept[0]?.text).not.toContain(first.body.secret);
  });

  test('that is publishable has a prefix of its own, and may be bound to origins', async () => {
    const origins = ['https://shop.example'];
    const answer = await api.post('/v1/keys', {
      name: 'Shop',
      kind: 'publishable',
      scopes: ['availability:read'],
      origins,
    });
    expect(answer.body).toMatchObject({ kind: 'publishable', origins, locations: null });
    expect(answer.body.secret).toMatch(/^ck_live_pub_/);
  });

  test.each([
    ['a device’s', { ...server, kind: 'device' }, '/kind'],
    ['publishable with a server’s scopes', { ...server, kind: 'publishable' }, '/scopes/0'],
    ['secret with origins', { ...server, origins: ['https://shop.example'] }, '/origins'],
    ['limited to a location that is none', { ...server, locations: ['LILLE', 'NOWHERE'] }, '/locations/1'],
    ['without a scope', { ...server, scopes: [] }, '/scopes'],
  ])('may not be %s', async (_, input, pointer) => {
    const answer = await api.post('/v1/keys', input);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ pointer }]);
  });
});

describe('a revoked key', () => {
  test('opens nothing from the next request on', async () => {
    const { body } = await api.post('/v1/keys', server);
    const holder = callerOf(app.url, body.secret);
    expect((await holder.get('/v1/locations')).status).toBe(200);
    expect((await api.delete(`/v1/keys/${body.id}`)).status).toBe(204);
    const refused = await eventually(async () => {
      const answer = await holder.get('/v1/locations');
      return answer.status === 401 && answer;
    });
    expect(refused.body.code).toBe('unauthorized');
    expect(idsOf(await api.get('/v1/keys?limit=200'))).not.toContain(body.id);
  });

  test('is revoked once: again is no error and no second event', async () => {
    const { body } = await api.post('/v1/keys', server);
    for (let time = 0; time < 3; time++) expect((await api.delete(`/v1/keys/${body.id}`)).status).toBe(204);
    const events = await app.deps.database.run<{ type: string }>(
      'test.key_events',
      'SELECT type FROM events WHERE subject = $1::text ORDER BY id',
      [body.id],
    );
    expect(events.map(({ type }) => type)).toEqual(['key.created', 'key.revoked']);
  });

  test.each(['key_admin', 'key_00000000000000000000000000', 'nonsense'])('cannot be %s', async (id) => {
    const answer = await api.delete(`/v1/keys/${id}`);
    expect(answer.status).toBe(404);
    expect(answer.body.code).toBe('not-found');
  });
});

describe('an admin of one store', () => {
  let store: ReturnType<typeof callerOf>;

  beforeAll(async () => {
    store = callerOf(app.url, (await app.key({ scopes: ['admin'], locations: ['LILLE'] })).token);
  });

  test('makes keys for that store only', async () => {
    expect((await store.post('/v1/keys', { ...server, locations: ['LILLE'] })).status).toBe(201);
    for (const locations of [undefined, ['LYON'], ['LILLE', 'LYON']]) {
      const answer = await store.post('/v1/keys', { ...server, ...(locations && { locations }) });
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].pointer).toMatch(/^\/locations/);
    }
  });

  test('neither sees nor revokes keys that reach further', async () => {
    const wide = await app.key();
    const lyon = await app.key({ locations: ['LILLE', 'LYON'] });
    const lille = await app.key({ locations: ['LILLE'] });
    const seen = idsOf(await store.get('/v1/keys?limit=200'));
    expect(seen).toContain(lille.id);
    expect(seen).not.toContain(wide.id);
    expect(seen).not.toContain(lyon.id);
    expect((await store.delete(`/v1/keys/${wide.id}`)).status).toBe(404);
    expect((await store.delete(`/v1/keys/${lyon.id}`)).status).toBe(404);
    expect((await store.delete(`/v1/keys/${lille.id}`)).status).toBe(204);
  });
});

test('the list goes page by page, each key once', async () => {
  const one = await api.get('/v1/keys?limit=200');
  const ids: string[] = [];
  let cursor = '';
  do {
    const page = await api.get(`/v1/keys?limit=2${cursor}`);
    ids.push(...idsOf(page));
    cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`;
  } while (cursor !== '');
  expect(ids).toEqual(idsOf(one));
});
