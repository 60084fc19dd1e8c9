// Reservations and their lines as the stock writer needs them: read under the levels' locks, written set-based.
// Decides nothing. A reservation is written only by a batch that has locked the levels of all its lines.
import type {
  Customer,
  DeliverTo,
  Dispatch,
  MissingReason,
  Payment,
  Reservation,
  ReservationLine,
  Status,
} from '../domain/reservation.ts';
import type { FeedingTransfer, TransferStatus } from '../domain/transfer.ts';
import type { LevelKey } from './levels.ts';
import type { Tx } from './transaction.ts';

type ReservationRow = {
  id: string;
  location_id: number;
  location: string;
  status: Status;
  channel: string;
  order_reference: string | null;
  customer: Customer | null;
  payment: Payment | null;
  expires_at: Date | null;
  ready_at_promised: Date | null;
  pickup_code: string | null;
  pickup_attempts: number;
  pickup_locked_until: Date | null;
  pickup_deadline_at: Date | null;
  shelf: string | null;
  taken_by: string | null;
  reason: string | null;
  put_back_pending: boolean;
  acknowledged_at: Date | null;
  escalates_at: Date | null;
  sold_location_id: number | null;
  sold_location: string | null;
  seller_device_id: string | null;
  deliver_to: DeliverTo | null;
  dispatch: Dispatch | null;
  plan_id: string | null;
  transfer: {
    id: string;
    from: string;
    status: TransferStatus;
    expectedAtMilliseconds: number;
    late: boolean;
    /** Ids of the items of which the source has not enough for it; null: none. */
    short: number[] | null;
  } | null;
  key_id: string;
  version: number;
  created_at: Date;
  updated_at: Date;
};

type LineRow = {
  reservation_id: string;
  item_id: number;
  sku: string;
  quantity: number;
  reserved: number;
  awaited: number;
  picked: number;
  missing: number;
  missing_reason: MissingReason | null;
  refused: number;
  substitutes: string | null;
  aisle: string | null;
  collected: number;
  sold: number;
  returned: number;
  returned_sold: number;
  at_risk: boolean;
  reserved_at: Date;
  released_at: Date | null;
};

/**
 * The levels of these reservations' lines, without a lock: lines never change item or place. One that is added meanwhile
 * is found missing once the locks are there (load.ts).
 */
export async function levelKeysOf(tx: Tx, reservationIds: readonly string[]): Promise<LevelKey[]> {
  const rows = await tx.run<{ item_id: number; location_id: number }>(
    'reservations.level_keys',
    'SELECT item_id, location_id FROM reservation_lines WHERE reservation_id = ANY ($1::text[])',
    [reservationIds],
  );
  return rows.map((row) => ({ itemId: row.item_id, locationId: row.location_id }));
}

/**
 * Holds whose time was over at `now` and that still hold units of these levels, themselves or by their transfer. From
 * what is due, which is swept and seldom more than a few, to its lines, whatever the planner expects: from the levels,
 * all open lines of one that everybody wants were read each time (9 ms a batch after 10,000 holds of one level).
 */
export async function dueHoldsOn(tx: Tx, keys: readonly LevelKey[], now: Date): Promise<string[]> {
  const rows = await tx.run<{ id: string }>(
    'reservations.due_holds_on',
    `SELECT due.id
     FROM (SELECT id FROM reservations WHERE status = 'held' AND expires_at <= $3 OFFSET 0) AS due
     CROSS JOIN LATERAL (
       SELECT l.item_id, l.location_id
       FROM reservation_lines l WHERE l.reservation_id = due.id AND l.reserved > 0
       UNION ALL
       SELECT l.item_id, l.from_location_id
       FROM transfers t JOIN transfer_lines l ON l.transfer_id = t.id
       WHERE t.reservation_id = due.id AND l.reserved > 0
     ) AS held
     JOIN unnest($1::int[], $2::int[]) AS k (item_id, location_id) USING (item_id, location_id)`,
    [keys.map((key) => key.itemId), keys.map((key) => key.locationId), now],
  );
  return [...new Set(rows.map((row) => row.id))];
}

