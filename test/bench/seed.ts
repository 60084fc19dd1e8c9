// Fills an empty, migrated database with the retailer of world.ts: its places and items as the API would, its stock set-based,
// with a receipt in the ledger behind every level, so that the integrity check has something to derive.
import { saveItems } from '../../src/operations/saveItems.ts';
import { saveLocations } from '../../src/operations/saveLocation.ts';
import { openDatabase } from '../../src/queries/transaction.ts';
import {
  itemInput,
  skuOf,
  storeCode,
  storeInput,
  unitsInSql,
  WAREHOUSES,
  type World,
  warehouseInput,
} from './world.ts';

const ITEMS_A_TRANSACTION = 1_000;

export async function seed(url: string, world: World): Promise<void> {
  const database = openDatabase({
    url,
    connectionsMax: 1,
    onIdleError: () => {},
    statementMilliseconds: 600_000,
  });
  try {
    const now = new Date();
    const warehouses = WAREHOUSES.map((code, number) => ({ code, input: warehouseInput(number) }));
    const stores = Array.from({ length: world.stores }, (_, store) => ({
      code: storeCode(store),
      input: storeInput(store),
    }));
    await database.transaction((tx) => saveLocations(tx, [...warehouses, ...stores], now));
    for (let from = 0; from < world.items; from += ITEMS_A_TRANSACTION) {
      const length = Math.min(ITEMS_A_TRANSACTION, world.items - from);
      const items = Array.from({ length }, (_, n) => ({ sku: skuOf(from + n), input: itemInput(from + n) }));
      await database.transaction((tx) => saveItems(tx, items, now));
    }
    await database.run('seed.movements', MOVEMENTS, []);
    await database.run('seed.levels', LEVELS, []);
    await database.run('seed.analyze', 'VACUUM (ANALYZE)', []);
  } finally {
    await database.close();
  }
}

const MOVEMENTS = `
  INSERT INTO movements (item_id, location_id, type, quantity, on_hand_delta, source, event_id, occurred_at)
  SELECT item_id, location_id, 'receipt', units, units, 'bench', 'first-' || item_id || '-' || location_id, now()
  FROM (
    SELECT i.id AS item_id, l.id AS location_id, ${unitsInSql('substr(l.code, 4)::int', 'substr(i.sku, 6)::int')} AS units
    FROM items i CROSS JOIN locations l WHERE l.kind = 'store'
  ) AS there
  WHERE units > 0`;

const LEVELS = `
  INSERT INTO levels (item_id, location_id, on_hand, version, updated_at)
  SELECT i.id, l.id, coalesce(m.on_hand_delta, 0), 1, now()
  FROM items i CROSS JOIN locations l LEFT JOIN movements m ON m.item_id = i.id AND m.location_id = l.id
  WHERE l.kind = 'store'`;
