// What GET /v1/stock reads: levels as they are, as they were at an instant, and the ledger behind them.
// Reads only. A hold that is due is not counted, whether or not the sweeper has been by.
import { dueUnits } from './dueHolds.ts';
import type { Tx } from './transaction.ts';

export type StockFilters = {
  location: string | null;
  sku: string | null;
  /** Codes the caller may see; null: all. */
  visible: readonly string[] | null;
};

/** Where a page ended: levels are listed by location code, then sku. */
export type StockPosition = { location: string; sku: string };

export type StockRow = {
  sku: string;
  location: string;
  onHand: number;
  reserved: number;
  buffer: number;
  /** The rule that set it now; null: none does. */
  bufferRule: string | null;
  incoming: number;
  countedAt: Date | null;
  /** Null where, at the instant asked for, nothing had happened yet. */
  updatedAt: Date | null;
  version: number;
};

/**
 * One page of levels, listed by location code, then sku. Of one item: all its locations, at most thousands, are sorted.
 * Of any: locations in order of their code, and of each no more than a page; so that a page costs what the levels of
 * one or two locations cost, however many there are, and whatever PostgreSQL knows of them by then. What a row needs
 * besides is joined to the page, never to all that might be on it: just after an import of 150,000 levels, before
 * PostgreSQL had counted them, that took 15 s. OFFSET 0 keeps the planner, which then knows nothing of a location's
 * size, from reading all items for each.
 */
function pageOf({ sku }: StockFilters): { name: string; text: string } {
  const seen = `($1::text IS NULL OR o.code = $1) AND ($3::text[] IS NULL OR o.code = ANY ($3))`;
  const ofOneItem = `
    SELECT l.*, i.sku, o.code AS location
    FROM items i
    JOIN levels l ON l.item_id = i.id
    JOIN locations o ON o.id = l.location_id
    WHERE i.sku = $2::text AND ${seen} AND ($4::text IS NULL OR (o.code, i.sku) > ($4, $5::text))
    ORDER BY o.code
    LIMIT $6`;
  const ofAnyItem = `
    SELECT l.*, o.code AS location
    FROM locations o
    CROSS JOIN LATERAL (
      SELECT l.*, i.sku
      FROM levels l
      CROSS JOIN LATERAL (SELECT sku FROM items WHERE id = l.item_id OFFSET 0) i
      WHERE l.location_id = o.id AND ($4::text IS NULL OR o.code > $4 OR i.sku > $5::text)
      ORDER BY i.sku
      LIMIT $6
    ) l
    WHERE $2::text IS NULL AND ${seen} AND ($4::text IS NULL OR o.code >= $4)
    ORDER BY o.code, l.sku
    LIMIT $6`;
  return sku === null
    ? { name: 'of_any_item', text: `page AS MATERIALIZED (${ofAnyItem})` }
    : { name: 'of_one_item', text: `page AS MATERIALIZED (${ofOneItem})` };
}

/** Levels as they are at `now`. */
export async function listStock(
  tx: Tx,
  filters: StockFilters,
  after: StockPosition | null,
  limit: number,
  now: Date,
): Promise<StockRow[]> {
  const page = pageOf(filters);
  return tx.run<StockRow>(
    `stock.list_${page.name}`,
    `WITH ${page.text}
     SELECT l.sku, l.location, l.on_hand AS "onHand",
            l.reserved - coalesce(due.units, 0)::int AS reserved, l.buffer, l.buffer_rule AS "bufferRule", l.incoming,
            l.counted_at AS "countedAt", l.updated_at AS "updatedAt", l.version
     FROM page l
     LEFT JOIN LATERAL (${dueUnits('$7')}) due ON true
     ORDER BY l.location, l.sku`,
    [...parameters(filters, after), limit, now],
  );
}

/**
 * Levels as they were at `asOf`, by what is known today: the fold of the movements that had occurred by then, and
 * the units that lines reserved then. A hold counts until its time was over. What was in transit counts as incoming
 * until it arrived; what of it was lost, until the transfer ended.
 */
