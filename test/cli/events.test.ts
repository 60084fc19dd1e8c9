// What happens, in an integrator's terminal: heard live, sent on to their own address, and asked for again.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createWire } from 'node:net';
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { type Running, runCommand, runHere, startCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { startPostgresProxy } from '../support/postgresProxy.ts';
import { LAMP, OTHER_STORE, openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

type Told = { id: string; type: string; cursor: string; location: string; data: { onHand?: number } };

let shop: Shop;
let env: Record<string, string>;
const running: Running[] = [];

beforeAll(async () => {
  shop = await openShop();
  env = { COMPTOIR_URL: shop.app.url, COMPTOIR_KEY: shop.app.admin };
});
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});
afterAll(() => shop.app.close());

async function started(words: string[], isUp: RegExp, more: Record<string, string> = {}): Promise<Running> {
  const command = startCommand(words, { env: { ...env, ...more } });
  running.push(command);
  await eventually(() => isUp.test(command.err()));
  return command;
}

function toldBy(command: Running): Told[] {
  const lines = command.out().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

const onHand = (events: readonly Told[]) => events.map(({ data }) => data.onHand);

describe('listen', () => {
  test('prints what is asked for as it happens, and goes on after a lost connection without a gap or a repeat', async () => {
    const wire = await startPostgresProxy(shop.app.url);
    const words = ['listen', '--json', '--types', 'stock.*', '--locations', STORE];
    const command = await started(words, /Listening to/, { COMPTOIR_URL: wire.url });
    await shop.put(TABLE, OTHER_STORE, 1);
    await shop.put(TABLE, STORE, 11);
    await eventually(() => toldBy(command).length === 1);
    wire.refuse(true);
    await eventually(() => /connection is lost/.test(command.err()));
    await shop.put(TABLE, STORE, 12);
    await shop.put(TABLE, STORE, 13);
    wire.refuse(false);
    await eventually(() => toldBy(command).length >= 3);
    await shop.put(TABLE, STORE, 14);
    await eventually(() => toldBy(command).length >= 4);
    expect(onHand(toldBy(command))).toEqual([11, 12, 13, 14]);
    // As under npm: from the terminal, and handed on.
    command.child.kill('SIGINT');
    command.child.kill('SIGINT');
    const { code, err } = await command.ended;
    expect({ code, cursor: /--after (\S+)\n$/.exec(err)?.[1] }).toEqual({
      code: 0,
      cursor: expect.any(String),
    });
    await wire.close();
  });

  test('goes on from a cursor; a refused key and a server that is not there are told', async () => {
    const { body } = await shop.get('/v1/events?limit=1000').expect(200);
    await shop.put(LAMP, STORE, 21);
    const command = await started(['listen', '--json', '--after', body.nextCursor], /Listening to/);
    await eventually(() => toldBy(command).length === 1);
    expect(onHand(toldBy(command))).toEqual([21]);

    const { token } = await shop.app.key({ scopes: ['stock:read'] });
    const [refused, nobody, badCursor] = await Promise.all([
      runCommand(['listen', '--key', token], { env }),
      runCommand(['listen', '--url', 'http://127.0.0.1:9'], { env }),
      runCommand(['listen', '--after', 'nonsense'], { env }),
    ]);
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringContaining('it needs the scope events:read'),
    });
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('Is it running (npm start)?') });
    expect(badCursor).toMatchObject({ code: 1, err: expect.stringContaining('not a cursor of the feed') });
  });

  test('waits for who reads slowly, keeps little meanwhile, and tells all', async () => {
    const { body } = await shop.get('/v1/events?after=latest').expect(200);
    const wire = await openWire();
    const through = { ...env, COMPTOIR_URL: wire.url };
    const command = startCommand(['listen', '--json', '--after', body.nextCursor], { env: through });
    running.push(command);
    command.child.stdout.pause();
    await eventually(() => /Listening to/.test(command.err()));
    expect(await wire.held()).toBeGreaterThan(0);
    const items = Array.from({ length: 1_000 }, (_, n) => ({
      sku: `SLOW-${n}`,
      name: { fr: 'L'.repeat(300) },
    }));
    for (const name of ['items', 'again']) {
      const changed = items.map((item) => ({ ...item, category: name }));
      await shop.post('/v1/items/batch', { items: changed }).expect(200);
    }
    await eventually(() => shop.app.deps.feed.settled());
    // It hangs up, and leaves the rest to the server. Node warns of many that wait for one stream.
    await eventually(async () => expect(await wire.held()).toBe(0));
    expect(command.err()).not.toContain('Warning');
    command.child.stdout.resume();
    await eventually(() => toldBy(command).length >= 2_000);
    expect(new Set(toldBy(command).map(({ id }) => id)).size).toBe(2_000);
    command.child.kill('SIGINT');
    expect(await command.ended).toMatchObject({ code: 0, err: expect.not.stringContaining('Warning') });
    await wire.close();
  });
});

