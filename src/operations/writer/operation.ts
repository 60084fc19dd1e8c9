// What a stock operation is: it says what it needs, then decides, command by command, on a batch that holds the locks.
// Owns the types between the operations and the writer; runs nothing.
import type { ItemHead } from '../../domain/item.ts';
import type { LocationRecord } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import type { Reservation } from '../../domain/reservation.ts';
import type { FactKey } from '../../queries/movements.ts';
import type { Batch } from './batch.ts';

/** Who asks: shown in a reservation's history. `staff` names the person at a shared tablet. */
export type Actor = { keyId: string; name: string };

/** What one command reads and writes. The writer locks and loads it for the whole batch at once. */
export type Needs = {
  /** Levels by the retailer's own names; an unknown sku or location is simply not there when it is looked up. */
  levels?: readonly { sku: string; location: string }[];
  /** Levels without a row are made first: for commands that bring stock. */
  createsLevels?: boolean;
  /** Holds that are due on the levels end first, so that their units can be promised again. */
  endsDueHolds?: boolean;
  reservations?: readonly string[];
  facts?: readonly FactKey[];
  /** For counts: what moved after this instant. */
  sumsAfter?: readonly { sku: string; location: string; after: Date }[];
  /** Levels that are derived anew from the ledger and the open lines. */
  derives?: readonly { sku: string; location: string }[];
  orderReferences?: readonly { channel: string; orderReference: string }[];
};

export type StockOperation<Command, Value> = {
  readonly name: string;
  needs(command: Command): Needs;
  /** Decides synchronously. A thrown Problem refuses the command and takes back all that it did to the batch. */
  decide(batch: Batch, command: Command): Value;
};

/** A refusal whose changes stay: a wrong pickup code is refused, and counted. */
export class RefusalWithEffect extends Problem {}

/** What became of one command. */
export type Outcome<Value> = { ok: true; value: Value } | { ok: false; problem: Problem };

/** Items and locations by the retailer's names, from memory where they are known. */
export type Catalogue = {
  items(skus: readonly string[]): Promise<ReadonlyMap<string, ItemHead>>;
  location(code: string): Promise<LocationRecord | null>;
};

/** An answer as it is kept under an Idempotency-Key and given again: a status and a body, as text. */
export type Answer = { status: number; body: string };

export type Submitted = Answer & { replayed: boolean };

export type Idempotency = { keyId: string; key: string; requestHash: Buffer };

/**
 * Whether the caller may touch a reservation: false is 404, as if it did not exist.
 * Throws `precondition-failed` where the caller asked for another version (If-Match). Asked under the lock.
 */
export type Admit = (reservation: Reservation) => boolean;
