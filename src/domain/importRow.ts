// What one row of a file becomes: a description to keep or a fact to record, or the reason why it cannot.
// Pure: opening hours in OpenStreetMap's form and time zones of locations are asked of the context.
import { z } from 'zod';
import { isCountry } from './country.ts';
import {
  eventIdSchema,
  type NamedOtherwise,
  namedOtherwise,
  namesOneReservation,
  reservationNames,
  sourceSchema,
} from './fact.ts';
import type { ImportType } from './importFields.ts';
import type { PlannedField } from './importPlan.ts';
import { pointerTo, type RowRefusal, refusalOf } from './importRefusal.ts';
import { readValue, Unreadable, type ValueOptions } from './importValue.ts';
import { type ItemInput, itemWithSkuSchema, skuSchema } from './item.ts';
import { ON_HAND_MAX } from './level.ts';
import { type LocationInput, locationCodeSchema, locationInputSchema } from './location.ts';
import { MOVEMENT_QUANTITY_MAX, MOVEMENT_TYPES, type MovementType } from './movement.ts';
import type { OpeningHours } from './openingHours.ts';
import { lineOfText } from './text.ts';

export type MovementRow = {
  /** Null where the file has none: one is derived from the row. */
  eventId: string | null;
  source: string;
  type: MovementType;
  sku: string;
  location: string;
  quantity: number;
  occurredAt: Date;
  reference: string | null;
  reservationId: string | null;
  named: NamedOtherwise;
};
export type CountRow = {
  eventId: string | null;
  source: string;
  sku: string;
  location: string;
  onHand: number;
  countedAt: Date;
  expected: number | null;
};
/** What a row becomes, by type of import. */
export type RowOf = {
  items: { sku: string; input: ItemInput };
  locations: { code: string; input: LocationInput };
  movements: MovementRow;
  counts: CountRow;
  levels: CountRow;
};

export type RowContext = ValueOptions & {
  /** The zone of local times: the import's own, or else the location's. */
  zoneOf(location: string | null): string;
  readOsmHours(
    text: string,
    country: string,
    region: string | undefined,
  ): { openingHours: OpeningHours } | { error: { code: string; detail: string } };
  /** What movements of a type become where the quantity is below zero; null: they are refused. */
  negative(type: MovementType): MovementType | null;
};

type Values = Record<string, unknown>;

/** Maps one row of a file. */
export function mapRow<Row, Type extends ImportType>(
  type: Type,
  fields: readonly PlannedField<Row>[],
  row: Row,
  context: RowContext,
): RowOf[Type] | { refusal: RowRefusal } {
  const values: Values = {};
  const zoneOf = () => context.zoneOf(typeof values.location === 'string' ? values.location : null);
  for (const { field, kind, read } of fields) {
    const found = read(row);
    if (found === undefined) continue;
    const value = found instanceof Unreadable ? found : readValue(found, kind, context, zoneOf);
    if (value instanceof Unreadable) {
      return { refusal: { code: value.code, pointer: pointerTo(field.split('.')), detail: value.detail } };
    }
    values[field] = value;
  }
  const made = SHAPES[type](values, context);
  return made instanceof z.ZodError ? { refusal: refusalOf(made, values, fields) } : made;
}

const locationSchema = locationInputSchema.extend({ code: locationCodeSchema });
const movementSchema = z
  .strictObject({
    eventId: eventIdSchema.nullable(),
    source: sourceSchema,
    type: z.enum(MOVEMENT_TYPES),
    sku: skuSchema,
    location: locationCodeSchema,
    quantity: z.int().min(-MOVEMENT_QUANTITY_MAX).max(MOVEMENT_QUANTITY_MAX),
    occurredAt: z.date(),
    reference: lineOfText(200).nullable(),
    reservationId: reservationNames.reservationId.nullable(),
    orderReference: reservationNames.orderReference.nullable(),
    channel: reservationNames.channel.nullable(),
    pickupCode: reservationNames.pickupCode.nullable(),
  })
  .refine(({ type, quantity }) => type === 'adjustment' || quantity >= 0, {
    path: ['quantity'],
    message: 'is negative; say with `negative` what such a row is, for example negative=adjustment',
  })
  .refine(({ quantity }) => quantity !== 0, { path: ['quantity'], message: 'must not be 0: nothing moved' })
  .refine(namesOneReservation, {
    path: ['reservationId'],
    message: 'must be the only name of the reservation: its id, its order reference or its pickup code',
  })
  .transform(({ orderReference, channel, pickupCode, ...row }) => ({
    ...row,
    named: namedOtherwise({ orderReference, channel, pickupCode }),
  }));
const countSchema = z.strictObject({
  eventId: eventIdSchema.nullable(),
  source: sourceSchema,
  sku: skuSchema,
  location: locationCodeSchema,
  onHand: z.int().min(-ON_HAND_MAX).max(ON_HAND_MAX),
  countedAt: z.date(),
  expected: z.int().min(-ON_HAND_MAX).max(ON_HAND_MAX).nullable(),
});

