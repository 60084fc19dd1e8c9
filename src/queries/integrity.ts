// Derives every level anew, from the ledger and from the open lines, and compares. The second guard of the fold.
// SQL on purpose, not the writer's code: two ways to one figure.
import type { Tx } from './transaction.ts';

export type Drift = {
  sku: string;
  location: string;
  onHand: { level: number; ledger: number };
  reserved: { level: number; lines: number };
};

const DRIFT_ROWS_MAX = 1_000;

/** All levels in one snapshot; at most 1,000 drifting ones are named, all are counted. */
export async function checkIntegrity(
  tx: Tx,
): Promise<{ checkedLevels: number; drifting: number; drift: Drift[] }> {
  const rows = await tx.run<{ checked: number; drifting: number; drift: Drift[] | null }>(
    'integrity.check',
    `WITH governing AS (
       SELECT DISTINCT ON (item_id, location_id) item_id, location_id, quantity, occurred_at
       FROM movements WHERE type = 'count'
       ORDER BY item_id, location_id, occurred_at DESC, source_rank DESC, source COLLATE "C" DESC, event_id COLLATE "C" DESC
     ), moved AS (
       SELECT m.item_id, m.location_id, sum(m.on_hand_delta) AS units
       FROM movements m LEFT JOIN governing g USING (item_id, location_id)
       WHERE m.type <> 'count' AND (g.occurred_at IS NULL OR m.occurred_at > g.occurred_at)
       GROUP BY m.item_id, m.location_id
     ), open_lines AS (
       SELECT item_id, location_id, sum(reserved) AS units
       FROM (SELECT item_id, location_id, reserved FROM reservation_lines WHERE reserved > 0
             UNION ALL
             SELECT item_id, from_location_id, reserved FROM transfer_lines WHERE reserved > 0) lines
       GROUP BY item_id, location_id
     ), derived AS (
       SELECT l.item_id, l.location_id, l.on_hand, l.reserved,
              coalesce(g.quantity, 0) + coalesce(m.units, 0) AS ledger, coalesce(n.units, 0) AS lines
       FROM levels l
       LEFT JOIN governing g USING (item_id, location_id)
       LEFT JOIN moved m USING (item_id, location_id)
       LEFT JOIN open_lines n USING (item_id, location_id)
     ), drifting AS (
       SELECT * FROM derived WHERE on_hand <> ledger OR reserved <> lines
     )
     SELECT (SELECT count(*)::int FROM derived) AS checked,
            (SELECT count(*)::int FROM drifting) AS drifting,
            (SELECT json_agg(json_build_object(
                      'sku', i.sku, 'location', o.code,
                      'onHand', json_build_object('level', d.on_hand, 'ledger', d.ledger),
                      'reserved', json_build_object('level', d.reserved, 'lines', d.lines)))
             FROM (SELECT * FROM drifting ORDER BY item_id, location_id LIMIT ${DRIFT_ROWS_MAX}) d
             JOIN items i ON i.id = d.item_id
             JOIN locations o ON o.id = d.location_id) AS drift`,
    [],
  );
  const [row] = rows;
  return { checkedLevels: row?.checked ?? 0, drifting: row?.drifting ?? 0, drift: row?.drift ?? [] };
}

/** What the ledger says about levels that a repair has locked: on hand by the fold, reserved by the open lines. */
export async function deriveLevel(
  tx: Tx,
  itemId: number,
  locationId: number,
): Promise<{ onHand: number; reserved: number }> {
  const rows = await tx.run<{ on_hand: number; reserved: number }>(
    'integrity.derive_level',
    `WITH governing AS (
       SELECT quantity, occurred_at FROM movements
       WHERE item_id = $1 AND location_id = $2 AND type = 'count'
       ORDER BY occurred_at DESC, source_rank DESC, source COLLATE "C" DESC, event_id COLLATE "C" DESC LIMIT 1
     )
     SELECT (coalesce((SELECT quantity FROM governing), 0) + coalesce((
               SELECT sum(on_hand_delta) FROM movements
               WHERE item_id = $1 AND location_id = $2
                 AND occurred_at > coalesce((SELECT occurred_at FROM governing), '-infinity')), 0)) AS on_hand,
            coalesce((SELECT sum(reserved) FROM reservation_lines
                      WHERE item_id = $1 AND location_id = $2 AND reserved > 0), 0)
              + coalesce((SELECT sum(reserved) FROM transfer_lines
                          WHERE item_id = $1 AND from_location_id = $2 AND reserved > 0), 0) AS reserved`,
    [itemId, locationId],
  );
  const [row] = rows;
  return { onHand: row?.on_hand ?? 0, reserved: row?.reserved ?? 0 };
}
