// What an article is called here, and the pieces of it that every picking screen needs.
import { useEffect } from 'preact/hooks';
import { items, read, wantItem, wantLevel } from '../../data/index.ts';
import type { Item } from '../../data/model.ts';
import { named } from '../../i18n/index.ts';
import { isSameBarcode } from '../../scan/wedge.ts';

/** The article's name in the staff's language; its sku until it is known. */
export function nameOf(sku: string): string {
  const item = items.value.get(sku);
  return item === undefined ? sku : named(item.name);
}

/** Asks for what is not known yet of these articles: themselves, and how many are here. */
export function useArticles(skus: readonly string[]): void {
  const key = skus.join(' ');
  useEffect(() => {
    for (const sku of key === '' ? [] : key.split(' ')) {
      void wantItem(sku);
      void wantLevel(sku);
    }
  }, [key]);
}

/** The article with this barcode or sku, from here or from the server; null: nobody knows it, or there is no network. */
export async function articleOf(code: string): Promise<Item | null> {
  const known = [...items.value.values()].find((item) => hasCode(item, code));
  if (known !== undefined) return known;
  const answer = await read<{ data: Item[] }>(`/v1/items?q=${encodeURIComponent(code)}&limit=5`);
  return answer.ok ? (answer.value.data.find((item) => hasCode(item, code)) ?? null) : null;
}

function hasCode({ sku, barcodes }: Item, code: string): boolean {
  return sku === code || barcodes.some((barcode) => isSameBarcode(barcode, code));
}
