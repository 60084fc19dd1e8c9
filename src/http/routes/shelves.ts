// Where items stand in a location, over HTTP: noted by the back office or by staff, read by tablets.
import { z } from 'zod';
import { type Caller, mayUse } from '../../domain/caller.ts';
import { skuSchema } from '../../domain/item.ts';
import { type LocationRecord, locationCodeSchema } from '../../domain/location.ts';
import { PLACES_MAX, type PlaceInput, placeInputSchema, placeSchema } from '../../domain/place.ts';
import { Problem } from '../../domain/problem.ts';
import { savePlaces } from '../../operations/savePlaces.ts';
import { findLocation } from '../../queries/locations.ts';
import { listPlaces } from '../../queries/places.ts';
import type { Tx } from '../../queries/transaction.ts';
import { checkElement, elementProblemSchema, elementsOf, showElementProblem } from '../bulk.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { type AnyRoute, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';
import { skuList } from '../skuList.ts';

const params = z.strictObject({ code: locationCodeSchema });

async function locationOf(tx: Tx, caller: Caller, code: string): Promise<LocationRecord> {
  const location = mayUse(caller, code) ? await findLocation(tx, code) : null;
  if (location === null) throw new Problem('unknown-location', `There is no location ${code}.`);
  return location;
}

const outcomeSchema = z.object({
  sku: z.string().nullable(),
  outcome: z.enum(['updated', 'unchanged', 'rejected']),
  problem: elementProblemSchema.optional(),
});
type Outcome = z.infer<typeof outcomeSchema>;

const putShelves = route({
  method: 'PUT',
  path: '/v1/locations/{code}/shelves',
  operationId: 'putShelves',
  summary: 'Say where items stand',
  description:
    'Up to 1,000 places in one store or warehouse, each with its own outcome; those that are not named stay as they are, `aisle: null` removes one. Lines of reservations there show them as `aisle` from then on.',
  tag: 'Catalogue',
  scopes: ['catalogue:write', 'stock:write'],
  params,
  body: z.strictObject({ places: elementsOf(placeInputSchema, PLACES_MAX) }),
  responses: {
    200: {
      description: 'What became of each place, in order.',
      schema: z.object({ outcomes: z.array(outcomeSchema) }).meta({ id: 'PlaceOutcomes' }),
    },
  },
  problems: ['unknown-location'],
  cost: 10,
  examples: {
    two: {
      summary: 'Two places in Lille',
      params: { code: 'FR-LILLE-01' },
      body: {
        places: [
          { sku: 'TABLE-BASSE-CHENE-80', aisle: 'A4' },
          { sku: 'ASSIETTE-PLATE-GRES-BLANC-27', aisle: 'C2' },
        ],
      },
    },
  },
  async handler(call) {
    const { id } = await locationOf(call.tx, call.caller, call.params.code);
    const checked = call.body.places.map((element) => checkElement(placeInputSchema, element));
    const places = checked.filter((element): element is PlaceInput => !(element instanceof Problem));
    const saved = (await savePlaces(call.tx, id, places, call.now)).values();
    const outcomes = checked.map((element, at): Outcome => {
      const outcome = element instanceof Problem ? null : saved.next().value;
      if (outcome === undefined) throw new Error('a place got no outcome');
      if (outcome === null || outcome.outcome === 'rejected') {
        const problem = element instanceof Problem ? element : outcome?.problem;
        if (problem === undefined) throw new Error('a place was rejected without a problem');
        return {
          sku: skuOf(call.body.places[at]),
          outcome: 'rejected',
          problem: showElementProblem(problem),
        };
      }
      return outcome;
    });
    return { status: 200, body: { outcomes } };
  },
});

/** What a rejected element calls itself, as far as it fits into an answer. */
function skuOf(element: unknown): string | null {
  if (typeof element !== 'object' || element === null || !('sku' in element)) return null;
  return typeof element.sku === 'string' ? element.sku.slice(0, 64) : null;
}

const getShelves = route({
  method: 'GET',
  path: '/v1/locations/{code}/shelves',
  operationId: 'listShelves',
  summary: 'Where items stand',
  description: 'By sku; an item without a place is left out.',
  tag: 'Catalogue',
  scopes: ['stock:read', 'catalogue:write', 'reservations:read'],
  params,
  query: z.strictObject({ skus: skuList.optional(), ...page }),
  responses: { 200: { description: 'A page of places.', schema: listOf(placeSchema) } },
  problems: ['unknown-location', 'invalid-cursor'],
  examples: {
    lille: {
      summary: 'Two items in Lille',
      params: { code: 'FR-LILLE-01' },
      query: { skus: 'TABLE-BASSE-CHENE-80,ASSIETTE-PLATE-GRES-BLANC-27' },
    },
  },
  async handler(call) {
    const { skus, limit, cursor } = call.query;
    const { code } = await locationOf(call.tx, call.caller, call.params.code);
    const filters = { code, skus };
    const after = decodeCursor(filters, cursor, skuSchema);
    const places = await listPlaces(call.tx, code, { skus: skus ?? null, after, limit: limit + 1 });
    const last = places.length > limit ? places[limit - 1] : undefined;
    const nextCursor = last === undefined ? null : encodeCursor(filters, last.sku);
    return { status: 200, body: { data: places.slice(0, limit), nextCursor } };
  },
});

export const shelfRoutes: readonly AnyRoute[] = [putShelves, getShelves];
