// What back offices report: movements and counts, each element with its own outcome.
// Checks and shows; what a fact does to a level is decided by the operations.
import { z } from 'zod';
import { type Caller, mayUse } from '../../domain/caller.ts';
import {
  eventIdSchema,
  namedOtherwise,
  namesOneReservation,
  reservationNames,
  sourceSchema,
} from '../../domain/fact.ts';
import { skuSchema } from '../../domain/item.ts';
import { ON_HAND_MAX } from '../../domain/level.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { MOVEMENT_QUANTITY_MAX, MOVEMENT_TYPES } from '../../domain/movement.ts';
import { Problem } from '../../domain/problem.ts';
import { lineOfText } from '../../domain/text.ts';
import { type RecordCount, recordCounts } from '../../operations/recordCounts.ts';
import { type RecordMovement, recordMovements } from '../../operations/recordMovements.ts';
import type { StockOperation } from '../../operations/writer/operation.ts';
import type { Answer, Outcome } from '../../operations/writer/outcome.ts';
import { checkElement, elementProblemSchema, elementsOf, showElementProblem } from '../bulk.ts';
import type { Deps } from '../deps.ts';
import { type AnyRoute, type Call, type Reply, route } from '../route.ts';
import { actorOf, replayed } from '../stockAnswers.ts';

/** Facts in one request. */
const FACTS_MAX = 1_000;
/** 1,000 facts with every field at its longest fit. */
const FACTS_BYTES_MAX = 2 * 1024 * 1024;

const movementSchema = z
  .strictObject({
    eventId: eventIdSchema,
    type: z.enum(MOVEMENT_TYPES),
    sku: skuSchema,
    location: locationCodeSchema,
    quantity: z.int().min(-MOVEMENT_QUANTITY_MAX).max(MOVEMENT_QUANTITY_MAX),
    occurredAt: z.iso.datetime({ offset: true }),
    reference: lineOfText(200).optional(),
    reservationId: reservationNames.reservationId
      .optional()
      .meta({ description: 'The reservation that it is a sale or a return of.' }),
    orderReference: reservationNames.orderReference
      .optional()
      .meta({ description: 'The same, by the shop’s order number. At most one of the three names.' }),
    channel: reservationNames.channel
      .optional()
      .meta({ description: 'Where order references of several channels meet: the one that is meant.' }),
    pickupCode: reservationNames.pickupCode
      .optional()
      .meta({ description: 'The same, by what the customer shows: the open order, or the last that ended.' }),
  })
  .refine(namesOneReservation, {
    path: ['reservationId'],
    message: 'must be the only name of the reservation: give its id, its order reference or its pickup code',
  })
  .refine(({ channel, orderReference }) => channel === undefined || orderReference !== undefined, {
    path: ['channel'],
    message: 'goes with an orderReference',
  })
  .refine(({ type, quantity }) => (type === 'adjustment' ? quantity !== 0 : quantity > 0), {
    path: ['quantity'],
    message: 'must be positive; only an adjustment is signed, and it must not be 0',
  })
  .meta({ id: 'MovementInput' });

const countSchema = z
  .strictObject({
    eventId: eventIdSchema,
    sku: skuSchema,
    location: locationCodeSchema,
    onHand: z.int().min(-ON_HAND_MAX).max(ON_HAND_MAX),
    countedAt: z.iso.datetime({ offset: true }),
    expected: z.int().min(-ON_HAND_MAX).max(ON_HAND_MAX).optional(),
  })
  .meta({ id: 'CountInput' });

type Movement = z.output<typeof movementSchema>;
type Count = z.output<typeof countSchema>;
type Applied = 'applied' | 'duplicate';

const factOutcome = z
  .object({
    eventId: z
      .string()
      .nullable()
      .meta({ description: 'Null where the element has none that could be read.' }),
    outcome: z.enum(['applied', 'duplicate', 'rejected']),
    problem: elementProblemSchema.optional(),
  })
  .meta({ id: 'FactOutcome' });
const factOutcomes = z
  .object({ applied: z.int(), duplicates: z.int(), rejected: z.int(), outcomes: z.array(factOutcome) })
  .meta({ id: 'FactOutcomes', description: 'One outcome for each element, in order.' });
type FactOutcome = z.output<typeof factOutcome>;

type Reported = { eventId: string; location: string; occurredAt?: string; countedAt?: string };

/** Checks each element by itself, submits those that pass as one, and answers for all of them in order. */
async function submitFacts<Fact extends Reported, Command>(
  call: Call,
  { stock, sources }: Deps,
  source: string,
  sent: readonly unknown[],
  schema: z.ZodType<Fact>,
  operation: StockOperation<Command, Applied>,
  commandOf: (fact: Fact) => Command,
): Promise<Reply> {
  const checked = sent.map((element) => checkElement(schema, element));
  const good = checked.flatMap((fact) => (fact instanceof Problem ? [] : [fact]));
  let taken: Fact[] = [];
  const submitted = await stock.submit({
    operation,
    commands: good.map(commandOf),
    idempotency: call.idempotency,
    answer(outcomes) {
      taken = good.filter((_, place) => outcomes[place]?.ok === true);
      return answerFacts(checked, sent, outcomes);
    },
  });
  // Whatever became of its facts, the source has spoken; it speaks for where it told something that was taken.
  sources.heard({ source, at: call.now, facts: taken.map(factOf), by: call.caller.locations });
  return { status: 200, json: submitted.body, headers: replayed(submitted) };
}

