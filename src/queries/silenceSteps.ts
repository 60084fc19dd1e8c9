// How the buffers of levels follow a silence: the step that lets them grow, how far it is, and what is to be given back.
// Decides nothing: the figures are src/domain/buffer.ts, the rhythm is the job's.
import { SALES_DAYS } from '../domain/buffer.ts';
import type { StaleLocation } from './silence.ts';
import type { Tx } from './transaction.ts';

/** How long a process may take for a page before another goes on from there. */
const LEASE = `clock_timestamp() + interval '30 s'`;

/** The last level that a step went through. */
export type StepPlace = { locationId: number; itemId: number };

type StepRow = { step_location_id: number; step_item_id: number };

/** The step is due at once: something fell silent or spoke. */
export async function hastenSilenceStep(tx: Tx): Promise<void> {
  await tx.run('silence.hasten', 'UPDATE silence_state SET stepped_at = NULL', []);
}

/**
 * Where to go on with the step that nobody works on, under a lease; with a new one, where it is due (`milliseconds`
 * after the last began, and something is silent), from the start. Null: another process's, or none.
 */
export async function takeSilenceStep(tx: Tx, now: Date, milliseconds: number): Promise<StepPlace | null> {
  const [row] = await tx.run<StepRow>(
    'silence.take_step',
    `UPDATE silence_state
     SET stepped_at = CASE WHEN step_location_id IS NULL THEN $1 ELSE stepped_at END,
         step_location_id = coalesce(step_location_id, 0), step_item_id = coalesce(step_item_id, 0),
         leased_until = ${LEASE}
     WHERE (leased_until IS NULL OR leased_until < clock_timestamp())
       AND (step_location_id IS NOT NULL
            OR ((stepped_at IS NULL OR stepped_at <= $1::timestamptz - $2 * interval '1 ms')
                AND EXISTS (SELECT 1 FROM source_locations WHERE silent_since IS NOT NULL)))
     RETURNING step_location_id, step_item_id`,
    [now, milliseconds],
  );
  return row === undefined ? null : { locationId: row.step_location_id, itemId: row.step_item_id };
}

const AT_PLACE = 'WHERE (step_location_id, step_item_id) = ($1, $2)';

/** Notes how far the step is and keeps it; false when another process went on with it. */
export async function advanceSilenceStep(tx: Tx, from: StepPlace, to: StepPlace): Promise<boolean> {
  const rows = await tx.run(
    'silence.advance_step',
    `UPDATE silence_state SET step_location_id = $3, step_item_id = $4, leased_until = ${LEASE} ${AT_PLACE}
     RETURNING id`,
    [from.locationId, from.itemId, to.locationId, to.itemId],
  );
  return rows.length > 0;
}

export async function endSilenceStep(tx: Tx, at: StepPlace): Promise<void> {
  await tx.run(
    'silence.end_step',
    `UPDATE silence_state SET step_location_id = NULL, step_item_id = NULL, leased_until = NULL ${AT_PLACE}`,
    [at.locationId, at.itemId],
  );
}

/** Lets another process go on at once. */
export async function releaseSilenceStep(tx: Tx, at: StepPlace): Promise<void> {
  await tx.run('silence.release_step', `UPDATE silence_state SET leased_until = NULL ${AT_PLACE}`, [
    at.locationId,
    at.itemId,
  ]);
}

export type SilentLevel = {
  itemId: number;
  sku: string;
  onHand: number;
  silenceBuffer: number;
  /** Units sold in the 28 days before the source's last message, whoever told of them. */
  sold: number;
};

/** Levels of a location that may need units kept for its silence, after `afterItemId`, by item. */
export async function readSilentLevels(
  tx: Tx,
  { locationId, lastMessageAt }: StaleLocation,
  afterItemId: number,
  limit: number,
): Promise<SilentLevel[]> {
  return tx.run<SilentLevel>(
    'silence.levels',
    // No level holds more than a billion, and a wild ledger must not end the step for all others.
    `SELECT l.item_id AS "itemId", i.sku, l.on_hand AS "onHand", l.silence_buffer AS "silenceBuffer",
            least(coalesce(m.sold, 0), 1000000000)::int AS sold
     FROM (SELECT item_id, location_id, on_hand, silence_buffer FROM levels
           WHERE location_id = $1 AND item_id > $2 AND (on_hand > 0 OR silence_buffer > 0)
           ORDER BY item_id LIMIT $4) l
     JOIN items i ON i.id = l.item_id
     LEFT JOIN LATERAL (
       SELECT sum(-on_hand_delta) AS sold FROM movements
       WHERE item_id = l.item_id AND location_id = l.location_id AND type = 'sale'
         AND occurred_at > $3::timestamptz - interval '${SALES_DAYS} days' AND occurred_at <= $3
     ) m ON true
     ORDER BY l.item_id`,
    [locationId, afterItemId, lastMessageAt, limit],
  );
}

export type SilenceOver = { locationId: number; sku: string; location: string };

/**
 * Levels that keep units for a silence at locations that are not stale; not those at `besides`. Goes from location to
 * location through levels_silence_idx: while all of 60,000 such levels are kept for good reason, this reads one a store.
 */
export async function findSilenceOver(
  tx: Tx,
  besides: readonly number[],
  limit: number,
): Promise<SilenceOver[]> {
  return tx.run<SilenceOver>(
    'silence.over',
    `WITH RECURSIVE places (id) AS (
       (SELECT location_id FROM levels WHERE silence_buffer > 0 ORDER BY location_id LIMIT 1)
       UNION ALL
       SELECT (SELECT location_id FROM levels WHERE silence_buffer > 0 AND location_id > p.id
               ORDER BY location_id LIMIT 1)
       FROM places p WHERE p.id IS NOT NULL
     )
     SELECT o.id AS "locationId", i.sku, o.code AS location
     FROM places p
     JOIN locations o ON o.id = p.id
     CROSS JOIN LATERAL (SELECT item_id FROM levels WHERE silence_buffer > 0 AND location_id = p.id
                         ORDER BY item_id LIMIT $2) l
     JOIN items i ON i.id = l.item_id
     WHERE p.id <> ALL ($1::int[])
       AND NOT EXISTS (SELECT 1 FROM source_locations w WHERE w.location_id = p.id AND w.silent_since IS NOT NULL)
     LIMIT $2`,
    [besides, limit],
  );
}
