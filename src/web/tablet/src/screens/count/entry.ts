// What the field of a count holds: a number that somebody typed, or a barcode that a scanner typed behind it. Pure.
import { isSameBarcode } from '../../scan/wedge.ts';

/** No shelf holds more; what is longer is a barcode or a slip of the hand. */
export const COUNT_DIGITS_MAX = 5;
const BARCODE = /(\d{8}|\d{12,14})$/;

export type Entry =
  | { kind: 'empty' }
  | { kind: 'number'; units: number }
  /** `before`: what stood there before the scan. */
  | { kind: 'scan'; code: string; before: string }
  | { kind: 'wrong' };

export function readEntry(text: string, barcodes: readonly string[]): Entry {
  if (text === '') return { kind: 'empty' };
  const own = barcodes.find((barcode) => text.length >= 8 && text.endsWith(barcode));
  if (own !== undefined) return { kind: 'scan', code: own, before: text.slice(0, -own.length) };
  if (/^\d+$/.test(text) && text.length <= COUNT_DIGITS_MAX) return { kind: 'number', units: Number(text) };
  const [code] = BARCODE.exec(text) ?? [];
  // Of an unknown length before it: nothing is kept of what may be digits of the code.
  return code === undefined ? { kind: 'wrong' } : { kind: 'scan', code, before: '' };
}

/** After a scan: one more, where it is the article that is counted; null where it is another. */
export function afterScan(text: string, code: string, barcodes: readonly string[]): string | null {
  if (!barcodes.some((barcode) => isSameBarcode(barcode, code))) return null;
  return String(Math.min(10 ** COUNT_DIGITS_MAX - 1, Number(text || '0') + 1));
}
