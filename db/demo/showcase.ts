// Owns the cart that documents, examples and the README ask for, and the stock that serves it.
// Must not know how the rest of the stock is drawn.

import type { DemoRetailer } from './retailer.ts';

export const showcase: DemoRetailer['showcase'] = {
  location: 'FR-LILLE-01',
  lines: [
    { sku: 'TABLE-BASSE-CHENE-80', quantity: 1 },
    { sku: 'ASSIETTE-PLATE-GRES-BLANC-27', quantity: 6 },
  ],
};

/**
 * Units on hand of a showcase line at its store. They are counted and never sold by the month that follows,
 * so that an example works on any day, several times over, and shows the same figure to everyone.
 */
export const showcaseUnits: ReadonlyMap<string, number> = new Map([
  ['TABLE-BASSE-CHENE-80', 8],
  ['ASSIETTE-PLATE-GRES-BLANC-27', 60],
]);
