// What a scanner that types like a keyboard typed, told from what a person types: by its speed, and by its Enter.
// Pure: keys and instants in, codes out.

/** A key as the browser tells it; `at` in milliseconds. */
export type Stroke = { key: string; at: number };

/** What was typed so far that may be a code. */
export type Typed = { text: string; at: number };

export type Heard = { typed: Typed; code: string | null };

export const NOTHING: Typed = { text: '', at: 0 };

/** People who type fast take 80 ms from key to key; scanners take 1 to 30. */
const GAP_MILLISECONDS_MAX = 50;
/** Shorter ones are somebody's two keys. */
const CODE_CHARACTERS_MIN = 4;
/** A QR code of a pick slip has some 120. */
const CODE_CHARACTERS_MAX = 512;
const ENDS = new Set(['Enter', 'Tab']);
/** What scanners send for letters and signs besides the key itself. */
const SILENT = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'CapsLock']);

/** The digit row of a French keyboard: what a scanner types that takes the tablet's keyboard for an American one. */
const FRENCH_DIGITS = new Map(
  ['à', '&', 'é', '"', "'", '(', '-', 'è', '_', 'ç'].map((sign, digit) => [sign, String(digit)]),
);

/** After one more key: what is typed now, and the code that it ended. */
export function afterStroke(typed: Typed, { key, at }: Stroke): Heard {
  const isFollowing = typed.text !== '' && at - typed.at <= GAP_MILLISECONDS_MAX;
  if (SILENT.has(key)) return { typed: isFollowing ? { ...typed, at } : NOTHING, code: null };
  const text = isFollowing ? typed.text : '';
  if (ENDS.has(key)) {
    return { typed: NOTHING, code: text.length >= CODE_CHARACTERS_MIN ? inDigits(text) : null };
  }
  if (key.length !== 1) return { typed: NOTHING, code: null };
  return { typed: { text: (text + key).slice(0, CODE_CHARACTERS_MAX), at }, code: null };
}

/** A code of nothing but the French digit row means the digits on it. */
function inDigits(text: string): string {
  const digits = text.split('').map((sign) => FRENCH_DIGITS.get(sign));
  return digits.includes(undefined) ? text : digits.join('');
}

/** Whether two codes name one article: twelve digits (UPC-A) are thirteen (EAN) with a zero before them. */
export function isSameBarcode(one: string, other: string): boolean {
  const isNumber = /^\d{8,14}$/.test(one) && /^\d{8,14}$/.test(other);
  return isNumber ? one.padStart(14, '0') === other.padStart(14, '0') : one === other;
}
