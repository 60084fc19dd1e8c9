// Where the sender connects to: names are judged by the addresses that are connected to, at the moment of connecting.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AddressRefused, guardedConnector } from '../../src/jobs/webhooks/guard.ts';
import { makeSender } from '../../src/jobs/webhooks/sender.ts';
import { HOSTILE_URLS } from '../support/hostileUrls.ts';
import { type Receiver, startReceiver } from '../support/receivers.ts';

let receiver: Receiver;
let port = '';
beforeAll(async () => {
  receiver = await startReceiver();
  port = new URL(receiver.url).port;
});
afterAll(() => receiver.close());

async function send(url: string, answers: (string[] | Error)[], allowsLocal = false) {
  const asked: string[] = [];
  const target = makeSender({
    allowsLocal,
    // Never reached, however busy the machine is.
    tryMilliseconds: 20_000,
    connectMilliseconds: 20_000,
    resolve: async (hostname) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(hostname);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  })(url);
  const result = await target.send({}, '{}');
  await target.close();
  return { ...result, asked };
}

test.each([
  [['127.0.0.1']],
  [['::1']],
  [['10.1.2.3']],
  [['169.254.169.254']],
  [['::ffff:127.0.0.1']],
  [['64:ff9b::7f00:1']],
  [['2002:7f00:1::']],
  [['8.8.8.8', '127.0.0.1']],
  [['not an address']],
])('a name that resolves to %j is not connected to', async (addresses) => {
  const before = receiver.hits;
  const { error, asked } = await send(`https://innocent.example.com:${port}/`, [addresses]);
  expect({ error, asked }).toEqual({ error: 'address-refused', asked: ['innocent.example.com'] });
  expect(receiver.hits).toBe(before);
});

/** What connecting once ends with, from an address that reaches only this machine: nothing of it leaves it. */
function ending(connect: ReturnType<typeof guardedConnector>, hostname: string): Promise<Error | null> {
  const target = { hostname, host: hostname, protocol: 'https:', port, localAddress: '127.0.0.1' };
  return new Promise((resolve) =>
    connect(target, (error, socket) => {
      socket?.destroy();
      resolve(error);
    }),
  );
}

test('a name that was good is refused once it turns to a private address', async () => {
  const answers = [['8.8.8.8'], ['127.0.0.1'], ['8.8.8.8']];
  const connect = guardedConnector({
    allowsLocal: false,
    connectMilliseconds: 5_000,
    resolve: async () => answers.shift() ?? [],
  });
  const before = receiver.hits;
  const endings = [];
  for (let times = 0; times < 3; times++) endings.push(await ending(connect, 'rebinding.example.com'));
  // The public one was let through, and failed for want of a way there.
  expect(endings.map((error) => error instanceof AddressRefused)).toEqual([false, true, false]);
  expect(answers).toEqual([]);
  expect(receiver.hits).toBe(before);
});

test('a name is looked up and judged anew at each try', async () => {
  const answers = [['203.0.113.1'], ['127.0.0.1']];
  const open = makeSender({
    allowsLocal: false,
    tryMilliseconds: 1_000,
    connectMilliseconds: 100,
    resolve: async () => answers.shift() ?? [],
  })(`https://rebinding.example.com:${port}/`);
  expect((await open.send({}, '{}')).error).toBe('address-refused');
  expect((await open.send({}, '{}')).error).toBe('address-refused');
  await open.close();
  expect(answers).toEqual([]);
  expect(receiver.hits).toBe(0);
});

test('the address that was judged is the one that is connected to, with no second look', async () => {
  const { responseStatus, asked } = await send(
    `http://erp.example.com:${port}/`,
    [['127.0.0.1'], ['10.0.0.1']],
    true,
  );
  expect({ responseStatus, asked }).toEqual({ responseStatus: 204, asked: ['erp.example.com'] });
});

test.each([['127.0.0.1'], ['[::1]'], ['2130706433'], ['0x7f.1']])(
  'the address %s in a URL is refused, though no name was looked up',
  async (host) => {
    const before = receiver.hits;
    const { error, asked } = await send(`https://${host}:${port}/`, [['8.8.8.8']]);
    expect({ error, asked }).toEqual({ error: 'address-refused', asked: [] });
    expect(receiver.hits).toBe(before);
  },
);

test('no URL of the corpus that names an address gets through, were it ever stored', async () => {
  const urls = HOSTILE_URLS.filter(
    (url) => /^https:\/\/[^a-z]*\/|^https:\/\/(0x|\[)/i.test(url) && URL.canParse(url),
  );
  expect(urls.length).toBeGreaterThan(50);
  for (const url of urls)
    expect({ url, error: (await send(url, [['127.0.0.1']])).error }).toEqual({
      url,
      error: 'address-refused',
    });
});

test.each([
  [Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), 'name-not-found'],
  [Object.assign(new Error('no data'), { code: 'ENODATA' }), 'name-not-found'],
  [[], 'name-not-found'],
])('a name without an address (%#) says so', async (answer, expected) => {
  expect((await send(`https://nowhere.example.com:${port}/`, [answer])).error).toBe(expected);
});

test('plain http is refused, were it stored while it was allowed', async () => {
  const { error, asked } = await send(`http://erp.example.com:${port}/`, [['8.8.8.8']]);
  expect({ error, asked }).toEqual({ error: 'address-refused', asked: [] });
});

test('a receiver that speaks no TLS fails as such', async () => {
  const { error } = await send(`https://erp.example.com:${port}/`, [['127.0.0.1']], true);
  expect(error).toBe('tls');
});
