// Local days and their instants, over clocks that change. Expected instants are written out, in UTC.
import { describe, expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import {
  dateOfDay,
  dayOfDate,
  instantOf,
  localDayOf,
  minuteOf,
  weekdayOf,
} from '../../src/domain/calendar.ts';

describe('the instant of a local time', () => {
  test.each([
    ['in winter', 'Europe/Paris', '2026-01-15', '09:30', '2026-01-15T08:30:00Z'],
    ['in summer', 'Europe/Paris', '2026-07-15', '09:30', '2026-07-15T07:30:00Z'],
    ['before the spring change', 'Europe/Paris', '2026-03-29', '01:59', '2026-03-29T00:59:00Z'],
    ['that spring skips is the change', 'Europe/Paris', '2026-03-29', '02:30', '2026-03-29T01:00:00Z'],
    ['after the spring change', 'Europe/Paris', '2026-03-29', '09:30', '2026-03-29T07:30:00Z'],
    ['that autumn repeats is the first one', 'Europe/Paris', '2026-10-25', '02:30', '2026-10-25T00:30:00Z'],
    ['after the autumn change', 'Europe/Paris', '2026-10-25', '03:00', '2026-10-25T02:00:00Z'],
    ['at the end of a day of 25 hours', 'Europe/Paris', '2026-10-25', '24:00', '2026-10-25T23:00:00Z'],
    ['in a zone without changes', 'Indian/Reunion', '2026-03-29', '02:30', '2026-03-28T22:30:00Z'],
    ['at its own date of change', 'America/New_York', '2026-03-08', '02:30', '2026-03-08T07:00:00Z'],
    ['where midnight is skipped', 'Africa/Cairo', '2026-04-24', '00:00', '2026-04-23T22:00:00Z'],
    ['where a change is half an hour', 'Australia/Lord_Howe', '2026-10-04', '02:15', '2026-10-03T15:30:00Z'],
    ['far in the east', 'Pacific/Kiritimati', '2026-01-01', '00:00', '2025-12-31T10:00:00Z'],
  ])('%s', (_, zone, date, time, instant) => {
    expect(new Date(instantOf(zone, dayOfDate(date), minuteOf(time)))).toEqual(new Date(instant));
  });
});

describe('the local day of an instant', () => {
  test.each([
    ['just before midnight in Paris', 'Europe/Paris', '2026-11-21T22:59:59.999Z', '2026-11-21'],
    ['midnight in Paris', 'Europe/Paris', '2026-11-21T23:00:00Z', '2026-11-22'],
    ['the same instant in New York', 'America/New_York', '2026-11-21T23:00:00Z', '2026-11-21'],
    ['the same instant in Auckland', 'Pacific/Auckland', '2026-11-21T23:00:00Z', '2026-11-22'],
    ['before 1970', 'Europe/Paris', '1969-12-31T22:59:00Z', '1969-12-31'],
  ])('%s', (_, zone, at, date) => {
    expect(dateOfDay(localDayOf(zone, Date.parse(at)))).toBe(date);
  });

  test.each(['Europe/Paris', 'America/New_York', 'Africa/Cairo', 'Pacific/Auckland', 'Indian/Reunion'])(
    'is what luxon says, each half hour of a year in %s',
    (zone) => {
      const start = Date.parse('2026-01-01T00:00:00Z');
      const halfHours = Array.from({ length: 365 * 48 }, (_, index) => start + index * 1_800_000);
      const differing = halfHours.filter(
        (at) => dateOfDay(localDayOf(zone, at)) !== DateTime.fromMillis(at, { zone }).toISODate(),
      );
      expect(differing).toEqual([]);
    },
  );

  test('does not exist for what is no instant', () => {
    expect(() => localDayOf('Europe/Paris', Number.NaN)).toThrow(RangeError);
  });

  test('does not exist in an unknown zone', () => {
    expect(() => localDayOf('Europe/Lille', 0)).toThrow(RangeError);
  });
});

test.each([
  ['1969-12-29', 0],
  ['1970-01-01', 3],
  ['2026-11-21', 5],
  ['2026-11-22', 6],
])('%s is weekday %i', (date, weekday) => {
  expect(weekdayOf(dayOfDate(date))).toBe(weekday);
});
