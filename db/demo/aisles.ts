// Owns where the retailer's stores put what: an aisle for each category, the same everywhere, as chains have it.
// Must not know stock.
import type { DemoItem } from './retailer.ts';

/** Aisles from the entrance to the back, each with its categories in the order of its shelves. */
const AISLES: Readonly<Record<string, readonly string[]>> = {
  A: ['bougies', 'vases', 'decoration-murale', 'coussins-et-plaids'],
  B: ['luminaires', 'tapis', 'rideaux'],
  C: ['vaisselle', 'verres', 'linge-de-table'],
  D: ['ustensiles', 'cuisson', 'petit-rangement'],
  E: ['linge-de-bain', 'accessoires-de-bain', 'linge-de-lit', 'couettes-et-oreillers'],
  F: ['tables-basses', 'fauteuils', 'chaises', 'canapes', 'tables-a-manger'],
  G: ['meubles-de-rangement', 'bureaux', 'lits-et-chevets'],
  H: ['pots-et-jardinieres', 'mobilier-de-jardin'],
};

const PLACES = new Map(
  Object.entries(AISLES).flatMap(([aisle, categories]) =>
    categories.map((category, at): [string, string] => [category, `${aisle}${at + 1}`]),
  ),
);

/** Every item that has a place, with it. */
export function aislesOf(
  items: readonly Pick<DemoItem, 'sku' | 'category'>[],
): { sku: string; aisle: string }[] {
  return items.flatMap(({ sku, category }) => {
    const aisle = PLACES.get(category);
    return aisle === undefined ? [] : [{ sku, aisle }];
  });
}