/** Confirmed orders that nobody in the store has touched in time, longest overdue first, with where they are. */
export async function findUnacknowledged(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ id: string; location: string }[]> {
  return tx.run(
    'reservations.find_unacknowledged',
    `SELECT r.id, o.code AS location
     FROM reservations r JOIN locations o ON o.id = r.location_id
     WHERE r.escalates_at <= $1 ORDER BY r.escalates_at LIMIT $2`,
    [now, limit],
  );
}

/** What is due, where it is, and since when it lies ready there: null for a hold. */
export type Due = { id: string; location: string; readyAt: Date | null };

/** What the sweeper has to end: holds past their time and orders past their pickup deadline, oldest first. */
export async function findDue(tx: Tx, now: Date, limit: number): Promise<Due[]> {
  return tx.run<Due>(
    'reservations.find_due',
    `SELECT due.id, o.code AS location,
            (SELECT t.at FROM reservation_transitions t
             WHERE t.reservation_id = due.id AND due.status = 'ready' AND t.type = 'ready' AND t.from_status = 'picking'
             ORDER BY t.version DESC LIMIT 1) AS "readyAt"
     FROM (
       (SELECT id, location_id, status FROM reservations
        WHERE status = 'held' AND expires_at <= $1 ORDER BY expires_at LIMIT $2)
       UNION ALL
       (SELECT id, location_id, status FROM reservations
        WHERE status = 'ready' AND pickup_deadline_at <= $1 ORDER BY pickup_deadline_at LIMIT $2)
       LIMIT $2
     ) AS due JOIN locations o ON o.id = due.location_id`,
    [now, limit],
  );
}

/** Which of these (channel, order reference) pairs belong to a reservation already, and to which. */
export async function findOrderReferences(
  tx: Tx,
  pairs: readonly { channel: string; orderReference: string }[],
): Promise<{ channel: string; orderReference: string; id: string }[]> {
  const rows = await tx.run<{ channel: string; order_reference: string; id: string }>(
    'reservations.find_order_references',
    `SELECT r.channel, r.order_reference, r.id
     FROM unnest($1::text[], $2::text[]) AS k (channel, order_reference)
     CROSS JOIN LATERAL (
       SELECT * FROM reservations WHERE channel = k.channel AND order_reference = k.order_reference OFFSET 0
     ) AS r`,
    [pairs.map((pair) => pair.channel), pairs.map((pair) => pair.orderReference)],
  );
  return rows.map((row) => ({ channel: row.channel, orderReference: row.order_reference, id: row.id }));
}

/** Which of these plans have become reservations already. */
export async function findTakenPlans(tx: Tx, planIds: readonly string[]): Promise<string[]> {
  const rows = await tx.run<{ plan_id: string }>(
    'reservations.find_taken_plans',
    'SELECT DISTINCT plan_id FROM reservations WHERE plan_id = ANY ($1::text[])',
    [planIds],
  );
  return rows.map((row) => row.plan_id);
}

