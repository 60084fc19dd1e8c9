// Whatever is sent, the answer is a problem with a stable code, never a 5xx, a stack trace or a page.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { PROBLEMS } from '../../src/domain/problem.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let comptoir: TestApp;
beforeAll(async () => {
  comptoir = await startTestApp({ environment: { COMPTOIR_BODY_BYTES_MAX: '2048' } });
});
afterAll(() => comptoir.close());

const get = (path: string) => request(comptoir.url).get(path).auth(comptoir.admin, { type: 'bearer' });
const postKey = () => request(comptoir.url).post('/v1/keys').auth(comptoir.admin, { type: 'bearer' });
const aKey = { name: 'Checkout', kind: 'secret', scopes: ['stock:read'] };

/** What a body sent as it is gets for an answer. */
async function sent(body: string | Buffer, type = 'application/json') {
  const answer = await postKey().set('Content-Type', type).send(body);
  return { status: answer.status, code: answer.body.code, errors: answer.body.errors };
}

/** The answer to bytes that no HTTP client would send. */
async function raw(
  bytes: string,
): Promise<{ status: number; requestId: string | undefined; body: Record<string, unknown> }> {
  const { port } = new URL(comptoir.url);
  const text = await new Promise<string>((resolve, reject) => {
    // Not ended here: Node's server gives no answer any more to whoever has nothing more to say. It ends it itself.
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes, 'latin1'));
    let received = '';
    socket.on('data', (chunk) => (received += chunk));
    socket.on('end', () => resolve(received));
    socket.on('error', reject);
  });
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const requestId = /^X-Request-Id: (\S+)$/im.exec(head)?.[1];
  return { status: Number(head.split(' ')[1]), requestId, body: JSON.parse(body) };
}

describe('a problem', () => {
  test('is an RFC 9457 document with the request id of the answer and of the log', async () => {
    const answer = await get('/v1/nowhere').set('X-Request-Id', 'till-7:42').expect(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['x-request-id']).toBe('till-7:42');
    expect(answer.body).toEqual({
      type: '/problems/not-found',
      title: 'There is no such resource',
      status: 404,
      detail: 'There is nothing at /v1/nowhere.',
      instance: '/v1/nowhere',
      code: 'not-found',
      requestId: 'till-7:42',
    });
  });

  test('is described where its type points', async () => {
    const { body } = await get('/v1/nowhere').expect(404);
    const kind = await request(comptoir.url).get(body.type).expect(200);
    expect(kind.body).toMatchObject({ code: 'not-found', status: 404 });
  });

  test('is in the catalogue, all of it', async () => {
    const { body } = await request(comptoir.url).get('/problems').expect(200);
    expect(body.data.map(({ code }: { code: string }) => code).sort()).toEqual(Object.keys(PROBLEMS).sort());
  });

  test('never carries a request id that could break a header or a log', async () => {
    const answer = await get('/v1/nowhere').set('X-Request-Id', 'a b"c').expect(404);
    expect(answer.body.requestId).toMatch(/^req_[0-9A-Z]{26}$/);
    expect(answer.headers['x-request-id']).toBe(answer.body.requestId);
  });
});

describe('paths and methods', () => {
  test('a method that a path does not have gets 405 with those that it has', async () => {
    const answer = await request(comptoir.url).put('/v1/keys').expect(405);
    expect(answer.body.code).toBe('method-not-allowed');
    expect(answer.headers.allow).toBe('POST, GET, HEAD, OPTIONS');
  });

  test('OPTIONS tells the methods', async () => {
    const answer = await request(comptoir.url).options('/v1/stock/movements').expect(204);
    expect(answer.headers.allow).toBe('POST, GET, HEAD, OPTIONS');
  });

  test('HEAD answers like GET, without a body', async () => {
    const answer = await request(comptoir.url).head('/health/live').expect(200);
    expect(answer.headers['content-length']).toBe('18');
    expect(answer.text).toBeUndefined();
  });

  test.each([
    '/v1/items/%',
    '/v1/items/%zz',
    '/v1/items/%ff',
    '/v1/items/%C0%80',
    '/v1/items/%00',
    '/v1/items/x%00y/availability',
  ])('%s cannot be decoded, or kept, and gets 400', async (path) => {
    const answer = await get(path).expect(400);
    expect(answer.body.code).toBe('invalid-request');
  });

  test.each(['/v1/items/', '/V1/items', '//v1/items', '/v1//items'])(
    '%s is no path of ours',
    async (path) => {
      expect((await get(path)).body.code).toBe('not-found');
    },
  );
});

