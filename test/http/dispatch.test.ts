// The table's own dispatch and Express say the same, byte for byte but for ids and instants, whatever is sent.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { makeApp } from '../../src/app.ts';
import { addressOf, protocolOf } from '../../src/http/peer.ts';
import { routes } from '../../src/http/routes/index.ts';
import { closeServer, listen, makeServer } from '../../src/http/server.ts';
import { OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let shop: Shop;
let byTable: number;
let byExpress: number;
const servers: ReturnType<typeof makeServer>[] = [];

beforeAll(async () => {
  shop = await openShop({ environment: { COMPTOIR_TRUST_PROXY: '1', COMPTOIR_BODY_BYTES_MAX: '2048' } });
  await shop.put(TABLE, STORE, 50);
  const serve = (expressAlone: boolean) => {
    const server = makeServer(makeApp(shop.app.deps, { checkAnswers: true, expressAlone }));
    servers.push(server);
    return listen(server, 0, '127.0.0.1');
  };
  [byTable, byExpress] = [await serve(false), await serve(true)];
});
afterAll(async () => {
  await Promise.all(servers.map((server) => closeServer(server, 0)));
  await shop.app.close();
});

/** The whole answer to these bytes, up to the end of the connection, which is the server's to make. */
async function sent(port: number, bytes: string): Promise<string> {
  const answer = await new Promise<string>((resolve, reject) => {
    let received = '';
    // Not ended here: Node's server gives no answer any more to whoever has nothing more to say.
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setEncoding('latin1');
    socket.on('data', (text) => (received += text));
    socket.on('end', () => resolve(received));
    socket.on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 [2-5]\d\d /);
  return answer;
}

/** Without what no two answers share. */
function timeless(answer: string): string {
  return answer
    .replaceAll(/\b(req|rsv|evt|key|dev|trf|imp|whk|obj)_[0-9A-Z]{26}/g, '$1_…')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
    .replaceAll(/^Date: .*$/gm, 'Date: …')
    .replaceAll(/"(?:cursor|nextCursor)":"[^"]*"/g, '"cursor":"…"');
}

/** Status, headers and body of the answer by the table, and by Express. */
async function bothWays(first: string, second = first): Promise<[string, string]> {
  const answers = await Promise.all([sent(byTable, first), sent(byExpress, second)]);
  return [timeless(answers[0]), timeless(answers[1])];
}

type Asked = { method?: string; target: string; headers?: string[]; body?: string; token?: string | null };

function asked({ method = 'GET', target, headers = [], body, token = shop.app.admin }: Asked): string {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: shop.test',
    'Connection: close',
    ...(token === null ? [] : [`Authorization: Bearer ${token}`]),
    ...(body === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

describe('both ways answer alike', () => {
  /** Streams and pages of the process's own numbers never say the same twice. */
  const RESTLESS = ['GET /metrics', 'GET /v1/events'];
  const named = (path: string) =>
    path
      .replace('{code}', STORE)
      .replace('{sku}', TABLE)
      .replaceAll(/\{\w+\}/g, 'none');

  test.each(
    routes
      .map((route) => [`${route.method} ${route.path}`, route] as const)
      .filter(([name]) => !RESTLESS.includes(name)),
  )('%s, with a key, without, and by a stranger', async (_, { method, path }) => {
    const body = method === 'GET' ? undefined : '{"unheard":"of"}';
    for (const token of [shop.app.admin, null, 'strange']) {
      const bytes = asked({ method, target: named(path), token, ...(body === undefined ? {} : { body }) });
      const [table, alone] = await bothWays(bytes);
      expect(table).toBe(alone);
    }
  });

  test.each<[string, Asked]>([
    ['a search', { target: `/v1/availability?items=${TABLE}:2&near=50.6,3&radiusKm=1000` }],
    ['a search for reasons', { target: `/v1/availability?items=${TABLE}&explain=true` }],
    ['a search of what it has', { target: `/v1/availability?items=${TABLE}`, headers: ['If-None-Match: *'] }],
    ['a HEAD', { method: 'HEAD', target: `/v1/availability?items=${TABLE}` }],
    ['a HEAD with a parameter', { method: 'HEAD', target: `/v1/items/${TABLE}` }],
    ['a question for methods', { method: 'OPTIONS', target: '/v1/reservations' }],
    [
      'a preflight',
      {
        method: 'OPTIONS',
        target: '/v1/reservations',
        headers: ['Origin: https://shop.test', 'Access-Control-Request-Method: POST'],
      },
    ],
    ['a page of another origin', { target: '/health/live', headers: ['Origin: https://shop.test'] }],
    ['the wrong method', { method: 'DELETE', target: '/v1/availability' }],
    ['the wrong method with a parameter', { method: 'POST', target: `/v1/items/${TABLE}`, body: '{}' }],
    ['a method of its own', { method: 'PROPFIND', target: '/v1/availability' }],
    ['nothing there', { target: '/v1/nowhere' }],
    ['the root', { target: '/' }],
    ['two slashes', { target: '//v1/availability' }],
    ['a slash too many', { target: '/v1/availability/' }],
    ['a parameter that is empty', { target: '/v1/items/' }],
    ['an empty query', { target: '/v1/availability?' }],
    ['a query before it', { target: '?/v1/availability' }],
    ['capitals', { target: '/V1/Availability' }],
    ['dots', { target: '/v1/items/../availability' }],
    ['an encoded parameter', { target: `/v1/items/${TABLE.replace('T', '%54')}` }],
    ['an encoded slash', { target: '/v1/items/A%2FB' }],
    ['an encoded path', { target: '/v1/%61vailability' }],
    ['a broken escape', { target: '/v1/items/%zz' }],
    ['half a character', { target: '/v1/items/%c3' }],
    ['an encoded NUL', { target: '/v1/items/%00' }],
    ['a fragment', { target: `/v1/items/${TABLE}#there` }],
    ['a fragment in the query', { target: '/v1/availability?items=A#there' }],
    ['bytes beyond ASCII', { target: '/v1/items/caf\xe9' }],
    ['a space that does not break', { target: '/v1/items/A\xa0B' }],
    ['signs', { target: '/v1/items/"<>\\^`{|}!$&\'()*+,;=:@~' }],
    ['a colon', { target: '/v1/items/:sku' }],
    ['a name of every object', { target: '/v1/items/__proto__' }],
    ['a path for a parameter', { target: '/v1/items/batch' }],
    ['the absolute form', { target: 'http://shop.test/v1/availability?items=A' }],
    ['a star', { method: 'OPTIONS', target: '*' }],
    ['a very long parameter', { target: `/v1/items/${'A'.repeat(6_000)}` }],
    ['a parameter twice', { target: '/v1/availability?items=A&items=B' }],
    ['an unknown parameter', { target: '/v1/availability?items=A&sql=1' }],
    ['no JSON', { method: 'POST', target: '/v1/reservations', body: '{', headers: ['Idempotency-Key: a'] }],
    ['no Idempotency-Key', { method: 'POST', target: '/v1/reservations', body: '{}' }],
    ['a body too large', { method: 'POST', target: '/v1/reservations', body: `"${'A'.repeat(3_000)}"` }],
    ['a body of a GET', { target: '/v1/availability?items=A', body: '{}' }],
    ['a proxy before it', { target: '/health/live', headers: ['X-Forwarded-Proto: https'] }],
    ['a request id', { target: '/v1/availability', headers: ['X-Request-Id: till-7:42'] }],
    ['another scheme', { target: '/v1/availability', token: null, headers: ['Authorization: Basic YTpi'] }],
    ['the documentation', { target: '/docs/' }],
    ['the documentation without its slash', { target: '/docs' }],
  ])('%s', async (_, what) => {
    const [table, alone] = await bothWays(asked(what));
    expect(table).toBe(alone);
  });

  test('a publishable key from a page of its own, and from another', async () => {
    const { token } = await shop.app.key({ kind: 'publishable', origins: ['https://shop.test'] });
    for (const origin of ['https://shop.test', 'https://other.test']) {
      const target = `/v1/availability?items=${TABLE}`;
      const [table, alone] = await bothWays(asked({ target, token, headers: [`Origin: ${origin}`] }));
      expect(table).toBe(alone);
    }
  });

  test('a hold, the same again, one too many, and what becomes of it', async () => {
    const hold = (key: string, location: string) =>
      asked({
        method: 'POST',
        target: '/v1/reservations',
        headers: [`Idempotency-Key: ${key}`],
        body: JSON.stringify({ location, lines: [{ sku: TABLE, quantity: 1 }] }),
      });
    const placed = [await sent(byTable, hold('table', STORE)), await sent(byExpress, hold('express', STORE))];
    for (const answer of placed) expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(timeless(placed[0] ?? '')).toBe(timeless(placed[1] ?? ''));
    const [first, second] = placed.map((answer) => /rsv_[0-9A-Z]{26}/.exec(answer)?.[0]);
    const move = (id: string | undefined) =>
      asked({ method: 'POST', target: `/v1/reservations/${id}/cancel`, body: '{}' });
    for (const [table, alone] of [
      await bothWays(hold('table', STORE), hold('express', STORE)),
      await bothWays(hold('short of', OTHER_STORE), hold('short of too', OTHER_STORE)),
      await bothWays(move(first), move(second)),
      await bothWays(move(first), move(second)),
    ]) {
      expect(table).toBe(alone);
    }
  });
});

test('what is plainly one of the table’s routes Express is not asked for, unless it serves alone', async () => {
  const asks = jest.spyOn(express.application as unknown as { handle(): void }, 'handle');
  for (const [expressAlone, path, times] of [
    [false, '/health/live', 0],
    [false, `/v1/items/${TABLE}`, 0],
    [false, '/v1/items/A%2FB', 1],
    [true, '/health/live', 1],
  ] as const) {
    const app = makeApp(shop.app.deps, { expressAlone });
    asks.mockClear();
    await request(app).get(path);
    expect({ expressAlone, path, times: asks.mock.calls.length }).toEqual({ expressAlone, path, times });
  }
  asks.mockRestore();
});

test('drained, both end their connections', async () => {
  const { deps } = shop.app;
  const drained = { ...deps, health: { ...deps.health, draining: AbortSignal.abort() } };
  for (const expressAlone of [false, true]) {
    const answer = await request(makeApp(drained, { expressAlone })).get('/health/live');
    expect(answer.headers.connection).toBe('close');
  }
});

describe('who asks, and by which protocol', () => {
  const FORWARDED = [
    undefined,
    '',
    '1.1.1.1',
    '1.1.1.1, 2.2.2.2',
    ' 1.1.1.1 ,, 2.2.2.2 ,3.3.3.3 ',
    ',',
    '::1, unknown',
  ];
  const PROTOCOLS = [undefined, '', 'https', 'http, https', ' https ,http'];

  test.each([0, 1, 2, 5])('is what Express says behind %d proxies', async (proxies) => {
    const app = express();
    app.set('trust proxy', proxies);
    app.get('/', (req, res) => {
      const ours = [addressOf(req, proxies), protocolOf(req, proxies)];
      res.json({ ours, theirs: [req.ip, req.protocol] });
    });
    for (const address of FORWARDED) {
      for (const protocol of PROTOCOLS) {
        const call = request(app).get('/');
        if (address !== undefined) call.set('X-Forwarded-For', address);
        if (protocol !== undefined) call.set('X-Forwarded-Proto', protocol);
        const { ours, theirs } = (await call).body;
        expect(ours).toEqual(theirs);
      }
    }
  });
});
