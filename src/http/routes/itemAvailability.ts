// Availability of items rather than of a cart: one everywhere, or many at many places.
// Checks and shows; what is where comes from the views in memory.
import { z } from 'zod';
import { skuSchema } from '../../domain/item.ts';
import { Problem } from '../../domain/problem.ts';
import {
  AVAILABILITY_KINDS,
  asOf,
  availabilityReply,
  locationUnitsSchema,
  seesCounts,
  showStale,
  showUnits,
  sightOf,
  stale,
  unitsSchema,
} from '../availabilityAnswers.ts';
import { elementProblemSchema, showElementProblem } from '../bulk.ts';
import { type AnyRoute, route } from '../route.ts';

/** Items, and locations, in one batch. */
const BATCH_MAX = 100;

const itemRoute = route({
  method: 'GET',
  path: '/v1/items/{sku}/availability',
  operationId: 'getItemAvailability',
  summary: 'One item at every location',
  description:
    'Every location that the key may see, warehouses too, by code, and their total; a tablet sees all of them, to say where an item is. A publishable key sees bands, never counts.',
  tag: 'Availability',
  scopes: ['availability:read'],
  kinds: AVAILABILITY_KINDS,
  params: z.strictObject({ sku: skuSchema }),
  responses: {
    200: {
      description: 'The item, everywhere.',
      schema: z
        .object({ asOf, sku: z.string(), total: unitsSchema, locations: z.array(locationUnitsSchema) })
        .meta({ id: 'ItemAvailability' }),
    },
    304: { description: 'As it was.' },
  },
  problems: ['unknown-item'],
  cost: 5,
  examples: { table: { summary: 'A coffee table', params: { sku: 'TABLE-BASSE-CHENE-80' } } },
  async handler(call, { availability }) {
    const { sku } = call.params;
    const counts = seesCounts(call.caller);
    const found = await availability.everywhere(sku, sightOf(call.caller), call.now);
    const total = found.reduce((sum, { available }) => sum + available, 0);
    return availabilityReply(call, availability.asOf(call.now), {
      sku,
      total: showUnits(total, counts),
      locations: found.map(({ location: { code, name, kind }, available }) => ({
        location: { code, name, kind },
        ...showStale(availability.staleSince(code)),
        ...showUnits(available, counts),
      })),
    });
  },
});

const names = z.array(z.string().min(1).max(64)).min(1).max(BATCH_MAX);

const batchRoute = route({
  method: 'POST',
  path: '/v1/availability/batch',
  operationId: 'batchAvailability',
  summary: 'Many items at many locations',
  description: `Up to ${BATCH_MAX} items × ${BATCH_MAX} locations, in the order asked. An unknown item or location is a problem at its place and spoils no other. It changes nothing, so it takes no Idempotency-Key. A publishable key sees bands, never counts.`,
  tag: 'Availability',
  scopes: ['availability:read'],
  kinds: AVAILABILITY_KINDS,
  body: z.strictObject({
    items: names.meta({ description: 'Skus.', examples: [['TABLE-BASSE-CHENE-80']] }),
    locations: names.meta({ description: 'Location codes.', examples: [['FR-LILLE-01', 'FR-PARIS-01']] }),
  }),
  responses: {
    200: {
      description: 'For each item, each location.',
      schema: z
        .object({
          asOf,
          items: z.array(
            z.object({
              sku: z.string(),
              locations: z
                .array(
                  unitsSchema
                    .partial()
                    .extend({ location: z.string(), stale, problem: elementProblemSchema.optional() })
                    .meta({ description: '`status`, or the `problem` that there is no such location.' }),
                )
                .optional(),
              problem: elementProblemSchema.optional(),
            }),
          ),
        })
        .meta({ id: 'AvailabilityBatch' }),
    },
  },
  problems: [],
  idempotency: 'none',
  cost: 10,
  examples: {
    table: {
      summary: 'A coffee table in two stores',
      body: { items: ['TABLE-BASSE-CHENE-80'], locations: ['FR-LILLE-01', 'FR-PARIS-01'] },
    },
  },
  async handler(call, { availability }) {
    const { items: skus, locations: codes } = call.body;
    const counts = seesCounts(call.caller);
    const sees = sightOf(call.caller);
    const visible = codes.map((code) => (sees(code) ? code : null));
    const units = await availability.unitsOf(skus, visible, call.now);
    const body = {
      asOf: availability.asOf(call.now).toISOString(),
      items: skus.map((sku, row) => {
        const cells = units[row] ?? null;
        if (cells === null)
          return { sku, problem: unknown('unknown-item', `There is no item with the sku ${sku}.`) };
        return {
          sku,
          locations: codes.map((location, at) =>
            showCell(location, cells[at] ?? null, counts, availability.staleSince(location)),
          ),
        };
      }),
    };
    return { status: 200, body };
  },
});

function showCell(location: string, units: number | null, counts: boolean, staleSince: Date | null) {
  if (units !== null) return { location, ...showStale(staleSince), ...showUnits(units, counts) };
  return { location, problem: unknown('unknown-location', `There is no location ${location}.`) };
}

function unknown(code: 'unknown-item' | 'unknown-location', detail: string) {
  return showElementProblem(new Problem(code, detail));
}

export const itemAvailabilityRoutes: readonly AnyRoute[] = [itemRoute, batchRoute];
