// Sources that should speak and do not, and the locations that this makes stale: what was noted, and what is to be.
// Decides nothing: the figures are src/domain/buffer.ts, the rhythm is the job's. How levels follow is silenceSteps.ts.
import type { Tx } from './transaction.ts';

/** A location belongs to a source that reported from it within so many days before its last message. */
export const LOCATION_DAYS = 30;

/** Looks are noted no oftener: one row that every process writes. */
const NOTED_SECONDS = 5;
/** Longer between two looks, and nobody listened: a process looks every second. */
const GAP_SECONDS = 30;

/**
 * Notes that somebody looks. Where nobody did for a while, what was said meanwhile could not be heard, so that the time
 * of every source counts from now on only. Gaps are taken by the database's clock, which all processes share.
 */
export async function noteLook(tx: Tx, now: Date): Promise<void> {
  await tx.run(
    'silence.look',
    `UPDATE silence_state
     SET listening_since = CASE WHEN looked_at < clock_timestamp() - interval '${GAP_SECONDS} s' THEN $1
                                ELSE listening_since END,
         looked_at = clock_timestamp()
     WHERE looked_at IS NULL OR looked_at < clock_timestamp() - interval '${NOTED_SECONDS} s'`,
    [now],
  );
}

// Where a source speaks for one location only, whatever it says is about it. Where it speaks for several, each is
// judged by what was said of it: a till that died is missed though all others of its network go on.
const JUDGED = `
  SELECT j.*, greatest(j.heard_at, j.listening_since) + j.heartbeat AS until,
         CASE WHEN j.silent_since IS NULL
                THEN j.is_missed AND greatest(j.heard_at, j.listening_since) + j.heartbeat < $1
              ELSE NOT j.is_missed OR (j.heard_at + j.heartbeat > j.silent_since AND j.heard_at + j.heartbeat >= $1)
         END AS is_due
  FROM (SELECT p.*, CASE WHEN count(*) FILTER (WHERE p.is_missed) OVER (PARTITION BY p.source) = 1
                           THEN greatest(p.told_at, p.source_at) ELSE p.told_at END AS heard_at
        FROM (SELECT w.source, w.location_id, w.silent_since, w.last_message_at AS told_at,
                     s.last_message_at AS source_at, s.heartbeat_seconds * interval '1 s' AS heartbeat,
                     coalesce(s.heartbeat_seconds IS NOT NULL
                       AND w.last_message_at > s.last_message_at - interval '${LOCATION_DAYS} days', false) AS is_missed,
                     (SELECT listening_since FROM silence_state) AS listening_since
              FROM sources s JOIN source_locations w ON w.source = s.name
              WHERE s.heartbeat_seconds IS NOT NULL OR w.silent_since IS NOT NULL) p) j`;
const SOURCES_JUDGED = `
  SELECT s.name, s.silent_since,
         greatest(s.last_message_at, k.listening_since) + s.heartbeat_seconds * interval '1 s' AS until,
         coalesce(CASE
           WHEN s.silent_since IS NULL
             THEN greatest(s.last_message_at, k.listening_since) + s.heartbeat_seconds * interval '1 s' < $1
           ELSE s.heartbeat_seconds IS NULL
             OR (s.last_message_at + s.heartbeat_seconds * interval '1 s' > s.silent_since
                 AND s.last_message_at + s.heartbeat_seconds * interval '1 s' >= $1) END, false) AS is_due
  FROM sources s CROSS JOIN silence_state k WHERE s.last_message_at IS NOT NULL`;

/** A location of which a source fell silent (null: speaks again). */
export type LocationChange = { location: string; silentSince: Date | null; lastMessageAt: Date };

export type SourceChange = {
  name: string;
  /** Of its events: the last of as many as it has changes. */
  eventVersion: number;
  /** True where the source as a whole fell silent or spoke again. */
  isWhole: boolean;
  /** Null: it speaks. */
  silentSince: Date | null;
  lastMessageAt: Date;
  heartbeatSeconds: number | null;
  /** How many of its locations are stale now. */
  silentLocations: number;
  locations: LocationChange[];
};

/**
 * Notes which sources, and which locations of theirs, fell silent by `now`, and which are spoken of again (or waited
 * for no more). Each change is one process's to tell: whoever comes second finds nothing left. A source that never
 * spoke is not silent: nothing here rests on it. What is silent is ended by a newer message only, so that two processes
 * whose clocks differ never take turns over one. A row that somebody writes just now is looked at the next time. The
 * rows stay locked until the transaction ends.
 */
