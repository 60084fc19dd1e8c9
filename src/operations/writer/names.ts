// What commands name by sku and location code, as the items, locations and levels that are meant.
// Locks nothing; the one thing it writes is rows of levels that never were.
import type { ItemHead } from '../../domain/item.ts';
import type { Level } from '../../domain/level.ts';
import type { LocationRecord } from '../../domain/location.ts';
import { ensureLevels, type LevelKey } from '../../queries/levels.ts';
import type { Tx } from '../../queries/transaction.ts';
import { levelKey } from './loaded.ts';
import { LevelsMissing } from './lostRace.ts';
import type { Catalogue, Needs } from './operation.ts';

/** The items and locations that the commands name, resolved before the transaction starts. */
export type Names = {
  items: ReadonlyMap<string, ItemHead>;
  locations: ReadonlyMap<string, LocationRecord>;
};

/** What the catalogue does not know is left out: the decision refuses it. */
export async function resolveNames(catalogue: Catalogue, needs: readonly Needs[]): Promise<Names> {
  const skus = new Set<string>();
  const codes = new Set<string>();
  for (const { levels = [], locations = [] } of needs) {
    for (const { sku, location } of levels) {
      skus.add(sku);
      codes.add(location);
    }
    for (const code of locations) codes.add(code);
  }
  const locations = await catalogue.locations([...codes]);
  return { items: skus.size === 0 ? new Map() : await catalogue.items([...skus]), locations };
}

/** Makes the level rows that commands bring stock to; outside the batch's transaction, for the reason in ensureLevels. */
export async function makeLevels(tx: Tx, needs: readonly Needs[], names: Names): Promise<void> {
  const keys = broughtTo(needs, names);
  if (keys.length > 0) await ensureLevels(tx, keys);
}

function broughtTo(needs: readonly Needs[], names: Names): LevelKey[] {
  const made = needs.map(({ levels = [], createsLevels = false }) => ({
    levels: levels.filter(({ location }) =>
      typeof createsLevels === 'boolean' ? createsLevels : createsLevels.at.includes(location),
    ),
  }));
  return namedLevels(made, names);
}

/**
 * Looked for under the locks, not made beforehand: after its first day a level is nearly always there, and asking for
 * a thousand costs 10 µs a movement, a sixth of all that PostgreSQL does for it.
 */
export function assertMade(needs: readonly Needs[], names: Names, levels: ReadonlyMap<number, Level>): void {
  const isThere = ({ itemId, locationId }: LevelKey) => levels.has(levelKey(itemId, locationId));
  if (!broughtTo(needs, names).every(isThere)) throw new LevelsMissing('a level has no row yet');
}

/** The levels that commands name, but for items and locations that are not known. */
export function namedLevels(needs: readonly Needs[], names: Names): LevelKey[] {
  const keys: LevelKey[] = [];
  for (const { levels = [] } of needs) {
    for (const { sku, location } of levels) {
      const item = names.items.get(sku);
      const place = names.locations.get(location);
      if (item !== undefined && place !== undefined) keys.push({ itemId: item.id, locationId: place.id });
    }
  }
  return keys;
}
