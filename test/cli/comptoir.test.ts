// The commands that say how things stand, and what all commands have in common: help, exit codes, words for people.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCommand, runHere } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { openShop, type Shop, STORE, TABLE } from '../support/shop.ts';

let shop: Shop;
let env: Record<string, string>;

beforeAll(async () => {
  shop = await openShop();
  await shop.put(TABLE, STORE, 5);
  env = { COMPTOIR_URL: shop.app.url, COMPTOIR_KEY: shop.app.admin };
});
afterAll(() => shop.app.close());

const COMMANDS = [
  'doctor',
  'keys',
  'pair',
  'demo',
  'import',
  'listen',
  'forward',
  'replay',
  'verify',
  'backup',
  'restore',
];

describe('words', () => {
  test('every command has its help; the list of commands is the help of none', async () => {
    const [all, ...each] = await Promise.all([
      runCommand(['--help']),
      ...COMMANDS.map((name) => runHere([name, '--help'])),
    ]);
    expect(all.code).toBe(0);
    for (const name of COMMANDS) expect(all.out).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
    each.forEach(({ code, out }, at) => {
      expect({ code, out }).toEqual({
        code: 0,
        out: expect.stringContaining(`Usage: npm run comptoir -- ${COMMANDS[at]} `),
      });
    });
  });

  test.each<[string, string[], string]>([
    ['no command', [], 'Say what to do.'],
    ['an unknown command', ['dance'], 'There is no command dance.'],
    ['an unknown option', ['verify', '--fast'], "'--fast'"],
    ['a word too many', ['verify', 'now'], 'now is one word too many'],
    ['a missing word', ['backup'], 'FILE is missing'],
    ['an address that is none', ['verify', '--url', 'localhost'], 'localhost is no address'],
    ['no beginning of a replay', ['replay'], '--from INSTANT'],
    [
      'a secret that is none',
      ['forward', '--to', 'http://127.0.0.1:9', '--secret', 'x'],
      'The secret is whsec_',
    ],
  ])('%s is told with the usage and exit code 2', async (_, words, message) => {
    const { code, out, err } = await runHere(words, { env });
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining(message) });
    expect(err).toContain('Usage: npm run comptoir --');
  });

  test('they end the process with the same', async () => {
    const words = ['verify', 'now'];
    expect(await runCommand(words, { env })).toEqual(await runHere(words, { env }));
  });

  test('a server that is not there is told with how to start it, and exit code 1', async () => {
    const { code, err } = await runCommand(['keys', 'list', '--url', 'http://127.0.0.1:9'], { env });
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('Is it running (npm start)?') });
  });
});

test('keys are made, listed without their secrets, and revoked', async () => {
  const words = ['keys', 'create', 'Tills', '--scopes', 'stock:write,stock:read', '--locations', STORE];
  const made = await runHere(words, { env });
  const secret = made.out.trim();
  const id = /^(key_\w+) is made/.exec(made.err)?.[1] ?? '';
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^ck_live_secret_\S+\n$/) });
  await shop.get('/v1/stock', secret).expect(200);

  const listed = await runHere(['keys', 'list'], { env });
  const line = listed.out.split('\n').find((row) => row.startsWith(id));
  expect(line).toMatch(new RegExp(`secret .*Tills .*stock:write,stock:read .*${STORE}$`));
  expect(listed.out).not.toContain(secret);

  expect(await runHere(['keys', 'revoke', id], { env })).toMatchObject({ code: 0 });
  // A process hears of it by the feed.
  await eventually(async () => (await shop.get('/v1/stock', secret)).status === 401);
  const refused = await runHere(['keys', 'create', 'Odd', '--scopes', 'fly'], { env });
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('scopes') });
});

test('verify is content with a sound shop, and tells each level that drifts, with exit code 1', async () => {
  expect(await runHere(['verify'], { env })).toMatchObject({
    code: 0,
    out: '1 levels were checked; none drifts.\n',
  });
  await shop.app.deps.database.run('test.drift', 'UPDATE levels SET on_hand = 7, reserved = 2', []);
  const { code, out } = await runHere(['verify'], { env });
  await shop.app.deps.database.run('test.mend', 'UPDATE levels SET on_hand = 5, reserved = 0', []);
  expect(code).toBe(1);
  expect(out).toBe(
    `${TABLE} at ${STORE}: on hand is 7, its ledger says 5; reserved is 2, what is open adds up to 0\n` +
      '1 of 1 levels drift. POST /v1/integrity/compensations sets one right.\n',
  );
});

