// What a row of a file becomes, by type of import: a table of maps, cells and outcomes.
import { expect, test } from '@jest/globals';
import { parseNegative } from '../../src/domain/import.ts';
import type { ImportType } from '../../src/domain/importFields.ts';
import { parseMap } from '../../src/domain/importMap.ts';
import { checkMapFields, planFields } from '../../src/domain/importPlan.ts';
import { mapRow, type RowContext } from '../../src/domain/importRow.ts';

const HOURS = { weekly: [{ days: ['mon' as const], opens: '09:00', closes: '19:00' }], exceptions: [] };
const context: RowContext = {
  decimal: 'point',
  dates: 'ymd',
  listSeparator: '|',
  now: new Date('2026-11-21T12:00:00Z'),
  zoneOf: (location) => (location === 'NY-1' ? 'America/New_York' : 'Europe/Paris'),
  readOsmHours: (text, country, region) =>
    text === 'bad'
      ? { error: { code: 'unreadable-opening-hours', detail: 'what is this' } }
      : { openingHours: text === `${country} ${region}` ? { weekly: [], exceptions: [] } : HOURS },
  negative: parseNegative(''),
};

type Cells = Record<string, string>;

/** Maps one CSV row with these columns. */
function mapped(type: ImportType, map: string, cells: Cells, more: Partial<RowContext> = {}) {
  const names = Object.keys(cells);
  const columns = {
    names,
    cell: (name: string) => (names.includes(name) ? (row: Cells) => row[name] : null),
  };
  const entries = parseMap(map);
  checkMapFields(type, entries);
  const fields = planFields(type, entries, columns, { source: 'import' });
  return mapRow(type, fields, cells, { ...context, ...more });
}

const SALE = { type: 'Sale', sku: 'A1', location: 'NY-1', quantity: '2', occurredAt: '2026-07-14' };
const STORE = {
  code: 'S1',
  name: 'One',
  street: '1 rue',
  'postal code': '59000',
  city: 'Lille',
  country: 'FR',
  lat: '50.6',
  lng: '3.1',
  time_zone: 'Europe/Paris',
  hours: 'Mo 09:00-19:00',
};

test('columns are found by the field’s own name, however it is written, and by common ones', () => {
  expect(
    mapped('movements', '', {
      'Event ID': 'e1',
      TYPE: 'sale',
      SKU: 'A1',
      location: 'L',
      qty: '2.0',
      occurred_at: '2026-07-14T00:00:00Z',
    }),
  ).toMatchObject({ eventId: 'e1', type: 'sale', quantity: 2, source: 'import' });
});

test('a movement has its own time zone, its store’s: a date alone is the day’s first instant there', () => {
  expect(mapped('movements', '', SALE)).toEqual({
    eventId: null,
    source: 'import',
    type: 'sale',
    sku: 'A1',
    location: 'NY-1',
    quantity: 2,
    occurredAt: new Date('2026-07-14T04:00:00Z'),
    reference: null,
    reservationId: null,
    named: null,
  });
});

test.each([
  ['a table', 'type:Kind[S=sale;R=return]', { ...SALE, Kind: 'R' }, { type: 'return' }],
  ['a constant', 'type:=receipt,source:=iowa', SALE, { type: 'receipt', source: 'iowa' }],
  ['a template', 'eventId:~{sku}/{location}', SALE, { eventId: 'A1/NY-1' }],
  [
    'the first that is not empty',
    'reference:Ticket|Order|=none',
    { ...SALE, Ticket: ' ', Order: 'o-7' },
    { reference: 'o-7' },
  ],
  [
    'a constant behind empty columns',
    'reference:Ticket|=none',
    { ...SALE, Ticket: '' },
    { reference: 'none' },
  ],
])('a value from %s', (_, map, cells, made) => {
  expect(mapped('movements', map, cells)).toMatchObject(made);
});

