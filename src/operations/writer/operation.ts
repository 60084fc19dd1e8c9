// What a stock operation is: it says what it needs, then decides, command by command, on a batch that holds the locks.
// Owns the types between the operations and the writer; runs nothing.
import type { ItemHead } from '../../domain/item.ts';
import type { LocationRecord } from '../../domain/location.ts';
import type { FactKey } from '../../queries/movements.ts';
import type { ReservationName } from '../../queries/reservationNames.ts';
import type { Batch } from './batch.ts';

/** What one command reads and writes. The writer locks and loads it for the whole batch at once. */
export type Needs = {
  /** Levels by the retailer's own names; an unknown sku or location is simply not there when it is looked up. */
  levels?: readonly { sku: string; location: string }[];
  /** Locations that it names beyond those of its levels. */
  locations?: readonly string[];
  /** Levels without a row are made first, all or those at some locations: for commands that bring stock. */
  createsLevels?: boolean | { at: readonly string[] };
  /** Holds that are due on the levels end first, so that their units can be promised again. */
  endsDueHolds?: boolean;
  /** A named hold that is due ends before the command is decided, swept or not. */
  reservations?: readonly string[];
  /** Reservations by what else a till knows of them: resolved before the locks, found with `batch.named` under them. */
  named?: readonly ReservationName[];
  /** What counter and tills have told of these reservations' lines is read too: for commands that tell more. */
  tellings?: boolean;
  /** With the reservations that they feed. */
  transfers?: readonly string[];
  /** The command itself ends what is due. */
  decidesDue?: boolean;
  facts?: readonly FactKey[];
  /** For counts: what moved after this instant. */
  sumsAfter?: readonly { sku: string; location: string; after: Date }[];
  /** Levels that are derived anew from the ledger and the open lines. */
  derives?: readonly { sku: string; location: string }[];
  orderReferences?: readonly { channel: string; orderReference: string }[];
  /** Whether the locations of its levels are stale, for `batch.isStale`. */
  staleness?: boolean;
  /** Plans that it takes; who takes one locks the same levels as whoever took it before. */
  plans?: readonly string[];
};

export type StockOperation<Command, Value> = {
  readonly name: string;
  needs(command: Command): Needs;
  /** Decides synchronously. A thrown Problem refuses the command and takes back all that it did to the batch. */
  decide(batch: Batch, command: Command): Value;
};

/** Items and locations by the retailer's names, from memory where they are known. */
export type Catalogue = {
  items(skus: readonly string[]): Promise<ReadonlyMap<string, ItemHead>>;
  locations(codes: readonly string[]): Promise<ReadonlyMap<string, LocationRecord>>;
};
