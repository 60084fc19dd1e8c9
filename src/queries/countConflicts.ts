// Counts of two sources that say something else of one level: the evidence that the ledger's fold leaves aside.
// Appended by the batch that recorded the later one; never changed, and forgotten when old.
import type { GoverningCount } from '../domain/level.ts';
import type { Tx } from './transaction.ts';

/** Two counts of one level, the one that governs and the one that does not. */
export type Comparison = {
  itemId: number;
  locationId: number;
  winner: GoverningCount;
  loser: GoverningCount;
  /** By how much the loser is above the winner, both at the later of their instants. */
  difference: number;
};

/**
 * Keeps those that disagree. The later of the two counts states its figure at the instant of the comparison; the other
 * one's is as far from it as they are apart. Both counts are in the ledger by now.
 */
export async function insertConflicts(tx: Tx, compared: readonly Comparison[], now: Date): Promise<void> {
  const apart = compared.filter(({ difference }) => difference !== 0);
  if (apart.length === 0) return;
  await tx.run(
    'count_conflicts.insert',
    `INSERT INTO count_conflicts (item_id, location_id, winner_source, winner_event_id, winner_counted_at,
                                  winner_on_hand, loser_source, loser_event_id, loser_counted_at, loser_on_hand,
                                  recorded_at)
     SELECT n.item_id, n.location_id, n.winner_source, n.winner_event_id, n.winner_at, m.quantity,
            n.loser_source, n.loser_event_id, n.loser_at, m.quantity + n.difference, $10
     FROM unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[],
                 $8::timestamptz[], $9::int[])
       AS n (item_id, location_id, winner_source, winner_event_id, winner_at, loser_source, loser_event_id, loser_at,
             difference)
     CROSS JOIN LATERAL (
       SELECT quantity FROM movements
       WHERE item_id = n.item_id AND location_id = n.location_id AND occurred_at = n.winner_at
         AND source = n.winner_source AND event_id = n.winner_event_id OFFSET 0
     ) AS m`,
    [
      apart.map((one) => one.itemId),
      apart.map((one) => one.locationId),
      apart.map((one) => one.winner.source),
      apart.map((one) => one.winner.eventId),
      apart.map((one) => one.winner.at),
      apart.map((one) => one.loser.source),
      apart.map((one) => one.loser.eventId),
      apart.map((one) => one.loser.at),
      apart.map((one) => one.difference),
      now,
    ],
  );
}

export type ConflictRow = {
  sku: string;
  location: string;
  winnerSource: string;
  winnerEventId: string;
  winnerCountedAt: Date;
  winnerOnHand: number;
  loserSource: string;
  loserEventId: string;
  loserCountedAt: Date;
  loserOnHand: number;
  recordedAt: Date;
};

/** The latest conflicts in which a source took part, newest first. */
export async function conflictsOf(
  tx: Tx,
  source: string,
  visible: readonly string[] | null,
  limit: number,
): Promise<ConflictRow[]> {
  return tx.run<ConflictRow>(
    'count_conflicts.of_source',
    `SELECT i.sku, o.code AS location, c.winner_source AS "winnerSource", c.winner_event_id AS "winnerEventId",
            c.winner_counted_at AS "winnerCountedAt", c.winner_on_hand AS "winnerOnHand",
            c.loser_source AS "loserSource", c.loser_event_id AS "loserEventId",
            c.loser_counted_at AS "loserCountedAt", c.loser_on_hand AS "loserOnHand", c.recorded_at AS "recordedAt"
     FROM (SELECT * FROM (SELECT * FROM count_conflicts WHERE loser_source = $1 AND ${SEEN} ORDER BY id DESC LIMIT $3) lost
           UNION ALL
           SELECT * FROM (SELECT * FROM count_conflicts WHERE winner_source = $1 AND ${SEEN} ORDER BY id DESC LIMIT $3) won) c
     JOIN items i ON i.id = c.item_id JOIN locations o ON o.id = c.location_id
     ORDER BY c.id DESC LIMIT $3`,
    [source, visible, limit],
  );
}

/** Removes at most `limit` that were recorded before; answers how many. Ids are about in the order of time: no index more. */
export async function purgeConflicts(tx: Tx, before: Date, limit: number): Promise<number> {
  const rows = await tx.run(
    'count_conflicts.purge',
    `DELETE FROM count_conflicts WHERE id IN (
       SELECT id FROM (SELECT id, recorded_at FROM count_conflicts ORDER BY id LIMIT $2) AS oldest
       WHERE recorded_at < $1)
     RETURNING 1`,
    [before, limit],
  );
  return rows.length;
}

const SEEN = `($2::text[] IS NULL OR location_id IN (SELECT id FROM locations WHERE code = ANY ($2)))`;