test.each([
  ['sale', '-2', 'sale:return', { type: 'return', quantity: 2 }],
  ['receipt', '-10', 'sale:return,receipt:adjustment', { type: 'adjustment', quantity: -10 }],
  ['receipt', '-10', 'adjustment', { type: 'adjustment', quantity: -10 }],
  ['adjustment', '-3', 'return', { type: 'adjustment', quantity: -3 }],
  ['receipt', '-10', 'sale:return', { refusal: { code: 'invalid', pointer: '/quantity' } }],
  ['sale', '-1', '', { refusal: { code: 'invalid', pointer: '/quantity' } }],
  ['sale', '0', 'adjustment', { refusal: { code: 'invalid', pointer: '/quantity' } }],
])('a %s of %s where negative=%s', (type, quantity, negative, made) => {
  const rules = { negative: parseNegative(negative) };
  expect(mapped('movements', '', { ...SALE, type, quantity }, rules)).toMatchObject(made);
});

test.each([
  ['an empty cell', { sku: ' ' }, 'required', '/sku', /empty in column `sku`/],
  ['a fraction', { quantity: '1.5' }, 'bad-format', '/quantity', /whole number, not `1.5`/],
  ['a word for a number', { quantity: 'two' }, 'bad-format', '/quantity', /`two`/],
  ['a huge number', { quantity: '99999999' }, 'too-large', '/quantity', /1000000/],
  ['an unknown type', { type: 'gift' }, 'unknown-value', '/type', /sale/],
  ['no time', { occurredAt: 'noon' }, 'bad-format', '/occurredAt', /`noon`/],
  ['an impossible sku', { sku: 'a b' }, 'bad-format', '/sku', /ASCII/],
])('%s is refused, naming field and rule', (_, change, code, pointer, detail) => {
  expect(mapped('movements', '', { ...SALE, ...change })).toEqual({
    refusal: { code, pointer, detail: expect.stringMatching(detail) },
  });
});

test('a value that a table lacks is refused, unless another source has one', () => {
  expect(mapped('movements', 'type:Kind[S=sale]', { ...SALE, Kind: 'X' })).toEqual({
    refusal: {
      code: 'unmapped-value',
      pointer: '/type',
      detail: "The map's table has nothing for `X`.",
    },
  });
  expect(mapped('movements', 'type:Kind[S=sale]|=loss', { ...SALE, Kind: 'X' })).toMatchObject({
    type: 'loss',
  });
});

test('a decimal comma is read where it is asked for', () => {
  const map = 'sku:Ref,name.fr:Nom,price.amount:Prix,price.currency:=EUR';
  const cells = { Ref: 'A1', Nom: 'Lampe', Prix: '12,50' };
  expect(mapped('items', map, cells, { decimal: 'comma' })).toMatchObject({
    input: { price: { amount: 12.5, currency: 'EUR' } },
  });
  expect(mapped('items', map, cells)).toMatchObject({ refusal: { pointer: '/price/amount' } });
});

test('a currency for the whole file makes no price where there is no amount; nor do lead times a supply', () => {
  const item = mapped('items', 'price.amount:Prix,price.currency:=EUR', { sku: 'A1', name: 'x', Prix: '' });
  expect(item).toEqual({ sku: 'A1', input: { name: { fr: 'x' } } });
  const supply = 'replenishment.from:depot,replenishment.leadTimeDays:=2,replenishment.cutOff:=14:00';
  const store = mapped('locations', `openingHours.osm:hours,${supply}`, { ...STORE, depot: '' });
  expect(store).not.toHaveProperty('input.replenishment');
});

test('an item: an English name alone is the French one too; barcodes are a list; attributes are text', () => {
  expect(
    mapped('items', 'name.en:Title,attributes.volumeMl:Volume', {
      sku: 'A1',
      Title: 'Lamp',
      EAN: '123 | 456|',
      Volume: '750',
    }),
  ).toEqual({
    sku: 'A1',
    input: { name: { en: 'Lamp', fr: 'Lamp' }, barcodes: ['123', '456'], attributes: { volumeMl: '750' } },
  });
});

