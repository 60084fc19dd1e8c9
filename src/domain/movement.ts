// One entry of the ledger: what changed, by how much, why, from which source, when it occurred.
// Owns what each type does to on hand.

/** What a source may report. `adjustment` alone is signed. A count is an entry of the ledger too, but states a value. */
export const MOVEMENT_TYPES = ['sale', 'return', 'receipt', 'loss', 'found', 'damage', 'adjustment'] as const;
export type MovementType = (typeof MOVEMENT_TYPES)[number];

/** What a transfer writes at its two ends: Comptoir's own calls only. */
export type TransferMovementType = 'transfer_out' | 'transfer_in';

/** The source of the movements that Comptoir's own calls make; no other system may report under this name. */
export const OWN_SOURCE = 'comptoir';

/** The most units one movement may move. */
export const MOVEMENT_QUANTITY_MAX = 1_000_000;

const SIGN: Record<MovementType | TransferMovementType, 1 | -1> = {
  sale: -1,
  return: 1,
  receipt: 1,
  loss: -1,
  found: 1,
  damage: -1,
  adjustment: 1,
  transfer_out: -1,
  transfer_in: 1,
};

/** What `quantity` units of this type do to on hand, signed. */
export function onHandDelta(type: MovementType | TransferMovementType, quantity: number): number {
  return SIGN[type] * quantity;
}

/** A row about to enter the ledger. */
export type NewMovement = {
  itemId: number;
  locationId: number;
  type: MovementType | TransferMovementType | 'count';
  quantity: number;
  /** Null for a count. */
  onHandDelta: number | null;
  /** Zero or negative: what it took of its reservation's reserved units. */
  reservedDelta: number;
  source: string;
  /** The rank that the source has now: it breaks ties between counts of one instant. */
  sourceRank: number;
  eventId: string;
  occurredAt: Date;
  reference: string | null;
  reason: string | null;
  reservationId: string | null;
};
