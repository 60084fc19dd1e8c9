// The fields that a row of an import may fill, by type of import: what each holds, and the column names that are
// taken for it without a map. Knows no file and no value.

export const IMPORT_TYPES = ['items', 'locations', 'movements', 'counts', 'levels'] as const;
export type ImportType = (typeof IMPORT_TYPES)[number];

/**
 * What a field's text stands for. `list`: parts with a separator between them. `json`: any JSON value. `instant`: a
 * time, as importTime.ts reads it. `choice`: one of ours, in any case. `any`: whatever JSON or a cell has.
 */
export type FieldKind =
  | 'any'
  | 'text'
  | 'choice'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'instant'
  | 'list'
  | 'json';

/** By the path of the field in what a row becomes. */
export const IMPORT_FIELDS: Record<ImportType, Readonly<Record<string, FieldKind>>> = {
  items: {
    sku: 'text',
    name: 'any',
    'name.fr': 'text',
    'name.en': 'text',
    barcodes: 'list',
    imageUrl: 'text',
    price: 'json',
    'price.amount': 'number',
    'price.currency': 'text',
    category: 'text',
    attributes: 'json',
  },
  locations: {
    code: 'text',
    kind: 'choice',
    name: 'text',
    address: 'json',
    'address.street': 'text',
    'address.postalCode': 'text',
    'address.city': 'text',
    'address.country': 'text',
    coordinates: 'json',
    'coordinates.latitude': 'number',
    'coordinates.longitude': 'number',
    timeZone: 'text',
    openingHours: 'json',
    'openingHours.osm': 'text',
    'openingHours.region': 'text',
    pickup: 'json',
    'pickup.enabled': 'boolean',
    'pickup.preparationMinutes': 'integer',
    'pickup.holdDays': 'integer',
    'pickup.ordersPerHour': 'integer',
    'pickup.offlineHandOver': 'boolean',
    replenishment: 'json',
    'replenishment.from': 'text',
    'replenishment.leadTimeDays': 'integer',
    'replenishment.cutOff': 'text',
  },
  movements: {
    eventId: 'text',
    source: 'text',
    type: 'choice',
    sku: 'text',
    location: 'text',
    quantity: 'integer',
    occurredAt: 'instant',
    reference: 'text',
    reservationId: 'text',
    orderReference: 'text',
    channel: 'text',
    pickupCode: 'text',
  },
  counts: {
    eventId: 'text',
    source: 'text',
    sku: 'text',
    location: 'text',
    onHand: 'integer',
    countedAt: 'instant',
    expected: 'integer',
  },
  levels: {
    eventId: 'text',
    source: 'text',
    sku: 'text',
    location: 'text',
    onHand: 'integer',
    countedAt: 'instant',
  },
};

/** Fields without which no row can be kept: a file with nothing for one of them is refused as a whole. One of each group. */
export const FIELDS_NEEDED: Record<ImportType, readonly (readonly string[])[]> = {
  items: [['sku'], ['name', 'name.fr', 'name.en']],
  locations: [
    ['code'],
    ['name'],
    ['address', 'address.street'],
    ['coordinates', 'coordinates.latitude'],
    ['timeZone'],
    ['openingHours', 'openingHours.osm'],
  ],
  movements: [['type'], ['sku'], ['location'], ['quantity'], ['occurredAt']],
  counts: [['sku'], ['location'], ['onHand'], ['countedAt']],
  levels: [['sku'], ['location'], ['onHand']],
};

/** Other names that files commonly have, in the form that `plainName` gives them. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  barcodes: ['barcode', 'ean', 'ean13', 'gtin'],
  imageUrl: ['image'],
  quantity: ['qty'],
  'price.amount': ['price'],
  'address.street': ['address', 'street'],
  'address.postalCode': ['postalcode', 'postcode', 'zipcode', 'zip'],
  'address.city': ['city'],
  'address.country': ['country'],
  'coordinates.latitude': ['latitude', 'lat'],
  'coordinates.longitude': ['longitude', 'lng', 'lon'],
  'openingHours.osm': ['osmopeninghours'],
};

const ATTRIBUTE = 'attributes.';

/** What the field holds; null for a field that this type of import does not have. Any `attributes.…` is text. */
export function kindOfField(type: ImportType, field: string): FieldKind | null {
  if (type === 'items' && field.startsWith(ATTRIBUTE) && field.length > ATTRIBUTE.length) return 'text';
  return Object.hasOwn(IMPORT_FIELDS[type], field) ? (IMPORT_FIELDS[type][field] ?? null) : null;
}

/**
 * The column that fills a field which the map does not mention: its own name, however written, or a common one.
 * A field that is an object has none: a column called Address holds a street, not JSON.
 */
export function columnFor(type: ImportType, field: string, columns: readonly string[]): string | null {
  if (isWhole(type, field)) return null;
  const names = [plainName(field), ...(ALIASES[field] ?? [])];
  for (const name of names) {
    const column = columns.find((candidate) => plainName(candidate) === name);
    if (column !== undefined) return column;
  }
  return null;
}

function isWhole(type: ImportType, field: string): boolean {
  return kindOfField(type, field) === 'json' && field !== 'openingHours';
}

/** `Event ID`, `event_id` and `eventId` are one name. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}
