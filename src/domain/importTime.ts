// Times in somebody else's file: with their offset, or local ones that a time zone makes into instants.
// Knows no field and no clock.
import { DAY_MS, instantOf } from './calendar.ts';

/** In which order the numbers of a date stand: 2026-07-14, 14/07/2026 or 07/14/2026. */
export const DATE_ORDERS = ['ymd', 'dmy', 'mdy'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

const TIME = String.raw`(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?`;
const PATTERNS: Record<DateOrder, RegExp> = {
  ymd: new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})${TIME}$`, 'i'),
  dmy: new RegExp(String.raw`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})${TIME}$`, 'i'),
  mdy: new RegExp(String.raw`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})${TIME}$`, 'i'),
};
/** Where year, month and day are found in a match. */
const PLACES: Record<DateOrder, readonly [number, number, number]> = {
  ymd: [1, 2, 3],
  dmy: [3, 2, 1],
  mdy: [3, 1, 2],
};
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * The instant that a text names; null for one that is no time. `2026-07-14T09:30:00+02:00` needs no zone; a time
 * without an offset is local in `zoneOf()`; a date alone is its first instant there. A local time that the spring change
 * skips is the instant of the change; one that the autumn change repeats is its first occurrence.
 */
export function readInstant(text: string, order: DateOrder, zoneOf: () => string): Date | null {
  return ownForm(text) ?? otherForm(text, order, zoneOf);
}

/** What most programs write, `2026-07-14T09:30:00.000Z` or without the milliseconds: a third of the time of the rest. */
function ownForm(text: string): Date | null {
  if ((text.length !== 24 && text.length !== 20) || !text.endsWith('Z') || text < '1900') return null;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) return null;
  const written = instant.toISOString();
  return written === text || (text.length === 20 && written === `${text.slice(0, -1)}.000Z`) ? instant : null;
}

function otherForm(text: string, order: DateOrder, zoneOf: () => string): Date | null {
  const iso = /^\d{4}-/.test(text);
  const written = iso ? 'ymd' : order;
  const match = PATTERNS[written].exec(text);
  if (match === null) return null;
  const [year, month, day] = PLACES[written].map((place) => Number(match[place]));
  const midnight = realDay(year, month, day);
  const wallMs = timeOfDay(match);
  if (midnight === null || wallMs === null) return null;
  const offset = match[8];
  if (offset !== undefined) {
    const ahead = offsetMs(offset);
    return ahead === null || match[4] === undefined ? null : new Date(midnight + wallMs - ahead);
  }
  return new Date(Math.round(instantOf(zoneOf(), midnight / DAY_MS, wallMs / MINUTE_MS)));
}

/** UTC midnight of a date; null for one that no calendar has, such as February 30. */
function realDay(year = 0, month = 0, day = 0): number | null {
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  const isReal = year >= 1900 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? midnight : null;
}

function timeOfDay(match: RegExpExecArray): number | null {
  const [hours, minutes, seconds] = [4, 5, 6].map((place) => Number(match[place] ?? 0));
  if (hours === undefined || minutes === undefined || seconds === undefined) return null;
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const milliseconds = Number((match[7] ?? '0').padEnd(3, '0').slice(0, 3));
  return hours * HOUR_MS + minutes * MINUTE_MS + seconds * 1_000 + milliseconds;
}

function offsetMs(offset: string): number | null {
  if (/^z$/i.test(offset)) return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(-2));
  if (hours > 18 || minutes > 59) return null;
  return (offset.startsWith('-') ? -1 : 1) * (hours * HOUR_MS + minutes * MINUTE_MS);
}
