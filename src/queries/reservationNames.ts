// Reservations by what a till knows of them: the order's reference, or the code that the customer shows.
// Reads only, without a lock.
import type { Tx } from './transaction.ts';

/**
 * A reservation that is prepared or was sold at a location, by its order's reference (`channel` null: whichever channel
 * it came by); or one that is prepared there, by the code that it had about `at`.
 */
export type ReservationName = { location: string } & (
  | { orderReference: string; channel: string | null }
  | { pickupCode: string; at: Date }
);

/** One key for a name. */
export function reservationNameKey(name: ReservationName): string {
  return 'pickupCode' in name
    ? JSON.stringify([name.location, name.pickupCode, name.at.getTime(), 'code'])
    : JSON.stringify([name.location, name.orderReference, name.channel]);
}

/** The ids that answer to each name, by its key: more than one for a reference that several channels use. */
export async function findNamed(tx: Tx, names: readonly ReservationName[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const codes = names.flatMap((name) => ('pickupCode' in name ? [name] : []));
  const references = names.flatMap((name) => ('pickupCode' in name ? [] : [name]));
  for (const { key, ids } of [...(await byCode(tx, codes)), ...(await byReference(tx, references))]) {
    found.set(key, ids);
  }
  return found;
}

type Found = { key: string; ids: string[] };

async function byReference(
  tx: Tx,
  names: readonly Extract<ReservationName, { orderReference: string }>[],
): Promise<Found[]> {
  if (names.length === 0) return [];
  return tx.run<Found>(
    'reservations.named_by_reference',
    `SELECT k.key, array_agg(r.id ORDER BY r.id) AS ids
     FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS n (key, location, reference, channel)) k
     JOIN locations o ON o.code = k.location
     JOIN reservations r ON r.order_reference = k.reference AND o.id IN (r.location_id, r.sold_location_id)
     WHERE k.channel IS NULL OR r.channel = k.channel
     GROUP BY k.key`,
    [
      names.map(reservationNameKey),
      names.map((name) => name.location),
      names.map((name) => name.orderReference),
      names.map((name) => name.channel),
    ],
  );
}

/**
 * Codes are unique among the open orders of a location, and used again later. Meant is the order that had it when the
 * fact occurred, between its confirmation and its end; else the one whose time with it is nearest: a till may ring up an
 * order after the counter handed it over, and its clock may be slow.
 */
async function byCode(
  tx: Tx,
  names: readonly Extract<ReservationName, { pickupCode: string }>[],
): Promise<Found[]> {
  if (names.length === 0) return [];
  return tx.run<Found>(
    'reservations.named_by_code',
    `SELECT k.key, ARRAY[r.id] AS ids
     FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
             AS n (key, location, code, at)) k
     JOIN locations o ON o.code = k.location
     CROSS JOIN LATERAL (
       SELECT c.id
       FROM reservations c
       CROSS JOIN LATERAL (
         SELECT min(coalesce(t.occurred_at, t.at)) FILTER (WHERE t.type = 'confirmed') AS since,
                max(coalesce(t.occurred_at, t.at)) FILTER (
                  WHERE t.from_status IN ('confirmed', 'picking', 'ready')
                    AND t.to_status NOT IN ('confirmed', 'picking', 'ready')) AS until
         FROM reservation_transitions t WHERE t.reservation_id = c.id
       ) life
       WHERE c.location_id = o.id AND c.pickup_code = k.code
       ORDER BY CASE WHEN k.at < life.since THEN life.since - k.at
                     WHEN k.at > life.until THEN k.at - life.until
                     ELSE interval '0' END,
                life.until DESC NULLS FIRST, c.id DESC
       LIMIT 1
     ) r`,
    [
      names.map(reservationNameKey),
      names.map((name) => name.location),
      names.map((name) => name.pickupCode),
      names.map((name) => name.at),
    ],
  );
}
