// What a location may be called and hold, at the edge of each limit.
import { describe, expect, test } from '@jest/globals';
import { isCountry } from '../../src/domain/country.ts';
import {
  describeLocation,
  locationCodeSchema,
  locationInputSchema,
  sameLocation,
} from '../../src/domain/location.ts';
import { locationInput } from '../support/catalogue.ts';

const accepts = (input: unknown) => locationInputSchema.safeParse(input).success;
const base = locationInput();

describe('a code', () => {
  test.each(['FR-LILLE-01', '2190', 'a', 'A.b_c-D', 'x'.repeat(64)])('may be %s', (code) => {
    expect(locationCodeSchema.safeParse(code).success).toBe(true);
  });

  test.each(['', 'x'.repeat(65), '-A', '.', '..', 'A B', 'A/B', 'Lyon é', 'A\n'])('may not be %j', (code) => {
    expect(locationCodeSchema.safeParse(code).success).toBe(false);
  });
});

describe('a location', () => {
  test.each([
    ['a name of 200 characters', { name: 'x'.repeat(200) }],
    ['the poles and the date line', { coordinates: { latitude: 90, longitude: -180 } }],
    ['no replenishment, said outright', { replenishment: null }],
    ['preparation at once', { pickup: { enabled: true, preparationMinutes: 0, holdDays: 1 } }],
    [
      'a week to prepare',
      { pickup: { enabled: true, preparationMinutes: 10_080, holdDays: 60, ordersPerHour: 1 } },
    ],
    ['pickup turned off', { pickup: { enabled: false, preparationMinutes: 60, holdDays: 5 } }],
    ['replenishment on the same day', { replenishment: { from: 'W', leadTimeDays: 0, cutOff: '00:00' } }],
    ['a lead time of 90 days', { replenishment: { from: 'W', leadTimeDays: 90, cutOff: '23:59' } }],
  ])('may have %s', (_, change) => {
    expect(accepts({ ...base, ...change })).toBe(true);
  });

  test.each([
    ['no name', { name: undefined }],
    ['a blank name', { name: ' ' }],
    ['a name of 201 characters', { name: 'x'.repeat(201) }],
    ['another kind', { kind: 'kiosk' }],
    ['a latitude beyond the pole', { coordinates: { latitude: 90.01, longitude: 0 } }],
    ['a longitude beyond the date line', { coordinates: { latitude: 0, longitude: 180.01 } }],
    ['coordinates as text', { coordinates: { latitude: '50', longitude: '3' } }],
    ['a country that is none', { address: { ...base.address, country: 'XX' } }],
    ['a country in small letters', { address: { ...base.address, country: 'fr' } }],
    ['a street of 201 characters', { address: { ...base.address, street: 'x'.repeat(201) } }],
    ['a time zone that is none', { timeZone: 'Europe/Lille' }],
    ['an offset for a time zone', { timeZone: '+02:00' }],
    [
      'hours that end before they begin',
      { openingHours: { weekly: [{ days: ['mon'], opens: '19:00', closes: '09:00' }], exceptions: [] } },
    ],
    ['half a minute of preparation', { pickup: { ...base.pickup, preparationMinutes: 0.5 } }],
    ['more than a week of preparation', { pickup: { ...base.pickup, preparationMinutes: 10_081 } }],
    ['no day to collect', { pickup: { ...base.pickup, holdDays: 0 } }],
    ['61 days to collect', { pickup: { ...base.pickup, holdDays: 61 } }],
    ['no order an hour', { pickup: { ...base.pickup, ordersPerHour: 0 } }],
    ['a negative lead time', { replenishment: { from: 'W', leadTimeDays: -1, cutOff: '14:00' } }],
    ['a lead time of 91 days', { replenishment: { from: 'W', leadTimeDays: 91, cutOff: '14:00' } }],
    ['a cut-off at 24:00', { replenishment: { from: 'W', leadTimeDays: 1, cutOff: '24:00' } }],
    ['half a replenishment', { replenishment: { from: 'W' } }],
    ['its own code in the body', { code: 'FR-LILLE-01' }],
    ['a field nobody knows inside its pickup', { pickup: { ...base.pickup, minutes: 5 } }],
  ])('may not have %s', (_, change) => {
    expect(accepts({ ...base, ...change })).toBe(false);
  });

  test('is the same without replenishment as with none', () => {
    expect(sameLocation(describeLocation(base), describeLocation({ ...base, replenishment: null }))).toBe(
      true,
    );
    const moved = { ...base, coordinates: { latitude: 50.1, longitude: 3 } };
    expect(sameLocation(describeLocation(base), describeLocation(moved))).toBe(false);
  });
});

describe('countries', () => {
  test('are the assigned codes of ISO 3166-1 and nothing else', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
    const assigned = letters.flatMap((a) => letters.map((b) => a + b)).filter(isCountry);
    expect(assigned).toHaveLength(249);
    expect(['EU', 'UK', 'XK', 'UN'].some(isCountry)).toBe(false);
    // Each has a name in Intl, which knows more codes but none fewer.
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    expect(assigned.filter((code) => names.of(code) === undefined)).toEqual([]);
  });
});
