// What is available, by the contract's words and from the tables alone: the truth that views in memory are held against.
import type { Tx } from '../../src/queries/transaction.ts';

/** `sku@location` → available units at an instant, of every item at every location. */
export async function recompute(database: Tx, at: Date): Promise<Record<string, number>> {
  const rows = await database.run<{ name: string; available: number }>(
    'test.recompute',
    `SELECT i.sku || '@' || o.code AS name,
            greatest(0, coalesce(v.on_hand - v.buffer - (v.reserved - (
              SELECT coalesce(sum(l.reserved), 0) FROM reservation_lines l JOIN reservations r ON r.id = l.reservation_id
              WHERE l.item_id = i.id AND l.location_id = o.id AND r.status = 'held' AND r.expires_at <= $1
            ) - (
              SELECT coalesce(sum(l.reserved), 0) FROM transfer_lines l JOIN transfers t ON t.id = l.transfer_id
              JOIN reservations r ON r.id = t.reservation_id
              WHERE l.item_id = i.id AND t.from_location_id = o.id AND r.status = 'held' AND r.expires_at <= $1
            )), 0))::int AS available
     FROM items i CROSS JOIN locations o LEFT JOIN levels v ON v.item_id = i.id AND v.location_id = o.id`,
    [at],
  );
  return Object.fromEntries(rows.map(({ name, available }) => [name, available]));
}