export async function listStockAsOf(
  tx: Tx,
  filters: StockFilters,
  after: StockPosition | null,
  limit: number,
  asOf: Date,
): Promise<StockRow[]> {
  const page = pageOf(filters);
  return tx.run<StockRow>(
    `stock.list_as_of_${page.name}`,
    `WITH ${page.text}, lines AS MATERIALIZED (
       -- By the page's locations: no index leads from a level to all lines that it ever had, and every order would pay for
       -- one. By itself: a plan made for any page would find them anew for each level (2,500 of each: 8 s, so 1 s).
       SELECT n.item_id, n.location_id, n.reservation_id, n.quantity, n.reserved_at, n.refused, r.expires_at
       FROM (SELECT DISTINCT location_id FROM page) AS here
       JOIN reservations r ON r.location_id = here.location_id
       JOIN reservation_lines n ON n.reservation_id = r.id
       -- A line that replaces another one came later than its reservation.
       WHERE (n.substitutes_item_id IS NULL OR n.reserved_at <= $7)
         AND r.created_at <= $7 AND (n.reserved_at > $7 OR n.released_at IS NULL OR n.released_at > $7)
     ), promised AS (
       SELECT n.item_id, n.location_id, n.quantity + coalesce(taken.units, 0) - coalesce(awaited.units, 0)
               - coalesce(refused.units, 0) AS units
       FROM lines n
       JOIN page USING (item_id, location_id)
       LEFT JOIN LATERAL (
         SELECT sum(reserved_delta) AS units FROM movements
         WHERE reservation_id = n.reservation_id AND item_id = n.item_id AND recorded_at <= $7
       ) taken ON true
       LEFT JOIN LATERAL (
         SELECT at + (data->>'ttlSeconds')::int * interval '1 second' AS expires_at
         FROM reservation_transitions
         WHERE reservation_id = n.reservation_id AND type = 'held' AND at <= $7
         ORDER BY version DESC LIMIT 1
       ) hold ON n.reserved_at > $7
       LEFT JOIN LATERAL (
         SELECT sum(CASE type WHEN 'held' THEN told.quantity ELSE -told.quantity END) AS units
         FROM reservation_transitions
         CROSS JOIN LATERAL json_to_recordset(CASE type
           WHEN 'held' THEN data->'awaited' WHEN 'confirmed' THEN data->'taken' ELSE data->'fed' END)
           AS told (sku text, quantity int)
         WHERE reservation_id = n.reservation_id AND type IN ('held', 'transfer', 'confirmed') AND at <= $7 AND told.sku = page.sku
       ) awaited ON NOT EXISTS (
         -- Taken again after it expired, all of it here.
         SELECT FROM reservation_transitions
         WHERE reservation_id = n.reservation_id AND type = 'confirmed' AND from_status = 'expired' AND at <= $7
       )
       LEFT JOIN LATERAL (
         SELECT sum(told.quantity) AS units
         FROM reservation_transitions
         CROSS JOIN LATERAL json_to_recordset(data->'putBackUnits') AS told (sku text, quantity int)
         WHERE reservation_id = n.reservation_id AND type = 'refused' AND at <= $7 AND told.sku = page.sku
       ) refused ON n.refused > 0
       WHERE CASE WHEN n.reserved_at <= $7 THEN n.expires_at IS NULL OR n.expires_at > $7
                  -- Taken again after it expired: before that, it was reserved as long as the hold lived.
                  ELSE hold.expires_at > $7 END
       UNION ALL
       SELECT l.item_id, l.from_location_id, l.quantity
       FROM page
       JOIN transfer_lines l ON l.item_id = page.item_id AND l.from_location_id = page.location_id
       JOIN transfers t ON t.id = l.transfer_id
       LEFT JOIN reservations r ON r.id = t.reservation_id
       WHERE t.created_at <= $7 AND coalesce(t.shipped_at, t.ended_at, 'infinity') > $7
         AND (r.expires_at IS NULL OR r.expires_at > $7)
     ), reserved AS (
       SELECT item_id, location_id, sum(units) AS units FROM promised GROUP BY item_id, location_id
     ), coming AS (
       SELECT l.item_id, t.to_location_id AS location_id, sum(l.shipped - coalesce(arrived.units, 0)) AS units
       FROM page
       JOIN transfers t ON t.to_location_id = page.location_id
       JOIN transfer_lines l ON l.transfer_id = t.id AND l.item_id = page.item_id
       LEFT JOIN LATERAL (
         SELECT sum(quantity) AS units FROM movements
         WHERE item_id = l.item_id AND location_id = t.to_location_id AND type = 'transfer_in' AND reference = t.id
           AND recorded_at <= $7
       ) arrived ON true
       WHERE t.shipped_at <= $7 AND (t.ended_at IS NULL OR t.ended_at > $7)
       GROUP BY l.item_id, t.to_location_id
     )
     SELECT p.sku, p.location, p.buffer, p.buffer_rule AS "bufferRule", coalesce(w.units, 0)::int AS incoming,
            0 AS version,
            coalesce(c.quantity, 0) + coalesce(m.units, 0) AS "onHand",
            coalesce(r.units, 0)::int AS reserved,
            c.occurred_at AS "countedAt",
            greatest(c.occurred_at, m.last_at) AS "updatedAt"
     FROM page p
     LEFT JOIN LATERAL (
       SELECT occurred_at, quantity FROM movements
       WHERE item_id = p.item_id AND location_id = p.location_id AND type = 'count' AND occurred_at <= $7
       ORDER BY occurred_at DESC, source_rank DESC, source COLLATE "C" DESC, event_id COLLATE "C" DESC LIMIT 1
     ) c ON true
     LEFT JOIN LATERAL (
       SELECT sum(on_hand_delta) AS units, max(occurred_at) AS last_at FROM movements
       WHERE item_id = p.item_id AND location_id = p.location_id AND occurred_at <= $7
         AND occurred_at > coalesce(c.occurred_at, '-infinity')
     ) m ON true
     LEFT JOIN reserved r USING (item_id, location_id)
     LEFT JOIN coming w USING (item_id, location_id)
     ORDER BY p.location, p.sku`,
    [...parameters(filters, after), limit, asOf],
  );
}

