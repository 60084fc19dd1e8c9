// What self-tuning buffers rest on: the picks of a month by location and category, and the figures taken from them.
// Decides nothing: the formula is src/domain/buffer.ts.
import type { Tx } from './transaction.ts';

/** Lines that were picked, and those of them with units that were not found. Category '': items without one. */
export type Picks = { locationId: number; category: string; picks: number; notFound: number };

/** Lines with a pick reported after `since`, each once however often it was reported. */
export async function readPicks(tx: Tx, since: Date): Promise<Picks[]> {
  return tx.run<Picks>(
    'tunings.picks',
    `SELECT n.location_id AS "locationId", coalesce(i.category, '') AS category, count(*)::int AS picks,
            count(*) FILTER (WHERE n.missing > 0 AND n.missing_reason = 'not_found')::int AS "notFound"
     FROM (SELECT DISTINCT reservation_id FROM reservation_transitions WHERE type = 'picked' AND at > $1) r
     JOIN reservation_lines n USING (reservation_id)
     JOIN items i ON i.id = n.item_id
     WHERE n.picked + n.missing > 0
     GROUP BY 1, 2`,
    [since],
  );
}

/** When the figures were last taken; null when a rule waits for its first. `isUsed`: some rule tunes itself. */
export async function readTuningState(tx: Tx): Promise<{ tunedAt: Date | null; isUsed: boolean }> {
  const [row] = await tx.run<{ tuned_at: Date | null; used: boolean }>(
    'tunings.state',
    `SELECT tuned_at, EXISTS (SELECT 1 FROM buffer_rules WHERE auto_percent_max IS NOT NULL) AS used
     FROM buffer_state`,
    [],
  );
  return { tunedAt: row?.tuned_at ?? null, isUsed: row?.used ?? false };
}

export type Tuned = Picks & { percent: number };

/** Every figure as it was taken last. */
export async function readTunings(tx: Tx): Promise<Tuned[]> {
  return tx.run<Tuned>(
    'tunings.read',
    `SELECT location_id AS "locationId", category, picks, not_found AS "notFound", percent FROM buffer_tunings`,
    [],
  );
}

export type TunedPlace = { locationId: number; category: string };

/** Of these locations and categories, those that a self-tuning rule can govern: elsewhere a figure is for reading only. */
export async function governedByTunings(tx: Tx, places: readonly TunedPlace[]): Promise<TunedPlace[]> {
  return tx.run<TunedPlace>(
    'tunings.governed',
    `SELECT t.location_id AS "locationId", t.category FROM unnest($1::int[], $2::text[]) AS t (location_id, category)
     WHERE EXISTS (
       SELECT 1 FROM buffer_rules b LEFT JOIN items i ON i.id = b.item_id
       WHERE b.auto_percent_max IS NOT NULL AND (b.location_id IS NULL OR b.location_id = t.location_id)
         AND (b.category IS NULL OR b.category = t.category)
         AND (b.item_id IS NULL OR coalesce(i.category, '') = t.category))`,
    [places.map(({ locationId }) => locationId), places.map(({ category }) => category)],
  );
}

/** Replaces every figure; the caller has locked the rules. */
export async function replaceTunings(tx: Tx, tunings: readonly Tuned[], now: Date): Promise<void> {
  await tx.run('tunings.clear', 'DELETE FROM buffer_tunings', []);
  await tx.run(
    'tunings.insert',
    `INSERT INTO buffer_tunings (location_id, category, picks, not_found, percent, tuned_at)
     SELECT location_id, category, picks, not_found, percent, $6
     FROM unnest($1::int[], $2::text[], $3::int[], $4::int[], $5::real[])
       AS t (location_id, category, picks, not_found, percent)`,
    [
      tunings.map(({ locationId }) => locationId),
      tunings.map(({ category }) => category),
      tunings.map(({ picks }) => picks),
      tunings.map(({ notFound }) => notFound),
      tunings.map(({ percent }) => percent),
      now,
    ],
  );
  await tx.run('tunings.taken', 'UPDATE buffer_state SET tuned_at = $1', [now]);
}

export type ShownTuning = {
  location: string;
  category: string | null;
  picks: number;
  notFound: number;
  percent: number;
  tunedAt: Date;
};

/** The figures within a rule's scope, the highest first. */
export async function listTunings(
  tx: Tx,
  scope: {
    location: string | null;
    category: string | null;
    sku: string | null;
    visible: readonly string[] | null;
  },
  limit: number,
): Promise<ShownTuning[]> {
  return tx.run<ShownTuning>(
    'tunings.list',
    `SELECT o.code AS location, nullif(t.category, '') AS category, t.picks, t.not_found AS "notFound", t.percent,
            t.tuned_at AS "tunedAt"
     FROM buffer_tunings t JOIN locations o ON o.id = t.location_id
     WHERE ($1::text IS NULL OR o.code = $1) AND ($2::text IS NULL OR t.category = $2)
       AND ($3::text IS NULL OR t.category = (SELECT coalesce(category, '') FROM items WHERE sku = $3))
       AND ($4::text[] IS NULL OR o.code = ANY ($4))
     ORDER BY t.percent DESC, t.picks DESC, o.code, t.category LIMIT $5`,
    [scope.location, scope.category, scope.sku, scope.visible, limit],
  );
}
