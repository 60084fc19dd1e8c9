// What text may come in: well-formed Unicode without control characters, short enough for its column.
// PostgreSQL refuses NUL and lone surrogates with an error of its own, so they must not get that far.
import { z } from 'zod';

const CONTROL = /\p{Cc}/u;

/** True when PostgreSQL can store the text at all: no NUL, no lone surrogate. Line breaks and tabs may be there. */
export function isKeepable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** True for text without any control character (tab and line break included) and without lone surrogates. */
export function isPlain(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text);
}

/** One line of text, 1 to `charactersMax` UTF-16 units, not blank. What is sent is kept as it is. */
export function lineOfText(charactersMax: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(charactersMax)
    .refine((text) => text.trim() !== '', 'must not be blank')
    .refine(isPlain, 'must not hold control characters or broken Unicode');
}