/** Whole reservations with their lines, in no particular order; unknown ids are left out. */
export async function readReservations(tx: Tx, ids: readonly string[]): Promise<Reservation[]> {
  if (ids.length === 0) return [];
  const rows = await tx.run<ReservationRow>(
    'reservations.read',
    `SELECT r.id, r.location_id, o.code AS location, r.status, r.channel, r.order_reference, r.customer, r.payment,
            r.expires_at, r.ready_at_promised, r.pickup_code, r.pickup_attempts, r.pickup_locked_until,
            r.pickup_deadline_at, r.shelf, r.taken_by, r.reason, r.put_back_pending, r.acknowledged_at, r.escalates_at, r.sold_location_id,
            s.code AS sold_location, r.seller_device_id, r.deliver_to, r.dispatch, r.plan_id, r.key_id, feed.transfer, r.version,
            r.created_at, r.updated_at
     FROM reservations r
     JOIN locations o ON o.id = r.location_id
     LEFT JOIN locations s ON s.id = r.sold_location_id
     LEFT JOIN LATERAL (
       SELECT json_build_object('id', t.id, 'from', f.code, 'status', t.status, 'late', t.late_told_at IS NOT NULL,
                                'expectedAtMilliseconds', extract(epoch FROM t.expected_at) * 1000,
                                'short', (SELECT json_agg(x.item_id) FROM transfer_lines x
                                          WHERE x.transfer_id = t.id AND x.at_risk)) AS transfer
       FROM transfers t JOIN locations f ON f.id = t.from_location_id
       WHERE t.reservation_id = r.id
     ) feed ON true
     WHERE r.id = ANY ($1::text[])`,
    [ids],
  );
  const lines = await tx.run<LineRow>(
    'reservations.read_lines',
    `SELECT l.reservation_id, l.item_id, i.sku, l.quantity, l.reserved, l.awaited, l.picked, l.missing,
            l.missing_reason, l.refused, o.sku AS substitutes, p.aisle, l.collected, l.sold, l.returned, l.returned_sold, l.at_risk, l.reserved_at, l.released_at
     FROM reservation_lines l
     JOIN items i ON i.id = l.item_id
     LEFT JOIN items o ON o.id = l.substitutes_item_id
     LEFT JOIN item_places p ON p.item_id = l.item_id AND p.location_id = l.location_id
     WHERE l.reservation_id = ANY ($1::text[])
     ORDER BY l.reservation_id, i.sku`,
    [ids],
  );
  const linesOf = Map.groupBy(lines, (line) => line.reservation_id);
  return rows.map((row) => toReservation(row, linesOf.get(row.id) ?? []));
}

function toReservation(row: ReservationRow, lines: readonly LineRow[]): Reservation {
  return {
    id: row.id,
    locationId: row.location_id,
    location: row.location,
    channel: row.channel,
    keyId: row.key_id,
    createdAt: row.created_at,
    status: row.status,
    orderReference: row.order_reference,
    customer: row.customer,
    payment: row.payment,
    expiresAt: row.expires_at,
    promise: row.ready_at_promised === null ? null : { readyAt: row.ready_at_promised },
    pickupCode: row.pickup_code,
    pickupAttempts: row.pickup_attempts,
    pickupLockedUntil: row.pickup_locked_until,
    pickupDeadlineAt: row.pickup_deadline_at,
    shelf: row.shelf,
    takenBy: row.taken_by,
    reason: row.reason,
    putBackPending: row.put_back_pending,
    acknowledgedAt: row.acknowledged_at,
    escalatesAt: row.escalates_at,
    soldLocation:
      row.sold_location_id === null || row.sold_location === null
        ? null
        : { id: row.sold_location_id, code: row.sold_location },
    sellerDeviceId: row.seller_device_id,
    deliverTo: row.deliver_to,
    dispatch: row.dispatch,
    planId: row.plan_id,
    transfer: row.transfer === null ? null : toFeed(row.transfer),
    version: row.version,
    updatedAt: row.updated_at,
    lines: lines.map((line) => toLine(line, row.transfer?.short ?? [])),
  };
}

/** Its instant came as a number: inside JSON there are no dates. */
function toFeed({
  id,
  from,
  status,
  late,
  expectedAtMilliseconds,
}: NonNullable<ReservationRow['transfer']>): FeedingTransfer {
  return { id, from, status, late, expectedAt: new Date(expectedAtMilliseconds) };
}

/** `short`: items of which less will come than the line awaits. */
function toLine(row: LineRow, short: readonly number[]): ReservationLine {
  return {
    itemId: row.item_id,
    sku: row.sku,
    quantity: row.quantity,
    reserved: row.reserved,
    awaited: row.awaited,
    picked: row.picked,
    missing: row.missing,
    missingReason: row.missing_reason,
    refused: row.refused,
    substitutes: row.substitutes,
    aisle: row.aisle,
    collected: row.collected,
    sold: row.sold,
    returned: row.returned,
    returnedSold: row.returned_sold,
    atRisk: row.at_risk || short.includes(row.item_id),
    reservedAt: row.reserved_at,
    releasedAt: row.released_at,
  };
}
