// The language of this tablet, and every text in it. A component that calls `t` is drawn anew when it changes.
import { settings } from '../app/settings.ts';
import {
  dateTimeOf,
  durationOf,
  type Language,
  type PluralKey,
  pluralOf,
  type TextKey,
  type Values,
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
  return dateTimeOf(settings.value.language, at, { hour: '2-digit', minute: '2-digit' });
}

/** A day and an hour: `sam. 22 nov. 14:05`. */
export function dayTime(at: string | number): string {
  return dateTimeOf(settings.value.language, at, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** An hour today, with its day on any other: `14:05`, `lun. 10:00`. `now` in milliseconds. */
export function shortTime(at: string | number, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  const day = isToday ? {} : ({ weekday: 'short' } as const);
  return dateTimeOf(settings.value.language, at, { ...day, hour: '2-digit', minute: '2-digit' });
}

/** How long, whatever the sign: `12 min`. */
export function duration(milliseconds: number): string {
  return durationOf(settings.value.language, milliseconds);
}

/** A name that an item or a place has in one language or two. */
export function named(name: { fr: string; en?: string }): string {
  return settings.value.language === 'en' ? (name.en ?? name.fr) : name.fr;
}
