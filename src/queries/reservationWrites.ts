// The set-based writes of reservations, lines and transitions: one statement each for a whole batch.
// The flags of lines that on hand can no longer serve are set in atRisk.ts.
import type { Reservation, ReservationLine } from '../domain/reservation.ts';
import { insertInto } from './insertInto.ts';
import type { Tx } from './transaction.ts';

/** One entry of a reservation's history. */
export type Transition = {
  reservationId: string;
  version: number;
  type: string;
  fromStatus: string | null;
  toStatus: string;
  actor: string;
  /** When it was done, where it was told later. */
  occurredAt: Date | null;
  data: unknown;
};

const intoReservations = insertInto('reservations', {
  id: 'text',
  location_id: 'int',
  status: 'text',
  channel: 'text',
  order_reference: 'text',
  customer: 'jsonb',
  customer_reference: 'text',
  payment: 'text',
  expires_at: 'timestamptz',
  ready_at_promised: 'timestamptz',
  key_id: 'text',
  version: 'int',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  sold_location_id: 'int',
  seller_device_id: 'text',
  deliver_to: 'jsonb',
  plan_id: 'text',
});

export function insertReservations(tx: Tx, made: readonly Reservation[]): Promise<void> {
  const rows = made.map((r) => [
    ...[r.id, r.locationId, r.status, r.channel, r.orderReference],
    ...[json(r.customer), r.customer?.reference ?? null, r.payment],
    ...[r.expiresAt, r.promise?.readyAt ?? null, r.keyId, r.version, r.createdAt, r.updatedAt],
    ...[r.soldLocation?.id ?? null, r.sellerDeviceId, json(r.deliverTo), r.planId],
  ]);
  return intoReservations(tx, rows);
}

export async function updateReservations(tx: Tx, changed: readonly Reservation[]): Promise<void> {
  if (changed.length === 0) return;
  await tx.run(
    'reservations.update',
    `UPDATE reservations r
     SET status = n.status, order_reference = n.order_reference, customer = n.customer,
         customer_reference = n.customer_reference, payment = n.payment, expires_at = n.expires_at,
         ready_at_promised = n.ready_at_promised, pickup_code = n.pickup_code, pickup_attempts = n.pickup_attempts,
         pickup_locked_until = n.pickup_locked_until, pickup_deadline_at = n.pickup_deadline_at, shelf = n.shelf,
         taken_by = n.taken_by, reason = n.reason, put_back_pending = n.put_back_pending, version = n.version,
         updated_at = n.updated_at, deliver_to = n.deliver_to, dispatch = n.dispatch,
         acknowledged_at = n.acknowledged_at, escalates_at = n.escalates_at
     FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[], $5::text[], $6::text[], $7::timestamptz[],
                 $8::timestamptz[], $9::text[], $10::int[], $11::timestamptz[], $12::timestamptz[], $13::text[],
                 $14::text[], $15::text[], $16::bool[], $17::int[], $18::timestamptz[], $19::jsonb[], $20::jsonb[],
                 $21::timestamptz[], $22::timestamptz[])
       AS n (id, status, order_reference, customer, customer_reference, payment, expires_at, ready_at_promised,
             pickup_code, pickup_attempts, pickup_locked_until, pickup_deadline_at, shelf, taken_by, reason,
             put_back_pending, version, updated_at, deliver_to, dispatch, acknowledged_at, escalates_at)
     WHERE r.id = n.id`,
    [
      changed.map((r) => r.id),
      changed.map((r) => r.status),
      changed.map((r) => r.orderReference),
      changed.map((r) => json(r.customer)),
      changed.map((r) => r.customer?.reference ?? null),
      changed.map((r) => r.payment),
      changed.map((r) => r.expiresAt),
      changed.map((r) => r.promise?.readyAt ?? null),
      changed.map((r) => r.pickupCode),
      changed.map((r) => r.pickupAttempts),
      changed.map((r) => r.pickupLockedUntil),
      changed.map((r) => r.pickupDeadlineAt),
      changed.map((r) => r.shelf),
      changed.map((r) => r.takenBy),
      changed.map((r) => r.reason),
      changed.map((r) => r.putBackPending),
      changed.map((r) => r.version),
      changed.map((r) => r.updatedAt),
      changed.map((r) => json(r.deliverTo)),
      changed.map((r) => json(r.dispatch)),
      changed.map((r) => r.acknowledgedAt),
      changed.map((r) => r.escalatesAt),
    ],
  );
}

