// Locations: stores and warehouses, what describes one, and when two descriptions are the same.
// Opening hours have a file of their own; whether a replenishment source exists is for those who can look.
import { z } from 'zod';
import { canonicalJson } from './canonical.ts';
import { isCountry } from './country.ts';
import { localTimeSchema, type OpeningHours, openingHoursSchema, timeZoneSchema } from './openingHours.ts';
import { lineOfText } from './text.ts';

export const LOCATION_KINDS = ['store', 'warehouse'] as const;
export type LocationKind = (typeof LOCATION_KINDS)[number];

/** The retailer's own code, which is the location's id in the API: it never changes. */
export const locationCodeSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'must be 1 to 64 letters, digits, ".", "_" or "-", the first a letter or digit',
  )
  .meta({ description: 'The retailer’s own code for the location.', examples: ['FR-LILLE-01'] });

export const addressSchema = z
  .strictObject({
    street: lineOfText(200),
    postalCode: lineOfText(20),
    city: lineOfText(100),
    country: z
      .string()
      .refine(isCountry, 'must be an ISO 3166 alpha-2 code such as FR')
      .meta({ examples: ['FR'] }),
  })
  .meta({
    id: 'Address',
    examples: [{ street: '22 rue de Béthune', postalCode: '59800', city: 'Lille', country: 'FR' }],
  });

export const coordinatesSchema = z
  .strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })
  .meta({
    id: 'Coordinates',
    description: 'WGS 84, in degrees.',
    examples: [{ latitude: 50.6346, longitude: 3.0612 }],
  });

export const pickupSchema = z
  .strictObject({
    enabled: z.boolean().meta({ description: 'Whether shoppers may collect here.' }),
    preparationMinutes: z
      .int()
      .min(0)
      .max(10_080)
      .meta({ description: 'Staffed minutes from the order to the counter.' }),
    holdDays: z
      .int()
      .min(1)
      .max(60)
      .meta({ description: 'Open days that a ready order waits for its customer.' }),
    ordersPerHour: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .meta({ description: 'How many orders staff can prepare an hour.' }),
    offlineHandOver: z.boolean().optional().meta({
      description: 'Whether tablets may hand over while they are offline, and report it later. Absent: no.',
    }),
  })
  .meta({ id: 'Pickup' });

export const replenishmentSchema = z
  .strictObject({
    from: locationCodeSchema,
    leadTimeDays: z.int().min(0).max(90).meta({
      description: 'Working days of the source from leaving to arriving; 0: on the day it leaves.',
    }),
    cutOff: localTimeSchema.meta({
      description: 'Local time, at the source, until which an order leaves the same day.',
    }),
  })
  .meta({ id: 'Replenishment', description: 'Where the location is supplied from.' });

/** The body of `PUT /v1/locations/{code}`: the whole description; what is left out is removed. */
export const locationInputSchema = z
  .strictObject({
    kind: z.enum(LOCATION_KINDS),
    name: lineOfText(200).meta({ examples: ['Fait Maison Lille Béthune'] }),
    address: addressSchema,
    coordinates: coordinatesSchema,
    timeZone: timeZoneSchema,
    openingHours: openingHoursSchema,
    pickup: pickupSchema,
    replenishment: replenishmentSchema.nullish(),
  })
  .meta({ id: 'LocationInput' });

export type LocationInput = z.infer<typeof locationInputSchema>;
export type Address = z.infer<typeof addressSchema>;
export type Coordinates = z.infer<typeof coordinatesSchema>;
export type Pickup = z.infer<typeof pickupSchema>;
export type Replenishment = z.infer<typeof replenishmentSchema>;

/** What is said of a location, in the one form in which it is kept. */
export type LocationDescription = {
  kind: LocationKind;
  name: string;
  address: Address;
  coordinates: Coordinates;
  timeZone: string;
  openingHours: OpeningHours;
  pickup: Pickup;
  replenishment: Replenishment | null;
};

/** A location as it is kept. `id` is the database's own and never leaves the process. */
export type LocationRecord = LocationDescription & {
  id: number;
  code: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
};

/** How the API and its events show a location. */
export const locationSchema = z
  .object({
    code: locationCodeSchema,
    kind: z.enum(LOCATION_KINDS),
    name: z.string(),
    address: addressSchema,
    coordinates: coordinatesSchema,
    timeZone: timeZoneSchema,
    openingHours: openingHoursSchema,
    pickup: pickupSchema,
    replenishment: replenishmentSchema.nullable(),
    version: z.int().min(1).meta({ description: 'Goes up by one with each change.' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Location' });
export type Location = z.infer<typeof locationSchema>;

/** What was sent, in the form in which it is kept. */
export function describeLocation(input: LocationInput): LocationDescription {
  return { ...input, replenishment: input.replenishment ?? null };
}

/** True when nothing would change: then there is no new version and no event. */
export function sameLocation(a: LocationDescription, b: LocationDescription): boolean {
  return canonicalJson(descriptionOf(a)) === canonicalJson(descriptionOf(b));
}

export function showLocation(location: LocationRecord): Location {
  return {
    code: location.code,
    ...descriptionOf(location),
    version: location.version,
    createdAt: location.createdAt.toISOString(),
    updatedAt: location.updatedAt.toISOString(),
  };
}

/** The same for the shop's pages: how the retailer runs its network is not for them. */
export function showLocationToShoppers(location: LocationRecord): Location {
  const { ordersPerHour: _, offlineHandOver: __, ...pickup } = location.pickup;
  return { ...showLocation(location), pickup, replenishment: null };
}

function descriptionOf(location: LocationDescription): LocationDescription {
  const { kind, name, address, coordinates, timeZone, openingHours, pickup, replenishment } = location;
  return { kind, name, address, coordinates, timeZone, openingHours, pickup, replenishment };
}
