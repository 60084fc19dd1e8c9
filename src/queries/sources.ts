// Sources as rows: what is known of them, what was heard from them, and where they disagreed. Decides nothing.
// No batch of the stock writer updates a source: it would be a row that everybody waits for.
import type { SourceInput, SourceRecord } from '../domain/source.ts';
import { LOCATION_DAYS } from './silence.ts';
import type { Tx } from './transaction.ts';

const COLUMNS = `s.name, s.kind, s.rank, s.heartbeat_seconds AS "heartbeatSeconds",
  s.last_message_at AS "lastMessageAt", s.last_occurred_at AS "lastOccurredAt", s.silent_since AS "silentSince",
  s.counts_compared::int AS "countsCompared", s.counts_disagreed::int AS "countsDisagreed", s.version, s.event_version AS "eventVersion",
  s.created_at AS "createdAt", s.updated_at AS "updatedAt"`;
/** For a key limited to locations (null: it is not): sources that speak for one of them. */
const VISIBLE = (codes: string) => `(${codes}::text[] IS NULL OR EXISTS (
  SELECT 1 FROM source_locations w JOIN locations o ON o.id = w.location_id
  WHERE w.source = s.name AND o.code = ANY (${codes})))`;

export async function findSource(
  tx: Tx,
  name: string,
  visible: readonly string[] | null,
): Promise<SourceRecord | null> {
  const [source] = await tx.run<SourceRecord>(
    'sources.find',
    `SELECT ${COLUMNS} FROM sources s WHERE s.name = $1 AND ${VISIBLE('$2')}`,
    [name, visible],
  );
  return source ?? null;
}

/** By name, after `after`. */
export async function listSources(
  tx: Tx,
  visible: readonly string[] | null,
  after: string | null,
  limit: number,
): Promise<SourceRecord[]> {
  return tx.run<SourceRecord>(
    'sources.list',
    `SELECT ${COLUMNS} FROM sources s
     WHERE ($1::text IS NULL OR s.name > $1) AND ${VISIBLE('$2')} ORDER BY s.name LIMIT $3`,
    [after, visible, limit],
  );
}

/** Those whose rank is not 0, for what keeps ranks in memory. */
export async function rankedSources(tx: Tx): Promise<{ name: string; rank: number }[]> {
  return tx.run('sources.ranked', 'SELECT name, rank FROM sources WHERE rank <> 0', []);
}

/** Locks a source until the transaction ends; null where there is none. */
export async function lockSource(tx: Tx, name: string): Promise<SourceRecord | null> {
  const [source] = await tx.run<SourceRecord>(
    'sources.lock',
    `SELECT ${COLUMNS} FROM sources s WHERE s.name = $1 FOR NO KEY UPDATE`,
    [name],
  );
  return source ?? null;
}

/** Makes the row if nobody has; then it is there, whoever made it. False: somebody else had. */
export async function makeSource(tx: Tx, name: string, now: Date): Promise<boolean> {
  const rows = await tx.run(
    'sources.make',
    `INSERT INTO sources (name, kind, version, created_at, updated_at) VALUES ($1, 'other', 0, $2, $2)
     ON CONFLICT (name) DO NOTHING RETURNING name`,
    [name, now],
  );
  return rows.length > 0;
}

export async function describeSource(
  tx: Tx,
  name: string,
  { kind, rank, heartbeatSeconds }: SourceInput,
  now: Date,
): Promise<void> {
  await tx.run(
    'sources.describe',
    `UPDATE sources SET kind = $2, rank = $3, heartbeat_seconds = $4, version = version + 1,
            event_version = event_version + 1, updated_at = $5
     WHERE name = $1`,
    [name, kind, rank, heartbeatSeconds ?? null, now],
  );
}

/** What was heard from one source since it was last noted. */
export type SourceNote = {
  name: string;
  /** Null: nothing was heard, others were compared with it. */
  messageAt: Date | null;
  occurredAt: Date | null;
  compared: number;
  disagreed: number;
  /** Codes of locations that it spoke for. */
  locations: readonly string[];
};

