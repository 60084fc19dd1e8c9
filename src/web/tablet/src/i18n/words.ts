// How a text becomes words: placeholders, plurals, dates, durations. Pure: the language is an argument.
import { en } from './en.ts';
import { fr } from './fr.ts';

export type Language = 'fr' | 'en';
export const LANGUAGES: readonly Language[] = ['fr', 'en'];
export type TextKey = keyof typeof fr;
type Stems<Ending extends string> = TextKey extends infer Key
  ? Key extends `${infer Stem}.${Ending}`
    ? Stem
    : never
  : never;
/** What a pair of texts with `.one` and `.other` is called. */
export type PluralKey = Stems<'one'> & Stems<'other'>;
export type Values = Readonly<Record<string, string | number>>;

const TEXTS: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { fr, en };

/** Numbers, dates and hours as they are written there: 24 hours in both, since stores in France speak English too. */
export const LOCALES: Readonly<Record<Language, string>> = { fr: 'fr-FR', en: 'en-GB' };

export function wordsOf(language: Language, key: TextKey, values: Values = {}): string {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

// What a queue is full of, small numbers, hours and days, is written by these few lines as Intl would write it (a test
// holds them against it): the first use of any of Intl's formats costs the processor 10 to 16 ms, a tenth of what the
// first frame does.

/** `{n}` is the number as it is written in the language. */
export function pluralOf(language: Language, key: PluralKey, n: number, values: Values = {}): string {
  const isOne = language === 'fr' ? Math.abs(n) < 2 : n === 1;
  return wordsOf(language, isOne ? `${key}.one` : `${key}.other`, { ...values, n: numberOf(language, n) });
}

/** `12`, `12 345`, `12,345`. */
export function numberOf(language: Language, n: number): string {
  const isPlain = Number.isInteger(n) && Math.abs(n) < 1_000;
  return isPlain ? String(n) : new Intl.NumberFormat(LOCALES[language]).format(n);
}

/** `14:05`, in the time zone of the device; 24 hours in both languages. */
export function hourOf(at: Date): string {
  return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
}

/** `sam.`, `Sat`. */
export function weekdayOf(language: Language, at: Date): string {
  return WEEKDAYS[language].split(' ')[at.getDay()] ?? '';
}

/** `sam. 22 nov.`, `Sat 22 Nov`. */
export function dayOf(language: Language, at: Date): string {
  return `${weekdayOf(language, at)} ${at.getDate()} ${MONTHS[language].split(' ')[at.getMonth()] ?? ''}`;
}

const WEEKDAYS: Readonly<Record<Language, string>> = {
  fr: 'dim. lun. mar. mer. jeu. ven. sam.',
  en: 'Sun Mon Tue Wed Thu Fri Sat',
};
const MONTHS: Readonly<Record<Language, string>> = {
  fr: 'janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.',
  en: 'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec',
};

/** A span as people say it at a counter: `45 s`, `12 min`, `3 h 05`, `2 j`. */
export function durationOf(language: Language, milliseconds: number): string {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes < 1) return `${seconds} s`;
  if (hours < 1) return `${minutes} min`;
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')}`;
  return `${Math.floor(hours / 24)} ${language === 'fr' ? 'j' : 'd'}`;
}
