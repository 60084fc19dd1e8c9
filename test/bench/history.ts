// What happened to every level of the filled database, as arithmetic: which movement is whose, when, and what it did.
// Movement i of M (in order of time) is round i / N of the level at place i mod N; a level's first is a count, and after it
// sales and receipts follow in turn, so that on hand ends at what world.ts says.
import { unitsInSql } from './world.ts';

export type HistoryOptions = {
  stores: number;
  items: number;
  movements: number;
  days: number;
  until: Date;
};

/** Statements that append rows $3 to $4 of a table; $1 and $2 are the ids of items and of stores, in their order. */
export type History = { levels: number; from: Date; appends: Record<FilledTable, string> };

export type FilledTable = 'movements' | 'movement_facts' | 'levels';

const DAY_MILLISECONDS = 86_400_000;
/** A prime far from any size: movements step through the levels with it, as customers do, not store by store. */
const STRIDE = 7_368_787;

export function historyOf({ stores, items, movements, days, until }: HistoryOptions): History {
  const levels = stores * items;
  if (movements < levels) throw new Error('Every level has at least one movement: its first count.');
  const from = new Date(until.getTime() - days * DAY_MILLISECONDS);
  const secondsApart = (days * 86_400) / movements;

  const at = (movement: string) =>
    `'${from.toISOString()}'::timestamptz + ${movement} * ${secondsApart}::float8 * interval '1 second'`;
  /** How many movements follow the first of the level at this place. */
  const later = (place: string) => `((${movements - 1} - ${place}) / ${levels})`;
  const numbers = 'generate_series($3::bigint, $4::bigint - 1) AS n';
  const each = `
    SELECT n, n / ${levels} AS round, n % ${levels} AS place, level % ${stores} AS store, level / ${stores} AS item
    FROM ${numbers} CROSS JOIN LATERAL (SELECT (n % ${levels} * ${STRIDE}) % ${levels} AS level) AS l`;
  const units = `(${unitsInSql('store', 'item')})::int`;

  return {
    levels,
    from,
    appends: {
      movements: `
        INSERT INTO movements (id, item_id, location_id, type, quantity, on_hand_delta, source, event_id, occurred_at, recorded_at)
        OVERRIDING SYSTEM VALUE
        SELECT n + 1, ${ITEM}, ${STORE},
          CASE WHEN round = 0 THEN 'count' WHEN round % 3 = 0 THEN 'receipt' ELSE 'sale' END,
          CASE WHEN round = 0 THEN ${units} - ${did(later('place'))} WHEN round % 3 = 0 THEN 2 ELSE 1 END,
          CASE WHEN round = 0 THEN NULL WHEN round % 3 = 0 THEN 2 ELSE -1 END,
          ${SOURCE}, ${EVENT_ID}, ${at('n')}, ${at('n')}
        FROM (${each}) AS each`,
      movement_facts: `
        INSERT INTO movement_facts (source, event_id, item_id, location_id, occurred_at)
        SELECT ${SOURCE}, ${EVENT_ID}, ${ITEM}, ${STORE}, ${at('n')} FROM (${each}) AS each`,
      // Store by store, as first imports bring them.
      levels: `
        INSERT INTO levels (item_id, location_id, on_hand, counted_at, counted_source, counted_event_id, version, updated_at)
        SELECT ${ITEM}, ${STORE}, ${units}, ${at('n')}, 'wms', ${EVENT_ID}, 1 + ${later('n')},
          ${at(`(n + ${later('n')} * ${levels})`)}
        FROM (
          SELECT store, item, ((item * ${stores} + store) * ${inverseOf(STRIDE, levels)}) % ${levels} AS n
          FROM (SELECT n / ${items} AS store, n % ${items} AS item FROM ${numbers}) AS there
        ) AS each`,
    },
  };
}

const ITEM = '($1::int[])[item + 1]';
const STORE = '($2::int[])[store + 1]';
const EVENT_ID = "'h' || n";
const SOURCE = "CASE WHEN round = 0 THEN 'wms' WHEN round % 3 = 0 THEN 'erp' ELSE 'pos' END";

/** After the first count, rounds take one, take one and bring two: what so many of them did to on hand. */
function did(rounds: string): string {
  return `(CASE ${rounds} % 3 WHEN 0 THEN 0 WHEN 1 THEN -1 ELSE -2 END)`;
}

/** x with `number` × x ≡ 1 (mod `modulus`). */
function inverseOf(number: number, modulus: number): number {
  const m = BigInt(modulus);
  let [a, b, x, y] = [BigInt(number) % m, m, 1n, 0n];
  while (b > 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  if (a !== 1n) throw new Error(`The stride ${number} shares a factor with ${modulus} levels.`);
  return Number(((x % m) + m) % m);
}
