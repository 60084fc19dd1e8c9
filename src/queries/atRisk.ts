// The flags of what on hand can no longer serve: lines of reservations, and lines of transfers that are not shipped yet.
// One order for both: whoever was there first is served first. Decides nothing else, tells nobody.
import type { LevelKey } from './levels.ts';
import type { Tx } from './transaction.ts';

/** A line of a reservation that became at risk. */
export type LineAtRisk = { reservationId: string; sku: string; location: string; version: number };

/** A line of an unshipped transfer that became at risk, with the reservation that waits for it. */
export type SentLineAtRisk = {
  transferId: string;
  sku: string;
  /** Units of the line that are not there for it. */
  units: number;
  /** The reservation's location and version, where one waits. */
  reservation: { id: string; location: string; version: number } | null;
};

type Row = {
  id: string;
  is_sent: boolean;
  sku: string;
  location: string | null;
  version: number | null;
  reservation_id: string | null;
  units: number;
};

/**
 * Sets the flags of all open lines of these locked levels anew: the oldest are served first, so the newest lose
 * (architecture §4), whether they hold units for a customer here or for a lorry. A hold that is due asks for nothing any
 * more, swept or not, nor does the transfer that it waits for: both lose their flags, and the hold may be confirmed
 * later, when there is enough. Nor does an order that has ended, and none asks for what its customer refused: those units
 * are kept from the web until they are put back, but there they are, for whoever was promised some. Answers the lines
 * that became at risk by this, newest first.
 *
 * Ids without their prefix sort by creation, across both kinds. The reservation that waits for a transfer may be read
 * here without its own levels' locks: whoever changes it while its transfer is unshipped has these, too (load.ts).
 */
export async function flagLinesAtRisk(
  tx: Tx,
  keys: readonly LevelKey[],
  now: Date,
): Promise<{ lines: LineAtRisk[]; sent: SentLineAtRisk[] }> {
  const rows = await tx.run<Row>(
    'levels.flag_at_risk',
    `WITH asked AS (
       SELECT l.reservation_id AS id, false AS is_sent, l.item_id, l.location_id, l.at_risk,
              CASE WHEN r.status IN ('confirmed', 'picking', 'ready') OR r.status = 'held' AND r.expires_at > $3
                THEN least(l.reserved, greatest(0, l.quantity - l.missing - l.refused - greatest(l.collected, l.sold)))
                ELSE 0 END AS units
       FROM unnest($1::int[], $2::int[]) AS k (item_id, location_id)
       JOIN reservation_lines l ON l.item_id = k.item_id AND l.location_id = k.location_id AND l.reserved > 0
       JOIN reservations r ON r.id = l.reservation_id
       UNION ALL
       SELECT l.transfer_id, true, l.item_id, l.from_location_id, l.at_risk,
              CASE WHEN r.status = 'held' AND r.expires_at <= $3 THEN 0 ELSE l.reserved END
       FROM unnest($1::int[], $2::int[]) AS k (item_id, location_id)
       JOIN transfer_lines l ON l.item_id = k.item_id AND l.from_location_id = k.location_id AND l.reserved > 0
       JOIN transfers t ON t.id = l.transfer_id
       LEFT JOIN reservations r ON r.id = t.reservation_id
     ), served AS (
       SELECT a.*, v.on_hand,
              sum(a.units) OVER (PARTITION BY a.item_id, a.location_id ORDER BY substr(a.id, 5), a.id) AS upto
       FROM asked a JOIN levels v USING (item_id, location_id)
     ), judged AS (
       SELECT id, is_sent, item_id, at_risk, units > 0 AND upto > on_hand AS short,
              least(units, upto - on_hand)::int AS units
       FROM served
     ), flagged AS (
       UPDATE reservation_lines l SET at_risk = j.short
       FROM judged j
       WHERE NOT j.is_sent AND l.reservation_id = j.id AND l.item_id = j.item_id AND j.at_risk <> j.short
     ), flagged_sent AS (
       UPDATE transfer_lines l SET at_risk = j.short
       FROM judged j
       WHERE j.is_sent AND l.transfer_id = j.id AND l.item_id = j.item_id AND j.at_risk <> j.short
     )
     SELECT j.id, j.is_sent, i.sku, j.units, r.id AS reservation_id, r.version, o.code AS location
     FROM judged j
     JOIN items i ON i.id = j.item_id
     LEFT JOIN transfers t ON j.is_sent AND t.id = j.id
     LEFT JOIN reservations r ON r.id = CASE WHEN j.is_sent THEN t.reservation_id ELSE j.id END
     LEFT JOIN locations o ON o.id = r.location_id
     WHERE j.short AND NOT j.at_risk
     ORDER BY substr(j.id, 5) DESC, j.id DESC, i.sku`,
    [keys.map((key) => key.itemId), keys.map((key) => key.locationId), now],
  );
  return { lines: rows.flatMap(lineOf), sent: rows.flatMap(sentLineOf) };
}

function lineOf({ id, is_sent, sku, location, version }: Row): LineAtRisk[] {
  if (is_sent || location === null || version === null) return [];
  return [{ reservationId: id, sku, location, version }];
}

function sentLineOf({ id, is_sent, sku, units, location, version, reservation_id }: Row): SentLineAtRisk[] {
  if (!is_sent) return [];
  const waits = reservation_id !== null && location !== null && version !== null;
  return [
    { transferId: id, sku, units, reservation: waits ? { id: reservation_id, location, version } : null },
  ];
}
