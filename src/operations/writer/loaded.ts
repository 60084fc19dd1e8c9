// What load.ts read under the locks for a batch to decide on, and the keys by which it is found again.
// Types and keys only: what a batch makes of it is batch.ts's.
import type { ItemHead } from '../../domain/item.ts';
import type { Level } from '../../domain/level.ts';
import type { LocationRecord } from '../../domain/location.ts';
import type { Reservation } from '../../domain/reservation.ts';
import type { Transfer } from '../../domain/transfer.ts';
import type { RecordedFact } from '../../queries/movements.ts';
import type { Buffers } from './bufferRules.ts';
import type { LoadedTellings } from './tellingBook.ts';

/** By how much a level is above what ledger, open lines and transfers say. */
export type Drift = { onHand: number; reserved: number; incoming: number };

/** One key for a level: item ids stay below 2^29 and location ids below 2^24. */
export function levelKey(itemId: number, locationId: number): number {
  return itemId * 2 ** 24 + locationId;
}

export function factKey(source: string, eventId: string): string {
  return `${source}\n${eventId}`;
}

export function sumKey(itemId: number, locationId: number, after: Date): string {
  return `${levelKey(itemId, locationId)}@${after.getTime()}`;
}

/** What load.ts read under the locks. */
export type Loaded = {
  now: Date;
  /** Counts the runs of this batch: a command may use another random value when an earlier run collided. */
  attempt: number;
  items: ReadonlyMap<string, ItemHead>;
  locations: ReadonlyMap<string, LocationRecord>;
  levels: Map<number, Level>;
  /** The rules that hold, and the categories that they look at. */
  buffers: Buffers;
  reservations: Map<string, Reservation>;
  transfers: Map<string, Transfer>;
  facts: Map<string, RecordedFact>;
  sumsAfter: Map<string, number>;
  drifts: Map<number, Drift>;
  orderReferences: Map<string, string>;
  takenPlans: ReadonlySet<string>;
  /** Ids of locations of which a source is silent, among those asked about. */
  staleLocations: ReadonlySet<number>;
  /** The reservations that answer to a name, by reservationNameKey. */
  named: ReadonlyMap<string, readonly string[]>;
  tellings: LoadedTellings;
};
