// Transfers and their lines as the stock writer needs them: read under the levels' locks, written set-based.
// Decides nothing. A transfer is written only by a batch that has locked the levels of its lines at both ends.
import {
  OPEN_TRANSFER_STATUSES,
  type Transfer,
  type TransferLine,
  type TransferStatus,
} from '../domain/transfer.ts';
import type { LevelKey } from './levels.ts';
import type { Tx } from './transaction.ts';

type TransferRow = {
  id: string;
  from_id: number;
  from_code: string;
  to_id: number;
  to_code: string;
  status: TransferStatus;
  reference: string | null;
  reason: string | null;
  reservation_id: string | null;
  unconfirmed: boolean;
  expected_at: Date;
  shipped_at: Date | null;
  ended_at: Date | null;
  late_told_at: Date | null;
  key_id: string;
  version: number;
  created_at: Date;
  updated_at: Date;
};

type LineRow = {
  transfer_id: string;
  item_id: number;
  sku: string;
  quantity: number;
  reserved: number;
  shipped: number;
  received: number;
  damaged: number;
  lost: number;
  at_risk: boolean;
};

/**
 * These transfers and the open ones that feed these reservations, each with the reservation that it feeds. Read before
 * the locks, this is at worst too much of what is attached (whoever comes to wait for one later, the batch finds out),
 * and one that is closed stays so: an order that it has fed waits for the source's levels no longer.
 */
export async function feedsOf(
  tx: Tx,
  transferIds: readonly string[],
  reservationIds: readonly string[],
): Promise<{ id: string; reservationId: string | null }[]> {
  return tx.run<{ id: string; reservationId: string | null }>(
    'transfers.feeds_of',
    `SELECT id, reservation_id AS "reservationId" FROM transfers WHERE id = ANY ($1::text[])
     UNION
     SELECT id, reservation_id FROM transfers
     WHERE reservation_id = ANY ($2::text[]) AND status = ANY ($3::text[])`,
    [transferIds, reservationIds, OPEN_TRANSFER_STATUSES],
  );
}

/** The levels of these transfers' lines, at both ends. Lines never change item or place. */
export async function levelKeysOfTransfers(tx: Tx, ids: readonly string[]): Promise<LevelKey[]> {
  const rows = await tx.run<{ item_id: number; location_id: number }>(
    'transfers.level_keys',
    `SELECT l.item_id, place.id AS location_id
     FROM transfer_lines l
     JOIN transfers t ON t.id = l.transfer_id
     CROSS JOIN LATERAL (VALUES (t.from_location_id), (t.to_location_id)) AS place (id)
     WHERE l.transfer_id = ANY ($1::text[])`,
    [ids],
  );
  return rows.map((row) => ({ itemId: row.item_id, locationId: row.location_id }));
}

/** Whole transfers with their lines, in no particular order; unknown ids are left out. */
export async function readTransfers(tx: Tx, ids: readonly string[]): Promise<Transfer[]> {
  if (ids.length === 0) return [];
  const rows = await tx.run<TransferRow>(
    'transfers.read',
    `SELECT t.id, t.from_location_id AS from_id, f.code AS from_code, t.to_location_id AS to_id, o.code AS to_code,
            t.status, t.reference, t.reason, t.reservation_id, t.expected_at, t.shipped_at, t.ended_at, t.late_told_at,
            t.key_id, t.version, t.created_at, t.updated_at, coalesce(r.status = 'held', false) AS unconfirmed
     FROM transfers t
     JOIN locations f ON f.id = t.from_location_id
     JOIN locations o ON o.id = t.to_location_id
     LEFT JOIN reservations r ON r.id = t.reservation_id
     WHERE t.id = ANY ($1::text[])`,
    [ids],
  );
  const lines = await tx.run<LineRow>(
    'transfers.read_lines',
    `SELECT l.transfer_id, l.item_id, i.sku, l.quantity, l.reserved, l.shipped, l.received, l.damaged, l.lost,
            l.at_risk
     FROM transfer_lines l JOIN items i ON i.id = l.item_id
     WHERE l.transfer_id = ANY ($1::text[])
     ORDER BY l.transfer_id, i.sku`,
    [ids],
  );
  const linesOf = Map.groupBy(lines, (line) => line.transfer_id);
  return rows.map((row) => toTransfer(row, linesOf.get(row.id) ?? []));
}

function toTransfer(row: TransferRow, lines: readonly LineRow[]): Transfer {
  return {
    id: row.id,
    fromId: row.from_id,
    from: row.from_code,
    toId: row.to_id,
    to: row.to_code,
    reference: row.reference,
    keyId: row.key_id,
    createdAt: row.created_at,
    expectedAt: row.expected_at,
    status: row.status,
    reason: row.reason,
    reservationId: row.reservation_id,
    unconfirmed: row.unconfirmed,
    shippedAt: row.shipped_at,
    endedAt: row.ended_at,
    lateToldAt: row.late_told_at,
    version: row.version,
    updatedAt: row.updated_at,
    lines: lines.map(toLine),
  };
}

