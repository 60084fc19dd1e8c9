// What back offices report and read: movements, counts, levels, the ledger.
// Checks and shows; what a fact does to a level is decided by the operations.
import { z } from 'zod';
import { mayUse } from '../../domain/caller.ts';
import { skuSchema } from '../../domain/item.ts';
import { available, ON_HAND_MAX } from '../../domain/level.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { MOVEMENT_QUANTITY_MAX, MOVEMENT_TYPES, OWN_SOURCE } from '../../domain/movement.ts';
import type { Problem } from '../../domain/problem.ts';
import { lineOfText } from '../../domain/text.ts';
import { recordCounts } from '../../operations/recordCounts.ts';
import { recordMovements } from '../../operations/recordMovements.ts';
import type { Answer, Outcome } from '../../operations/writer/outcome.ts';
import { listMovements, listStock, listStockAsOf, type StockRow } from '../../queries/stock.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { type AnyRoute, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';
import { actorOf, replayed } from '../stockAnswers.ts';

/** Facts in one request. */
const FACTS_MAX = 1_000;
/** 1,000 facts with every field at its longest fit. */
const FACTS_BYTES_MAX = 2 * 1024 * 1024;

const source = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'Expected letters, digits, dot, dash or underscore')
  .refine((name) => name !== OWN_SOURCE, `must not be ${OWN_SOURCE}: that is how our own movements are named`)
  .meta({ description: 'The system that reports.', examples: ['pos-lille'] });
const eventId = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'Expected 1 to 200 printable ASCII characters without spaces')
  .meta({ description: 'The source’s own id of the fact: unique per source, so that it counts once.' });

const movementSchema = z
  .strictObject({
    eventId,
    type: z.enum(MOVEMENT_TYPES),
    sku: skuSchema,
    location: locationCodeSchema,
    quantity: z.int().min(-MOVEMENT_QUANTITY_MAX).max(MOVEMENT_QUANTITY_MAX),
    occurredAt: z.iso.datetime({ offset: true }),
    reference: lineOfText(200).optional(),
    reservationId: z.string().min(1).max(64).optional(),
  })
  .refine(({ type, quantity }) => (type === 'adjustment' ? quantity !== 0 : quantity > 0), {
    path: ['quantity'],
    message: 'must be positive; only an adjustment is signed, and it must not be 0',
  })
  .meta({ id: 'MovementInput' });

const countSchema = z
  .strictObject({
    eventId,
    sku: skuSchema,
    location: locationCodeSchema,
    onHand: z.int().min(-ON_HAND_MAX).max(ON_HAND_MAX),
    countedAt: z.iso.datetime({ offset: true }),
    expected: z.int().min(-ON_HAND_MAX).max(ON_HAND_MAX).optional(),
  })
  .meta({ id: 'CountInput' });

const factOutcome = z
  .object({
    eventId: z.string(),
    outcome: z.enum(['applied', 'duplicate', 'rejected']),
    problem: z
      .looseObject({ code: z.string(), title: z.string(), status: z.int(), detail: z.string() })
      .optional(),
  })
  .meta({ id: 'FactOutcome' });
const factOutcomes = z
  .object({ applied: z.int(), duplicates: z.int(), rejected: z.int(), outcomes: z.array(factOutcome) })
  .meta({ id: 'FactOutcomes', description: 'One outcome for each element, in order.' });

function answerFacts(
  facts: readonly { eventId: string }[],
  outcomes: readonly Outcome<'applied' | 'duplicate'>[],
): Answer {
  const shown = outcomes.map((outcome, place) => ({
    eventId: facts[place]?.eventId ?? '',
    ...(outcome.ok
      ? { outcome: outcome.value }
      : { outcome: 'rejected' as const, problem: showProblem(outcome.problem) }),
  }));
  const tally = (wanted: string) => shown.filter(({ outcome }) => outcome === wanted).length;
  const body = {
    applied: tally('applied'),
    duplicates: tally('duplicate'),
    rejected: tally('rejected'),
    outcomes: shown,
  };
  return { status: 200, body: JSON.stringify(body) };
}

function showProblem(problem: Problem) {
  const { code, title, status, message, extras } = problem;
  return { ...extras, code, title, status, detail: message };
}

export const recordMovementsRoute = route({
  method: 'POST',
  path: '/v1/stock/movements',
  operationId: 'recordMovements',
  summary: 'Report movements',
  description:
    'Up to 1,000 facts from one source. Each is applied once, whatever the order and however often it is sent; one bad element does not spoil the others. A `sale` that names a reservation consumes what was reserved.',
  tag: 'Stock',
  scopes: ['stock:write'],
  body: z.strictObject({ source, movements: z.array(movementSchema).min(1).max(FACTS_MAX) }),
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
  async handler(call, { stock }) {
    const { source: from, movements } = call.body;
    const submitted = await stock.submit({
      operation: recordMovements,
      commands: movements.map((movement) => ({
        source: from,
        eventId: movement.eventId,
        type: movement.type,
        sku: movement.sku,
        location: movement.location,
        quantity: movement.quantity,
        occurredAt: new Date(movement.occurredAt),
        reference: movement.reference ?? null,
        reservationId: movement.reservationId ?? null,
        maySee: (code: string) => mayUse(call.caller, code),
        actor: actorOf(call),
      })),
      idempotency: call.idempotency,
      answer: (outcomes) => answerFacts(movements, outcomes),
    });
    return { status: 200, json: submitted.body, headers: replayed(submitted) };
  },
});

