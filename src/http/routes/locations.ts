// Locations over HTTP: kept, read, listed by code or by distance.
// Checks and shows; what may be saved is decided by the operation.
import { z } from 'zod';
import { type Caller, mayUse } from '../../domain/caller.ts';
import type { Scope } from '../../domain/key.ts';
import {
  coordinatesSchema,
  LOCATION_KINDS,
  type Location,
  type LocationRecord,
  locationCodeSchema,
  locationInputSchema,
  locationSchema,
  showLocation,
  showLocationToShoppers,
} from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import { saveLocation } from '../../operations/saveLocation.ts';
import { findLocation, listLocations, listLocationsNear } from '../../queries/locations.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { versionTag } from '../etag.ts';
import { type AnyRoute, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';
import { writeGuard } from '../writeGuard.ts';

/** Whoever works with a location may know what it is. */
const READERS: [Scope, ...Scope[]] = [
  'catalogue:write',
  'availability:read',
  'reservations:read',
  'reservations:write',
  'stock:read',
  'stock:write',
  'admin',
];
const params = z.strictObject({ code: locationCodeSchema });

function showTo(caller: Caller, location: LocationRecord): Location {
  return caller.kind === 'publishable' ? showLocationToShoppers(location) : showLocation(location);
}

function unknownLocation(code: string): Problem {
  return new Problem('unknown-location', `There is no location ${code}.`);
}

const putLocation = route({
  method: 'PUT',
  path: '/v1/locations/{code}',
  operationId: 'putLocation',
  summary: 'Create or replace a location',
  description:
    'The whole description: what is left out is removed. The same again changes nothing: no new version, no event. `If-Match` guards against overwriting somebody else’s change; `If-None-Match: *` only creates. A source of replenishment must exist, and supply must not go round in a circle.',
  tag: 'Catalogue',
  scopes: ['catalogue:write'],
  params,
  body: locationInputSchema,
  responses: {
    200: { description: 'The location, replaced or as it was.', schema: locationSchema },
    201: { description: 'The location, new.', schema: locationSchema },
  },
  problems: ['unknown-location', 'precondition-failed'],
  examples: {
    store: {
      summary: 'A store in Lille',
      params: { code: 'FR-LILLE-99' },
      body: {
        kind: 'store',
        name: 'Fait Maison Lille Vauban',
        address: { street: '100 rue Solférino', postalCode: '59000', city: 'Lille', country: 'FR' },
        coordinates: { latitude: 50.6318, longitude: 3.0503 },
        timeZone: 'Europe/Paris',
        openingHours: {
          weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'], opens: '10:00', closes: '19:00' }],
          exceptions: [{ date: '2027-01-01', closed: true }],
        },
        pickup: { enabled: true, preparationMinutes: 60, holdDays: 5 },
      },
    },
  },
  async handler(call) {
    const { code } = call.params;
    if (!mayUse(call.caller, code)) throw unknownLocation(code);
    const row = { code, input: call.body, guard: writeGuard(call) };
    const { outcome, record } = await saveLocation(call.tx, row, call.now);
    return {
      status: outcome === 'created' ? 201 : 200,
      body: showLocation(record),
      etag: versionTag(record.version),
    };
  },
});

const getLocation = route({
  method: 'GET',
  path: '/v1/locations/{code}',
  operationId: 'getLocation',
  summary: 'Read a location',
  description:
    'A publishable key sees it without what concerns only the retailer: its replenishment and pace.',
  tag: 'Catalogue',
  scopes: READERS,
  kinds: ['secret', 'device', 'publishable'],
  params,
  responses: { 200: { description: 'The location.', schema: locationSchema } },
  problems: ['unknown-location'],
  examples: { lille: { summary: 'A store in Lille', params: { code: 'FR-LILLE-01' } } },
  async handler(call) {
    const { code } = call.params;
    const location = mayUse(call.caller, code) ? await findLocation(call.tx, code) : null;
    if (location === null) throw unknownLocation(code);
    return { status: 200, body: showTo(call.caller, location), etag: versionTag(location.version) };
  },
});

const nearSchema = z
  .string()
  .max(60)
  .regex(
    /^-?[0-9]{1,3}(\.[0-9]{1,15})?,-?[0-9]{1,3}(\.[0-9]{1,15})?$/,
    'must be latitude,longitude such as 50.63,3.06',
  )
  .transform((text) => {
    const [latitude, longitude] = text.split(',').map(Number);
    return { latitude, longitude };
  })
  .pipe(coordinatesSchema)
  .meta({
    description: 'Latitude and longitude, in degrees: the nearest come first.',
    examples: ['50.63,3.06'],
    override: { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]+)?,-?[0-9]+(\\.[0-9]+)?$' },
  });

/** How far a page went; without `near`, every distance is 0. */
const positionSchema = z.object({ code: locationCodeSchema, distanceKm: z.number() });

const placedSchema = locationSchema
  .extend({
    distanceKm: z.number().optional().meta({ description: 'Great-circle distance; only with `near`.' }),
  })
  .meta({ id: 'ListedLocation' });

const getLocations = route({
  method: 'GET',
  path: '/v1/locations',
  operationId: 'listLocations',
  summary: 'List locations',
  description: 'By code or, with `near`, by distance.',
  tag: 'Catalogue',
  scopes: READERS,
  kinds: ['secret', 'device', 'publishable'],
  query: z.strictObject({
    kind: z.enum(LOCATION_KINDS).optional().meta({ description: 'Stores or warehouses only.' }),
    near: nearSchema.optional(),
    ...page,
  }),
  responses: { 200: { description: 'A page of locations.', schema: listOf(placedSchema) } },
  problems: ['invalid-cursor'],
  examples: {
    nearLille: { summary: 'Stores near Lille', query: { near: '50.63,3.06', kind: 'store', limit: '5' } },
  },
  async handler(call) {
    const { kind, near, limit, cursor } = call.query;
    const filters = { kind, near };
    const filter = { kind: kind ?? null, codes: call.caller.locations };
    const after = decodeCursor(filters, cursor, positionSchema);
    const found =
      near === undefined
        ? await listLocations(call.tx, filter, { after: after?.code ?? null, limit: limit + 1 })
        : await listLocationsNear(call.tx, filter, near, { after, limit: limit + 1 });
    const last = found.length > limit ? found[limit - 1] : undefined;
    const position = last && { code: last.location.code, distanceKm: last.distanceKm };
    const data = found.slice(0, limit).map(({ location, distanceKm }) => ({
      ...showTo(call.caller, location),
      ...(near === undefined ? {} : { distanceKm: Math.round(distanceKm * 100) / 100 }),
    }));
    return { status: 200, body: { data, nextCursor: position ? encodeCursor(filters, position) : null } };
  },
});

export const locationRoutes: readonly AnyRoute[] = [putLocation, getLocation, getLocations];
