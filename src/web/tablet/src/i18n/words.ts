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

/** `{n}` is the number as it is written in the language. */
export function pluralOf(language: Language, key: PluralKey, n: number, values: Values = {}): string {
  const isOne = new Intl.PluralRules(LOCALES[language]).select(n) === 'one';
  const number = new Intl.NumberFormat(LOCALES[language]).format(n);
  return wordsOf(language, isOne ? `${key}.one` : `${key}.other`, { ...values, n: number });
}

export function dateTimeOf(
  language: Language,
  at: string | number,
  options: Intl.DateTimeFormatOptions,
): string {
  return new Intl.DateTimeFormat(LOCALES[language], options).format(new Date(at));
}

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