type Shape<Made> = (values: Values, context: RowContext) => Made | z.ZodError;
const SHAPES: { [Type in ImportType]: Shape<RowOf[Type]> } = {
  items: itemOf,
  locations: locationOf,
  movements: movementOf,
  counts: countOf,
  levels: (values, context) => countOf({ countedAt: context.now, ...values }),
};

/** An item that has an English name only is called so in French too: shoppers must read something. */
function itemOf(values: Values): RowOf['items'] | z.ZodError {
  const name =
    values.name !== undefined && typeof values.name !== 'object' ? { fr: values.name } : values.name;
  const names = merged(name, values, 'name');
  const parsed = itemWithSkuSchema.safeParse({
    sku: values.sku,
    name: isObject(names) && names.fr === undefined ? { ...names, fr: names.en } : names,
    ...withPresent({
      barcodes: values.barcodes,
      imageUrl: values.imageUrl,
      // A currency that stands for the whole file makes no price where there is no amount.
      price: hasAny(values, 'price', 'price.amount') ? merged(values.price, values, 'price') : undefined,
      category: values.category,
      attributes: merged(values.attributes, values, 'attributes'),
    }),
  });
  if (!parsed.success) return parsed.error;
  const { sku, ...input } = parsed.data;
  return { sku, input };
}

/** What a file of stores seldom says. Until somebody says so, shoppers collect nothing there. */
const PICKUP = { enabled: false, preparationMinutes: 120, holdDays: 7 };

function locationOf(values: Values, context: RowContext): RowOf['locations'] | z.ZodError {
  const pickup = merged(values.pickup, values, 'pickup');
  const address = merged(values.address, values, 'address');
  const { 'openingHours.osm': osm, openingHours } = values;
  let hours = openingHours;
  if (hours === undefined && typeof osm === 'string') {
    const country = isObject(address) && typeof address.country === 'string' ? address.country : '';
    // Public holidays depend on the country; without a real one the row is refused for that.
    const read = isCountry(country) ? context.readOsmHours(osm, country, regionOf(values)) : null;
    if (read !== null && 'error' in read) {
      return problemAt(['openingHours'], read.error.detail, read.error.code);
    }
    hours = read?.openingHours;
  }
  const isSupplied = hasAny(values, 'replenishment', 'replenishment.from');
  const supply = isSupplied ? merged(values.replenishment, values, 'replenishment') : undefined;
  const parsed = locationSchema.safeParse({
    code: values.code,
    kind: values.kind ?? 'store',
    name: values.name,
    address,
    coordinates: merged(values.coordinates, values, 'coordinates'),
    timeZone: values.timeZone,
    openingHours: hours,
    pickup: isObject(pickup) || pickup === undefined ? { ...PICKUP, ...pickup } : pickup,
    ...withPresent({ replenishment: supply }),
  });
  if (!parsed.success) return parsed.error;
  const { code, ...input } = parsed.data;
  return { code, input };
}

function regionOf(values: Values): string | undefined {
  const region = values['openingHours.region'];
  return typeof region === 'string' ? region : undefined;
}

function movementOf(values: Values, context: RowContext): MovementRow | z.ZodError {
  const { type, quantity } = values;
  const becomes =
    typeof quantity === 'number' && quantity < 0 && isMovementType(type) ? context.negative(type) : null;
  const parsed = movementSchema.safeParse({
    eventId: values.eventId ?? null,
    source: values.source,
    type: becomes ?? type,
    sku: values.sku,
    location: values.location,
    // An adjustment is signed; every other type says by its name which way it goes.
    quantity: becomes === null || becomes === 'adjustment' ? quantity : Math.abs(Number(quantity)),
    occurredAt: values.occurredAt,
    reference: values.reference ?? null,
    reservationId: values.reservationId ?? null,
    orderReference: values.orderReference ?? null,
    // Files have a channel for purposes of their own: it matters only beside an order reference.
    channel: values.orderReference === undefined ? null : (values.channel ?? null),
    pickupCode: values.pickupCode ?? null,
  });
  return parsed.success ? parsed.data : parsed.error;
}

function isMovementType(type: unknown): type is MovementType {
  return MOVEMENT_TYPES.some((known) => known === type);
}

function countOf(values: Values): CountRow | z.ZodError {
  const parsed = countSchema.safeParse({
    eventId: values.eventId ?? null,
    source: values.source,
    sku: values.sku,
    location: values.location,
    onHand: values.onHand,
    countedAt: values.countedAt,
    expected: values.expected ?? null,
  });
  return parsed.success ? parsed.data : parsed.error;
}

/** A field that is an object: as a whole, with the parts that have a source of their own on top. */
function merged(whole: unknown, values: Values, name: string): unknown {
  const prefix = `${name}.`;
  const parts = Object.entries(values)
    .filter(([field]) => field.startsWith(prefix))
    .map(([field, value]) => [field.slice(prefix.length), value]);
  if (parts.length === 0 || (whole !== undefined && !isObject(whole))) return whole;
  return { ...whole, ...Object.fromEntries(parts) };
}

function hasAny(values: Values, ...fields: string[]): boolean {
  return fields.some((field) => values[field] !== undefined);
}

function withPresent(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function problemAt(path: string[], message: string, code: string): z.ZodError {
  return new z.ZodError([{ code: 'custom', path, message, params: { code }, input: undefined }]);
}
