// What an article is called here, and the pieces of it that every picking screen needs.
import { useEffect } from 'preact/hooks';
import { items, wantItem, wantLevel } from '../../data/index.ts';
import { named } from '../../i18n/index.ts';

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
