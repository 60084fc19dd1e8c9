// The language of this tablet, and every text in it. A component that calls `t` is drawn anew when it changes.
import { settings } from '../app/settings.ts';
import {
  dayOf,
  durationOf,
  hourOf,
  type Language,
  type PluralKey,
  pluralOf,
  type TextKey,
  type Values,
  weekdayOf,
  wordsOf,
} from './words.ts';

export type { Language, PluralKey, TextKey };

/** The text of `key`, with `{name}` placeholders filled in. */
export function t(key: TextKey, values?: Values): string {
  return wordsOf(settings.value.language, key, values);
}

/** The text of `key.one` or `key.other`, as the language counts; `{n}` is the number. */
export function plural(key: PluralKey, n: number, values?: Values): string {
  return pluralOf(settings.value.language, key, n, values);
}

/** An hour, in the tablet's own time zone: `14:05`. */
export function clockTime(at: string | number): string {
  return hourOf(new Date(at));
}

/** A day and an hour: `sam. 22 nov., 14:05`. */
export function dayTime(at: string | number): string {
  const date = new Date(at);
  return `${dayOf(settings.value.language, date)}, ${hourOf(date)}`;
}

/** An hour today, with its day on any other: `14:05`, `lun. 10:00`. `now` in milliseconds. */
export function shortTime(at: string | number, now: number): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date(now).toDateString();
  return isToday ? hourOf(date) : `${weekdayOf(settings.value.language, date)} ${hourOf(date)}`;
}

/** How long, whatever the sign: `12 min`. */
export function duration(milliseconds: number): string {
  return durationOf(settings.value.language, milliseconds);
}

/** A name that an item or a place has in one language or two. */
export function named(name: { fr: string; en?: string }): string {
  return settings.value.language === 'en' ? (name.en ?? name.fr) : name.fr;
}
