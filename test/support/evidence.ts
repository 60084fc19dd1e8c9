// What must hold in the database after anything the stock writer did, found out by SQL of its own.
// Knows neither the writer nor the operations: it reads what they left.
import { checkIntegrity } from '../../src/queries/integrity.ts';
import type { Database, Tx } from '../../src/queries/transaction.ts';

/** Each thing that does not hold, in words; empty: all is well. Due holds must have been swept. */
export async function contradictions(database: Database): Promise<string[]> {
  return database.transaction(async (tx) => [
    ...(await drift(tx)),
    ...(await wrongIncoming(tx)),
    ...(await untoldLevels(tx)),
    ...(await untoldTransfers(tx)),
    ...(await untoldTransitions(tx)),
    ...(await wrongFlags(tx)),
    ...(await wrongBuffers(tx)),
  ]);
}

async function drift(tx: Tx): Promise<string[]> {
  const { drifting, drift: found } = await checkIntegrity(tx);
  return drifting === 0 ? [] : found.map((one) => `drift: ${JSON.stringify(one)}`);
}

/** What a level says is coming is what shipped transfers have not delivered yet. */
async function wrongIncoming(tx: Tx): Promise<string[]> {
  const rows = await tx.run<Record<string, unknown>>(
    'evidence.incoming',
    `WITH coming AS (
       SELECT l.item_id, t.to_location_id AS location_id,
              sum(greatest(0, l.shipped - l.received - l.damaged - l.lost)) AS units
       FROM transfer_lines l JOIN transfers t ON t.id = l.transfer_id GROUP BY 1, 2
     )
     SELECT v.item_id, v.location_id, v.incoming, coalesce(c.units, 0) AS coming
     FROM levels v LEFT JOIN coming c USING (item_id, location_id) WHERE v.incoming <> coalesce(c.units, 0)`,
    [],
  );
  return rows.map((row) => `incoming: ${JSON.stringify(row)}`);
}

/** Each version of a transfer was told once at each end, in order; the last tells its state. */
async function untoldTransfers(tx: Tx): Promise<string[]> {
  const rows = await tx.run<Record<string, unknown>>(
    'evidence.transfers',
    `SELECT t.id, t.status, t.version, o.code, told.versions, told.status AS told
     FROM transfers t
     JOIN locations o ON o.id IN (t.from_location_id, t.to_location_id)
     LEFT JOIN LATERAL (
       SELECT array_agg(e.version ORDER BY e.id) AS versions, (array_agg(e.data->>'status' ORDER BY e.id DESC))[1] AS status
       FROM events e WHERE e.subject = t.id AND e.location = o.code AND e.type <> 'transfer.at_risk'
     ) told ON true
     WHERE told.status IS DISTINCT FROM t.status
        OR told.versions IS DISTINCT FROM (SELECT array_agg(n) FROM generate_series(1, t.version) n)`,
    [],
  );
  return rows.map((row) => `events of a transfer: ${JSON.stringify(row)}`);
}

/** One stock.changed for each version of a level, in order, the last with the level's own state. */
async function untoldLevels(tx: Tx): Promise<string[]> {
  const rows = await tx.run<{ subject: string; level: unknown; told: unknown; versions: number[] }>(
    'evidence.levels',
    `WITH told AS (
       SELECT subject, array_agg(version ORDER BY id) AS versions,
              (array_agg(data ORDER BY id DESC))[1] AS data
       FROM events WHERE type = 'stock.changed' GROUP BY subject
     )
     SELECT told.subject, told.versions, told.data AS told, to_json(l) AS level
     FROM levels l JOIN items i ON i.id = l.item_id JOIN locations o ON o.id = l.location_id
     FULL JOIN told ON told.subject = 'stock/' || i.sku || '@' || o.code
     WHERE l.version IS DISTINCT FROM coalesce(cardinality(told.versions), 0)
        OR told.versions <> (SELECT array_agg(n) FROM generate_series(1, l.version) n)
        OR told.subject IS NOT NULL AND (
             (told.data->>'onHand')::int IS DISTINCT FROM l.on_hand
             OR (told.data->>'reserved')::int IS DISTINCT FROM l.reserved
             OR (told.data->>'available')::int IS DISTINCT FROM greatest(0, l.on_hand - l.reserved - l.buffer))`,
    [],
  );
  return rows.map((row) => `events of a level: ${JSON.stringify(row)}`);
}

