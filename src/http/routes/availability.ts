// Availability for the shop: the places where a cart can be collected, and when.
// Checks and shows; what is where, and for when, comes from the views in memory.
import { z } from 'zod';
import { FULFILMENTS } from '../../domain/availability.ts';
import type { Caller } from '../../domain/caller.ts';
import { type CartLine, cartSchema, pointSchema } from '../../domain/cart.ts';
import { invalid, Problem } from '../../domain/problem.ts';
import { readFreshness } from '../../queries/availability.ts';
import { type Place, type Reasons, type SearchQuery, SORTS } from '../../views/cartSearch.ts';
import {
  AVAILABILITY_KINDS,
  asOf,
  availabilityReply,
  explainPlace,
  placeSchema,
  placesReply,
  sightOf,
} from '../availabilityAnswers.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { type AnyRoute, type Call, route } from '../route.ts';
import { queryBoolean, queryInteger, queryNumber } from '../schemas.ts';

const LIMIT_NEAR_DEFAULT = 10;
const LIMIT_MAX = 200;
const RADIUS_KM_DEFAULT = 50;
const RADIUS_KM_MAX = 20_000;
/**
 * What a publishable key may ask for of one item, as much as it may hold. With more, whoever reads the shop's page
 * could find any count by halving: does the place have 5,000 of it? 2,500? …
 */
const PUBLISHABLE_QUANTITY_MAX = 10;

const positionSchema = z.strictObject({
  fulfilment: z.enum(FULFILMENTS),
  readyAt: z.number().nullable(),
  distanceKm: z.number().nullable(),
  code: z.string(),
});

const searchSchema = z.strictObject({
  items: cartSchema,
  near: pointSchema.optional(),
  radiusKm: queryNumber({ min: 0, max: RADIUS_KM_MAX })
    .default(RADIUS_KM_DEFAULT)
    .describe(
      `How far around \`near\`: ${RADIUS_KM_DEFAULT} unless said otherwise; without \`near\` it says nothing.`,
    ),
  limit: queryInteger({ min: 1, max: LIMIT_MAX })
    .optional()
    .describe(
      `Places in the answer: ${LIMIT_NEAR_DEFAULT} unless said otherwise, ${LIMIT_MAX} without \`near\`.`,
    ),
  sort: z
    .enum(SORTS)
    .default('distance')
    .describe(
      '`soonest`: by promise instead, from the shelf or by transfer, at equal promises the nearest first.',
    ),
  explain: queryBoolean()
    .default(false)
    .describe('Adds every term and why a place was refused. Not for publishable keys.'),
  cursor: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('`nextCursor` of the page before, with its own cart and filters.'),
});

const searchRoute = route({
  method: 'GET',
  path: '/v1/availability',
  operationId: 'findAvailability',
  summary: 'Where a cart can be collected, and when',
  description:
    'Pickup locations around a point, or all of them without `near`. First those that have the whole cart, then those that can have it sent from where they are supplied or to which it is on its way, then those that have a part, then the others; each group by distance (by code without `near`). Lines of one sku are added up. Answered from memory: as fresh as `asOf` says. A publishable key sees bands, never counts, and asks for at most 10 units of an item. A place whose stock changes between two pages may be in both, or in none.',
  tag: 'Availability',
  scopes: ['availability:read'],
  kinds: AVAILABILITY_KINDS,
  query: searchSchema,
  responses: {
    200: {
      description: 'The places, the best first.',
      schema: z
        .object({
          asOf,
          locations: z.array(placeSchema),
          nextCursor: z.string().nullable(),
          withoutPickup: z
            .array(z.object({ code: z.string(), name: z.string() }))
            .optional()
            .meta({ description: 'With `explain`: locations in reach that hand over no orders.' }),
        })
        .meta({ id: 'Availability' }),
    },
    304: { description: 'As it was.' },
  },
  problems: ['unknown-item', 'invalid-cursor'],
  examples: {
    lille: {
      summary: 'A coffee table near Lille',
      query: { items: 'TABLE-BASSE-CHENE-80:1', near: '50.63,3.06', radiusKm: '120' },
    },
    soonest: {
      summary: 'The same, the earliest promise first',
      query: { items: 'TABLE-BASSE-CHENE-80:1', near: '50.63,3.06', radiusKm: '250', sort: 'soonest' },
    },
  },
  async handler(call, { availability }) {
    const { items: cart, near, radiusKm, sort, explain, cursor } = call.query;
    checkMayAsk(call.caller, cart, explain);
    const filters = { items: cart, near, radiusKm, sort };
    const query: SearchQuery = {
      near: near ?? null,
      radiusKm,
      sort,
      limit: call.query.limit ?? (near === undefined ? LIMIT_MAX : LIMIT_NEAR_DEFAULT),
      after: decodeCursor(filters, cursor, positionSchema),
      sees: sightOf(call.caller),
    };
    const search = await availability.cartSearch(cart, call.now);
    const found = search.find(query);
    const { places, hasMore } = found;
    const nextCursor = () => {
      const last = places.at(-1);
      return hasMore && last !== undefined ? encodeCursor(filters, positionOf(last)) : null;
    };
    const at = availability.asOf(call.now);
    if (!explain) return placesReply(call, at, found, cart, nextCursor);
    const withoutPickup = availability
      .withoutPickup(query, LIMIT_MAX)
      .map(({ code, name }) => ({ code, name }));
    // Every reason is taken before anything is awaited: they are those of the verdicts above.
    const explained = places.map((place) => ({ place, reasons: search.reasonsFor(place) }));
    return availabilityReply(call, at, {
      locations: await explainAll(call, explained, cart),
      nextCursor: nextCursor(),
      withoutPickup,
    });
  },
});

function checkMayAsk(caller: Caller, cart: readonly CartLine[], explain: boolean): void {
  if (caller.kind !== 'publishable') return;
  if (explain) throw new Problem('forbidden', 'explain shows counts, which are not for publishable keys.');
  const large = cart.find((line) => line.quantity > PUBLISHABLE_QUANTITY_MAX);
  if (large === undefined) return;
  throw invalid(
    'query:items',
    'over-the-cap',
    `A publishable key may ask for at most ${PUBLISHABLE_QUANTITY_MAX} units of ${large.sku}.`,
  );
}

function positionOf({ fulfilment, readyAt, distanceKm, code }: Place): z.output<typeof positionSchema> {
  return { fulfilment, readyAt, distanceKm, code };
}

async function explainAll(
  call: Pick<Call, 'tx' | 'caller'>,
  explained: readonly { place: Place; reasons: Reasons }[],
  cart: readonly CartLine[],
) {
  const itemIds = explained[0]?.reasons.lines.map((line) => line.itemId) ?? [];
  const rows = await readFreshness(
    call.tx,
    itemIds,
    explained.map(({ place }) => place.location.id),
  );
  const byLocation = Map.groupBy(rows, (row) => row.locationId);
  return explained.map((one) => {
    const fresh = byLocation.get(one.place.location.id) ?? [];
    return explainPlace(one, cart, new Map(fresh.map((row) => [row.itemId, row])), call.caller);
  });
}

export const availabilityRoutes: readonly AnyRoute[] = [searchRoute];