function factOf({ location, occurredAt, countedAt = occurredAt }: Reported) {
  return { location, occurredAt: new Date(countedAt ?? 0) };
}

function answerFacts(
  checked: readonly ({ eventId: string } | Problem)[],
  sent: readonly unknown[],
  decided: readonly Outcome<Applied>[],
): Answer {
  const next = decided.values();
  const outcomes = checked.map((fact, at): FactOutcome => {
    if (fact instanceof Problem) return rejected(eventIdOf(sent[at]), fact);
    const { value: outcome } = next.next();
    if (outcome === undefined) throw new Error(`no outcome for ${fact.eventId}`);
    return outcome.ok
      ? { eventId: fact.eventId, outcome: outcome.value }
      : rejected(fact.eventId, outcome.problem);
  });
  const tally = (wanted: FactOutcome['outcome']) =>
    outcomes.filter(({ outcome }) => outcome === wanted).length;
  const body = {
    applied: tally('applied'),
    duplicates: tally('duplicate'),
    rejected: tally('rejected'),
    outcomes,
  };
  return { status: 200, body: JSON.stringify(body) };
}

function rejected(id: string | null, problem: Problem): FactOutcome {
  return { eventId: id, outcome: 'rejected', problem: showElementProblem(problem) };
}

/** What a rejected element calls itself, if that is an event id at all. */
function eventIdOf(element: unknown): string | null {
  if (typeof element !== 'object' || element === null || !('eventId' in element)) return null;
  const parsed = eventIdSchema.safeParse(element.eventId);
  return parsed.success ? parsed.data : null;
}

/** Another store's location is as unknown as one that does not exist. */
function sees(caller: Caller): (location: string) => boolean {
  return (code) => mayUse(caller, code);
}

const movementsRoute = route({
  method: 'POST',
  path: '/v1/stock/movements',
  operationId: 'recordMovements',
  summary: 'Report movements',
  description:
    'Up to 1,000 facts from one source. Each is applied once, whatever the order and however often it is sent; one bad element does not spoil the others. A `sale` or `return` that names a reservation, by `reservationId`, `orderReference` or `pickupCode`, is told by the counter too: stock moves once, at the earliest instant that either tells, and the reservation’s state follows.',
  tag: 'Stock',
  scopes: ['stock:write'],
  body: z.strictObject({ source: sourceSchema, movements: elementsOf(movementSchema, FACTS_MAX) }),
  responses: { 200: { description: 'What became of each movement.', schema: factOutcomes } },
  problems: ['overloaded'],
  idempotency: 'writer',
  cost: 10,
  bodyBytesMax: FACTS_BYTES_MAX,
  examples: {
    sale: {
      summary: 'A till sold a coffee table',
      body: {
        source: 'pos-lille',
        movements: [
          {
            eventId: 'ticket-4711-1',
            type: 'sale',
            sku: 'TABLE-BASSE-CHENE-80',
            location: 'FR-LILLE-01',
            quantity: 1,
            occurredAt: '2026-11-20T10:15:00Z',
          },
        ],
      },
    },
  },
  async handler(call, deps) {
    const { source, movements } = call.body;
    const maySee = sees(call.caller);
    const commandOf = ({ orderReference, channel, pickupCode, ...movement }: Movement): RecordMovement => ({
      ...movement,
      source,
      occurredAt: new Date(movement.occurredAt),
      reference: movement.reference ?? null,
      reservationId: movement.reservationId ?? null,
      named: namedOtherwise({ orderReference, channel, pickupCode }),
      maySee,
      actor: actorOf(call),
    });
    return submitFacts(call, deps, source, movements, movementSchema, recordMovements, commandOf);
  },
});

const countsRoute = route({
  method: 'POST',
  path: '/v1/stock/counts',
  operationId: 'recordCounts',
  summary: 'Report counts',
  description:
    'A count says what was there at `countedAt`: movements that occurred after it still apply, on top, in whatever order everything arrives. With `expected`, a level that is another is refused as `stale-count`, with its current value.',
  tag: 'Stock',
  scopes: ['stock:write'],
  body: z.strictObject({ source: sourceSchema, counts: elementsOf(countSchema, FACTS_MAX) }),
  responses: { 200: { description: 'What became of each count.', schema: factOutcomes } },
  problems: ['overloaded'],
  idempotency: 'writer',
  cost: 10,
  bodyBytesMax: FACTS_BYTES_MAX,
  examples: {
    count: {
      summary: 'Somebody counted the coffee tables',
      body: {
        source: 'tablet-lille',
        counts: [
          {
            eventId: 'count-2026-11-20-17',
            sku: 'TABLE-BASSE-CHENE-80',
            location: 'FR-LILLE-01',
            onHand: 6,
            countedAt: '2026-11-20T17:30:00Z',
          },
        ],
      },
    },
  },
  async handler(call, deps) {
    const { source, counts } = call.body;
    const maySee = sees(call.caller);
    const sourceRank = deps.sources.rankOf(source);
    const commandOf = (count: Count): RecordCount => ({
      ...count,
      source,
      countedAt: new Date(count.countedAt),
      expected: count.expected ?? null,
      sourceRank,
      maySee,
    });
    return submitFacts(call, deps, source, counts, countSchema, recordCounts, commandOf);
  },
});

export const factRoutes: readonly AnyRoute[] = [movementsRoute, countsRoute];