function toLine(row: LineRow): TransferLine {
  return {
    itemId: row.item_id,
    sku: row.sku,
    quantity: row.quantity,
    reserved: row.reserved,
    shipped: row.shipped,
    received: row.received,
    damaged: row.damaged,
    lost: row.lost,
    atRisk: row.at_risk,
  };
}

/** With their lines, in one message: a batch may end with them. */
export async function insertTransfers(tx: Tx, made: readonly Transfer[]): Promise<void> {
  if (made.length === 0) return;
  await Promise.all([insertHeads(tx, made), insertTransferLines(tx, made)]);
}

async function insertHeads(tx: Tx, made: readonly Transfer[]): Promise<void> {
  await tx.run(
    'transfers.insert',
    `INSERT INTO transfers (id, from_location_id, to_location_id, status, reference, reason, reservation_id, expected_at,
                            shipped_at, ended_at, late_told_at, key_id, version, created_at, updated_at)
     SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[],
                          $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::text[],
                          $13::int[], $14::timestamptz[], $15::timestamptz[])`,
    [
      made.map((t) => t.id),
      made.map((t) => t.fromId),
      made.map((t) => t.toId),
      made.map((t) => t.status),
      made.map((t) => t.reference),
      made.map((t) => t.reason),
      made.map((t) => t.reservationId),
      made.map((t) => t.expectedAt),
      made.map((t) => t.shippedAt),
      made.map((t) => t.endedAt),
      made.map((t) => t.lateToldAt),
      made.map((t) => t.keyId),
      made.map((t) => t.version),
      made.map((t) => t.createdAt),
      made.map((t) => t.updatedAt),
    ],
  );
}

async function insertTransferLines(tx: Tx, made: readonly Transfer[]): Promise<void> {
  const rows = made.flatMap((t) => t.lines.map((line) => ({ ...line, transferId: t.id, fromId: t.fromId })));
  await tx.run(
    'transfer_lines.insert',
    `INSERT INTO transfer_lines (transfer_id, item_id, from_location_id, quantity, reserved, shipped, received, damaged,
                                 lost)
     SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[],
                          $9::int[])`,
    [
      rows.map((row) => row.transferId),
      rows.map((row) => row.itemId),
      rows.map((row) => row.fromId),
      rows.map((row) => row.quantity),
      rows.map((row) => row.reserved),
      rows.map((row) => row.shipped),
      rows.map((row) => row.received),
      rows.map((row) => row.damaged),
      rows.map((row) => row.lost),
    ],
  );
}

export async function updateTransfers(tx: Tx, changed: readonly Transfer[]): Promise<void> {
  if (changed.length === 0) return;
  await Promise.all([updateHeads(tx, changed), updateTransferLines(tx, changed)]);
}

async function updateHeads(tx: Tx, changed: readonly Transfer[]): Promise<void> {
  await tx.run(
    'transfers.update',
    `UPDATE transfers t
     SET status = n.status, reason = n.reason, reservation_id = n.reservation_id, shipped_at = n.shipped_at,
         ended_at = n.ended_at, late_told_at = n.late_told_at, version = n.version, updated_at = n.updated_at
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
                 $7::timestamptz[], $8::int[], $9::timestamptz[])
       AS n (id, status, reason, reservation_id, shipped_at, ended_at, late_told_at, version, updated_at)
     WHERE t.id = n.id`,
    [
      changed.map((t) => t.id),
      changed.map((t) => t.status),
      changed.map((t) => t.reason),
      changed.map((t) => t.reservationId),
      changed.map((t) => t.shippedAt),
      changed.map((t) => t.endedAt),
      changed.map((t) => t.lateToldAt),
      changed.map((t) => t.version),
      changed.map((t) => t.updatedAt),
    ],
  );
}

async function updateTransferLines(tx: Tx, changed: readonly Transfer[]): Promise<void> {
  const rows = changed.flatMap((t) => t.lines.map((line) => ({ ...line, transferId: t.id })));
  await tx.run(
    'transfer_lines.update',
    `UPDATE transfer_lines l
     SET reserved = n.reserved, shipped = n.shipped, received = n.received, damaged = n.damaged, lost = n.lost,
         at_risk = l.at_risk AND n.reserved > 0
     FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[])
       AS n (transfer_id, item_id, reserved, shipped, received, damaged, lost)
     WHERE l.transfer_id = n.transfer_id AND l.item_id = n.item_id`,
    [
      rows.map((row) => row.transferId),
      rows.map((row) => row.itemId),
      rows.map((row) => row.reserved),
      rows.map((row) => row.shipped),
      rows.map((row) => row.received),
      rows.map((row) => row.damaged),
      rows.map((row) => row.lost),
    ],
  );
}
