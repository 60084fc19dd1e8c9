// Words in names, as the server looks for them: each begins a word of the name, the sku or a barcode. Pure.
import type { Item } from '../../data/model.ts';

type Findable = Pick<Item, 'sku' | 'name' | 'barcodes'>;

export function findAmong<One extends Findable>(items: Iterable<One>, words: string): One[] {
  const wanted = wordsIn(words);
  if (wanted.length === 0) return [];
  return [...items].filter(({ sku, name, barcodes }) => {
    const has = wordsIn([sku, name.fr, name.en ?? '', ...barcodes].join(' '));
    return wanted.every((word) => has.some((one) => one.startsWith(word)));
  });
}

/** `Canapé d’angle` is `canape`, `d`, `angle`. */
function wordsIn(text: string): string[] {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}
