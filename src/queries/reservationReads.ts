// Reservations as people and systems read them: lists by filter, and one's history.
// Reads only; a hold that is due reads as expired, whether or not the sweeper has been by.
import type { Reservation, Status } from '../domain/reservation.ts';
import { readReservations } from './reservations.ts';
import type { Tx } from './transaction.ts';

export type ReservationFilters = {
  location: string | null;
  statuses: readonly Status[] | null;
  orderReference: string | null;
  customerReference: string | null;
  putBackPending: boolean | null;
  /** Codes the caller may see; null: all. */
  visible: readonly string[] | null;
};

/** Newest first; `before` is the id where the page before ended. */
export async function listReservations(
  tx: Tx,
  filters: ReservationFilters,
  before: string | null,
  limit: number,
  now: Date,
): Promise<Reservation[]> {
  const rows = await tx.run<{ id: string }>(
    'reservations.list',
    `SELECT r.id
     FROM reservations r JOIN locations o ON o.id = r.location_id
     WHERE ($1::text IS NULL OR o.code = $1)
       AND ($2::text[] IS NULL OR
            CASE WHEN r.status = 'held' AND r.expires_at <= $8 THEN 'expired' ELSE r.status END = ANY ($2))
       AND ($3::text IS NULL OR r.order_reference = $3)
       AND ($4::text IS NULL OR r.customer_reference = $4)
       AND ($5::bool IS NULL OR r.put_back_pending = $5)
       AND ($6::text[] IS NULL OR o.code = ANY ($6))
       AND ($7::text IS NULL OR r.id < $7)
     ORDER BY r.id DESC
     LIMIT $9`,
    [
      filters.location,
      filters.statuses,
      filters.orderReference,
      filters.customerReference,
      filters.putBackPending,
      filters.visible,
      before,
      now,
      limit,
    ],
  );
  const found = await readReservations(
    tx,
    rows.map((row) => row.id),
  );
  return found.sort((a, b) => (a.id < b.id ? 1 : -1));
}

export type HistoryEntry = {
  version: number;
  type: string;
  from: Status | null;
  to: Status;
  by: string;
  at: Date;
  data: Record<string, unknown> | null;
};

export async function readHistory(tx: Tx, reservationId: string): Promise<HistoryEntry[]> {
  return tx.run<HistoryEntry>(
    'reservations.history',
    `SELECT version, type, from_status AS "from", to_status AS "to", actor AS "by", at, data
     FROM reservation_transitions WHERE reservation_id = $1 ORDER BY version`,
    [reservationId],
  );
}