export async function noteSilence(tx: Tx, now: Date): Promise<SourceChange[]> {
  const locked = await tx.run<{ name: string }>(
    'silence.lock',
    `SELECT name FROM sources
     WHERE name IN (SELECT name FROM (${SOURCES_JUDGED}) a WHERE is_due
                    UNION ALL SELECT source FROM (${JUDGED}) b WHERE is_due)
     ORDER BY name FOR NO KEY UPDATE SKIP LOCKED`,
    [now],
  );
  if (locked.length === 0) return [];
  const names = locked.map(({ name }) => name);
  const rows = await tx.run<LocationChange & { source: string }>(
    'silence.note_locations',
    `UPDATE source_locations w SET silent_since = CASE WHEN w.silent_since IS NULL THEN j.until END
     FROM (${JUDGED}) j, locations o
     WHERE j.is_due AND w.source = ANY ($2) AND w.source = j.source AND w.location_id = j.location_id
       AND o.id = w.location_id
     RETURNING w.source, o.code AS location, w.silent_since AS "silentSince", j.heard_at AS "lastMessageAt"`,
    [now, names],
  );
  const byName = Map.groupBy(rows, ({ source }) => source);
  const changed = await tx.run<Omit<SourceChange, 'locations'>>(
    'silence.note_sources',
    `UPDATE sources s
     SET silent_since = CASE WHEN NOT j.is_due THEN s.silent_since WHEN s.silent_since IS NULL THEN j.until END,
         event_version = s.event_version + greatest(1, n.changes)
     FROM (${SOURCES_JUDGED}) j, unnest($2::text[], $3::int[]) AS n (name, changes)
     WHERE s.name = j.name AND s.name = n.name AND (j.is_due OR n.changes > 0)
     RETURNING s.name, s.event_version AS "eventVersion", j.is_due AS "isWhole", s.silent_since AS "silentSince",
               s.last_message_at AS "lastMessageAt", s.heartbeat_seconds AS "heartbeatSeconds",
               (SELECT count(*)::int FROM source_locations w
                WHERE w.source = s.name AND w.silent_since IS NOT NULL) AS "silentLocations"`,
    [now, names, names.map((name) => byName.get(name)?.length ?? 0)],
  );
  return changed
    .map((change) => ({ ...change, locations: byName.get(change.name) ?? [] }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A location of which a source is silent; with several, since the first is, and by the one that was heard longest ago. */
export type StaleLocation = { locationId: number; location: string; staleSince: Date; lastMessageAt: Date };

const STALE = `
  SELECT o.id AS "locationId", o.code AS location, min(w.silent_since) AS "staleSince",
         min(CASE WHEN (SELECT count(*) FROM (SELECT 1 FROM source_locations x WHERE x.source = s.name
                          AND x.last_message_at > s.last_message_at - interval '${LOCATION_DAYS} days' LIMIT 2) y) = 1
               THEN greatest(w.last_message_at, s.last_message_at) ELSE w.last_message_at END) AS "lastMessageAt"
  FROM source_locations w
  JOIN sources s ON s.name = w.source
  JOIN locations o ON o.id = w.location_id
  WHERE w.silent_since IS NOT NULL`;

export async function readStaleLocations(tx: Tx): Promise<StaleLocation[]> {
  return tx.run('silence.stale_locations', `${STALE} GROUP BY o.id, o.code ORDER BY o.id`, []);
}

/** The first stale location from this id on. */
export async function nextStaleLocation(tx: Tx, fromId: number): Promise<StaleLocation | null> {
  const [row] = await tx.run<StaleLocation>(
    'silence.next_stale_location',
    `${STALE} AND w.location_id = (SELECT location_id FROM source_locations
                                   WHERE silent_since IS NOT NULL AND location_id >= $1
                                   ORDER BY location_id LIMIT 1)
     GROUP BY o.id, o.code`,
    [fromId],
  );
  return row ?? null;
}

/** Those of these locations that are stale. With levels locked, it is what every later change of them will find too. */
export async function staleAmong(tx: Tx, locationIds: readonly number[]): Promise<number[]> {
  const rows = await tx.run<{ location_id: number }>(
    'silence.stale_among',
    `SELECT DISTINCT location_id FROM source_locations
     WHERE silent_since IS NOT NULL AND location_id = ANY ($1::int[])`,
    [locationIds],
  );
  return rows.map((row) => row.location_id);
}
