// Owns the partitions of a database that is being filled from a backup, whose rows may be of any time. The backup says
// nothing of partitions: a database has those of its own days.
import type pg from 'pg';
import type { Identities, Manifest } from './format.ts';

/** As in migrations/0014. */
const SPAN_IDS = 10_000_000_000;

/** The tables are empty. Nothing to do where the backup is from before there were partitions: the migration makes them. */
async function arePartitioned(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    "SELECT to_regprocedure('movements_cover(timestamptz, timestamptz)') IS NOT NULL AS there",
  );
  return rows[0]?.there === true;
}

/**
 * Quarters for five years before the backup; one span for all its events, and the next, for those to come. The ledger's
 * facts are in the backup too: they are not noted once more.
 */
export async function makeRoom(client: pg.Client, manifest: Manifest, identities: Identities): Promise<void> {
  if (!(await arePartitioned(client))) return;
  await client.query('ALTER TABLE movements DISABLE TRIGGER movements_noted');
  await client.query(
    "SELECT movements_cover($1::timestamptz - interval '5 years', greatest($1, now()) + interval '3 months')",
    [manifest.madeAt],
  );
  for (const name of await partitionsOf(client, 'events')) await client.query(`DROP TABLE ${name}`);
  const span = Math.floor((identities.events ?? 1) / SPAN_IDS);
  await client.query('SELECT events_make_span($1::bigint, true), events_make_span($1::bigint + 1)', [span]);
}

/** The rows are there. Takes away the quarters before the first that has rows: each costs every reader of the ledger a look. */
export async function tidyRoom(client: pg.Client): Promise<void> {
  if (!(await arePartitioned(client))) return;
  await client.query('ALTER TABLE movements ENABLE TRIGGER movements_noted');
  const recent = await nameOfQuarter(client);
  for (const name of await partitionsOf(client, 'movements')) {
    if (name >= recent) break;
    const { rows } = await client.query<{ some: boolean }>(`SELECT EXISTS (SELECT FROM ${name}) AS some`);
    if (rows[0]?.some === true) break;
    await client.query(`DROP TABLE ${name}`);
  }
}

/** In the order of their names, which is that of time. */
async function partitionsOf(client: pg.Client, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = $1::regclass AND pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
     ORDER BY c.relname COLLATE "C"`,
    [table],
  );
  return rows.map(({ name }) => name);
}

/** Half a year ago: what every database has. */
async function nameOfQuarter(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT to_char((now() - interval '6 months') AT TIME ZONE 'UTC', '"movements_"YYYY"_q"Q') AS name`,
  );
  return rows[0]?.name ?? '';
}
