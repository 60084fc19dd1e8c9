// What speaks for and against the levels of one location: its levels, and what its recent ledger says of them.
// Reads only, bounded however large the location is; what the figures are worth is domain/doubt.ts.
import type { DoubtFigures } from '../domain/doubt.ts';
import type { ItemName } from '../domain/item.ts';
import type { Tx } from './transaction.ts';

/**
 * The last entries of a location's ledger that are evidence, beside their age. Measured on 500,000 entries and 50,000
 * levels: 0.3 s on a machine with nothing else to do (a backward scan of movements_location_idx, one hash join with the
 * location's levels), 0.8 s on a busy one.
 */
export const EVIDENCE_MOVEMENTS_MAX = 100_000;

export type LevelEvidence = Omit<DoubtFigures, 'onHand' | 'reserved' | 'countedAt'>;

/** Columns of equal length, an item a place: 50,000 rows would cost this process four times as much. */
type EvidenceColumns = {
  itemIds: number[];
  shortPicks: number[];
  unitsMissed: number[];
  lastMissedAt: (number | null)[];
  movements: number[];
  unitsMoved: number[];
  lastMovedAt: (number | null)[];
  unitsSold: number[];
  conflicts: number[];
  lastConflictAt: (number | null)[];
};

type EvidenceRow = { from: number; columns: EvidenceColumns | null };

export type Evidence = {
  /** From when on movements were looked at, in epoch milliseconds. */
  from: number;
  byItem: ReadonlyMap<number, LevelEvidence>;
};

const MILLISECONDS = (instant: string) => `(extract(epoch FROM ${instant}) * 1000)::bigint`;

/**
 * What the location's ledger since `from`, or its last `movementsMax` entries, says of its levels. Where there are more
 * of them, they tell all that happened since the oldest was recorded, and no more: it may be a late one. A conflict
 * speaks against a level as long as it is about the count that governs, unless that one is a person's: then it is how
 * the conflict ended.
 */
export async function readEvidence(
  tx: Tx,
  locationId: number,
  from: Date,
  movementsMax = EVIDENCE_MOVEMENTS_MAX,
): Promise<Evidence> {
  const [row] = await tx.run<EvidenceRow>(
    'doubt.evidence',
    `WITH last AS MATERIALIZED (
       SELECT item_id, type, on_hand_delta, reason, occurred_at, recorded_at
       FROM movements WHERE location_id = $1 ORDER BY id DESC LIMIT $3::int
     ), known AS (
       SELECT greatest($2::timestamptz, CASE WHEN count(*) < $3::int THEN min(occurred_at) ELSE min(recorded_at) END) AS since
       FROM last
     ), recent AS (
       SELECT m.*, l.counted_at, l.counted_source, l.counted_event_id,
              m.type <> 'count' AND (l.counted_at IS NULL OR m.occurred_at > l.counted_at) AS is_after
       FROM last m JOIN levels l ON l.location_id = $1 AND l.item_id = m.item_id
       WHERE m.occurred_at >= $2::timestamptz
     ), counted AS (
       SELECT DISTINCT item_id, counted_at, counted_source, counted_event_id FROM recent WHERE type = 'count'
     ), conflicts AS (
       SELECT k.item_id, count(*) AS conflicts, max(c.recorded_at) AS last_at
       FROM counted k
       CROSS JOIN LATERAL (
         SELECT * FROM count_conflicts WHERE item_id = k.item_id AND location_id = $1 OFFSET 0
       ) c
       LEFT JOIN sources s ON s.name = c.winner_source
       WHERE c.recorded_at >= $2 AND greatest(c.winner_counted_at, c.loser_counted_at) >= k.counted_at
         AND (c.winner_source <> k.counted_source OR c.winner_event_id <> k.counted_event_id
              OR s.kind IS DISTINCT FROM 'tablet')
       GROUP BY k.item_id
     ), told AS (
       SELECT item_id,
              count(*) FILTER (WHERE is_after AND reason IN ('not_found', 'mismatch')) AS short_picks,
              coalesce(-sum(on_hand_delta) FILTER (WHERE is_after AND reason IN ('not_found', 'mismatch')), 0) AS missed,
              max(occurred_at) FILTER (WHERE is_after AND reason IN ('not_found', 'mismatch')) AS last_missed_at,
              count(*) FILTER (WHERE is_after) AS movements,
              coalesce(sum(abs(on_hand_delta)) FILTER (WHERE is_after), 0) AS moved,
              max(occurred_at) FILTER (WHERE type <> 'count') AS last_moved_at,
              coalesce(-sum(on_hand_delta) FILTER (
                WHERE type = 'sale' AND occurred_at >= (SELECT since FROM known)), 0) AS sold
       FROM recent GROUP BY item_id
     )
     SELECT (SELECT ${MILLISECONDS('since')} FROM known) AS from,
            (SELECT json_build_object(
                      'itemIds', json_agg(item_id), 'shortPicks', json_agg(short_picks),
                      'unitsMissed', json_agg(missed), 'lastMissedAt', json_agg(${MILLISECONDS('last_missed_at')}),
                      'movements', json_agg(movements), 'unitsMoved', json_agg(moved),
                      'lastMovedAt', json_agg(${MILLISECONDS('last_moved_at')}), 'unitsSold', json_agg(sold),
                      'conflicts', json_agg(coalesce(conflicts, 0)),
                      'lastConflictAt', json_agg(${MILLISECONDS('conflicts.last_at')}))
             FROM told LEFT JOIN conflicts USING (item_id) HAVING count(*) > 0) AS columns`,
    [locationId, from, movementsMax],
  );
  return { from: row?.from ?? from.getTime(), byItem: row?.columns ? byItem(row.columns) : new Map() };
}