describe('query parameters', () => {
  test.each([
    ['limit=10&limit=20', 'query:limit', 'duplicate-parameter'],
    ['nope=1', 'query:nope', 'unknown-parameter'],
    ['__proto__=1', 'query:__proto__', 'unknown-parameter'],
    ['constructor=1', 'query:constructor', 'unknown-parameter'],
    ['limit[]=1', 'query:limit[]', 'unknown-parameter'],
    ['limit=%ff', 'query:limit', 'bad-encoding'],
    ['location=A%00B', 'query:location', 'null-character'],
    ['limit=0', 'query:limit', 'too-small'],
    ['limit=201', 'query:limit', 'too-large'],
    ['limit=1e2', 'query:limit', 'bad-format'],
    ['limit=', 'query:limit', 'bad-format'],
  ])('%s is refused at %s as %s', async (query, pointer, code) => {
    const { body } = await get(`/v1/stock?${query}`).expect(400);
    expect(body.code).toBe('invalid-request');
    expect(body.errors[0]).toMatchObject({ pointer, code });
  });

  test('a cursor that nobody gave is refused', async () => {
    for (const cursor of ['x', 'bm9wZQ', '!!', Buffer.from('["x",{}]').toString('base64url')]) {
      const { body } = await get(`/v1/items?cursor=${cursor}`).expect(400);
      expect(body.code).toBe('invalid-cursor');
    }
  });
});

