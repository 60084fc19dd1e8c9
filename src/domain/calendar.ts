// Local calendar days and the instants they hold, zone by zone: the only file that asks a time zone anything.
// It knows nothing of opening hours. Instants are epoch milliseconds here, because hot loops run through it.
import { IANAZone } from 'luxon';

/** Days since 1970-01-01 in a local calendar: 0 is that Thursday, whatever the zone. */
export type LocalDay = number;

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** Zones differ from UTC by 14 hours at most, so that a local day ± this much holds all that bears on it. */
const MARGIN_MS = 15 * 3_600_000;
/** About eleven years of days for one zone, 0.3 MB; then its memory starts again. */
const DAYS_KEPT_PER_ZONE = 4_000;

/** "2026-11-21" → its number. The date must be a real one; schemas have seen to that. */
export function dayOfDate(date: string): LocalDay {
  return Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}

export function dateOfDay(day: LocalDay): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** 0 is Monday, 6 is Sunday. */
export function weekdayOf(day: LocalDay): number {
  return ((day % 7) + 10) % 7;
}

/** "09:30" → 570; "24:00" → 1440. */
export function minuteOf(localTime: string): number {
  return Number(localTime.slice(0, 2)) * 60 + Number(localTime.slice(3, 5));
}

/**
 * The instant at which the clocks of `timeZone` show `minute` minutes past midnight on `day`.
 * A time that the spring change skips means the instant of the change; a time that the autumn change
 * repeats means its first occurrence. So 02:30–10:00 opens on the day of the spring change at 03:00, and no
 * stretch ever reaches beyond the local times that it was written with.
 */
export function instantOf(timeZone: string, day: LocalDay, minute: number): number {
  const { before, changesAt, after } = offsetsOn(timeZone, day);
  const wall = day * DAY_MS + minute * MINUTE_MS;
  const instant = wall - before;
  return instant < changesAt ? instant : Math.max(changesAt, wall - after);
}

/**
 * The local day that an instant falls on.
 * @throws RangeError if `at` is no instant or the zone is unknown
 */
export function localDayOf(timeZone: string, at: number): LocalDay {
  if (!Number.isFinite(at)) throw new RangeError('not an instant');
  let day = Math.floor((at - MARGIN_MS) / DAY_MS);
  while (instantOf(timeZone, day + 1, 0) <= at) day += 1;
  return day;
}

interface DayOffsets {
  /** Milliseconds east of UTC before and from `changesAt` (Infinity: this day has no change). */
  before: number;
  changesAt: number;
  after: number;
}

const knownZones = new Map<string, Map<LocalDay, DayOffsets>>();

/** Remembered, because asking Intl for one offset takes longer than a thousand additions. */
function offsetsOn(timeZone: string, day: LocalDay): DayOffsets {
  const known = knownZones.get(timeZone)?.get(day);
  if (known) return known;
  const found = findOffsets(IANAZone.create(timeZone), day);
  const days = knownZones.get(timeZone) ?? new Map<LocalDay, DayOffsets>();
  if (days.size >= DAYS_KEPT_PER_ZONE) days.clear();
  knownZones.set(timeZone, days.set(day, found));
  return found;
}

function findOffsets(zone: IANAZone, day: LocalDay): DayOffsets {
  if (!zone.isValid) throw new RangeError(`unknown time zone ${zone.name}`);
  const offsetAt = (at: number) => Math.round(zone.offset(at) * MINUTE_MS);
  let low = day * DAY_MS - MARGIN_MS;
  let high = (day + 1) * DAY_MS + MARGIN_MS;
  const before = offsetAt(low);
  const after = offsetAt(high);
  if (before === after) return { before, changesAt: Number.POSITIVE_INFINITY, after };
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return { before, changesAt: high, after };
}
