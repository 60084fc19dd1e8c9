// What single commands ask for beside their levels: sums, drift, order references, plans, silence. Read under the locks.
import type { Level } from '../../domain/level.ts';
import { deriveLevel } from '../../queries/integrity.ts';
import { sumsAfter } from '../../queries/movements.ts';
import { findOrderReferences, findTakenPlans } from '../../queries/reservations.ts';
import { staleAmong } from '../../queries/silence.ts';
import type { Tx } from '../../queries/transaction.ts';
import { type Drift, levelKey, sumKey } from './loaded.ts';
import { type Names, namedLevels } from './names.ts';
import type { Needs } from './operation.ts';

/** Units that movements after an instant add up to, by sumKey. */
export async function loadSums(tx: Tx, needs: readonly Needs[], names: Names): Promise<Map<string, number>> {
  const since = needs
    .flatMap((need) => need.sumsAfter ?? [])
    .flatMap(({ sku, location, after }) => {
      const item = names.items.get(sku);
      const place = names.locations.get(location);
      return item === undefined || place === undefined
        ? []
        : [{ itemId: item.id, locationId: place.id, after }];
    });
  const units = await sumsAfter(tx, since);
  return new Map(since.map((s, place) => [sumKey(s.itemId, s.locationId, s.after), units[place] ?? 0]));
}

/** How far locked levels are from what their ledger and what is open say, by levelKey. */
export async function loadDrifts(
  tx: Tx,
  needs: readonly Needs[],
  names: Names,
  levels: ReadonlyMap<number, Level>,
): Promise<Map<number, Drift>> {
  const drifts = new Map<number, Drift>();
  for (const { derives = [] } of needs) {
    // One by one: a repair is rare, and asked for by a person.
    for (const { itemId, locationId } of namedLevels([{ levels: derives }], names)) {
      const key = levelKey(itemId, locationId);
      const level = levels.get(key);
      if (level === undefined) continue;
      const derived = await deriveLevel(tx, itemId, locationId);
      drifts.set(key, {
        onHand: level.onHand - derived.onHand,
        reserved: level.reserved - derived.reserved,
        incoming: level.incoming - derived.incoming,
      });
    }
  }
  return drifts;
}

/** The reservations that have the order references of their channels, by `channel\norderReference`. */
export async function loadOrderReferences(tx: Tx, needs: readonly Needs[]): Promise<Map<string, string>> {
  const pairs = needs.flatMap((need) => need.orderReferences ?? []);
  if (pairs.length === 0) return new Map();
  const found = await findOrderReferences(tx, pairs);
  return new Map(found.map((row) => [`${row.channel}\n${row.orderReference}`, row.id]));
}

/** Ids of those plans that have become reservations. */
export async function loadTakenPlans(tx: Tx, needs: readonly Needs[]): Promise<Set<string>> {
  const asked = needs.flatMap((need) => need.plans ?? []);
  return asked.length === 0 ? new Set() : new Set(await findTakenPlans(tx, asked));
}

/** Ids of those locations of which a source is silent. */
export async function loadStaleness(tx: Tx, needs: readonly Needs[], names: Names): Promise<Set<number>> {
  const asked = needs.filter(({ staleness }) => staleness === true);
  if (asked.length === 0) return new Set();
  const locationIds = new Set(namedLevels(asked, names).map(({ locationId }) => locationId));
  return new Set(await staleAmong(tx, [...locationIds]));
}