describe('bodies', () => {
  test('every mistake is named by a pointer, a code and a sentence', async () => {
    const { errors } = await sent(
      JSON.stringify({ name: 7, kind: 'secrte', scopes: ['stock:read', 'x'], 'a/b': 1 }),
    );
    expect(errors).toEqual([
      { pointer: '/name', code: 'wrong-type', detail: 'Expected a string, not a number.' },
      { pointer: '/kind', code: 'unknown-value', detail: expect.stringContaining('`secret`') },
      { pointer: '/scopes/1', code: 'unknown-value', detail: expect.stringContaining('`stock:read`') },
      { pointer: '/a~1b', code: 'unknown-field', detail: 'There is no field `a/b`.' },
    ]);
  });

  test('no body is the same as an empty object', async () => {
    const answer = await postKey().expect(400);
    expect(answer.body.errors[0]).toEqual({
      pointer: '/name',
      code: 'required',
      detail: 'This is required.',
    });
  });

  test.each([
    ['{"name": "x"', 'cut off'],
    ['{name: "x"}', 'not JSON'],
    ['{"name": "x"}}', 'too long'],
    ['\u0001', 'a control character'],
    ['[1,]', 'a trailing comma'],
  ])('%s is malformed (%s)', async (body) => {
    expect(await sent(body)).toMatchObject({ status: 400, code: 'malformed-body' });
  });

  test('bytes that are not UTF-8 are malformed', async () => {
    const { status, body } = await raw(
      `POST /v1/keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${comptoir.admin}\r\nContent-Type: application/json\r\n` +
        'Content-Length: 12\r\nConnection: close\r\n\r\n{"name":"\xff"}',
    );
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'malformed-body' });
  });

  test('nesting that would exhaust a stack is malformed', async () => {
    expect(await sent('['.repeat(1_000) + ']'.repeat(1_000))).toMatchObject({ code: 'malformed-body' });
  });

  test.each(['null', '[]', '"x"', '7', 'true'])('%s is no object', async (body) => {
    expect(await sent(body)).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  test.each([
    ['{"name":"a\\u0000b"}', '/name', 'null-character'],
    ['{"name":"a\\ud800b"}', '/name', 'broken-unicode'],
    ['{"scopes":["\\udfff"]}', '/scopes/0', 'broken-unicode'],
    ['{"a\\u0000":1}', '', 'null-character'],
    ['{"__proto__":{"admin":true}}', '/__proto__', 'unknown-field'],
    ['{"\\u005f_proto__":1}', '/__proto__', 'unknown-field'],
    [
      '{"name":"x","kind":"secret","scopes":["admin"],"constructor":{"prototype":{}}}',
      '/constructor',
      'unknown-field',
    ],
  ])('%s is refused before it reaches anything', async (body, pointer, code) => {
    const answer = await sent(body);
    expect(answer).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(answer.errors[0]).toMatchObject({ pointer, code });
    expect({}).not.toHaveProperty('admin');
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'application/json; charset=latin1',
  ])('%s is not supported', async (type) => {
    expect(await sent('{}', type)).toMatchObject({ status: 415, code: 'unsupported-media-type' });
  });

  test.each(['application/json; charset=utf-8', 'application/json'])(
    'a compressed body is not supported: %s',
    async (type) => {
      const answer = await postKey().set('Content-Type', type).set('Content-Encoding', 'gzip').send('{}');
      expect(answer.status).toBe(415);
    },
  );

  test.each(['application/json;charset=UTF-8', 'application/merge-patch+json', 'Application/JSON'])(
    '%s is JSON',
    async (type) => {
      expect(await sent('{}', type)).toMatchObject({ status: 400, code: 'invalid-request' });
    },
  );

  test('a body beyond the limit gets 413, and the connection goes on', async () => {
    expect(await sent(`{"name":"${'x'.repeat(10_000_000)}"}`)).toMatchObject({
      status: 413,
      code: 'body-too-large',
    });
    await get('/v1/keys').expect(200);
  });

  test('a chunked body beyond the limit gets 413 too', async () => {
    const chunk = `400\r\n${'x'.repeat(1024)}\r\n`;
    const { status, body } = await raw(
      `POST /v1/keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${comptoir.admin}\r\nContent-Type: application/json\r\n` +
        `Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunk.repeat(3)}0\r\n\r\n`,
    );
    expect({ status, code: body.code }).toEqual({ status: 413, code: 'body-too-large' });
  });

  test('a body where none is taken is refused unless it is empty', async () => {
    const key = await postKey().send(aKey).expect(201);
    const remove = () =>
      request(comptoir.url).delete(`/v1/keys/${key.body.id}`).auth(comptoir.admin, { type: 'bearer' });
    const refused = await remove().send({ force: true }).expect(400);
    expect(refused.body.errors[0]).toMatchObject({ pointer: '/force', code: 'unknown-field' });
    await remove().send({}).expect(204);
  });
});

describe('what is hardly HTTP', () => {
  test.each([
    ['no HTTP at all', 'HELLO\r\n\r\n', 400, 'invalid-request'],
    ['no Host', 'GET /health/live HTTP/1.1\r\n\r\n', 400, 'invalid-request'],
    [
      'headers beyond the limit',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'invalid-request'],
    [
      'another expectation',
      'GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n',
      417,
      'expectation-failed',
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      400,
      'invalid-request',
    ],
  ])('%s gets a problem', async (_name, bytes, status, code) => {
    const answer = await raw(bytes);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.requestId).toBe(answer.body.requestId);
  });

  test('an Accept header that cannot be parsed changes nothing', async () => {
    const answer = await get('/health/live').set('Accept', ';;q=,*/%');
    expect(answer.status).toBe(200);
  });
});
