// Facts by the thousand, side by side and by COPY, come to the same as the same facts a few at a time: levels, ledger,
// reservations, what is told of them, and the outcome of every fact.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applierApart } from '../../src/jobs/imports/applyApart.ts';
import { recordCounts } from '../../src/operations/recordCounts.ts';
import { type RecordMovement, recordMovements } from '../../src/operations/recordMovements.ts';
import type { StockOperation } from '../../src/operations/writer/operation.ts';
import type { Outcome } from '../../src/operations/writer/outcome.ts';
import { contradictions } from '../support/evidence.ts';
import { count, movement } from '../support/facts.ts';
import { ROUNDS_TIMEOUT, rounds } from '../support/rounds.ts';
import { openStockProcess, type StockProcess } from '../support/stockProcess.ts';
import { LAMP, LILLE, LYON, openStockRoom, type StockRoom, TABLE } from '../support/stockRoom.ts';

const STARTED_AT = Date.UTC(2026, 0, 15, 12);
const ORDERS = ['a', 'b', 'c'].map((letter) => `rsv_0000000000000000000000000${letter}`);
/** Enough for two batches that are both copied. */
const SEGMENT = { minLength: 260, maxLength: 400 };

/** Two retailers with the same stock and orders: one is told everything at once, the other one a little at a time. */
let rooms: [StockRoom, StockRoom];
let files: StockProcess;
beforeEach(async () => {
  rooms = await Promise.all([openStockRoom(), openStockRoom()]);
  files = openStockProcess(rooms[0].url, { commandsPerBatchMax: 1 });
  for (const room of rooms) await fill(room);
});
afterEach(async () => {
  await files.close();
  for (const room of rooms) await room.close();
});

async function fill(room: StockRoom): Promise<void> {
  for (const [place, location] of [LILLE, LYON].entries()) {
    for (const sku of [TABLE, LAMP]) {
      const countedAt = new Date(STARTED_AT - 86_400_000);
      await room.one(
        recordCounts,
        count({ eventId: `${sku}@${location}`, sku, location, onHand: 12, countedAt }),
      );
    }
    const lines = [TABLE, LAMP].map((sku) => ({ sku, quantity: 2 + place }));
    for (const id of ORDERS) await room.order({ id: `${id}${place}`, location, lines });
  }
}

const place = fc.constantFrom(LILLE, LYON, LILLE, LYON, LILLE, LYON, 'NOWHERE');
const sku = fc.constantFrom(TABLE, LAMP, TABLE, LAMP, TABLE, LAMP, 'NOTHING');
const second = fc.oneof({ weight: 30, arbitrary: fc.integer({ min: -40, max: 40 }) }, fc.constant(10 ** 9));
const order = fc.tuple(fc.constantFrom(...ORDERS), fc.nat(1)).map(([id, at]) => `${id}${at}`);
const names: fc.Arbitrary<Pick<Partial<RecordMovement>, 'reservationId' | 'named'>> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  order.map((reservationId) => ({ reservationId })),
  order.map((id) => ({ named: { orderReference: `order-${id}`, channel: null } })),
  fc.constantFrom('123456', '234567', '999999').map((pickupCode) => ({ named: { pickupCode } })),
);
const told = {
  source: fc.constantFrom('pos', 'erp', 'wms'),
  /** Few: some facts come again, and some of those say something else. */
  eventId: fc.nat(2_000).map((n) => `e-${n}`),
  sku,
  location: place,
};
const drawnMovement = fc.record({
  ...told,
  type: fc.constantFrom(
    'sale' as const,
    'sale' as const,
    'return' as const,
    'receipt' as const,
    'loss' as const,
  ),
  quantity: fc.integer({ min: 1, max: 3 }),
  second,
  reference: fc.constantFrom(null, 'ticket \\ 4711 "é"'),
  names,
});
const drawnCount = fc.record({
  ...told,
  onHand: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: -3, max: 20 }) }, fc.constant(1_000_000_000)),
  second,
  expected: fc.option(fc.integer({ min: 0, max: 12 }), { freq: 3 }),
  sourceRank: fc.nat(1),
});
const segment = fc.oneof(
  fc.record({ movements: fc.array(drawnMovement, SEGMENT), isOnce: fc.boolean() }),
  fc.record({ counts: fc.array(drawnCount, SEGMENT), isOnce: fc.boolean() }),
);
const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 });

