// Owns what stands on the shelves of one location: the opening count and the running stock that movements change.
// Must not know why units move.

import { EXAMPLE_STORE } from '../../src/domain/exampleIds.ts';
import { onHandDelta } from '../../src/domain/movement.ts';
import { localInstant } from './calendar.ts';
import { exampleUnits } from './examples.ts';
import type { RangeEntry } from './items.ts';
import type { Outlet } from './locations.ts';
import { randomStream } from './random.ts';
import type { DemoCount, DemoMovement } from './retailer.ts';
import { showcase, showcaseUnits } from './showcase.ts';

export type Shelf = {
  outlet: Outlet;
  /** `LILLE-01`, `ENTREPOT-NORD`: how tickets and delivery notes call the location. */
  shortCode: string;
  /** The system that reports this location's stock: `pos-lille-01`, `wms-nord`. */
  source: string;
  /** The items it keeps, those that sell often several times over: a fair pick is a likely sale. */
  demand: RangeEntry[];
  opening: Map<string, number>;
  onHand: Map<string, number>;
  movements: DemoMovement[];
  /** Sold lines that nobody has brought back. */
  sales: DemoMovement[];
  /** What was sold and has not been sent again. */
  toReplenish: Set<string>;
};

type Bounds = [lowest: number, highest: number];
type Turnover = RangeEntry['turnover'];

const storeUnits: Record<Outlet['size'], Record<Turnover, Bounds>> = {
  large: { slow: [1, 6], steady: [3, 14], quick: [15, 60] },
  medium: { slow: [0, 4], steady: [2, 10], quick: [10, 40] },
  small: { slow: [0, 3], steady: [1, 7], quick: [5, 24] },
};
const warehouseUnits: Record<Turnover, Bounds> = { slow: [20, 80], steady: [60, 250], quick: [300, 1200] };

/** How many of the range's items a store keeps; a warehouse keeps all. */
const keptShare = { large: 0.8, medium: 0.7, small: 0.62 };
const soldOutShare = 0.04;
const lastUnitShare = 0.06;

/** Location → units by sku that documents count on: never sold. */
const sparedUnits: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map([
  [showcase.location, showcaseUnits],
  [EXAMPLE_STORE, exampleUnits],
]);
const NONE: ReadonlyMap<string, number> = new Map();

/** How often an item is asked for, beside the others. */
const asked: Record<Turnover, number> = { slow: 1, steady: 3, quick: 8 };

function keptEntries({ location, size }: Outlet, range: RangeEntry[]): RangeEntry[] {
  if (location.kind === 'warehouse') return range;
  const wanted = new Set([...showcaseUnits.keys(), ...(sparedUnits.get(location.code) ?? NONE).keys()]);
  const isWanted = ({ item }: RangeEntry) => wanted.has(item.sku);
  const others = randomStream(`range ${location.code}`).shuffled(range.filter((entry) => !isWanted(entry)));
  const kept = Math.round(range.length * keptShare[size]) - wanted.size;
  return [...range.filter(isWanted), ...others.slice(0, kept)];
}

function openingUnits({ location, size }: Outlet, entries: RangeEntry[]): Map<string, number> {
  const random = randomStream(`opening ${location.code}`);
  const units = location.kind === 'warehouse' ? warehouseUnits : storeUnits[size];
  const opening = new Map<string, number>();
  for (const { item, turnover } of entries) {
    const drawn = random.between(...units[turnover]);
    const luck = random.fraction();
    const ends = luck < soldOutShare ? 0 : luck < soldOutShare + lastUnitShare ? 1 : drawn;
    opening.set(item.sku, location.kind === 'warehouse' ? drawn : ends);
  }
  for (const [sku, quantity] of sparedUnits.get(location.code) ?? NONE) opening.set(sku, quantity);
  return opening;
}

export function openShelf(outlet: Outlet, range: RangeEntry[]): Shelf {
  const { code, kind } = outlet.location;
  const entries = keptEntries(outlet, range);
  const forSale = entries.filter(({ item }) => !sparedUnits.get(code)?.has(item.sku));
  const opening = openingUnits(outlet, entries);
  return {
    outlet,
    shortCode: code.replace('FR-', ''),
    source: code
      .replace('FR-', kind === 'store' ? 'pos-' : '')
      .replace('ENTREPOT-', 'wms-')
      .toLowerCase(),
    demand: forSale.flatMap((entry) => Array.from({ length: asked[entry.turnover] }, () => entry)),
    opening,
    onHand: new Map(opening),
    movements: [],
    sales: [],
    toReplenish: new Set(),
  };
}

/** The stocktaking of that date, before the doors open. */
export function openingCounts({ outlet, shortCode, source, opening }: Shelf, date: string): DemoCount[] {
  const stocktaking = `INV-${shortCode}-${date.replaceAll('-', '')}`;
  const { code, timeZone } = outlet.location;
  const countedAt = new Date(localInstant(date, 5 * 60, timeZone)).toISOString();
  return [...opening].map(([sku, onHand]) => ({
    source,
    eventId: `${stocktaking}-${sku}`,
    sku,
    location: code,
    onHand,
    countedAt,
  }));
}

/** What a movement at this shelf needs beyond the shelf itself; `source` when another system reports it. */
export type Posting = Omit<DemoMovement, 'location' | 'source' | 'occurredAt'> & {
  source?: string;
  at: number;
};

/** Writes the movement down and moves the stock. A shelf is always posted to in order of time. */
export function post(shelf: Shelf, { at, source = shelf.source, ...posting }: Posting): void {
  const onHand = (shelf.onHand.get(posting.sku) ?? 0) + onHandDelta(posting.type, posting.quantity);
  if (onHand < 0) throw new RangeError(`${posting.eventId} would take ${posting.sku} below zero`);
  shelf.onHand.set(posting.sku, onHand);
  const location = shelf.outlet.location.code;
  const movement = { source, ...posting, location, occurredAt: new Date(at).toISOString() };
  shelf.movements.push(movement);
  if (movement.type === 'sale') {
    shelf.sales.push(movement);
    shelf.toReplenish.add(movement.sku);
  }
}
