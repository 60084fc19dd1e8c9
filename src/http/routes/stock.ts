// Stock as it can be read: levels now and at any past instant, and the ledger behind them.
// Checks and shows; the figures are the queries'.
import { z } from 'zod';
import { skuSchema } from '../../domain/item.ts';
import { available } from '../../domain/level.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { invalid } from '../../domain/problem.ts';
import { listMovements, listStock, listStockAsOf, type StockRow } from '../../queries/stock.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { type AnyRoute, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';

const stockSchema = z
  .object({
    sku: z.string(),
    location: z.string(),
    onHand: z.int(),
    reserved: z.int(),
    buffer: z.int(),
    bufferRule: z
      .string()
      .nullable()
      .meta({ description: 'The buffer rule (`obj_…`) that set it, of now; null: none governs.' }),
    available: z.int(),
    incoming: z.int(),
    countedAt: z.iso.datetime().nullable(),
    updatedAt: z.iso.datetime().nullable(),
    version: z.int(),
  })
  .meta({ id: 'StockLevel' });

function showStock(row: StockRow): z.input<typeof stockSchema> {
  const { sku, location, onHand, reserved, buffer, bufferRule, incoming, version } = row;
  return {
    sku,
    location,
    onHand,
    reserved,
    buffer,
    bufferRule,
    available: available(row),
    incoming,
    countedAt: row.countedAt?.toISOString() ?? null,
    updatedAt: row.updatedAt?.toISOString() ?? null,
    version,
  };
}

const stockFilters = { location: locationCodeSchema.optional(), sku: skuSchema.optional() };

const listStockRoute = route({
  method: 'GET',
  path: '/v1/stock',
  operationId: 'listStock',
  summary: 'List stock levels',
  description:
    'By location, then sku. With `asOf`: the levels as they were at that instant, by all that is known today; buffers are those of now, and versions, which are not kept for the past, read 0.',
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
    if (asOf !== undefined && new Date(asOf) > call.now) {
      throw invalid(
        'query:asOf',
        'in-the-future',
        'This instant is still to come: stock is known up to now.',
      );
    }
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

const listMovementsRoute = route({
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

export const stockRoutes: readonly AnyRoute[] = [listStockRoute, listMovementsRoute];
