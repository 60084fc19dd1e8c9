// What a hold that is due still has in the figures of a level, until the sweeper takes it out. Text of SQL only.

/**
 * A select of one row: the `units` of level `l` that are reserved for holds over by `now` (a parameter), for their
 * lines there and for transfers that were to leave from there. Null where there are none.
 */
export function dueUnits(now: string): string {
  return `
    SELECT sum(n.reserved) AS units
    FROM (SELECT reservation_id, reserved FROM reservation_lines
          WHERE item_id = l.item_id AND location_id = l.location_id AND reserved > 0
          UNION ALL
          SELECT t.reservation_id, n.reserved
          FROM transfer_lines n JOIN transfers t ON t.id = n.transfer_id
          WHERE n.item_id = l.item_id AND n.from_location_id = l.location_id AND n.reserved > 0) n
    JOIN reservations r ON r.id = n.reservation_id
    WHERE l.reserved > 0 AND r.status = 'held' AND r.expires_at <= ${now}`;
}