describe('doctor', () => {
  type Finding = { about: string; state: string; says: string; advice?: string };
  const states = (out: string) =>
    Object.fromEntries((JSON.parse(out) as Finding[]).map(({ about, state }) => [about, state]));

  test('finds a healthy server and database healthy', async () => {
    const look = () => runHere(['doctor', '--json'], { env: { ...env, DATABASE_URL: shop.app.databaseUrl } });
    // The test's cluster gives up safety against a power cut, which is the one thing to be told. A feed that was held up
    // for two seconds would be another.
    await eventually(async () => {
      const { code, out } = await look();
      expect(states(out)).toMatchObject({
        'Node.js': 'ok',
        Server: 'ok',
        Ready: 'ok',
        Clocks: 'ok',
        Key: 'ok',
        Figures: 'ok',
        Database: 'ok',
        Encoding: 'ok',
        Migrations: 'ok',
        Connections: 'ok',
      });
      expect(code).toBe(states(out).Settings === 'fail' ? 1 : 0);
    });
  });

  test('says which scopes a key has and changes nothing to find out', async () => {
    const { body: before } = await shop.get('/v1/events?limit=1000').expect(200);
    const { token } = await shop.app.key({ scopes: ['stock:read', 'events:read'] });
    const { code, out } = await runHere(['doctor', '--key', token], { env });
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^ ok +Key +….{4} may stock:read, events:read$/m),
    });
    const all = await runHere(['doctor'], { env });
    expect(all.out).toMatch(/^ ok +Key .*reservations:write.*admin$/m);
    const { body: after } = await shop.get(`/v1/events?after=${before.nextCursor}`).expect(200);
    expect(after.data).toEqual([]);
  });

  test('tells of webhooks that nothing gets through to, and of silent sources', async () => {
    const { database } = shop.app.deps;
    await database.run(
      'test.webhooks',
      `INSERT INTO webhooks (id, url, secret, cursor, handled_at, enabled, disabled_reason, disabled_at)
       SELECT 'whk_' || reason, 'https://erp.example', '\\x00', '', now(), reason IS NULL, reason, now()
       FROM unnest(ARRAY['gone', 'request']) AS reason`,
      [],
    );
    await database.run(
      'test.sources',
      `INSERT INTO sources (name, kind, heartbeat_seconds, last_message_at, silent_since)
       VALUES ('old-till', 'pos', 60, now() - interval '1 hour', now())`,
      [],
    );
    const { code, out } = await runHere(['doctor'], { env });
    expect(code).toBe(0);
    expect(out).toMatch(/^warn {2}Webhooks +whk_gone is disabled \(gone\)\n +→ /m);
    expect(out).toMatch(/^warn {2}Sources +old-till is silent since 20\S+\n +→ /m);
  });

  test('names what is wrong and what to do, with exit code 1', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'comptoir-doctor-'));
    await writeFile(path.join(folder, 'admin-key'), 'ck_live_secret_nobody-knows-it\n');
    const [unknown, away] = await Promise.all([
      runHere(['doctor'], { env: { ...env, COMPTOIR_KEY: '', COMPTOIR_DATA_DIR: folder } }),
      runHere(['doctor', '--url', 'http://127.0.0.1:9'], {
        env: { ...env, DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing' },
      }),
    ]);
    expect(unknown.code).toBe(1);
    expect(unknown.out).toMatch(/^FAIL +Key +it is unknown or was revoked\n +→ Make one with/m);
    expect(away.code).toBe(1);
    expect(away.out).toMatch(/^FAIL +Server .*does not answer.*\n +→ Start it with npm start/m);
    expect(away.out).toMatch(/^FAIL +Database .*ECONNREFUSED.*\n +→ Is DATABASE_URL right/m);
    await rm(folder, { recursive: true, force: true });
  });
});

test('pair makes a tablet for a location; its code pairs it, once', async () => {
  const { code, out } = await runHere(['pair', STORE, '--name', 'Back room'], { env });
  const pairingCode = /code (\d{6}), until 20/.exec(out)?.[1] ?? '';
  expect({ code, out }).toEqual({
    code: 0,
    out: expect.stringContaining(`${shop.app.url}/tablet#pair=${pairingCode}\n`),
  });
  const paired = await shop.post('/v1/devices/pair', { code: pairingCode }).expect(200);
  expect(paired.body).toMatchObject({ name: 'Back room', location: STORE });
  await shop.post('/v1/devices/pair', { code: pairingCode }).expect(404);
  expect(await runHere(['pair', 'NOWHERE'], { env })).toMatchObject({ code: 1 });
  expect(await runHere(['pair'], { env })).toMatchObject({ code: 2 });
});