/** The server by another address, which says how many connections are held to it. */
async function openWire() {
  const port = Number(new URL(shop.app.url).port);
  const wire = createWire((near) => {
    const far = connect(port, '127.0.0.1');
    pipeline(near, far, near, () => {});
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(wire.address() as AddressInfo).port}`,
    held: promisify(wire.getConnections.bind(wire)),
    close: promisify(wire.close.bind(wire)),
  };
}

type Hook = { url: string; server: Server; got: { headers: IncomingHttpHeaders; body: string }[] };

/** Answers the statuses one after the other, then 204. */
async function openHook(...statuses: number[]): Promise<Hook> {
  const got: Hook['got'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      response.writeHead(statuses.shift() ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, server, got };
}

describe('forward and replay', () => {
  const secret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

  test('forward signs each event as a webhook, in order, tries a failed one again, and says what was answered', async () => {
    const hook = await openHook(204, 500);
    const words = ['forward', '--to', hook.url, '--secret', secret, '--types', 'stock.changed'];
    const command = await started(words, /Forwarding from/);
    await shop.put(TABLE, STORE, 31);
    await shop.put(TABLE, STORE, 32);
    await eventually(() => command.out().split('\n').length === 3);
    expect(command.out()).toMatch(
      /^evt_\w+ {2}stock\.changed +204 .*\nevt_\w+ {2}stock\.changed +204 .*2 tries/,
    );
    const verified = hook.got.map(({ headers, body }) => {
      const event = new Webhook(secret).verify(body, headers as Record<string, string>) as Told;
      return [event.data.onHand, event.id === headers['webhook-id']];
    });
    expect(verified).toEqual([
      [31, true],
      [32, true],
      [32, true],
    ]);
    command.child.kill('SIGINT');
    expect(await command.ended).toMatchObject({ code: 0, err: expect.stringContaining('Go on from here') });
    hook.server.close();
  });

  test('forward that is refused in the middle says where to go on', async () => {
    const hook = await openHook();
    const { token, id } = await shop.app.key({ scopes: ['events:read'] });
    const words = ['forward', '--to', hook.url, '--types', 'stock.*', '--key', token];
    const command = await started(words, /Forwarding from/);
    await shop.put(TABLE, STORE, 41);
    await eventually(() => hook.got.length === 1);
    await runHere(['keys', 'revoke', id], { env });
    await shop.put(TABLE, STORE, 42);
    const { code, err } = await command.ended;
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/^Go on from here with --after \S+$/m),
    });
    hook.server.close();
  });

  test('replay prints or sends what is between two instants, or after a cursor, and ends', async () => {
    const hook = await openHook();
    const { body } = await shop.get('/v1/events?limit=1000').expect(200);
    const from = new Date().toISOString();
    await shop.put(LAMP, STORE, 41);
    await shop.put(LAMP, OTHER_STORE, 42);
    await shop.hold({ lines: [{ sku: LAMP, quantity: 1 }] });
    await shop.app.deps.feed.settled();
    const only = ['--types', 'stock.changed', '--locations', `${STORE},${OTHER_STORE}`];
    const [byInstant, byCursor, sent, tooEarly] = await Promise.all([
      runCommand(['replay', '--json', '--from', from, ...only], { env }),
      runCommand(['replay', '--json', '--after', body.nextCursor, '--locations', OTHER_STORE], { env }),
      runCommand(['replay', '--json', '--from', from, '--to', hook.url, '--types', 'reservation.*'], { env }),
      runCommand(['replay', '--json', '--from', '2026-01-01T00:00:00Z', '--until', '2026-01-02T00:00:00Z'], {
        env,
      }),
    ]);
    const parsed = (out: string): Told[] =>
      out
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    expect(onHand(parsed(byInstant.out))).toEqual([41, 42, 41]);
    expect(onHand(parsed(byCursor.out))).toEqual([42]);
    expect(parsed(sent.out)).toEqual([
      expect.objectContaining({ type: 'reservation.held', status: 204, tries: 1 }),
    ]);
    // Signed with the secret made for this run, which is told on standard error.
    const made = /whsec_\S+(?=,)/.exec(sent.err)?.[0] ?? '';
    const [arrived] = hook.got;
    expect(() =>
      new Webhook(made).verify(arrived?.body ?? '', arrived?.headers as Record<string, string>),
    ).not.toThrow();
    expect(tooEarly).toEqual({ code: 0, out: '', err: '' });
    hook.server.close();
  });
});