/** Adds notes to the sources, which are made where they are new. By name, so that two processes wait in one order. */
export async function noteSources(tx: Tx, notes: readonly SourceNote[], now: Date): Promise<void> {
  if (notes.length === 0) return;
  const sorted = notes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  await tx.run(
    'sources.note',
    `INSERT INTO sources AS s (name, kind, last_message_at, last_occurred_at, counts_compared, counts_disagreed,
                               created_at, updated_at)
     SELECT n.name, 'other', n.message_at, n.occurred_at, n.compared, n.disagreed, $6, $6
     FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::int[], $5::int[])
       AS n (name, message_at, occurred_at, compared, disagreed)
     ON CONFLICT (name) DO UPDATE SET
       last_message_at = greatest(s.last_message_at, excluded.last_message_at),
       last_occurred_at = greatest(s.last_occurred_at, excluded.last_occurred_at),
       counts_compared = s.counts_compared + excluded.counts_compared,
       counts_disagreed = s.counts_disagreed + excluded.counts_disagreed`,
    [
      sorted.map((note) => note.name),
      sorted.map((note) => note.messageAt),
      sorted.map((note) => note.occurredAt),
      sorted.map((note) => note.compared),
      sorted.map((note) => note.disagreed),
      now,
    ],
  );
  const spoken = sorted.flatMap(({ name, messageAt, locations }) =>
    messageAt === null ? [] : locations.map((code) => ({ name, messageAt, code })),
  );
  if (spoken.length === 0) return;
  await tx.run(
    'sources.note_locations',
    `INSERT INTO source_locations AS w (source, location_id, last_message_at)
     SELECT n.name, o.id, n.message_at
     FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS n (name, code, message_at)
     JOIN locations o ON o.code = n.code
     ORDER BY n.name COLLATE "C", o.id
     ON CONFLICT (source, location_id) DO UPDATE SET
       last_message_at = greatest(w.last_message_at, excluded.last_message_at)`,
    [
      spoken.map(({ name }) => name),
      spoken.map(({ code }) => code),
      spoken.map(({ messageAt }) => messageAt),
    ],
  );
}

/** The locations that a source speaks for: those that are missed when it is silent. */
export async function missedWith(tx: Tx, name: string, visible: readonly string[] | null): Promise<string[]> {
  const rows = await tx.run<{ code: string }>(
    'sources.missed_with',
    `SELECT o.code FROM sources s
     JOIN source_locations w ON w.source = s.name
       AND w.last_message_at > s.last_message_at - interval '${LOCATION_DAYS} days'
     JOIN locations o ON o.id = w.location_id
     WHERE s.name = $1 AND ($2::text[] IS NULL OR o.code = ANY ($2))`,
    [name, visible],
  );
  return rows.map(({ code }) => code);
}

/**
 * Of these names, each used by a key limited to locations, those that the key may speak by: of a source that speaks for
 * one of them already, or for none at all (new, or described only). In order; any other would end another's silence.
 */
export async function mayBeSpokenBy(
  tx: Tx,
  keys: readonly { name: string; visible: readonly string[] }[],
): Promise<boolean[]> {
  if (keys.length === 0) return [];
  const rows = await tx.run<{ admitted: boolean }>(
    'sources.may_be_spoken_by',
    `SELECT NOT EXISTS (SELECT 1 FROM source_locations w WHERE w.source = k.name)
            OR EXISTS (SELECT 1 FROM source_locations w JOIN locations o ON o.id = w.location_id
                       WHERE w.source = k.name AND k.visible::jsonb ? o.code) AS admitted
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k (name, visible, place)
     ORDER BY k.place`,
    [keys.map(({ name }) => name), keys.map(({ visible }) => JSON.stringify(visible))],
  );
  return rows.map(({ admitted }) => admitted);
}

export type SpokenFor = { code: string; lastMessageAt: Date };

/** The locations that a source speaks for, those first that it spoke for last; and how many there are. */
export async function locationsOf(
  tx: Tx,
  name: string,
  visible: readonly string[] | null,
  limit: number,
): Promise<{ locations: SpokenFor[]; total: number }> {
  const rows = await tx.run<SpokenFor & { total: number }>(
    'sources.locations',
    `SELECT o.code, w.last_message_at AS "lastMessageAt", (count(*) OVER ())::int AS total
     FROM source_locations w JOIN locations o ON o.id = w.location_id
     WHERE w.source = $1 AND ($2::text[] IS NULL OR o.code = ANY ($2))
     ORDER BY w.last_message_at DESC, o.code LIMIT $3`,
    [name, visible, limit],
  );
  const locations = rows.map(({ code, lastMessageAt }) => ({ code, lastMessageAt }));
  return { locations, total: rows[0]?.total ?? 0 };
}
