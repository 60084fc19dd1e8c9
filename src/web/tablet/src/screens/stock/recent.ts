// The articles that were looked up last, the newest first. Pure.
import type { Level } from '../../data/model.ts';
import type { Place } from './places.ts';

export type Lookup = {
  sku: string;
  /** When it was looked up. */
  at: string;
  aisle: string | null;
  level: Level | null;
  places: Place[];
};

/** As many as fit into a browser's small storage, and more than a day's questions at a counter. */
const LOOKUPS_MAX = 20;

export function withLookup(known: readonly Lookup[], lookup: Lookup): Lookup[] {
  return [lookup, ...known.filter(({ sku }) => sku !== lookup.sku)].slice(0, LOOKUPS_MAX);
}
