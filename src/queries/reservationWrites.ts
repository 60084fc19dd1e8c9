// The set-based writes of reservations, lines and transitions: one statement each for a whole batch.
// The flags of lines that on hand can no longer serve are set in atRisk.ts.
import type { Reservation, ReservationLine } from '../domain/reservation.ts';
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

export async function insertReservations(tx: Tx, made: readonly Reservation[]): Promise<void> {
  if (made.length === 0) return;
  await tx.run(
    'reservations.insert',
    `INSERT INTO reservations (id, location_id, status, channel, order_reference, customer, customer_reference, payment,
                               expires_at, ready_at_promised, key_id, version, created_at, updated_at,
                               sold_location_id, seller_device_id, deliver_to, plan_id)
     SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::text[],
                          $8::text[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::int[],
                          $13::timestamptz[], $14::timestamptz[], $15::int[], $16::text[], $17::jsonb[], $18::text[])`,
    [
      made.map((r) => r.id),
      made.map((r) => r.locationId),
      made.map((r) => r.status),
      made.map((r) => r.channel),
      made.map((r) => r.orderReference),
      made.map((r) => json(r.customer)),
      made.map((r) => r.customer?.reference ?? null),
      made.map((r) => r.payment),
      made.map((r) => r.expiresAt),
      made.map((r) => r.promise?.readyAt ?? null),
      made.map((r) => r.keyId),
      made.map((r) => r.version),
      made.map((r) => r.createdAt),
      made.map((r) => r.updatedAt),
      made.map((r) => r.soldLocation?.id ?? null),
      made.map((r) => r.sellerDeviceId),
      made.map((r) => json(r.deliverTo)),
      made.map((r) => r.planId),
    ],
  );
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

export async function insertLines(tx: Tx, made: readonly NewLine[]): Promise<void> {
  const rows = made.map(({ of, line }) => ({
    ...line,
    reservationId: of.id,
    locationId: of.locationId,
    substitutesItemId: of.lines.find(({ sku }) => sku === line.substitutes)?.itemId ?? null,
  }));
  if (rows.length === 0) return;
  await tx.run(
    'reservation_lines.insert',
    `INSERT INTO reservation_lines (reservation_id, item_id, location_id, quantity, reserved, awaited, reserved_at,
                                    released_at, substitutes_item_id)
     SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::timestamptz[],
                          $8::timestamptz[], $9::int[])`,
    [
      rows.map((row) => row.reservationId),
      rows.map((row) => row.itemId),
      rows.map((row) => row.locationId),
      rows.map((row) => row.quantity),
      rows.map((row) => row.reserved),
      rows.map((row) => row.awaited),
      rows.map((row) => row.reservedAt),
      rows.map((row) => row.releasedAt),
      rows.map((row) => row.substitutesItemId),
    ],
  );
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

export async function insertTransitions(tx: Tx, transitions: readonly Transition[], at: Date): Promise<void> {
  if (transitions.length === 0) return;
  await tx.run(
    'reservation_transitions.insert',
    `INSERT INTO reservation_transitions (reservation_id, version, type, from_status, to_status, actor, data, occurred_at,
                                          at)
     SELECT n.*, $9::timestamptz
     FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::json[],
                 $8::timestamptz[]) AS n`,
    [
      transitions.map((t) => t.reservationId),
      transitions.map((t) => t.version),
      transitions.map((t) => t.type),
      transitions.map((t) => t.fromStatus),
      transitions.map((t) => t.toStatus),
      transitions.map((t) => t.actor),
      transitions.map((t) => (t.data === null ? null : JSON.stringify(t.data))),
      transitions.map((t) => t.occurredAt),
      at,
    ],
  );
}

function json(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
