// What the schema of opening hours takes, what it refuses, and where it says that the fault is.
import { describe, expect, test } from '@jest/globals';
import {
  EXCEPTIONS_MAX,
  openingHoursSchema,
  timeZoneSchema,
  WEEKLY_ENTRIES_MAX,
} from '../../src/domain/openingHours.ts';

type Input = { weekly: unknown[]; exceptions: unknown[] };

const morning = { days: ['mon', 'tue'], opens: '09:00', closes: '12:30' };
const afternoon = { days: ['tue'], opens: '14:00', closes: '19:00' };

function weekly(...entries: unknown[]): Input {
  return { weekly: entries, exceptions: [] };
}

function exceptions(...entries: unknown[]): Input {
  return { weekly: [], exceptions: entries };
}

function faultsOf(input: unknown): string[] {
  const issues = openingHoursSchema.safeParse(input).error?.issues ?? [];
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('opening hours are taken as they are written', () => {
  test.each<[string, Input]>([
    ['no hours at all', weekly()],
    ['a lunch break', weekly(morning, afternoon)],
    ['stretches that touch', weekly(morning, { ...afternoon, opens: '12:30' })],
    ['a whole day', weekly({ days: ['sat'], opens: '00:00', closes: '24:00' })],
    [
      'a night, as two entries',
      weekly(
        { days: ['fri'], opens: '20:00', closes: '24:00' },
        { days: ['sat'], opens: '00:00', closes: '02:00' },
      ),
    ],
    ['a closed date', exceptions({ date: '2026-12-25', closed: true })],
    ['a date with its own hours', exceptions({ date: '2026-12-24', opens: '09:00', closes: '17:00' })],
    [
      'a date that says that it is not closed',
      exceptions({ date: '2026-12-24', closed: false, opens: '09:00', closes: '17:00' }),
    ],
    [
      'a date with a lunch break of its own',
      exceptions(
        { date: '2026-12-24', opens: '09:00', closes: '12:00' },
        { date: '2026-12-24', opens: '13:00', closes: '17:00' },
      ),
    ],
    ['29 February of a leap year', exceptions({ date: '2028-02-29', closed: true })],
  ])('%s', (_, input) => {
    expect(openingHoursSchema.parse(input)).toEqual(input);
  });
});

describe('what contradicts itself is refused where the fault is', () => {
  test.each<[string, Input, string[]]>([
    [
      'two entries overlap on one of their days',
      weekly(morning, { ...afternoon, opens: '12:00' }),
      ['weekly.1.opens: overlaps 09:00–12:30 on tue (weekly.0)'],
    ],
    [
      'an earlier long stretch overlaps a later one, past a short one',
      weekly(
        { days: ['mon'], opens: '08:00', closes: '20:00' },
        { days: ['mon'], opens: '09:00', closes: '10:00' },
        { days: ['mon'], opens: '11:00', closes: '12:00' },
      ),
      [
        'weekly.1.opens: overlaps 08:00–20:00 on mon (weekly.0)',
        'weekly.2.opens: overlaps 08:00–20:00 on mon (weekly.0)',
      ],
    ],
    [
      'an entry names a day twice',
      weekly({ ...morning, days: ['mon', 'mon'] }),
      ['weekly.0.opens: overlaps 09:00–12:30 on mon (weekly.0)'],
    ],
    [
      'two exceptions of a date overlap',
      exceptions(
        { date: '2026-12-24', opens: '10:00', closes: '12:00' },
        { date: '2026-12-24', opens: '09:00', closes: '11:00' },
      ),
      ['exceptions.0.opens: overlaps 09:00–11:00 on 2026-12-24 (exceptions.1)'],
    ],
    [
      'a date is closed and has hours',
      exceptions(
        { date: '2026-12-24', closed: true },
        { date: '2026-12-24', opens: '09:00', closes: '11:00' },
      ),
      ['exceptions.1.date: another exception says that 2026-12-24 is closed'],
    ],
  ])('%s', (_, input, faults) => {
    expect(faultsOf(input)).toEqual(faults);
  });

  test.each([
    ['past midnight', '20:00', '02:00'],
    ['no time at all', '09:00', '09:00'],
    ['to the midnight before', '20:00', '00:00'],
  ])('hours that go %s are told how to be written', (_, opens, closes) => {
    expect(faultsOf(weekly({ days: ['fri', 'sat'], opens, closes }))).toEqual([
      'weekly.0.closes: must be after opens; for hours past midnight, write one entry until "24:00" and another from "00:00" of the next day',
    ]);
  });
});

describe('what is no opening hours is refused', () => {
  test.each<[string, unknown, string]>([
    ['a time without its zero', weekly({ ...morning, opens: '9:00' }), 'weekly.0.opens'],
    ['an opening at 24:00', weekly({ ...morning, opens: '24:00' }), 'weekly.0.opens'],
    ['a closing after 24:00', weekly({ ...morning, closes: '24:01' }), 'weekly.0.closes'],
    ['minutes past 59', weekly({ ...morning, closes: '12:60' }), 'weekly.0.closes'],
    ['an entry without days', weekly({ ...morning, days: [] }), 'weekly.0.days'],
    ['a day by its full name', weekly({ ...morning, days: ['monday'] }), 'weekly.0.days.0'],
    ['an unknown field', weekly({ ...morning, note: 'x' }), 'weekly.0'],
    ['29 February of another year', exceptions({ date: '2026-02-29', closed: true }), 'exceptions.0.date'],
    ['an exception that says nothing', exceptions({ date: '2026-02-28' }), 'exceptions.0.opens'],
    [
      'a closed date with hours in it',
      exceptions({ date: '2026-02-28', closed: true, opens: '09:00', closes: '10:00' }),
      'exceptions.0',
    ],
    ['no exceptions list', { weekly: [] }, 'exceptions'],
    [
      'too many weekly entries',
      weekly(...Array(WEEKLY_ENTRIES_MAX + 1).fill({ ...morning, days: ['mon'] })),
      'weekly',
    ],
    [
      'too many exceptions',
      exceptions(...Array(EXCEPTIONS_MAX + 1).fill({ date: '2026-12-25', closed: true })),
      'exceptions',
    ],
    ['null', null, ''],
  ])('%s', (_, input, path) => {
    expect(faultsOf(input)[0]?.split(':')[0]).toBe(path);
  });
});

describe('a time zone', () => {
  test.each(['Europe/Paris', 'Indian/Reunion', 'America/Argentina/Buenos_Aires', 'UTC'])('is %s', (name) => {
    expect(timeZoneSchema.safeParse(name).success).toBe(true);
  });

  test.each(['', 'Paris', '+02:00', 'GMT+25', 'Europe/Paris ', 'x'.repeat(65)])('is not "%s"', (name) => {
    expect(timeZoneSchema.safeParse(name).success).toBe(false);
  });
});
