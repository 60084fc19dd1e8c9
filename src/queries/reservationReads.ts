// Reservations as people and systems read them: lists by filter, and one's history.
// Reads only; a hold that is due reads as expired, whether or not the sweeper has been by.
import { createHash } from 'node:crypto';
import type { Reservation, Status } from '../domain/reservation.ts';
import { readReservations } from './reservations.ts';
import type { Tx } from './transaction.ts';

export type ReservationFilters = {
  location: string | null;
  statuses: readonly Status[] | null;
  orderReference: string | null;
  customerReference: string | null;
  putBackPending: boolean | null;
  /** The store that sold it. */
  soldAt: string | null;
  planId: string | null;
  /** Codes the caller may see, of the locations that prepare or of the one that sold; null: all. */
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
  const { text, values, name } = selectionOf(filters, before, limit, now);
  const rows = await tx.run<{ id: string }>(name, text, values);
  const found = await readReservations(
    tx,
    rows.map((row) => row.id),
  );
  return found.sort((a, b) => (a.id < b.id ? 1 : -1));
}

/**
 * One statement for each combination of filters, so that each has a plan of its own: a store's queue is read from
 * (location, status, id), an order by its reference. A condition that is not asked for would hide the index.
 */
function selectionOf(filters: ReservationFilters, before: string | null, limit: number, now: Date) {
  const values: unknown[] = [];
  const place = (value: unknown) => `$${values.push(value)}`;
  const asked: Record<string, [value: unknown, condition: (value: unknown) => string]> = {
    location: [
      filters.location,
      (code) => `r.location_id = (SELECT id FROM locations WHERE code = ${place(code)})`,
    ],
    statuses: [filters.statuses, () => statusCondition(filters.statuses ?? [], place, now)],
    order: [filters.orderReference, (reference) => `r.order_reference = ${place(reference)}`],
    customer: [filters.customerReference, (reference) => `r.customer_reference = ${place(reference)}`],
    putBack: [
      filters.putBackPending,
      (pending) => (pending === true ? 'r.put_back_pending' : 'NOT r.put_back_pending'),
    ],
    soldAt: [
      filters.soldAt,
      (code) => `r.sold_location_id = (SELECT id FROM locations WHERE code = ${place(code)})`,
    ],
    plan: [filters.planId, (id) => `r.plan_id = ${place(id)}`],
    visible: [
      // Who may see the store that sold may see all that it sold.
      filters.soldAt !== null && filters.visible?.includes(filters.soldAt) ? null : filters.visible,
      (codes) => `r.location_id IN (SELECT id FROM locations WHERE code = ANY (${place(codes)}::text[]))`,
    ],
    before: [before, (id) => `r.id < ${place(id)}`],
  };
  const used = Object.entries(asked).filter(([, [value]]) => value !== null);
  const conditions = used.map(([, [value, condition]]) => condition(value));
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const text = `SELECT r.id FROM reservations r ${where} ORDER BY r.id DESC LIMIT ${place(limit)}`;
  // The name must be unique to the text.
  return { text, values, name: `reservations.list ${createHash('sha1').update(text).digest('base64url')}` };
}

/** A hold that is due reads as expired: asked for one of the two, both are looked at. */
function statusCondition(statuses: readonly Status[], place: (value: unknown) => string, now: Date): string {
  const stored = statuses.includes('expired') ? [...new Set([...statuses, 'held'])] : statuses;
  const shown = `CASE WHEN r.status = 'held' AND r.expires_at <= ${place(now)} THEN 'expired' ELSE r.status END`;
  return `r.status = ANY (${place(stored)}::text[]) AND ${shown} = ANY (${place(statuses)}::text[])`;
}

export type HistoryEntry = {
  version: number;
  type: string;
  from: Status | null;
  to: Status;
  by: string;
  at: Date;
  /** When it was done, where a tablet told of it later. */
  occurredAt: Date | null;
  data: Record<string, unknown> | null;
};

export async function readHistory(tx: Tx, reservationId: string): Promise<HistoryEntry[]> {
  return tx.run<HistoryEntry>(
    'reservations.history',
    `SELECT version, type, from_status AS "from", to_status AS "to", actor AS "by", at, occurred_at AS "occurredAt", data
     FROM reservation_transitions WHERE reservation_id = $1 ORDER BY version`,
    [reservationId],
  );
}
