// Numbers, hours and days are written as Intl writes them, without its price.
import { expect, test } from '@jest/globals';
import {
  dayOf,
  hourOf,
  LANGUAGES,
  LOCALES,
  numberOf,
  weekdayOf,
} from '../../src/web/tablet/src/i18n/words.ts';

/** Each day of a leap year, at another hour. */
const instants = Array.from({ length: 366 }, (_, day) => new Date(2028, 0, day + 1, day % 24, day % 60));

test.each(LANGUAGES)('%s: every hour and day of a year', (language) => {
  const written = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(LOCALES[language], options);
    return instants.map((at) => format.format(at));
  };
  const hour = { hour: '2-digit', minute: '2-digit' } as const;
  expect(instants.map((at) => hourOf(at))).toEqual(written(hour));
  expect(instants.map((at) => `${weekdayOf(language, at)} ${hourOf(at)}`)).toEqual(
    written({ ...hour, weekday: 'short' }),
  );
  expect(instants.map((at) => `${dayOf(language, at)}, ${hourOf(at)}`)).toEqual(
    written({ ...hour, weekday: 'short', day: 'numeric', month: 'short' }),
  );
});

test.each(LANGUAGES)('%s: numbers, small and large', (language) => {
  const numbers = [0, 1, 2, 17, 999, 1_000, 12_345, -3, 2.5];
  const format = new Intl.NumberFormat(LOCALES[language]);
  expect(numbers.map((n) => numberOf(language, n))).toEqual(numbers.map((n) => format.format(n)));
});