export const recordCountsRoute = route({
  method: 'POST',
  path: '/v1/stock/counts',
  operationId: 'recordCounts',
  summary: 'Report counts',
  description:
    'A count says what was there at `countedAt`: movements that occurred after it still apply, on top, in whatever order everything arrives.',
  tag: 'Stock',
  scopes: ['stock:write'],
  body: z.strictObject({ source, counts: z.array(countSchema).min(1).max(FACTS_MAX) }),
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
  async handler(call, { stock }) {
    const { source: from, counts } = call.body;
    const submitted = await stock.submit({
      operation: recordCounts,
      commands: counts.map((count) => ({
        source: from,
        eventId: count.eventId,
        sku: count.sku,
        location: count.location,
        onHand: count.onHand,
        countedAt: new Date(count.countedAt),
        expected: count.expected ?? null,
        maySee: (code: string) => mayUse(call.caller, code),
      })),
      idempotency: call.idempotency,
      answer: (outcomes) => answerFacts(counts, outcomes),
    });
    return { status: 200, json: submitted.body, headers: replayed(submitted) };
  },
});

const stockSchema = z
  .object({
    sku: z.string(),
    location: z.string(),
    onHand: z.int(),
    reserved: z.int(),
    buffer: z.int(),
    available: z.int(),
    incoming: z.int(),
    countedAt: z.iso.datetime().nullable(),
    updatedAt: z.iso.datetime().nullable(),
    version: z.int(),
  })
  .meta({ id: 'StockLevel' });

function showStock(row: StockRow): z.input<typeof stockSchema> {
  const { sku, location, onHand, reserved, buffer, incoming, version } = row;
  return {
    sku,
    location,
    onHand,
    reserved,
    buffer,
    available: available(row),
    incoming,
    countedAt: row.countedAt?.toISOString() ?? null,
    updatedAt: row.updatedAt?.toISOString() ?? null,
    version,
  };
}

const stockFilters = { location: locationCodeSchema.optional(), sku: skuSchema.optional() };

export const listStockRoute = route({
  method: 'GET',
  path: '/v1/stock',
  operationId: 'listStock',
  summary: 'List stock levels',
  description:
    'By location, then sku. With `asOf`: the levels as they were at that instant, by all that is known today; versions and incoming units are not kept for the past and read 0.',
  tag: 'Stock',
  scopes: ['stock:read'],
  query: z.strictObject({
    ...stockFilters,
    asOf: z.iso.datetime({ offset: true }).optional().meta({ description: 'Any past instant.' }),
    ...page,
  }),
  responses: { 200: { description: 'A page of levels.', schema: listOf(stockSchema) } },
  problems: ['invalid-cursor'],
  examples: { lille: { summary: 'A store', query: { location: 'FR-LILLE-01', limit: '5' } } },
  async handler(call, { database }) {
    const { limit, cursor, asOf, ...filters } = call.query;
    const after = decodeCursor({ ...filters, asOf }, cursor, z.tuple([z.string(), z.string()]));
    const position = after === null ? null : { location: after[0], sku: after[1] };
    const where = {
      location: filters.location ?? null,
      sku: filters.sku ?? null,
      visible: call.caller.locations,
    };
    const rows =
      asOf === undefined
        ? await listStock(database, where, position, limit + 1, call.now)
        : await listStockAsOf(database, where, position, limit + 1, new Date(asOf));
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    const nextCursor =
      last === undefined ? null : encodeCursor({ ...filters, asOf }, [last.location, last.sku]);
    return { status: 200, body: { data: rows.slice(0, limit).map(showStock), nextCursor } };
  },
});

const movementRowSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    sku: z.string(),
    location: z.string(),
    quantity: z.int(),
    onHandDelta: z.int().nullable().meta({ description: 'What it does to on hand; null for a count.' }),
    source: z.string(),
    eventId: z.string(),
    occurredAt: z.iso.datetime(),
    recordedAt: z.iso.datetime(),
    reference: z.string().nullable(),
    reason: z.string().nullable(),
    reservationId: z.string().nullable(),
  })
  .meta({ id: 'Movement' });

export const listMovementsRoute = route({
  method: 'GET',
  path: '/v1/stock/movements',
  operationId: 'listMovements',
  summary: 'List the ledger',
  description: 'Movements and counts, the last recorded first.',
  tag: 'Stock',
  scopes: ['stock:read'],
  query: z.strictObject({ ...stockFilters, reservationId: z.string().min(1).max(64).optional(), ...page }),
  responses: { 200: { description: 'A page of the ledger.', schema: listOf(movementRowSchema) } },
  problems: ['invalid-cursor'],
  examples: {
    table: { summary: 'One level', query: { location: 'FR-LILLE-01', sku: 'TABLE-BASSE-CHENE-80' } },
  },
  async handler(call, { database }) {
    const { limit, cursor, ...filters } = call.query;
    const before = decodeCursor(filters, cursor, z.int().min(1));
    const where = {
      location: filters.location ?? null,
      sku: filters.sku ?? null,
      reservationId: filters.reservationId ?? null,
      visible: call.caller.locations,
    };
    const rows = await listMovements(database, where, before, limit + 1);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    const data = rows.slice(0, limit).map((row) => ({
      ...row,
      id: String(row.id),
      occurredAt: row.occurredAt.toISOString(),
      recordedAt: row.recordedAt.toISOString(),
    }));
    return {
      status: 200,
      body: { data, nextCursor: last === undefined ? null : encodeCursor(filters, last.id) },
    };
  },
});

export const stockRoutes: readonly AnyRoute[] = [
  recordMovementsRoute,
  recordCountsRoute,
  listStockRoute,
  listMovementsRoute,
];
