// What happens at Fait Maison while somebody looks: customers order and buy, a lorry comes. Decides what happens next
// from what the levels say; who calls the API, and when, is none of its business.

/** A level as far as this needs it. */
export type Shelf = { readonly sku: string; readonly onHand: number; readonly available: number };

export type Happening =
  | { kind: 'order'; lines: { sku: string; quantity: number }[]; customer: { name: string } }
  | { kind: 'sale'; sku: string; quantity: number }
  | { kind: 'receipt'; sku: string; quantity: number };

export type Moment = {
  shelves: readonly Shelf[];
  /** Orders that nobody has touched yet. */
  unpicked: number;
  /** Skus that are left alone: documents count on their figures. */
  spared: ReadonlySet<string>;
  /** From 0 to below 1. */
  random: () => number;
};

/** A store that picks none of them does not drown, and neither does the database. */
export const UNPICKED_MAX = 8;
/** What a shelf keeps: tills and orders that we do not know of sell from it as well. */
const KEPT_UNITS = 3;
/** A shelf below that is filled by the next lorry, up to what it took away: stock neither ends nor grows. */
const LOW_UNITS = 6;
const RECEIPT_UNITS = 6;
const SALES = 2;
const LINES_MAX = 3;

/** Invented, like all people of the demo. */
const CUSTOMERS = [
  'Camille Roussel',
  'Idris Lemoine',
  'Jeanne Castel',
  'Malik Ferrand',
  'Rose Wattel',
  'Théo Marchal',
  'Aya Delcourt',
  'Simon Bouvier',
  'Lina Haddad',
  'Oscar Prévost',
];

/** What happens in one turn: an order where the store can take one, some sales, and a receipt where a shelf is low. */
export function happenings(moment: Moment): Happening[] {
  const shelves = moment.shelves.filter(({ sku }) => !moment.spared.has(sku));
  const full = shuffled(
    shelves.filter(({ onHand, available }) => Math.min(onHand, available) > KEPT_UNITS),
    moment.random,
  );
  const order = moment.unpicked < UNPICKED_MAX ? orderOf(full, moment.random) : [];
  const ordered = new Set(order.flatMap(({ lines }) => lines.map(({ sku }) => sku)));
  const sales = full
    .filter(({ sku }) => !ordered.has(sku))
    .slice(0, SALES)
    .map(({ sku }): Happening => ({ kind: 'sale', sku, quantity: 1 }));
  const low = shuffled(
    shelves.filter(({ onHand, available }) => onHand < LOW_UNITS && available <= KEPT_UNITS),
    moment.random,
  );
  const receipts = low
    .slice(0, 1)
    .map(({ sku }): Happening => ({ kind: 'receipt', sku, quantity: RECEIPT_UNITS }));
  return [...order, ...sales, ...receipts];
}

function orderOf(full: readonly Shelf[], random: () => number) {
  const chosen = full.slice(0, 1 + Math.floor(random() * LINES_MAX));
  if (chosen.length === 0) return [];
  const lines = chosen.map(({ sku, onHand, available }) => {
    const free = Math.min(onHand, available) - KEPT_UNITS;
    return { sku, quantity: Math.min(free, 1 + Math.floor(random() * 2)) };
  });
  const name = CUSTOMERS[Math.floor(random() * CUSTOMERS.length)] ?? 'Camille Roussel';
  return [{ kind: 'order' as const, lines, customer: { name } }];
}

function shuffled<Value>(values: readonly Value[], random: () => number): Value[] {
  return values
    .map((value) => ({ value, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ value }) => value);
}
