// Owns which migrations a database has been through, and taking it through some more inside a transaction that is open
// already. db/migrate.ts is for everybody else.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type pg from 'pg';
import { z } from 'zod';

/** `when` 0: none at all. */
export type Version = { tag: string; when: number };

const folder = path.join(import.meta.dirname, '..', 'migrations');
const HISTORY = 'drizzle.__drizzle_migrations';

const MAKE_HISTORY = `
  CREATE SCHEMA IF NOT EXISTS drizzle;
  CREATE TABLE IF NOT EXISTS ${HISTORY} (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`;

/** What this release has. */
export function latestVersion(): Version {
  const when = readMigrationFiles({ migrationsFolder: folder }).at(-1)?.folderMillis ?? 0;
  return { tag: tagOf(when), when };
}

export async function versionOf(client: pg.Client): Promise<Version> {
  const { rows: tables } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('${HISTORY}') IS NOT NULL AS there`,
  );
  if (tables[0]?.there !== true) return { tag: 'none', when: 0 };
  const { rows } = await client.query<{ when: string | null }>(
    `SELECT max(created_at)::text AS when FROM ${HISTORY}`,
  );
  const when = Number(rows[0]?.when ?? 0);
  return { tag: tagOf(when), when };
}

/** The database's migrations after `from`, up to `to`. */
export async function migrateWithin(client: pg.Client, from: Version, to: Version): Promise<void> {
  const due = readMigrationFiles({ migrationsFolder: folder }).filter(
    ({ folderMillis }) => folderMillis > from.when && folderMillis <= to.when,
  );
  if (due.length === 0) return;
  await client.query(MAKE_HISTORY);
  for (const { sql, hash, folderMillis } of due) {
    for (const statement of sql) await client.query(statement);
    await client.query(`INSERT INTO ${HISTORY} (hash, created_at) VALUES ($1, $2)`, [hash, folderMillis]);
  }
}

const journalSchema = z.object({ entries: z.array(z.object({ when: z.int(), tag: z.string() })) });

function tagOf(when: number): string {
  const journal: unknown = JSON.parse(readFileSync(path.join(folder, 'meta', '_journal.json'), 'utf8'));
  const known = journalSchema.parse(journal).entries.find((entry) => entry.when === when);
  return known?.tag ?? (when === 0 ? 'none' : 'a later one');
}