test('an item’s name may be a text, or an object as JSON has it', () => {
  const columns = { names: null, cell: (name: string) => (row: Record<string, unknown>) => row[name] };
  const fields = planFields('items', [], columns, {});
  const map = (row: Record<string, unknown>) => mapRow('items', fields, row, context);
  expect(map({ sku: 34458, name: 'Lampe' })).toEqual({ sku: '34458', input: { name: { fr: 'Lampe' } } });
  expect(map({ sku: 'A1', name: { fr: 'Lampe', en: 'Lamp' } })).toMatchObject({
    input: { name: { en: 'Lamp' } },
  });
  expect(map({ sku: 'A1', name: { en: 5 } })).toMatchObject({ refusal: { code: 'wrong-type' } });
  expect(map({ sku: 'A1', name: 'x', barcodes: ['1', 2] })).toMatchObject({
    refusal: { pointer: '/barcodes/1' },
  });
});

test('a location: what files seldom say has a default, and hours may be OpenStreetMap’s', () => {
  expect(mapped('locations', 'openingHours.osm:hours', STORE)).toEqual({
    code: 'S1',
    input: {
      kind: 'store',
      name: 'One',
      address: { street: '1 rue', postalCode: '59000', city: 'Lille', country: 'FR' },
      coordinates: { latitude: 50.6, longitude: 3.1 },
      timeZone: 'Europe/Paris',
      openingHours: HOURS,
      pickup: { enabled: false, preparationMinutes: 120, holdDays: 7 },
    },
  });
  const map =
    'openingHours.osm:hours,openingHours.region:=Moselle,pickup.enabled:=oui,replenishment.from:=W1,replenishment.leadTimeDays:=2,replenishment.cutOff:=14:00';
  expect(mapped('locations', map, { ...STORE, hours: 'FR Moselle' })).toMatchObject({
    input: {
      openingHours: { weekly: [] },
      pickup: { enabled: true, holdDays: 7 },
      replenishment: { from: 'W1', leadTimeDays: 2, cutOff: '14:00' },
    },
  });
});

test.each([
  ['no coordinates', { lat: '', lng: '' }, 'required', '/coordinates'],
  ['one coordinate', { lng: '' }, 'required', '/coordinates/longitude'],
  ['no country that there is', { country: 'FRANCE' }, 'invalid', '/address/country'],
  ['hours that cannot be read', { hours: 'bad' }, 'unreadable-opening-hours', '/openingHours'],
  ['no hours', { hours: '' }, 'required', '/openingHours'],
  ['a latitude beyond the pole', { lat: '95' }, 'too-large', '/coordinates/latitude'],
])('a location with %s is refused', (_, change, code, pointer) => {
  expect(mapped('locations', 'openingHours.osm:hours', { ...STORE, ...change })).toMatchObject({
    refusal: { code, pointer },
  });
});

test('opening hours may be JSON', () => {
  const cells = { ...STORE, openingHours: JSON.stringify(HOURS) };
  expect(mapped('locations', '', cells)).toMatchObject({ input: { openingHours: HOURS } });
});

test('a level without a time was counted when its file was sent; a count needs one', () => {
  const cells = { sku: 'A1', location: 'L', onHand: '-3' };
  expect(mapped('levels', '', cells)).toMatchObject({ onHand: -3, countedAt: context.now, expected: null });
  expect(mapped('counts', 'countedAt:=now', cells)).toMatchObject({ countedAt: context.now });
  expect(() => mapped('counts', '', cells)).toThrow(/Nothing gives countedAt/);
});

test.each([
  ['a column that is not there', 'sku:Nothing', /no column `Nothing`.*columns are `type`, `sku`/],
  ['a column of a template that is not there', 'reference:~x{Nothing}', /no column `Nothing`/],
  ['a needed field without a source', 'sku:', /Nothing gives sku/],
])('%s makes the whole file unusable', (_, map, message) => {
  expect(() => mapped('movements', map, SALE)).toThrow(message);
});

test('a map cannot name a field that the type does not have', () => {
  expect(() => mapped('movements', 'onHand:sku', SALE)).toThrow(/movements has no field onHand/);
  expect(() => mapped('movements', 'attributes.x:sku', SALE)).toThrow(/no field/);
});
