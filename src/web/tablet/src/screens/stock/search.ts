// Finding articles by name, sku or barcode: on the server, and among those known here when there is no network.
import { items, read } from '../../data/index.ts';
import type { Item } from '../../data/model.ts';
import { findAmong } from './words.ts';

const FOUND_MAX = 20;

export type Found = { items: readonly Item[]; isFromHere: boolean };

export async function searchItems(words: string): Promise<Found> {
  const answer = await read<{ data: Item[] }>(`/v1/items?q=${encodeURIComponent(words)}&limit=${FOUND_MAX}`);
  if (answer.ok) return { items: answer.value.data, isFromHere: false };
  return { items: findAmong(items.value.values(), words).slice(0, FOUND_MAX), isFromHere: true };
}