function byItem(columns: EvidenceColumns): Map<number, LevelEvidence> {
  return new Map(
    columns.itemIds.map((itemId, at) => [
      itemId,
      {
        shortPicks: columns.shortPicks[at] ?? 0,
        unitsMissed: columns.unitsMissed[at] ?? 0,
        lastMissedAt: columns.lastMissedAt[at] ?? null,
        movements: columns.movements[at] ?? 0,
        unitsMoved: columns.unitsMoved[at] ?? 0,
        lastMovedAt: columns.lastMovedAt[at] ?? null,
        unitsSold: columns.unitsSold[at] ?? 0,
        conflicts: columns.conflicts[at] ?? 0,
        lastConflictAt: columns.lastConflictAt[at] ?? null,
      },
    ]),
  );
}

/** Columns of equal length, a level a place. Instants are epoch milliseconds. */
export type LevelColumns = {
  itemIds: number[];
  skus: string[];
  onHand: number[];
  reserved: number[];
  countedAt: (number | null)[];
};

/** The location's next levels, by item after `after`, at most `limit`; null: there are no more. */
export async function readLevels(
  tx: Tx,
  locationId: number,
  after: number,
  limit: number,
): Promise<LevelColumns | null> {
  const [row] = await tx.run<{ columns: LevelColumns | null }>(
    'doubt.levels',
    `SELECT json_build_object(
              'itemIds', json_agg(l.item_id), 'skus', json_agg(l.sku), 'onHand', json_agg(l.on_hand),
              'reserved', json_agg(l.reserved), 'countedAt', json_agg(${MILLISECONDS('l.counted_at')})) AS columns
     FROM (
       SELECT v.item_id, i.sku, v.on_hand, v.reserved, v.counted_at
       FROM levels v JOIN items i ON i.id = v.item_id
       WHERE v.location_id = $1 AND v.item_id > $2
       ORDER BY v.item_id LIMIT $3
     ) l HAVING count(*) > 0`,
    [locationId, after, limit],
  );
  return row?.columns ?? null;
}

export type NamedItem = { id: number; name: ItemName; barcodes: string[]; imageUrl: string | null };

/** What staff need to find an item on a shelf. */
export async function readNames(tx: Tx, itemIds: readonly number[]): Promise<NamedItem[]> {
  return tx.run<NamedItem>(
    'doubt.names',
    `SELECT id, name, barcodes, image_url AS "imageUrl" FROM items WHERE id = ANY ($1::int[])`,
    [itemIds],
  );
}
