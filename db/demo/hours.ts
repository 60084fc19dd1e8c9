// Owns the retailer's opening hours: a few true-to-life weeks, and what differs on holidays and before Christmas.
// Must not know where a store is; a store says which week it keeps.

import type { Weekday } from '../../src/domain/openingHours.ts';
import { type OpenInterval, openIntervals } from '../../src/domain/openTime.ts';
import { addDays, type HolidayRegion, localInstant, publicHolidays, weekdayOf } from './calendar.ts';
import type { HoursException, OpeningHours, WeeklyHours } from './retailer.ts';

const mondayToFriday: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];
const mondayToSaturday: Weekday[] = [...mondayToFriday, 'sat'];
const tuesdayToSaturday: Weekday[] = ['tue', 'wed', 'thu', 'fri', 'sat'];

const weeks = {
  cityCentre: [{ days: mondayToSaturday, opens: '10:00', closes: '19:30' }],
  cityCentreSundayMorning: [
    { days: mondayToSaturday, opens: '09:30', closes: '19:30' },
    { days: ['sun'], opens: '09:30', closes: '12:30' },
  ],
  cityCentreLateThursday: [
    { days: ['mon', 'tue', 'wed', 'fri', 'sat'], opens: '10:00', closes: '19:00' },
    { days: ['thu'], opens: '10:00', closes: '20:30' },
  ],
  paris: [
    { days: mondayToSaturday, opens: '10:00', closes: '20:00' },
    { days: ['sun'], opens: '11:00', closes: '19:00' },
  ],
  parisNeighbourhood: [{ days: mondayToSaturday, opens: '10:30', closes: '19:30' }],
  retailPark: [
    { days: mondayToFriday, opens: '10:00', closes: '19:30' },
    { days: ['sat'], opens: '09:30', closes: '20:00' },
  ],
  closedMonday: [
    { days: tuesdayToSaturday, opens: '09:30', closes: '12:30' },
    { days: tuesdayToSaturday, opens: '14:00', closes: '19:00' },
  ],
  mondayAfternoon: [
    { days: ['mon'], opens: '14:00', closes: '19:00' },
    { days: tuesdayToSaturday, opens: '10:00', closes: '19:00' },
  ],
  southernLunch: [
    { days: mondayToFriday, opens: '10:00', closes: '13:00' },
    { days: mondayToFriday, opens: '15:00', closes: '19:30' },
    { days: ['sat'], opens: '10:00', closes: '19:30' },
  ],
  marketSunday: [
    { days: tuesdayToSaturday, opens: '09:00', closes: '12:30' },
    { days: tuesdayToSaturday, opens: '14:30', closes: '19:00' },
    { days: ['sun'], opens: '09:30', closes: '12:30' },
  ],
  reunion: [
    { days: mondayToFriday, opens: '08:30', closes: '12:30' },
    { days: mondayToFriday, opens: '14:00', closes: '18:00' },
    { days: ['sat'], opens: '08:30', closes: '18:00' },
  ],
  warehouse: [
    { days: mondayToFriday, opens: '06:00', closes: '20:00' },
    { days: ['sat'], opens: '06:00', closes: '13:00' },
  ],
} satisfies Record<string, WeeklyHours[]>;

export type HoursHabits = {
  week: keyof typeof weeks;
  region: HolidayRegion;
  /** Hours on the public holidays on which the store opens; absent: it opens on none. */
  onHolidays?: { opens: string; closes: string };
  /** Hours on the last three Sundays before Christmas, for a store that is closed on Sundays. */
  onAdventSundays?: { opens: string; closes: string };
};

/** Closed on these whatever the store: 1 May is paid leave by law, the other two by custom. */
const alwaysClosed = ['01-01', '05-01', '12-25'];

function exceptionsOf(habits: HoursHabits, year: number): HoursException[] {
  const weekly: WeeklyHours[] = weeks[habits.week];
  const { onHolidays } = habits;
  const mayOpen = (date: string) =>
    !alwaysClosed.includes(date.slice(5)) && weekly.some(({ days }) => days.includes(weekdayOf(date)));
  const exceptions = publicHolidays(year, habits.region).map(
    (date): HoursException =>
      onHolidays !== undefined && mayOpen(date) ? { date, ...onHolidays } : { date, closed: true },
  );
  if (habits.onAdventSundays !== undefined) {
    for (let date = `${year}-12-24`, found = 0; found < 3; date = addDays(date, -1)) {
      if (weekdayOf(date) !== 'sun') continue;
      found += 1;
      if (!exceptions.some((exception) => exception.date === date)) {
        exceptions.push({ date, ...habits.onAdventSundays });
      }
    }
  }
  return exceptions.sort((one, other) => one.date.localeCompare(other.date));
}

/** The hours with the exceptions of these years, in order of date. */
export function openingHours(habits: HoursHabits, years: number[]): OpeningHours {
  return {
    weekly: weeks[habits.week].map((range) => ({ ...range, days: [...range.days] })),
    exceptions: years.flatMap((year) => exceptionsOf(habits, year)),
  };
}

/** When it is open on that date; empty when closed. */
export function openTime(hours: OpeningHours, timeZone: string, date: string): OpenInterval[] {
  const midnight = (day: string) => new Date(localInstant(day, 0, timeZone));
  return openIntervals(hours, timeZone, midnight(date), midnight(addDays(date, 1)));
}