test(
  'facts by the thousand come to the same as a few at a time',
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 2, maxLength: 3 }), sizes, async (segments, few) => {
        for (const drawn of segments) {
          const { operation, commands } = commandsOf(drawn);
          const many = await applierApart(files.stock, operation, (command: Told) => command)(commands);
          expect(many.map(outcomeOf)).toEqual((await aFewAtATime(operation, commands, few)).map(outcomeOf));
        }
        const [left, right] = await Promise.all(rooms.map(({ database }) => stateOf(database)));
        expect(left).toEqual(right);
        for (const { database } of rooms) expect(await contradictions(database)).toEqual([]);
        expect(files.errors).toEqual([]);
      }),
      // What one run leaves behind, the next one starts from.
      { numRuns: rounds(3), endOnFailure: true },
    ),
  ROUNDS_TIMEOUT,
);

type Segment = typeof segment extends fc.Arbitrary<infer S> ? S : never;
type Told = { source: string; eventId: string; location: string };

let segments = 0;

function commandsOf(drawn: Segment): { operation: StockOperation<Told, unknown>; commands: Told[] } {
  const at = (seconds: number) => new Date(STARTED_AT + seconds * 1_000);
  segments += 1;
  // Told once within the segment, or perhaps twice: then it is not taken apart.
  const idOf = (eventId: string, n: number) => (drawn.isOnce ? `${eventId}/${segments}-${n}` : eventId);
  if ('counts' in drawn) {
    const commands = drawn.counts.map(({ second: seconds, ...one }, n) =>
      count({ ...one, eventId: idOf(one.eventId, n), countedAt: at(seconds) }),
    );
    return erased(recordCounts, commands);
  }
  const commands = drawn.movements.map(({ second: seconds, names: named, ...one }, n) =>
    movement({ ...one, ...named, eventId: idOf(one.eventId, n), occurredAt: at(seconds) }),
  );
  return erased(recordMovements, commands);
}

/** Movements and counts are sent alike. */
function erased<Command extends Told>(operation: StockOperation<Command, unknown>, commands: Command[]) {
  return { operation, commands } as unknown as { operation: StockOperation<Told, unknown>; commands: Told[] };
}

async function aFewAtATime(
  operation: StockOperation<Told, unknown>,
  commands: readonly Told[],
  few: readonly number[],
): Promise<Outcome<unknown>[]> {
  const outcomes: Outcome<unknown>[] = [];
  for (let turn = 0; outcomes.length < commands.length; turn++) {
    const some = commands.slice(outcomes.length, outcomes.length + (few[turn % few.length] ?? 1));
    outcomes.push(...(await rooms[1].stock.apply(operation, some)));
  }
  return outcomes;
}

/** The words too, but for those that tell our clock. */
function outcomeOf(outcome: Outcome<unknown>): unknown {
  if (outcome.ok) return outcome.value;
  const { code, message } = outcome.problem;
  return code === 'occurred-in-the-future' || code === 'stale-count' ? code : `${code}: ${message}`;
}

/** All that is there but for instants of our clock, and what depends on how many facts one commit had. */
async function stateOf(database: StockRoom['database']): Promise<Record<string, unknown>> {
  const rows = (text: string) => database.run(`test.${text}`.slice(0, 60), text, []);
  return {
    levels: await rows(
      `SELECT item_id, location_id, on_hand, reserved, buffer, counted_at, counted_rank, counted_source, counted_event_id
       FROM levels ORDER BY 1, 2`,
    ),
    // Each location's in the order in which it was written.
    ledger: await rows(
      `SELECT location_id, item_id, type, quantity, on_hand_delta, reserved_delta, source, source_rank, event_id,
              CASE source WHEN 'comptoir' THEN NULL ELSE occurred_at END AS occurred_at, reference, reason, reservation_id
       FROM movements ORDER BY location_id, id`,
    ),
    conflicts: await rows(
      `SELECT item_id, location_id, winner_source, winner_event_id, winner_on_hand, loser_source, loser_event_id,
              loser_on_hand
       FROM count_conflicts ORDER BY 1, 2, 3, 4, 6, 7`,
    ),
    reservations: await rows('SELECT id, status, version, put_back_pending FROM reservations ORDER BY id'),
    lines: await rows(
      `SELECT reservation_id, item_id, quantity, reserved, at_risk FROM reservation_lines ORDER BY 1, 2`,
    ),
    told: await rows(
      `SELECT subject, type, version FROM events WHERE subject LIKE 'rsv%' AND type <> 'reservation.at_risk'
       ORDER BY subject, id`,
    ),
    // Of each level the last state; states between were never anybody's where one commit had them all.
    shown: await rows(
      `SELECT DISTINCT ON (subject) subject, data->>'onHand' AS on_hand, data->>'available' AS available
       FROM events WHERE type = 'stock.changed' ORDER BY subject, id DESC`,
    ),
  };
}
