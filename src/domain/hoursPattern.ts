// From the hours of each single day to opening hours: what most weeks have is the pattern, what differs is an
// exception. It knows neither where the days come from nor any time zone.
import { dateOfDay, type LocalDay, minuteOf, weekdayOf } from './calendar.ts';
import { type OpeningHours, WEEKDAYS } from './openingHours.ts';

/** One local day as it is: its stretches in order of time, none if it is closed. */
export interface DayHours {
  day: LocalDay;
  stretches: readonly { opens: string; closes: string }[];
}

/**
 * The opening hours that say of each of `days` just what it says.
 *
 * The weekly hours of a weekday are those that most of its days have. Where two are as frequent (every other
 * Saturday), those with less open time win: they also stand for the days after the last of `days`, and a store
 * that is open unannounced harms nobody. The result is not checked against the limits of the schema.
 */
export function openingHoursFromDays(days: readonly DayHours[]): OpeningHours {
  const keyed = days.map((one) => ({ ...one, key: keyOf(one) }));
  const byWeekday = Map.groupBy(keyed, ({ day }) => weekdayOf(day));
  const patterns = WEEKDAYS.map((_, weekday) => mostFrequent(byWeekday.get(weekday) ?? []));
  const exceptions = keyed
    .filter(({ day, key }) => key !== patterns[weekdayOf(day)]?.key)
    .flatMap(exceptionsOf);
  return { weekly: weeklyOf(patterns), exceptions };
}

interface KeyedDay extends DayHours {
  /** "09:00-12:00,14:00-18:00", or nothing for a closed day. */
  key: string;
}

type Pattern = Pick<KeyedDay, 'key' | 'stretches'>;

const CLOSED: Pattern = { key: '', stretches: [] };

function keyOf({ stretches }: DayHours): string {
  return stretches.map(({ opens, closes }) => `${opens}-${closes}`).join(',');
}

function mostFrequent(days: readonly KeyedDay[]): Pattern {
  const groups = [...Map.groupBy(days, ({ key }) => key).values()].sort((a, b) => b.length - a.length);
  const count = groups[0]?.length;
  const candidates = groups.filter((group) => group.length === count).map(([first]) => first ?? CLOSED);
  candidates.sort((a, b) => openMinutes(a) - openMinutes(b) || (a.key < b.key ? -1 : 1));
  return candidates[0] ?? CLOSED;
}

function openMinutes({ stretches }: Pattern): number {
  return stretches.reduce((sum, { opens, closes }) => sum + minuteOf(closes) - minuteOf(opens), 0);
}

/** Weekdays with the same hours share their entries, as a person would write them. */
function weeklyOf(patterns: readonly Pattern[]): OpeningHours['weekly'] {
  const alike = Map.groupBy(WEEKDAYS, (_, weekday) => patterns[weekday]?.key ?? '');
  return [...alike.entries()].flatMap(([key, days]) => {
    const stretches = patterns.find((pattern) => pattern.key === key)?.stretches ?? [];
    return stretches.map(({ opens, closes }) => ({ days: [...days], opens, closes }));
  });
}

function exceptionsOf({ day, stretches }: DayHours): OpeningHours['exceptions'] {
  const date = dateOfDay(day);
  if (stretches.length === 0) return [{ date, closed: true }];
  return stretches.map(({ opens, closes }) => ({ date, opens, closes }));
}
