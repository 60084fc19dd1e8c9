// What a shopping site is told: the words by units, and the days by the calendar on the store's wall.
import { describe, expect, test } from '@jest/globals';
import { offerOf, promisesOf, type StorePromises, slaOf } from '../../src/domain/localInventory.ts';
import { describeLocation, type LocationRecord } from '../../src/domain/location.ts';
import { locationInput } from '../support/catalogue.ts';

const NOON = new Date('2026-11-24T11:00:00.000Z');

function record(change: Parameters<typeof locationInput>[0]): LocationRecord {
  const kept = { id: 1, code: 'S', version: 1, createdAt: NOON, updatedAt: NOON };
  return { ...describeLocation(locationInput(change)), ...kept };
}

const open: StorePromises = { opens: true, here: 'same day', byTransfer: '2-day' };

test.each<[string, StorePromises, number, number, string]>([
  ['three units', open, 3, 0, 'in_stock 3 buy same day'],
  ['two units', open, 2, 9, 'limited_availability 2 buy same day'],
  ['one unit', open, 1, 9, 'limited_availability 1 buy same day'],
  ['none here, one at the source', open, 0, 1, 'on_display_to_order 0 ship to store 2-day'],
  ['none anywhere', open, 0, 0, 'out_of_stock 0 not supported null'],
  ['none here, and nobody sends', { ...open, byTransfer: null }, 0, 9, 'out_of_stock 0 not supported null'],
  [
    'a store that hands over nothing',
    { ...open, here: null, byTransfer: null },
    5,
    9,
    'in_stock 5 not supported null',
  ],
  ['the same, empty', { ...open, here: null, byTransfer: null }, 0, 9, 'out_of_stock 0 not supported null'],
  [
    'a store that never opens',
    { opens: false, here: null, byTransfer: null },
    5,
    9,
    'out_of_stock 0 not supported null',
  ],
])('%s', (_, promises, here, atSource, expected) => {
  const offer = offerOf(promises, { here, atSource }, 'buy');
  expect(`${offer.availability} ${offer.quantity} ${offer.pickupMethod} ${offer.pickupSla}`).toBe(expected);
});

test('the shop says whether units on the shelf are bought or reserved', () => {
  expect(offerOf(open, { here: 3, atSource: 0 }, 'reserve').pickupMethod).toBe('reserve');
  expect(offerOf(open, { here: 0, atSource: 1 }, 'reserve').pickupMethod).toBe('ship to store');
});

describe('days', () => {
  test.each([
    ['Europe/Paris', '2026-11-24T11:00:00Z', '2026-11-24T22:59:00Z', 'same day'],
    ['Europe/Paris', '2026-11-24T22:59:00Z', '2026-11-24T23:00:00Z', 'next day'],
    ['Indian/Reunion', '2026-11-24T19:59:00Z', '2026-11-24T20:00:00Z', 'next day'],
    ['America/Los_Angeles', '2026-11-24T20:00:00Z', '2026-11-25T07:59:00Z', 'same day'],
    ['Europe/Paris', '2026-11-24T11:00:00Z', '2026-11-26T09:00:00Z', '2-day'],
    ['Europe/Paris', '2026-11-24T11:00:00Z', '2026-11-30T09:00:00Z', '6-day'],
    ['Europe/Paris', '2026-11-24T11:00:00Z', '2026-12-01T09:00:00Z', 'multi-week'],
    // The night of the clock change has 25 hours, and is one night.
    ['Europe/Paris', '2026-10-24T21:59:00Z', '2026-10-25T22:59:00Z', 'next day'],
  ])('in %s from %s to %s are %s', (zone, now, readyAt, expected) => {
    expect(slaOf(zone, new Date(now), new Date(readyAt))).toBe(expected);
  });
});

describe('a store promises', () => {
  const weekdays = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], opens: '06:00', closes: '20:00' } as const;
  const depot = record({
    openingHours: { weekly: [{ ...weekdays, days: [...weekdays.days] }], exceptions: [] },
  });
  const replenishment = { from: 'DEPOT', leadTimeDays: 1, cutOff: '14:00' };
  const none = { enabled: false, preparationMinutes: 0, holdDays: 1 };

  test.each<[string, Parameters<typeof locationInput>[0], StorePromises]>([
    [
      'for today from its shelves, for tomorrow from the depot',
      { replenishment },
      { opens: true, here: 'same day', byTransfer: 'next day' },
    ],
    ['nothing by transfer, which nobody sends', {}, { opens: true, here: 'same day', byTransfer: null }],
    [
      'nothing where it hands over no orders',
      { replenishment, pickup: none },
      { opens: true, here: null, byTransfer: null },
    ],
    [
      'nothing where it never opens',
      { replenishment, openingHours: { weekly: [], exceptions: [] } },
      { opens: false, here: null, byTransfer: null },
    ],
    [
      'for its next opening while it is closed',
      {
        openingHours: {
          weekly: [{ days: ['mon'], opens: '09:30', closes: '19:00' }],
          exceptions: [],
        },
      },
      { opens: true, here: '6-day', byTransfer: null },
    ],
  ])('%s', (_, change, expected) => {
    const source = change?.replenishment == null ? null : depot;
    expect(promisesOf(record(change), source, 0, NOON)).toEqual(expected);
  });

  test('later when many orders wait before', () => {
    const pickup = { enabled: true, preparationMinutes: 60, holdDays: 5, ordersPerHour: 1 };
    expect(promisesOf(record({ pickup }), null, 9, NOON).here).toBe('next day');
  });
});