/** One event and one transition for each version of a reservation, in order; the last tells its state. */
async function untoldTransitions(tx: Tx): Promise<string[]> {
  const rows = await tx.run<Record<string, unknown>>(
    'evidence.transitions',
    `WITH told AS (
       SELECT subject, array_agg(version ORDER BY id) AS versions, array_agg(type ORDER BY id) AS types,
              (array_agg(data->>'status' ORDER BY id DESC))[1] AS status
       FROM events WHERE type LIKE 'reservation.%' AND type <> 'reservation.at_risk' GROUP BY subject
     ), kept AS (
       SELECT reservation_id, array_agg(version ORDER BY version) AS versions,
              array_agg('reservation.' || type ORDER BY version) AS types,
              array_agg(to_status ORDER BY version DESC) AS statuses,
              array_agg(at ORDER BY version) = array_agg(at ORDER BY at) AS in_time
       FROM reservation_transitions GROUP BY reservation_id
     )
     SELECT r.id, r.status, r.version, told.versions AS told, kept.versions AS kept, told.types, kept.types AS kept_types
     FROM reservations r LEFT JOIN told ON told.subject = r.id LEFT JOIN kept ON kept.reservation_id = r.id
     WHERE told.versions IS DISTINCT FROM (SELECT array_agg(n) FROM generate_series(1, r.version) n)
        OR kept.versions IS DISTINCT FROM told.versions OR kept.types IS DISTINCT FROM told.types
        OR told.status IS DISTINCT FROM r.status OR kept.statuses[1] IS DISTINCT FROM r.status
        OR kept.in_time IS NOT TRUE`,
    [],
  );
  const early = await tx.run<Record<string, unknown>>(
    'evidence.at_risk_events',
    `SELECT e.subject, e.version
     FROM events e
     WHERE e.type = 'reservation.at_risk' AND e.version IS DISTINCT FROM (
       SELECT max(version) FROM events b
       WHERE b.subject = e.subject AND b.id < e.id AND b.type <> 'reservation.at_risk')`,
    [],
  );
  return [
    ...rows.map((row) => `events of a reservation: ${JSON.stringify(row)}`),
    ...early.map((row) => `reservation.at_risk out of order: ${JSON.stringify(row)}`),
  ];
}

/**
 * A line is flagged exactly where on hand does not reach it, the oldest being served first, for a customer or a lorry.
 * Units that only wait to be put back are wanted by nobody.
 */
async function wrongFlags(tx: Tx): Promise<string[]> {
  const rows = await tx.run<{
    level: string;
    on_hand: number;
    id: string;
    wanted: number;
    at_risk: boolean;
  }>(
    'evidence.flags',
    `SELECT l.item_id || '@' || l.location_id AS level, v.on_hand, l.id, l.wanted, l.at_risk
     FROM (SELECT n.item_id, n.location_id, n.reservation_id AS id,
                  CASE WHEN r.status IN ('collected', 'cancelled', 'expired') THEN 0
                       WHEN n.refused > 0 THEN least(n.reserved, greatest(0, n.quantity - n.missing - n.refused - greatest(n.collected, n.sold)))
                       ELSE n.reserved END AS wanted,
                  n.at_risk
           FROM reservation_lines n JOIN reservations r ON r.id = n.reservation_id
           UNION ALL
           SELECT item_id, from_location_id, transfer_id, reserved, at_risk FROM transfer_lines) l
     JOIN levels v USING (item_id, location_id)
     ORDER BY l.item_id, l.location_id, substr(l.id, 5), l.id`,
    [],
  );
  const served = new Map<string, number>();
  return rows.flatMap(({ level, on_hand, id, wanted, at_risk }) => {
    const units = (served.get(level) ?? 0) + wanted;
    served.set(level, units);
    const expected = wanted > 0 && units > on_hand;
    return expected === at_risk ? [] : [`${id} on ${level}: at risk is ${at_risk}, should be ${expected}`];
  });
}

/** A level's buffer is what the most specific rule makes of its on hand, plus its silence; but where one is being applied. */
async function wrongBuffers(tx: Tx): Promise<string[]> {
  const rows = await tx.run<Record<string, unknown>>(
    'evidence.buffers',
    `SELECT l.item_id, l.location_id, l.on_hand, l.buffer, l.silence_buffer, l.buffer_rule, r.id AS rule, u.units
     FROM levels l JOIN items i ON i.id = l.item_id
     LEFT JOIN LATERAL (
       SELECT * FROM buffer_rules b
       WHERE coalesce(b.item_id, i.id) = i.id AND coalesce(b.location_id, l.location_id) = l.location_id
         AND (b.category IS NULL OR b.category = i.category)
       ORDER BY b.item_id IS NULL, b.category IS NULL, b.location_id IS NULL LIMIT 1
     ) r ON true
     LEFT JOIN buffer_tunings t ON t.location_id = l.location_id AND t.category = coalesce(i.category, '')
     CROSS JOIN LATERAL (
       SELECT coalesce(r.quantity, ceil(greatest(0, l.on_hand) * CASE
         WHEN r.exclude THEN 100
         WHEN r.auto_percent_max IS NOT NULL THEN least(r.auto_percent_max, coalesce(t.percent, 0))
         ELSE coalesce(r.percent, 0) END::numeric / 100)) AS units
     ) u
     WHERE NOT EXISTS (SELECT 1 FROM buffer_items b WHERE b.item_id = l.item_id)
       AND NOT EXISTS (
         SELECT 1 FROM buffer_tasks b
         WHERE coalesce(b.item_id, i.id) = i.id AND coalesce(b.location_id, l.location_id) = l.location_id
           AND coalesce(i.category, '') = coalesce(b.category, i.category, '')
           AND (b.categories IS NULL OR coalesce(i.category, '') = ANY (b.categories)))
       AND (l.buffer_rule IS DISTINCT FROM r.id OR l.buffer <> u.units + l.silence_buffer)`,
    [],
  );
  return rows.map((row) => `buffer of a level: ${JSON.stringify(row)}`);
}

/** Deadlocks that PostgreSQL has had to break in this database. */
export async function deadlocks(database: Tx): Promise<number> {
  const [row] = await database.run<{ deadlocks: number }>(
    'evidence.deadlocks',
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    [],
  );
  return row?.deadlocks ?? -1;
}
