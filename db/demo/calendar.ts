// Owns dates as the demo writes them (`YYYY-MM-DD`), and the public holidays of France by region.
// Must not know stores or their habits; what a time zone does is the domain's.

import {
  dateOfDay,
  dayOfDate,
  instantOf,
  localDayOf,
  weekdayOf as numberOfWeekday,
} from '../../src/domain/calendar.ts';
import { WEEKDAYS, type Weekday } from '../../src/domain/openingHours.ts';

/** `alsace-moselle` has two holidays more, `reunion` one. */
export type HolidayRegion = 'mainland' | 'alsace-moselle' | 'reunion';

/** The date that many days later (or earlier, when negative). */
export function addDays(date: string, days: number): string {
  return dateOfDay(dayOfDate(date) + days);
}

export function weekdayOf(date: string): Weekday {
  return WEEKDAYS[numberOfWeekday(dayOfDate(date))] ?? 'sun';
}

/** The local date at that instant. */
export function localDate(instant: Date, timeZone: string): string {
  return dateOfDay(localDayOf(timeZone, instant.getTime()));
}

/** Milliseconds since the epoch at that many minutes after midnight, local time. */
export function localInstant(date: string, minutes: number, timeZone: string): number {
  return instantOf(timeZone, dayOfDate(date), minutes);
}

/** Easter Sunday of a Gregorian year (the anonymous algorithm published by Meeus, Jones and Butcher). */
export function easterSunday(year: number): string {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const yearOfCentury = year % 100;
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - correction + 15) % 30;
  const weekdayShift =
    (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * weekdayShift) / 451);
  const marchDay = epact + weekdayShift - 7 * late + 22;
  return addDays(`${year}-03-01`, marchDay - 1);
}

/** The public holidays of one year, in order (Code du travail L3133-1, L3134-13 and L3422-2). */
export function publicHolidays(year: number, region: HolidayRegion): string[] {
  const easter = easterSunday(year);
  const holidays = [
    `${year}-01-01`,
    addDays(easter, 1),
    `${year}-05-01`,
    `${year}-05-08`,
    addDays(easter, 39),
    addDays(easter, 50),
    `${year}-07-14`,
    `${year}-08-15`,
    `${year}-11-01`,
    `${year}-11-11`,
    `${year}-12-25`,
  ];
  if (region === 'alsace-moselle') holidays.push(addDays(easter, -2), `${year}-12-26`);
  if (region === 'reunion') holidays.push(`${year}-12-20`);
  // Ascension Day falls on 1 or 8 May in some years: one holiday then, not two.
  return [...new Set(holidays)].sort();
}
