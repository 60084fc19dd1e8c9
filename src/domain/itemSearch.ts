// How items are found by words: names, sku and barcodes are folded into terms, and so is what is searched for.
// A search matches an item when each of its words begins one of the item's terms.
import type { ItemDescription } from './item.ts';

/** Letters that Unicode does not take apart into a letter and a mark. */
const UNFOLDED: Readonly<Record<string, string>> = {
  œ: 'oe',
  æ: 'ae',
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
};

/** Lower case, without accents: "Canapé" and "CANAPE" fold to the same. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[œæßøłđı]/g, (letter) => UNFOLDED[letter] ?? letter);
}

/** The item's terms, each once: only letters and digits. */
export function searchTerms(sku: string, item: Pick<ItemDescription, 'name' | 'barcodes'>): string[] {
  const texts = [item.name.fr, item.name.en ?? '', sku, ...item.barcodes];
  return [...new Set([...texts.flatMap(words), ...item.barcodes.flatMap(words).map(withoutLeadingZeros)])];
}

/**
 * A search in PostgreSQL's tsquery syntax, or null when it has no letter and no digit (nothing can match).
 * A number also finds the barcode that differs from it in leading zeros only: UPC-A, EAN-13 and GTIN-14 of one
 * product do, and spreadsheets eat zeros.
 */
export function searchQuery(text: string): string | null {
  const terms = words(text).map((word) => {
    const bare = withoutLeadingZeros(word);
    return bare === word ? `'${word}':*` : `('${word}':* | '${bare}')`;
  });
  return terms.length === 0 ? null : terms.join(' & ');
}

function words(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

function withoutLeadingZeros(code: string): string {
  return /^0[0-9]+$/.test(code) ? code.replace(/^0+(?=.)/, '') : code;
}
