// Derives every level anew, from the ledger, the open lines and the transfers on their way, and compares. The second guard of the fold.
// SQL on purpose, not the writer's code: two ways to one figure.
import { isHeldUp } from './pgError.ts';
import type { Tx } from './transaction.ts';

export type Drift = {
  sku: string;
  location: string;
  onHand: { level: number; ledger: number };
  reserved: { level: number; lines: number };
  incoming: { level: number; transfers: number };
};

export type IntegrityReport = { checkedLevels: number; drifting: number; drift: Drift[] };

const DRIFT_ROWS_MAX = 1_000;

/**
 * Levels a statement, at most. Measured on a million levels with 800,000 movements: 2.7 s in all and at most 0.3 s a
 * statement; one statement for all took 1.5 to 2.4 s, 5,000 levels a statement 4.7 s. Each range is read in the order of
 * an index, so that larger ones read a ledger that is not in memory more in order, and smaller ones keep a statement
 * short: a statement that runs keeps what is dead meanwhile from being removed.
 */
const LEVELS_A_STATEMENT_MAX = 20_000;
/** What is spent is the ledger's length, which no range bounds: ranges grow and shrink by the time that they take. */
const LEVELS_AT_FIRST = 1_000;
const QUICK_MILLISECONDS = 500;
const SLOW_MILLISECONDS = 2_000;

/** A level's place in the order of the check: by item, then location. */
type Place = { itemId: number; locationId: number };

const FIRST: Place = { itemId: 0, locationId: 0 };
const LAST: Place = { itemId: 2_147_483_647, locationId: 2_147_483_647 };

export type CheckOptions = {
  levelsAtFirst?: number;
  levelsMax?: number;
  /** Called before each range; where it throws, the check ends. */
  onRange?: () => void | Promise<void>;
};

/**
 * All levels, a range of them a statement; at most 1,000 drifting ones are named, all are counted. A level and its
 * evidence are always of one instant, which is all that drift is about; two levels are of one instant only within a
 * range, unless the caller's transaction says otherwise. A range that takes too long is cut into smaller ones, where
 * `tx` is no transaction, which the failure would end.
 */
export async function checkIntegrity(
  tx: Tx,
  {
    levelsMax = LEVELS_A_STATEMENT_MAX,
    levelsAtFirst = Math.min(levelsMax, LEVELS_AT_FIRST),
    onRange,
  }: CheckOptions = {},
): Promise<IntegrityReport> {
  const report: IntegrityReport = { checkedLevels: 0, drifting: 0, drift: [] };
  let levels = levelsAtFirst;
  for (let after: Place | null = FIRST; after !== null; ) {
    await onRange?.();
    const end: Place | null = await endOfRange(tx, after, levels);
    const startedAt = performance.now();
    try {
      const found = await checkRange(tx, after, end ?? LAST, DRIFT_ROWS_MAX - report.drift.length);
      report.checkedLevels += found.checkedLevels;
      report.drifting += found.drifting;
      report.drift.push(...found.drift);
      after = end;
    } catch (error) {
      if (levels === 1 || !isHeldUp(error)) throw error;
      levels = Math.ceil(levels / 8);
      continue;
    }
    const took = performance.now() - startedAt;
    if (took > SLOW_MILLISECONDS) levels = Math.ceil(levels / 2);
    else if (took < QUICK_MILLISECONDS) levels = Math.min(levels * 2, levelsMax);
  }
  return report;
}

/** The `levels`-th level after a place; null: there are fewer. */
async function endOfRange(tx: Tx, after: Place, levels: number): Promise<Place | null> {
  const [end] = await tx.run<Place>(
    'integrity.end_of_range',
    `SELECT item_id AS "itemId", location_id AS "locationId" FROM levels
     WHERE (item_id, location_id) > ($1::int, $2::int)
     ORDER BY item_id, location_id LIMIT 1 OFFSET $3`,
    [after.itemId, after.locationId, levels - 1],
  );
  return end ?? null;
}

/**
 * After $1, $2, up to $3, $4. The planner sees only that the items are after $1, and before $3: not that both leave a few
 * of them, where it is not told so. Without that it read the whole ledger for each range: 50 million entries in 17 s.
 */
const IN_RANGE = (item: string, location: string) =>
  `${item} BETWEEN $1::int AND $3::int
   AND (${item}, ${location}) > ($1::int, $2::int) AND (${item}, ${location}) <= ($3::int, $4::int)`;

