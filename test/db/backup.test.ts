// The format of a backup and what a database may be: the corpus of damaged files, odd values, other versions.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { checkBackup } from '../../db/backup/check.ts';
import { BadBackup } from '../../db/backup/fault.ts';
import { readBackup, writeBackup } from '../../db/backup/format.ts';
import { loadBackup } from '../../db/backup/load.ts';
import { latestVersion, migrateWithin, versionOf } from '../../db/backup/migrations.ts';
import { saveBackup } from '../../db/backup/save.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

let folder: string;
const databases: TestDatabase[] = [];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'comptoir-format-'));
});
afterAll(async () => {
  for (const database of databases) await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const nothing = () => {};
const { signal } = new AbortController();

async function database(): Promise<string> {
  const made = await createTestDatabase();
  databases.push(made);
  return made.url;
}

async function on<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

let files = 0;
async function save(url: string) {
  files += 1;
  const file = path.join(folder, String(files));
  return { file, ...(await saveBackup({ url, file, now: new Date(), onRows: nothing, signal })) };
}

async function load(file: string, url: string) {
  const checked = await checkBackup(file, nothing, signal);
  return loadBackup({ url, file, checked, replace: false, onProgress: nothing, signal });
}

describe('the format', () => {
  const rows = ['1\tTable\n', '2\t\\\\.\n', '3\t\\N\n'];
  async function bytes(): Promise<Buffer> {
    const manifest = {
      madeAt: '2026-11-22T00:00:00.000Z',
      postgres: '18.4',
      migration: { tag: '0000_first', when: 1 },
      feedEpoch: 1,
      tables: ['a', 'b'],
    };
    async function* tables() {
      for (const table of manifest.tables) {
        const all = async function* () {
          for (const row of table === 'a' ? rows : []) yield Buffer.from(row);
        };
        yield { head: { table, columns: ['id', 'name'] }, rows: all() };
      }
    }
    const pieces: Buffer[] = [];
    const hooks = { identities: async () => ({ a: 4 }), onRows: nothing, onEnd: nothing };
    for await (const piece of writeBackup(manifest, tables(), hooks)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** Read in pieces of so many bytes. */
  async function read(whole: Buffer, pieceBytes: number): Promise<string> {
    async function* pieces() {
      for (let at = 0; at < whole.length; at += pieceBytes) yield whole.subarray(at, at + pieceBytes);
    }
    let found = '';
    for await (const part of readBackup(pieces())) {
      if (part.kind === 'rows') found += part.bytes.toString();
    }
    return found;
  }

  test.each([1, 2, 3, 7, 64, 100_000])('is read again in pieces of %d bytes', async (pieceBytes) => {
    expect(await read(await bytes(), pieceBytes)).toBe(rows.join(''));
  });

  test('is refused wherever it is cut off, whichever byte is another one, and with anything behind its end', async () => {
    const whole = await bytes();
    for (let length = 0; length < whole.length; length += 1) {
      await expect(read(whole.subarray(0, length), 50)).rejects.toBeInstanceOf(BadBackup);
    }
    for (let at = 0; at < whole.length; at += 1) {
      const altered = Buffer.from(whole);
      altered[at] = (altered[at] ?? 0) ^ 1;
      await expect(read(altered, 1_000)).rejects.toBeInstanceOf(BadBackup);
    }
    await expect(read(Buffer.concat([whole, Buffer.from('\n')]), 1_000)).rejects.toBeInstanceOf(BadBackup);
    await expect(read(Buffer.concat([whole, whole]), 1_000)).rejects.toBeInstanceOf(BadBackup);
  });
});

/** Sorts text as the French do, where the server can: nothing that a backup may depend on. */
async function sortedOtherwise(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const maintenance = Object.assign(new URL(url), { pathname: '/postgres' }).href;
  await on(maintenance, async (client) => {
    const { rowCount } = await client.query("SELECT FROM pg_collation WHERE collprovider = 'i' LIMIT 1");
    const locale = rowCount === 0 ? '' : "LOCALE_PROVIDER icu ICU_LOCALE 'fr'";
    await client.query(`DROP DATABASE ${name}`);
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' ${locale}`);
  });
}

test('values of every odd kind come back as they were, also where text is sorted otherwise', async () => {
  const names = [
    '\\.',
    '\\.\n\\.\n',
    '\t',
    '\r\n',
    '\\N',
    '',
    ' ',
    '“É”😀',
    "'",
    '\u0001',
    'a',
    'B',
    'é',
    'Z',
  ];
  const from = await database();
  await on(from, async (client) => {
    await client.query(
      "INSERT INTO sources (name, kind) SELECT name, 'pos' FROM unnest($1::text[]) AS name",
      [names],
    );
    await client.query(
      `INSERT INTO items (sku, name, barcodes, price) VALUES ('A', '{"fr":"\\\\\\" {}"}', '{"a,b",NULL}', NULL)`,
    );
    await client.query("INSERT INTO installation_secrets (name, secret) VALUES ('x', '\\x000a5c2e0aff')");
    await client.query("INSERT INTO buffer_rules (id, percent) VALUES ('r', 0.1)");
  });
  const { file, end } = await save(from);
  const to = await database();
  await sortedOtherwise(to);
  expect((await load(file, to)).end).toEqual(end);
  expect((await save(to)).end.checksum).toBe(end.checksum);
  const all = (client: pg.Client) =>
    client.query(
      'SELECT (SELECT array_agg(name ORDER BY name COLLATE "C") FROM sources) AS names, * FROM items, installation_secrets, buffer_rules',
    );
  const [before, after] = [await on(from, all), await on(to, all)];
  expect(after.rows).toEqual(before.rows);
  expect(after.rows[0].names.toSorted()).toEqual(names.toSorted());
});

test('what is written meanwhile is in it whole or not at all', async () => {
  const url = await database();
  let isSaving = true;
  const writing = on(url, async (client) => {
    for (let number = 0; isSaving; number += 1) {
      await client.query('BEGIN');
      // Far apart in the order of tables: the one is read long before the other.
      await client.query(
        "INSERT INTO api_keys (id, name, kind, scopes, secret_hash, hint) VALUES ($1, '', 'secret', '{}', $2, '')",
        [`k${number}`, Buffer.from(String(number))],
      );
      await client.query("INSERT INTO sources (name, kind) VALUES ($1, 'pos')", [`s${number}`]);
      await client.query('COMMIT');
    }
  });
  const saved: string[] = [];
  for (let turn = 0; turn < 5; turn += 1) saved.push((await save(url)).file);
  isSaving = false;
  await writing;
  const written: number[] = [];
  for (const file of saved) {
    const text = gunzipSync(await readFile(file)).toString();
    const [sources, keys] = [text.match(/^s\d+\t/gm) ?? [], text.match(/^k\d+\t/gm) ?? []];
    expect(sources).toHaveLength(keys.length);
    written.push(sources.length);
  }
  // The last one at least was made of something.
  expect(written.at(-1)).toBeGreaterThan(0);
});

describe('a file', () => {
  test('that is no backup, is cut off, damaged, or packed anew with another row is refused with words for it', async () => {
    const url = await database();
    await on(url, (client) => client.query("INSERT INTO sources (name, kind) VALUES ('till', 'pos')"));
    const { file } = await save(url);
    const whole = await readFile(file);
    const text = gunzipSync(whole).toString();
    const corpus: [name: string, content: Buffer, words: RegExp][] = [
      ['text', Buffer.from('sku,name\n'), /or is no backup at all/],
      ['another gzip', gzipSync('sku,name\n'), /no backup that this Comptoir can read/],
      ['nothing', Buffer.alloc(0), /cut off/],
      ['a half', whole.subarray(0, whole.length / 2), /cut off/],
      ['all but a byte', whole.subarray(0, -1), /cut off/],
      [
        'all but its last line',
        gzipSync(text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)),
        /cut off/,
      ],
      [
        'another row',
        gzipSync(text.replace('till\tpos', 'tall\tpos')),
        /the rows of sources are not those saved/,
      ],
      [
        'a row less',
        gzipSync(text.replace(/^till\tpos.*\n/m, '')),
        /the rows of sources are not those saved/,
      ],
      ['something behind', Buffer.concat([whole, gzipSync('more')]), /something follows its end/],
    ];
    for (const [name, content, words] of corpus) {
      const bad = path.join(folder, 'bad');
      await writeFile(bad, content);
      const checking = checkBackup(bad, nothing, signal);
      await expect(checking.catch((error) => Promise.reject(new Error(`${name}: ${error}`)))).rejects.toThrow(
        words,
      );
    }
  });
});

test('a restore that is interrupted, or met by a value that the server changes, leaves nothing', async () => {
  const from = await database();
  await on(from, (client) => client.query("INSERT INTO sources (name, kind) VALUES ('till', 'pos')"));
  const { file } = await save(from);
  const checked = await checkBackup(file, nothing, signal);
  const to = await database();
  const interruption = new AbortController();
  const options = { url: to, file, checked, replace: false, signal: interruption.signal };
  const onProgress = (phase: string) => {
    if (phase === 'Comparing') interruption.abort();
  };
  await expect(loadBackup({ ...options, onProgress })).rejects.toThrow(/abort|terminated|closed/i);
  const rows = (client: pg.Client) => client.query('SELECT FROM sources').then(({ rowCount }) => rowCount);
  expect(await on(to, rows)).toBe(0);

  await on(to, (client) =>
    client.query(
      `CREATE FUNCTION louder() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.name := upper(NEW.name); RETURN NEW; END$$;
       CREATE TRIGGER louder BEFORE INSERT ON sources FOR EACH ROW EXECUTE FUNCTION louder()`,
    ),
  );
  await expect(load(file, to)).rejects.toThrow('This server keeps sources otherwise than it was saved');
  expect(await on(to, rows)).toBe(0);
});

test('a restore that is interrupted once it is done is told as done', async () => {
  const from = await database();
  await on(from, (client) => client.query("INSERT INTO sources (name, kind) VALUES ('till', 'pos')"));
  const { file } = await save(from);
  const checked = await checkBackup(file, nothing, signal);
  const to = await database();
  const interruption = new AbortController();
  await on(to, async (client) => {
    // What follows the commit waits for this.
    await client.query('BEGIN; LOCK TABLE pg_enum IN SHARE UPDATE EXCLUSIVE MODE');
    const options = { url: to, file, checked, replace: false, onProgress: nothing };
    const loaded = loadBackup({ ...options, signal: interruption.signal });
    const isDone = () =>
      on(to, (other) => other.query('SELECT FROM sources')).then(({ rowCount }) => rowCount === 1);
    await Promise.race([loaded, eventually(isDone)]);
    interruption.abort();
    await client.query('ROLLBACK');
    expect(await loaded).toEqual(checked);
  });
});

describe('versions', () => {
  /** A database that Comptoir was never started on. */
  async function untouched(): Promise<string> {
    const url = await database();
    await on(url, (client) =>
      client.query('DROP SCHEMA public CASCADE; DROP SCHEMA drizzle CASCADE; CREATE SCHEMA public'),
    );
    return url;
  }
  const none = { tag: 'none', when: 0 };

  test('an older backup goes into an untouched database and is brought up to date; a migrated one refuses it', async () => {
    const old = await untouched();
    const first = await on(old, async (client) => {
      await migrateWithin(client, none, { tag: '', when: latestVersion().when - 1 });
      await client.query(`INSERT INTO items (sku, name) VALUES ('OLD', '{"fr":"Vieux"}')`);
      return versionOf(client);
    });
    expect(first.when).toBeLessThan(latestVersion().when);
    const { file } = await save(old);

    await expect(load(file, await database())).rejects.toThrow('is of an older Comptoir');
    const fresh = await untouched();
    await load(file, fresh);
    const found = await on(fresh, async (client) => ({
      version: await versionOf(client),
      items: (await client.query('SELECT sku FROM items')).rows,
    }));
    expect(found).toEqual({ version: latestVersion(), items: [{ sku: 'OLD' }] });
  });

  test('a newer backup is refused, and changes nothing', async () => {
    const newer = await database();
    await on(newer, (client) =>
      client.query("INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('x', 9000000000000)"),
    );
    const fresh = await untouched();
    await expect(load((await save(newer)).file, fresh)).rejects.toThrow('The backup is of a newer Comptoir');
    expect(await on(fresh, versionOf)).toEqual(none);
  });

  test('a database without Comptoir has nothing to save', async () => {
    await expect(save(await untouched())).rejects.toThrow('There is no Comptoir in this database');
  });
});
