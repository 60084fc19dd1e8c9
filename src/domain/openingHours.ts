// What opening hours are: their shape, their limits, what makes them contradictory.
// It knows no instant and no clock; what time does with them is openTime.ts.
import { IANAZone } from 'luxon';
import { z } from 'zod';

/** Monday first, as in ISO 8601; the position in this list is the weekday number used by calendar.ts. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export const WEEKLY_ENTRIES_MAX = 50;
/** Two years of a store whose every day differs, or a year with a lunch break on each. */
export const EXCEPTIONS_MAX = 800;

/** A wall-clock time of a day, "00:00" to "23:59"; also what a replenishment's cut-off is. */
export const localTimeSchema = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a local time such as "09:30"')
  .meta({ description: 'Wall-clock time in the time zone of the location', examples: ['09:30'] });

const closingTimeSchema = z
  .string()
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a local time such as "19:00", at most "24:00"')
  .meta({ description: 'Wall-clock time, at most "24:00", after `opens`', examples: ['19:00'] });

/** An IANA time zone by name. Bare offsets ("+02:00") are refused: they know no daylight saving time. */
export const timeZoneSchema = z
  .string()
  .max(64)
  .refine((name) => /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name), {
    error: 'must be an IANA time zone such as "Europe/Paris"',
  })
  .meta({ description: 'IANA time zone', examples: ['Europe/Paris'] });

const weeklyEntrySchema = z.strictObject({
  days: z.array(z.enum(WEEKDAYS)).min(1).max(7),
  opens: localTimeSchema,
  closes: closingTimeSchema,
});

/** `closed: false` may be written out; it says no more than leaving it away. */
const exceptionSchema = z.discriminatedUnion('closed', [
  z.strictObject({ date: z.iso.date(), closed: z.literal(true) }),
  z.strictObject({
    date: z.iso.date(),
    closed: z.literal(false).optional(),
    opens: localTimeSchema,
    closes: closingTimeSchema,
  }),
]);

const hoursShapeSchema = z.strictObject({
  weekly: z.array(weeklyEntrySchema).max(WEEKLY_ENTRIES_MAX),
  exceptions: z.array(exceptionSchema).max(EXCEPTIONS_MAX),
});

/**
 * Opening hours as the contract has them. Several weekly entries may name one day (a lunch break); the
 * exceptions of a date replace all weekly hours of that date. `weekly: []` is a location that never opens.
 *
 * A day's hours end at "24:00" at the latest. Hours past midnight are two entries (until "24:00", and from
 * "00:00" of the next day), and count as one stretch: so a day, and an exception to it, always means the
 * calendar day, and "closed on the 25th" can never be read as "closed from the 25th at 02:00".
 */
export const openingHoursSchema = hoursShapeSchema
  .superRefine((hours, context) => {
    for (const { path, message } of contradictionsOf(hours))
      context.addIssue({ code: 'custom', path, message });
  })
  .meta({
    id: 'OpeningHours',
    description:
      'Local opening hours. Several entries of one day make a lunch break; the exceptions of a date replace its weekly hours. Hours past midnight are two entries.',
    examples: [
      {
        weekly: [
          { days: ['mon', 'tue', 'wed', 'thu', 'fri'], opens: '09:30', closes: '12:30' },
          { days: ['mon', 'tue', 'wed', 'thu', 'fri'], opens: '14:00', closes: '19:00' },
          { days: ['sat'], opens: '10:00', closes: '19:00' },
        ],
        exceptions: [
          { date: '2026-12-25', closed: true },
          { date: '2026-12-24', opens: '09:30', closes: '17:00' },
        ],
      },
    ],
  });

/** Never change one in place: what is derived from it is kept beside it (openTime.ts). Make a new one. */
export type OpeningHours = z.infer<typeof hoursShapeSchema>;

interface Contradiction {
  path: (string | number)[];
  message: string;
}

interface Stretch {
  opens: string;
  closes: string;
  path: (string | number)[];
}

function contradictionsOf(hours: OpeningHours): Contradiction[] {
  const stretches = new Map<string, Stretch[]>();
  const closedDates = new Set<string>();
  for (const [index, { days, opens, closes }] of hours.weekly.entries()) {
    for (const day of days) note(stretches, day, { opens, closes, path: ['weekly', index] });
  }
  for (const [index, exception] of hours.exceptions.entries()) {
    if (exception.closed) closedDates.add(exception.date);
    else note(stretches, exception.date, { ...exception, path: ['exceptions', index] });
  }
  const found = [...stretches].flatMap(([day, list]) => [...backwards(list), ...overlaps(day, list)]);
  for (const [index, exception] of hours.exceptions.entries()) {
    if (exception.closed || !closedDates.has(exception.date)) continue;
    const message = `another exception says that ${exception.date} is closed`;
    found.push({ path: ['exceptions', index, 'date'], message });
  }
  return unique(found);
}

function note(stretches: Map<string, Stretch[]>, day: string, stretch: Stretch): void {
  const list = stretches.get(day);
  if (list) list.push(stretch);
  else stretches.set(day, [stretch]);
}

function backwards(list: Stretch[]): Contradiction[] {
  const message =
    'must be after opens; for hours past midnight, write one entry until "24:00" and another from "00:00" of the next day';
  return list.filter(isBackwards).map(({ path }) => ({ path: [...path, 'closes'], message }));
}

/** Strings compare as times do: both are HH:MM. Touching stretches (…–14:00, 14:00–…) do not overlap. */
function overlaps(day: string, list: Stretch[]): Contradiction[] {
  const sorted = list.filter((stretch) => !isBackwards(stretch)).sort((a, b) => (a.opens < b.opens ? -1 : 1));
  const found: Contradiction[] = [];
  let last: Stretch | undefined;
  for (const stretch of sorted) {
    if (last && stretch.opens < last.closes) {
      const message = `overlaps ${last.opens}–${last.closes} on ${day} (${last.path.join('.')})`;
      found.push({ path: [...stretch.path, 'opens'], message });
    }
    if (!last || stretch.closes > last.closes) last = stretch;
  }
  return found;
}

function isBackwards({ opens, closes }: Stretch): boolean {
  return closes <= opens;
}

/** An entry of five days that is wrong is wrong once: the first day's finding stands for the rest. */
function unique(found: Contradiction[]): Contradiction[] {
  const byPath = new Map<string, Contradiction>();
  for (const one of found) {
    const key = one.path.join('.');
    if (!byPath.has(key)) byPath.set(key, one);
  }
  return [...byPath.values()];
}
