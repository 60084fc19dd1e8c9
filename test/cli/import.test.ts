// `npm run import` as people run it: a process of its own, a file, an exit code, words on a terminal.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ImportShop, openImportShop } from '../support/imports.ts';
import { STORE, TABLE } from '../support/shop.ts';

const root = path.join(import.meta.dirname, '..', '..');

let shop: ImportShop;
let folder: string;
beforeAll(async () => {
  shop = await openImportShop();
  folder = await mkdtemp(path.join(tmpdir(), 'comptoir-import-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await shop.close();
});

async function file(name: string, content: string | Buffer): Promise<string> {
  const place = path.join(folder, name);
  await writeFile(place, content);
  return place;
}

type Ran = { code: number | null; out: string; err: string };

/** The command, with the shop's server and key in its environment. */
function run(
  words: string[],
  { stdin = '', env = {} }: { stdin?: string; env?: Record<string, string> } = {},
) {
  const environment = {
    COMPTOIR_URL: shop.app.url,
    COMPTOIR_KEY: shop.app.admin,
    PATH: process.env.PATH ?? '',
    ...env,
  };
  return new Promise<Ran>((resolve) => {
    const child = spawn(process.execPath, [path.join(root, 'src/cli/start.js'), 'import', ...words], {
      cwd: folder,
      env: environment,
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => {
      out += text.toString();
    });
    child.stderr.on('data', (text: Buffer) => {
      err += text.toString();
    });
    child.once('close', (code) => resolve({ code, out, err }));
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}

const LEVELS = `sku,location,onHand\n${TABLE},${STORE},5\nNO-SUCH,${STORE},5\n`;

test('a file is sent, followed and summed up; its rejected rows are written where they are wanted', async () => {
  const errors = path.join(folder, 'errors.csv');
  const { code, out, err } = await run([
    '--type',
    'levels',
    '--errors',
    errors,
    await file('levels.csv', LEVELS),
  ]);
  expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^Sending .*\n/) });
  expect(out).toMatch(
    /^imp_\w+ succeeded\n2 rows in [\d.]+ s \([\d,]+ rows\/s\): 1 new or changed, 0 unchanged, 1 rejected\n/,
  );
  expect(await readFile(errors, 'utf8')).toBe(
    `row,code,pointer,detail,raw\n2,unknown-item,/sku,There is no item with the sku NO-SUCH.,"NO-SUCH,${STORE},5"\n`,
  );
  const { body } = await shop.get(`/v1/stock?sku=${TABLE}&location=${STORE}`).expect(200);
  expect(body.data[0].onHand).toBe(5);
});

test('with --strict rejected rows are a failure; the same levels again are said to be the same', async () => {
  const { code, out } = await run(['--type', 'levels', '--strict', await file('again.csv', LEVELS)]);
  expect(code).toBe(1);
  expect(out).toMatch(/0 new or changed, 1 unchanged, 1 rejected/);
  expect(out).toMatch(/The same file as imp_\w+: .*countedAt:=now/);
  expect(out).toMatch(/errors\.csv/);
});

test('standard input, gzip and lines of JSON are taken as they come; maps may be given in parts', async () => {
  const map = ['--map', 'sku:Ref', '--map', "name.fr:'Nom, court'"];
  const piped = await run(['--type', 'items', ...map, '-'], { stdin: 'Ref,"Nom, court"\nP-1,Lampe\n' });
  const lines = gzipSync(`${JSON.stringify({ sku: 'P-2', name: 'Table' })}\n`);
  const packed = await run(['--type', 'items', await file('items.jsonl.gz', lines)]);
  const lined = await run(['--type', 'items', await file('items.ndjson', '{"sku":"P-3","name":"Lit"}')]);
  expect([piped, packed, lined].map(({ code, out }) => [code, /(\d+) rejected/.exec(out)?.[1]])).toEqual([
    [0, '0'],
    [0, '0'],
    [0, '0'],
  ]);
  for (const sku of ['P-1', 'P-2', 'P-3']) await shop.get(`/v1/items/${sku}`).expect(200);
});

test('a second file is joined by a column, whatever its delimiter and with or without a header', async () => {
  const items = await file('items.csv', 'ref;nom\r\nJ-1;"Lampe; petite"\r\nJ-2;Table\r\n"J-3"x;Lit\r\n');
  const prices = await file('prices.psv.gz', gzipSync('J-1|12.50|a;b;c;d\nJ-9|1|x\n'));
  const { code, out } = await run([
    ...[
      '--type',
      'items',
      '--map',
      'sku:ref,name:nom,price.amount:prix,price.currency:=EUR',
      '--map',
      'category:famille',
    ],
    ...['--join', prices, '--on', 'ref=id', '--join-columns', 'id,prix,famille', '--join-delimiter', '|'],
    items,
  ]);
  expect({ code, out }).toMatchObject({
    code: 0,
    out: expect.stringContaining('2 new or changed, 0 unchanged, 1 rejected'),
  });
  expect((await shop.get('/v1/items/J-1')).body).toMatchObject({
    name: { fr: 'Lampe; petite' },
    price: { amount: 12.5, currency: 'EUR' },
    category: 'a;b;c;d',
  });
  expect((await shop.get('/v1/items/J-2')).body).toMatchObject({ name: { fr: 'Table' }, category: null });
});

test.each<[string, string[], RegExp]>([
  ['no type', ['x.csv'], /Say with --type/],
  ['no file', ['--type', 'items'], /Name one file/],
  ['a file that is not there', ['--type', 'items', 'nowhere.csv'], /no file nowhere\.csv/],
  ['an unknown word', ['--type', 'items', '--fast', 'x.csv'], /--fast/],
  ['half a join', ['--type', 'items', '--join', 'x.csv', 'y.csv'], /--on COLUMN=COLUMN/],
])('%s is told with the usage, and exit code 2', async (_, words, message) => {
  const { code, err } = await run(words);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(message) });
  expect(err).toContain('npm run import -- --type');
});

