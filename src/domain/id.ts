// Ids made by the server: a prefix that says what it is, then a UUIDv7's layout in Crockford base32.
// Sortable by creation time. What a customer shows at the counter is never derived from them.
// The caller gives the time and the randomness: the domain has neither.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export type Prefix = 'rsv' | 'evt' | 'whk' | 'imp' | 'dev' | 'key' | 'trf' | 'obj' | 'req';
export type Id<P extends Prefix> = `${P}_${string}`;

const ID = /^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}$/;

/** 48 bits of milliseconds, then 80 random bits: 26 characters after the prefix. `random` is 10 bytes. */
export function makeId<P extends Prefix>(prefix: P, milliseconds: number, random: Uint8Array): Id<P> {
  return `${prefix}_${base32(milliseconds, 10)}${base32Bytes(random)}`;
}

export function isId(prefix: Prefix, text: string): boolean {
  return text.length === 30 && text.startsWith(`${prefix}_`) && ID.test(text);
}

/** A non-negative safe integer in base32, padded to `length` so that it sorts as a number does. */
export function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) {
    text = ALPHABET.charAt(rest % 32) + text;
  }
  return text;
}

/** The number that `base32` wrote; null for another text, or a number that is not safe. */
export function fromBase32(text: string): number | null {
  let value = 0;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit === -1) return null;
    value = value * 32 + digit;
  }
  return Number.isSafeInteger(value) ? value : null;
}

/** Ten bytes as sixteen characters: five bytes, 40 bits, fill eight. */
function base32Bytes(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < 10; start += 5) {
    let value = 0;
    for (let i = start; i < start + 5; i++) value = value * 256 + (bytes[i] ?? 0);
    text += base32(value, 8);
  }
  return text;
}
