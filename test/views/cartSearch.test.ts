// The usual search, which looks no further than it must, finds what ranking every place would: at every limit.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Feed, startFeed } from '../../src/feed/reader.ts';
import { saveItems } from '../../src/operations/saveItems.ts';
import { saveLocations } from '../../src/operations/saveLocation.ts';
import { startViews, type Views } from '../../src/views/views.ts';
import { locationInput } from '../support/catalogue.ts';
import { silent } from '../support/feedBench.ts';
import { openStockRoom, type StockRoom } from '../support/stockRoom.ts';

const now = new Date('2026-11-24T13:00:00.000Z');
const NEAR = { latitude: 44, longitude: 4 };
const STORES = 60;
const code = (store: number) => `FR-SUD-${String(store).padStart(2, '0')}`;
/** All that is asked for, by the distance of the store: seldom there, often a part, and sent only to those far away. */
const onShelf = (store: number) => (store % 17 === 16 ? 3 : store % 4 === 0 ? 1 : 0);
const isSupplied = (store: number) => store >= 45;

let room: StockRoom;
let feed: Feed;
let views: Views;

beforeAll(async () => {
  room = await openStockRoom();
  feed = await startFeed({ database: room.database, log: silent, pollMilliseconds: 5 });
  views = await startViews({
    ...{ database: room.database, feed, levelsMax: 1_000 },
    onError(error) {
      throw error;
    },
  });
  const warehouse = { code: 'WH-SUD', input: locationInput({ kind: 'warehouse', coordinates: NEAR }) };
  warehouse.input.pickup = { ...warehouse.input.pickup, enabled: false };
  const stores = Array.from({ length: STORES }, (_, store) => ({
    code: code(store),
    input: locationInput({
      coordinates: { ...NEAR, latitude: NEAR.latitude + (store + 1) / 100 },
      ...(isSupplied(store) && {
        replenishment: { from: 'WH-SUD', leadTimeDays: 2, cutOff: '16:00' },
      }),
    }),
  }));
  await room.database.transaction((tx) => saveLocations(tx, [warehouse, ...stores], now));
  await room.database.transaction((tx) =>
    saveItems(tx, [{ sku: 'POUF', input: { name: { fr: 'Pouf' } } }], now),
  );
  await room.put('POUF', 'WH-SUD', 100);
  for (let store = 0; store < STORES; store++) {
    if (onShelf(store) > 0) await room.put('POUF', code(store), onShelf(store));
  }
  await feed.settled();
  await views.settled();
});
afterAll(async () => {
  views.close();
  await feed.close();
  await room.close();
});

test('the best of each limit are the first of all of them, also beyond the places that are looked at first', async () => {
  const fulfilment = (store: number) => {
    if (onShelf(store) >= 2) return 'now';
    if (isSupplied(store)) return 'transfer';
    return onShelf(store) > 0 ? 'partial' : 'none';
  };
  const stores = Array.from({ length: STORES }, (_, store) => ({
    code: code(store),
    fulfilment: fulfilment(store),
  }));
  const ranked = ['now', 'transfer', 'partial', 'none'].flatMap((kind) =>
    stores.filter((store) => store.fulfilment === kind),
  );
  for (let limit = 1; limit <= STORES + 1; limit++) {
    const { places, hasMore } = await views.availability.search(
      [{ sku: 'POUF', quantity: 2 }],
      { near: NEAR, radiusKm: 100, limit, sort: 'distance', after: null, sees: () => true },
      now,
    );
    const found = places.map((place) => ({ code: place.code, fulfilment: place.fulfilment }));
    expect({ found, hasMore }).toEqual({ found: ranked.slice(0, limit), hasMore: limit < STORES });
  }
});