test('what the server refuses is told in its own words, and exit code 1', async () => {
  const items = await file('refused.csv', 'sku,name\nR-1,x\n');
  const unknownKey = await run(['--type', 'items', '--key', 'ck_nobody', items]);
  expect(unknownKey).toMatchObject({
    code: 1,
    err: expect.stringContaining('The key is unknown or was revoked.'),
  });
  const badMap = await run(['--type', 'items', '--map', 'onHand:sku', items]);
  expect(badMap).toMatchObject({ code: 1, err: expect.stringContaining('has no field onHand') });
  const failed = await run(['--type', 'items', '--map', 'sku:nothing', items]);
  expect(failed).toMatchObject({
    code: 1,
    out: expect.stringContaining('unknown-column: There is no column `nothing`'),
  });
  const nobody = await run(['--type', 'items', '--url', 'http://127.0.0.1:9', items]);
  expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('does not answer') });
});

test('a refusal in mid-upload ends the upload', async () => {
  const large = await file('large.csv', Buffer.alloc(30_000_000, 'R-1,x\n'));
  const { token } = await shop.app.key({ scopes: ['stock:write'] });
  const { code, err } = await run(['--type', 'items', '--key', token, large]);
  expect(code).toBe(1);
  expect(err).toMatch(/scope catalogue:write|does not answer/);
});

test('without a key of one’s own, the admin key in the data directory is used', async () => {
  await mkdir(path.join(folder, 'data'), { recursive: true });
  await file('data/admin-key', `${shop.app.admin}\n`);
  const items = await file('own.csv', 'sku,name\nK-1,x\n');
  const env = { COMPTOIR_KEY: '', COMPTOIR_DATA_DIR: path.join(folder, 'data') };
  expect((await run(['--type', 'items', items], { env })).code).toBe(0);
  const without = await run(['--type', 'items', items], { env: { COMPTOIR_KEY: '' } });
  expect(without).toMatchObject({ code: 2, err: expect.stringContaining('A key is needed') });
});