/** A line on its way into its table, with the reservation that it belongs to. */
export type NewLine = { of: Pick<Reservation, 'id' | 'locationId' | 'lines'>; line: ReservationLine };

const intoLines = insertInto('reservation_lines', {
  reservation_id: 'text',
  item_id: 'int',
  location_id: 'int',
  quantity: 'int',
  reserved: 'int',
  awaited: 'int',
  reserved_at: 'timestamptz',
  released_at: 'timestamptz',
  substitutes_item_id: 'int',
});

export function insertLines(tx: Tx, made: readonly NewLine[]): Promise<void> {
  const rows = made.map(({ of, line }) => [
    ...[of.id, line.itemId, of.locationId, line.quantity, line.reserved, line.awaited],
    ...[line.reservedAt, line.releasedAt],
    line.substitutes === null ? null : (of.lines.find(({ sku }) => sku === line.substitutes)?.itemId ?? null),
  ]);
  return intoLines(tx, rows);
}

export async function updateLines(tx: Tx, changed: readonly Reservation[]): Promise<void> {
  const rows = changed.flatMap((r) => r.lines.map((line) => ({ ...line, reservationId: r.id })));
  if (rows.length === 0) return;
  await tx.run(
    'reservation_lines.update',
    `UPDATE reservation_lines l
     SET reserved = n.reserved, picked = n.picked, missing = n.missing, missing_reason = n.missing_reason,
         collected = n.collected, sold = n.sold, returned = n.returned, reserved_at = n.reserved_at,
         released_at = n.released_at, awaited = n.awaited, returned_sold = n.returned_sold, refused = n.refused,
         at_risk = l.at_risk AND n.reserved > 0
     FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::int[], $6::text[], $7::int[], $8::int[], $9::int[],
                 $10::timestamptz[], $11::timestamptz[], $12::int[], $13::int[], $14::int[])
       AS n (reservation_id, item_id, reserved, picked, missing, missing_reason, collected, sold, returned,
             reserved_at, released_at, awaited, returned_sold, refused)
     WHERE l.reservation_id = n.reservation_id AND l.item_id = n.item_id`,
    [
      rows.map((row) => row.reservationId),
      rows.map((row) => row.itemId),
      rows.map((row) => row.reserved),
      rows.map((row) => row.picked),
      rows.map((row) => row.missing),
      rows.map((row) => row.missingReason),
      rows.map((row) => row.collected),
      rows.map((row) => row.sold),
      rows.map((row) => row.returned),
      rows.map((row) => row.reservedAt),
      rows.map((row) => row.releasedAt),
      rows.map((row) => row.awaited),
      rows.map((row) => row.returnedSold),
      rows.map((row) => row.refused),
    ],
  );
}

const intoTransitions = insertInto('reservation_transitions', {
  reservation_id: 'text',
  version: 'int',
  type: 'text',
  from_status: 'text',
  to_status: 'text',
  actor: 'text',
  data: 'json',
  occurred_at: 'timestamptz',
  at: 'timestamptz',
});

export function insertTransitions(tx: Tx, transitions: readonly Transition[], at: Date): Promise<void> {
  const rows = transitions.map((t) => [
    ...[t.reservationId, t.version, t.type, t.fromStatus, t.toStatus, t.actor],
    ...[t.data === null ? null : JSON.stringify(t.data), t.occurredAt, at],
  ]);
  return intoTransitions(tx, rows);
}

function json(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