function parameters(filters: StockFilters, after: StockPosition | null): unknown[] {
  return [filters.location, filters.sku, filters.visible, after?.location ?? null, after?.sku ?? null];
}

export type MovementFilters = StockFilters & { reservationId: string | null };

export type MovementRow = {
  id: number;
  type: string;
  sku: string;
  location: string;
  quantity: number;
  onHandDelta: number | null;
  source: string;
  eventId: string;
  occurredAt: Date;
  recordedAt: Date;
  reference: string | null;
  reason: string | null;
  reservationId: string | null;
};

/**
 * Which entries of the ledger are asked for, newest first, no more than a page: a statement for each way to ask, because
 * one for all of them reads the whole ledger backwards for a place where nothing has happened for long (50 million
 * entries: minutes). Of a location, or of those that the caller may see: each one's newest, by movements_location_idx. Of
 * an item, all of its entries, which are then sorted (`id + 0`): by id, they would be looked for among everybody's.
 */
function ledgerOf({ location, sku, visible, reservationId }: MovementFilters): {
  name: string;
  text: string;
} {
  const conditions = ['id < $5::bigint'];
  if (sku !== null) conditions.push('item_id = (SELECT id FROM items WHERE sku = $2)');
  if (reservationId !== null) conditions.push('reservation_id = $4');
  const order = sku === null && reservationId === null ? 'id' : 'id + 0';
  const newest = (where: readonly string[]) =>
    `SELECT * FROM movements WHERE ${where.join(' AND ')} ORDER BY ${order} DESC LIMIT $6`;
  const name = [
    location === null ? (visible === null ? 'any' : 'visible') : 'location',
    ...(sku === null ? [] : ['sku']),
    ...(reservationId === null ? [] : ['reservation']),
  ].join('_');
  if (location === null && visible === null) return { name, text: newest(conditions) };
  const places =
    location === null
      ? 'SELECT id FROM locations WHERE code = ANY ($3)'
      : 'SELECT id FROM locations WHERE code = $1 AND ($3::text[] IS NULL OR code = ANY ($3))';
  const text = `
    SELECT e.* FROM (${places}) AS o
    CROSS JOIN LATERAL (${newest(['location_id = o.id', ...conditions])}) AS e`;
  return { name, text };
}

/** The ledger, newest entry first; `before` is the id where the page before ended. */
export async function listMovements(
  tx: Tx,
  filters: MovementFilters,
  before: number | null,
  limit: number,
): Promise<MovementRow[]> {
  const { name, text } = ledgerOf(filters);
  const { location, sku, visible, reservationId } = filters;
  return tx.run<MovementRow>(
    `stock.list_movements_${name}`,
    // Every parameter has its type here, whichever the way to ask leaves out.
    `WITH asked AS (SELECT $1::text, $2::text, $3::text[], $4::text)
     SELECT m.id, m.type, i.sku, o.code AS location, m.quantity, m.on_hand_delta AS "onHandDelta", m.source,
            m.event_id AS "eventId", m.occurred_at AS "occurredAt", m.recorded_at AS "recordedAt", m.reference,
            m.reason, m.reservation_id AS "reservationId"
     FROM (${text}) AS m
     JOIN items i ON i.id = m.item_id
     JOIN locations o ON o.id = m.location_id
     ORDER BY m.id DESC
     LIMIT $6`,
    [location, sku, visible, reservationId, before ?? Number.MAX_SAFE_INTEGER, limit],
  );
}
