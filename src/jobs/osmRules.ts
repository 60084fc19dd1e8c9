// The rules of an OpenStreetMap opening_hours text: which of them bear on given dates only. It understands no
// hours; that is the library's (openingHoursLibrary.ts).
import { DAY_MS, type LocalDay } from '../domain/calendar.ts';

export interface OsmRules {
  /** All that may bear on the days asked for: rules about other dates left out, days written in full. */
  whole: string;
  /** The rules that may bear on any day; the rest bears on `days` and, with `hasHolidays`, on holidays. */
  everyDay: string;
  days: ReadonlySet<LocalDay>;
  hasHolidays: boolean;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** In a comment or a fallback, a ";" may be no separator, or order may matter in other ways. */
const UNUSUAL = /["|]/;
const HOLIDAYS_OFF = /^PH (?:off|closed)$/i;
const TIMES = String.raw`\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*`;
const DATED = new RegExp(String.raw`^(\d{4} [A-Z][a-z]{2} \d[^:]*?) (off|closed|${TIMES})$`);
const DAYS = /^(?:(\d{4}) )?(?:([A-Z][a-z]{2}) )?(\d\d?)(?:-(\d\d?))?$/;

/**
 * The rules of `text` for the local days from `first` to `last`.
 *
 * Feeds carry years of dated closures. A rule about given dates ("2026 May 04,07-08 off") says nothing of other
 * days: so the rest need be evaluated for one week only, and past rules not at all. Feeds also leave out the
 * year and month of further days ("2026 May 04,07,Jun 02"), which the library refuses, or takes for hours or for
 * every year: they are written in full for it.
 */
export function readRules(text: string, first: LocalDay, last: LocalDay): OsmRules {
  const days = new Set<LocalDay>();
  if (UNUSUAL.test(text)) return { whole: text, everyDay: text, days, hasHolidays: false };
  const whole: string[] = [];
  const everyDay: string[] = [];
  let hasHolidays = false;
  for (const rule of text.split(';').map((part) => part.trim())) {
    const dated = readDatedRule(rule);
    if (dated) {
      const bearsOn = dated.days.filter((day) => day >= first && day <= last);
      for (const day of bearsOn) days.add(day);
      if (bearsOn.length > 0) whole.push(dated.rule);
      continue;
    }
    if (rule !== '') whole.push(rule);
    if (HOLIDAYS_OFF.test(rule)) hasHolidays = true;
    else if (rule !== '') everyDay.push(rule);
  }
  return { whole: whole.join('; '), everyDay: everyDay.join('; '), days, hasHolidays };
}

/** Each day bears on the next one too: its hours may go past midnight. */
function readDatedRule(rule: string): { rule: string; days: LocalDay[] } | null {
  const [, dates, state] = DATED.exec(rule) ?? [];
  if (dates === undefined || state === undefined) return null;
  const written: string[] = [];
  const days: LocalDay[] = [];
  let [year, month] = ['', ''];
  for (const part of dates.split(',')) {
    const [, newYear, newMonth, from, until = from] = DAYS.exec(part.trim()) ?? [];
    [year, month] = [newYear ?? year, newMonth ?? month];
    const range = daysOf(year, month, Number(from), Number(until));
    if (!range) return null;
    written.push(`${year} ${month} ${from}${until === from ? '' : `-${until}`}`);
    days.push(...range, (range.at(-1) ?? 0) + 1);
  }
  return { rule: `${written.join(',')} ${state}`, days };
}

/** Null where they are no real days: the library then says what is wrong with them. */
function daysOf(year: string, month: string, from: number, until: number): LocalDay[] | null {
  const daysInMonth = new Date(Date.UTC(Number(year), MONTHS.indexOf(month) + 1, 0)).getUTCDate();
  if (!MONTHS.includes(month) || !(from >= 1 && from <= until && until <= daysInMonth)) return null;
  const first = Date.UTC(Number(year), MONTHS.indexOf(month), from) / DAY_MS;
  return Array.from({ length: until - from + 1 }, (_, index) => first + index);
}
