// Articles that were looked up: what is known of each, kept so that it can be read again without a network.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { serverTime } from '../../data/clock.ts';
import { device, levels, online, read, wantItem, wantLevel } from '../../data/index.ts';
import type { Level } from '../../data/model.ts';
import { keptAnswer } from './kept.ts';
import { type EveryPlace, type NearPlace, nearPath, type Place, placesOf } from './places.ts';
import { type Lookup, withLookup } from './recent.ts';

export const lookups = keptAnswer<Lookup[]>('lookups.1');

export type Looked = {
  /** What is known; null: nothing yet. */
  lookup: Lookup | null;
  level: Level | null;
  isReading: boolean;
  /** The last try got no answer: what is shown may be old. */
  isOld: boolean;
};

/** Looks the article up, now and whenever the network comes back. */
export function useLookup(sku: string): Looked {
  // From the first frame on: nobody has not answered yet.
  const isReading = useSignal(true);
  const isOld = useSignal(false);
  const isOnline = online.value;
  useEffect(() => {
    let isWanted = true;
    isReading.value = true;
    void lookUp(sku).then((isRead) => {
      if (!isWanted) return;
      isReading.value = false;
      isOld.value = !isRead;
    });
    return () => {
      isWanted = false;
    };
  }, [sku, isOnline]);
  const lookup = lookups.last()?.value.find((one) => one.sku === sku) ?? null;
  return {
    lookup,
    level: levels.value.get(sku) ?? lookup?.level ?? null,
    isReading: isReading.value,
    isOld: isOld.value,
  };
}

/** Where else `quantity` units of it are, this store left out; null: no answer. */
export async function readPlaces(sku: string, quantity: number): Promise<Place[] | null> {
  const own = device.value?.location;
  if (own === undefined) return null;
  const [near, every] = await Promise.all([
    read<{ locations: NearPlace[] }>(nearPath(sku, quantity, own.coordinates)),
    read<{ locations: EveryPlace[] }>(`/v1/items/${encodeURIComponent(sku)}/availability`),
  ]);
  if (!near.ok || !every.ok) return null;
  return placesOf(near.value.locations, every.value.locations, own.code);
}

/** False: no answer, and what was known stays. */
async function lookUp(sku: string): Promise<boolean> {
  const own = device.value?.location.code ?? '';
  const [item, level, places, aisle] = await Promise.all([
    wantItem(sku),
    wantLevel(sku),
    readPlaces(sku, 1),
    readAisle(own, sku),
  ]);
  if (item === null || places === null || aisle === undefined) return false;
  const lookup: Lookup = { sku, at: new Date(serverTime()).toISOString(), aisle, level, places };
  lookups.keep(withLookup(lookups.last()?.value ?? [], lookup));
  return true;
}

/** Where it stands in this store, null where nobody has said; undefined: no answer. */
async function readAisle(location: string, sku: string): Promise<string | null | undefined> {
  const path = `/v1/locations/${encodeURIComponent(location)}/shelves?skus=${encodeURIComponent(sku)}`;
  const answer = await read<{ data: { sku: string; aisle: string | null }[] }>(path);
  return answer.ok ? (answer.value.data.find((place) => place.sku === sku)?.aisle ?? null) : undefined;
}