// The range's ledger is read once, whatever is made of it: its entries lie scattered over what was appended in its time.
const CHECK_RANGE = `
  WITH entries AS MATERIALIZED (
    SELECT item_id, location_id, type, quantity, on_hand_delta, occurred_at, source_rank, source, event_id
    FROM movements WHERE ${IN_RANGE('item_id', 'location_id')}
  ), governing AS (
    SELECT DISTINCT ON (item_id, location_id) item_id, location_id, quantity, occurred_at
    FROM entries WHERE type = 'count'
    ORDER BY item_id, location_id, occurred_at DESC, source_rank DESC, source COLLATE "C" DESC, event_id COLLATE "C" DESC
  ), moved AS (
    SELECT m.item_id, m.location_id, sum(m.on_hand_delta) AS units
    FROM entries m LEFT JOIN governing g USING (item_id, location_id)
    WHERE m.type <> 'count' AND (g.occurred_at IS NULL OR m.occurred_at > g.occurred_at)
    GROUP BY m.item_id, m.location_id
  ), open_lines AS (
    SELECT item_id, location_id, sum(reserved) AS units
    FROM (SELECT item_id, location_id, reserved FROM reservation_lines
          WHERE reserved > 0 AND ${IN_RANGE('item_id', 'location_id')}
          UNION ALL
          SELECT item_id, from_location_id, reserved FROM transfer_lines
          WHERE reserved > 0 AND ${IN_RANGE('item_id', 'from_location_id')}) lines
    GROUP BY item_id, location_id
  ), coming AS (
    -- By location and status, as the index has them: only what is on its way is read, however many have arrived.
    SELECT l.item_id, t.to_location_id AS location_id,
           sum(greatest(0, l.shipped - l.received - l.damaged - l.lost)) AS units
    FROM locations o
    CROSS JOIN (VALUES ('shipped'), ('partly_received')) AS s (status)
    JOIN transfers t ON t.to_location_id = o.id AND t.status = s.status
    JOIN transfer_lines l ON l.transfer_id = t.id
    WHERE ${IN_RANGE('l.item_id', 't.to_location_id')}
    GROUP BY l.item_id, t.to_location_id
  ), derived AS (
    SELECT l.item_id, l.location_id, l.on_hand, l.reserved, l.incoming,
           coalesce(g.quantity, 0) + coalesce(m.units, 0) AS ledger, coalesce(n.units, 0) AS lines,
           coalesce(c.units, 0) AS transfers
    FROM levels l
    LEFT JOIN governing g USING (item_id, location_id)
    LEFT JOIN moved m USING (item_id, location_id)
    LEFT JOIN open_lines n USING (item_id, location_id)
    LEFT JOIN coming c USING (item_id, location_id)
    WHERE ${IN_RANGE('l.item_id', 'l.location_id')}
  ), drifting AS (
    SELECT * FROM derived WHERE on_hand <> ledger OR reserved <> lines OR incoming <> transfers
  )
  SELECT (SELECT count(*)::int FROM derived) AS checked,
         (SELECT count(*)::int FROM drifting) AS drifting,
         (SELECT json_agg(json_build_object(
                   'sku', i.sku, 'location', o.code,
                   'onHand', json_build_object('level', d.on_hand, 'ledger', d.ledger),
                   'reserved', json_build_object('level', d.reserved, 'lines', d.lines),
                   'incoming', json_build_object('level', d.incoming, 'transfers', d.transfers))
                 ORDER BY d.item_id, d.location_id)
          FROM (SELECT * FROM drifting ORDER BY item_id, location_id LIMIT $5) d
          JOIN items i ON i.id = d.item_id
          JOIN locations o ON o.id = d.location_id) AS drift`;

async function checkRange(tx: Tx, after: Place, end: Place, named: number): Promise<IntegrityReport> {
  const [row] = await tx.run<{ checked: number; drifting: number; drift: Drift[] | null }>(
    'integrity.check_range',
    CHECK_RANGE,
    [after.itemId, after.locationId, end.itemId, end.locationId, named],
  );
  return { checkedLevels: row?.checked ?? 0, drifting: row?.drifting ?? 0, drift: row?.drift ?? [] };
}

/** What the ledger says about levels that a repair has locked: on hand by the fold, reserved by the open lines, incoming by transfers. */
export async function deriveLevel(
  tx: Tx,
  itemId: number,
  locationId: number,
): Promise<{ onHand: number; reserved: number; incoming: number }> {
  const rows = await tx.run<{ on_hand: number; reserved: number; incoming: number }>(
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
                          WHERE item_id = $1 AND from_location_id = $2 AND reserved > 0), 0) AS reserved,
            coalesce((SELECT sum(greatest(0, l.shipped - l.received - l.damaged - l.lost))
                      FROM transfers t JOIN transfer_lines l ON l.transfer_id = t.id AND l.item_id = $1
                      WHERE t.to_location_id = $2 AND t.status IN ('shipped', 'partly_received')), 0) AS incoming`,
    [itemId, locationId],
  );
  const [row] = rows;
  return { onHand: row?.on_hand ?? 0, reserved: row?.reserved ?? 0, incoming: row?.incoming ?? 0 };
}
