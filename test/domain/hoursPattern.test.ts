// Days become weekly hours and exceptions that say of each day what it was.
import { describe, expect, test } from '@jest/globals';
import { DAY_MS, dateOfDay, dayOfDate, weekdayOf } from '../../src/domain/calendar.ts';
import { type DayHours, openingHoursFromDays } from '../../src/domain/hoursPattern.ts';
import { openingHoursSchema } from '../../src/domain/openingHours.ts';
import { openIntervals } from '../../src/domain/openTime.ts';

const MONDAY = dayOfDate('2026-11-23');
const MORNING = { opens: '09:00', closes: '12:00' };
const AFTERNOON = { opens: '14:00', closes: '18:00' };

/** `weeks` weeks from a Monday; each day's stretches from its weekday (0 is Monday) and the week's number. */
function daysOf(
  weeks: number,
  stretches: (weekday: number, week: number) => DayHours['stretches'],
): DayHours[] {
  return Array.from({ length: weeks * 7 }, (_, index) => ({
    day: MONDAY + index,
    stretches: stretches(index % 7, Math.floor(index / 7)),
  }));
}

describe('the pattern', () => {
  test('is one list of days for each stretch that they share', () => {
    const days = daysOf(4, (weekday) => {
      if (weekday === 6) return [];
      return weekday === 5 ? [MORNING] : [MORNING, AFTERNOON];
    });
    expect(openingHoursFromDays(days)).toEqual({
      weekly: [
        { days: ['mon', 'tue', 'wed', 'thu', 'fri'], ...MORNING },
        { days: ['mon', 'tue', 'wed', 'thu', 'fri'], ...AFTERNOON },
        { days: ['sat'], ...MORNING },
      ],
      exceptions: [],
    });
  });

  test('is what most weeks have; the others are exceptions, each stretch of them', () => {
    const days = daysOf(5, (weekday, week) => {
      if (weekday !== 0) return [];
      return week === 1 ? [] : week === 3 ? [MORNING, AFTERNOON] : [MORNING];
    });
    expect(openingHoursFromDays(days)).toEqual({
      weekly: [{ days: ['mon'], ...MORNING }],
      exceptions: [
        { date: '2026-11-30', closed: true },
        { date: '2026-12-14', ...MORNING },
        { date: '2026-12-14', ...AFTERNOON },
      ],
    });
  });

  test('is the shorter hours where two are as frequent, whichever comes first', () => {
    const everyOther = (first: number) =>
      daysOf(4, (weekday, week) => (weekday === 5 && week % 2 === first ? [MORNING] : []));
    expect(openingHoursFromDays(everyOther(0)).weekly).toEqual([]);
    expect(openingHoursFromDays(everyOther(1)).weekly).toEqual([]);
  });

  test('is nothing for days that are all closed, and for no days', () => {
    expect(openingHoursFromDays(daysOf(4, () => []))).toEqual({ weekly: [], exceptions: [] });
    expect(openingHoursFromDays([])).toEqual({ weekly: [], exceptions: [] });
  });
});

test('the opening hours are open when the days were', () => {
  const days = daysOf(30, (weekday, week) => {
    if ((weekday + week) % 5 === 0) return [];
    return (weekday * week) % 3 === 0 ? [MORNING, AFTERNOON] : [AFTERNOON];
  });
  const hours = openingHoursSchema.parse(openingHoursFromDays(days));
  const first = new Date(MONDAY * DAY_MS);
  const intervals = openIntervals(hours, 'UTC', first, new Date(first.getTime() + 210 * DAY_MS));
  const written = intervals.map(
    ({ opensAt, closesAt }) => `${opensAt.toISOString()} ${closesAt.toISOString()}`,
  );
  const wanted = days.flatMap(({ day, stretches }) =>
    stretches.map(
      ({ opens, closes }) => `${dateOfDay(day)}T${opens}:00.000Z ${dateOfDay(day)}T${closes}:00.000Z`,
    ),
  );
  expect(written).toEqual(wanted);
  expect(weekdayOf(MONDAY)).toBe(0);
});
