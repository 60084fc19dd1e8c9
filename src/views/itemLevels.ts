// The levels of one item at every location, compact: five integers a level in one typed array, holds beside it.
// Knows no database, no event and no clock. Locations are slots (locations.ts): small numbers, given once.

/** What a level says, by contract §1. `version` is the level's own: an older one never replaces a newer one. */
export type LevelUnits = { onHand: number; reserved: number; buffer: number; version: number };

/** A hold on this item at one location: its units stop counting at `expiresAt`, swept or not. */
export type Hold = {
  reservationId: string;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** Units of this item that it reserves. */
  reserved: number;
  /** The reservation's version. */
  version: number;
};

/** A level with what the clock makes of it. */
export type LevelTerms = LevelUnits & { expiredHolds: number; available: number };

// One column after the other, each `capacity` long. Slots are ascending: looking one up among 2,000 takes 11
// steps (80 ns). Measured with 2,000 levels an item: 20.2 bytes a level, against 85 for a Map of objects.
const ON_HAND = 1;
const RESERVED = 2;
const BUFFER = 3;
const VERSION = 4;
const COLUMNS = 5;

export class ItemLevels {
  readonly itemId: number;
  readonly sku: string;
  /** What buffer rules look at; null: it has none. */
  category: string | null = null;
  #columns: Int32Array;
  #capacity: number;
  #count = 0;
  /** By slot; most levels have none, so most items have no map. */
  #holds: Map<number, Hold[]> | null = null;

  constructor(itemId: number, sku: string, capacity = 0) {
    this.itemId = itemId;
    this.sku = sku;
    this.#capacity = capacity;
    this.#columns = new Int32Array(capacity * COLUMNS);
  }

  /** Levels that there is room for: what the entry costs in memory. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Takes a level over unless it is older than what is known. True when it changed something. */
  set(slot: number, units: LevelUnits): boolean {
    let at = this.#find(slot);
    if (at < 0) at = this.#insert(slot, ~at);
    else if (units.version <= this.#read(VERSION, at)) return false;
    this.#columns[ON_HAND * this.#capacity + at] = units.onHand;
    this.#columns[RESERVED * this.#capacity + at] = units.reserved;
    this.#columns[BUFFER * this.#capacity + at] = units.buffer;
    this.#columns[VERSION * this.#capacity + at] = units.version;
    return true;
  }

  /** Notes a hold, or that it was extended. */
  setHold(slot: number, hold: Hold): void {
    this.#holds ??= new Map();
    const holds = this.#holds.get(slot);
    if (holds === undefined) {
      this.#holds.set(slot, [hold]);
      return;
    }
    const at = holds.findIndex((known) => known.reservationId === hold.reservationId);
    const known = holds[at];
    if (known === undefined) holds.push(hold);
    else if (hold.version >= known.version) holds[at] = hold;
  }

  /** The reservation is no hold any more, whatever it became: from now on its level alone speaks. */
  endHold(slot: number, reservationId: string): void {
    const holds = this.#holds?.get(slot);
    if (holds === undefined) return;
    const left = holds.filter((hold) => hold.reservationId !== reservationId);
    if (left.length > 0) this.#holds?.set(slot, left);
    else this.#holds?.delete(slot);
    if (this.#holds?.size === 0) this.#holds = null;
  }

  /** Units that may be promised at `now` (epoch milliseconds); 0 where there never was any stock. */
  available(slot: number, now: number): number {
    const at = this.#find(slot);
    if (at < 0) return 0;
    const reserved = Math.max(0, this.#read(RESERVED, at) - this.#expired(slot, now));
    return Math.max(0, this.#read(ON_HAND, at) - reserved - this.#read(BUFFER, at));
  }

  /** Every term of `available`; null where there never was any stock. */
  terms(slot: number, now: number): LevelTerms | null {
    const at = this.#find(slot);
    if (at < 0) return null;
    return {
      onHand: this.#read(ON_HAND, at),
      reserved: this.#read(RESERVED, at),
      buffer: this.#read(BUFFER, at),
      version: this.#read(VERSION, at),
      expiredHolds: Math.min(this.#read(RESERVED, at), this.#expired(slot, now)),
      available: this.available(slot, now),
    };
  }

  /** The reserved units whose hold is over. A level reserves them until the sweeper has been by. */
  #expired(slot: number, now: number): number {
    if (this.#holds === null) return 0;
    let units = 0;
    for (const hold of this.#holds.get(slot) ?? []) {
      if (hold.expiresAt <= now) units += hold.reserved;
    }
    return units;
  }

  #read(column: number, at: number): number {
    return this.#columns[column * this.#capacity + at] ?? 0;
  }

  /** Where the slot is, or the complement of where it belongs. */
  #find(slot: number): number {
    let low = 0;
    let high = this.#count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#columns[middle] ?? 0;
      if (found === slot) return middle;
      if (found < slot) low = middle + 1;
      else high = middle - 1;
    }
    return ~low;
  }

  #insert(slot: number, at: number): number {
    if (this.#count === this.#capacity) this.#grow();
    for (let column = 0; column < COLUMNS; column++) {
      const start = column * this.#capacity;
      this.#columns.copyWithin(start + at + 1, start + at, start + this.#count);
    }
    this.#columns[at] = slot;
    this.#count += 1;
    return at;
  }

  /** By a quarter: items gain locations rarely, one at a time. */
  #grow(): void {
    const capacity = Math.max(4, Math.ceil(this.#capacity * 1.25));
    const columns = new Int32Array(capacity * COLUMNS);
    for (let column = 0; column < COLUMNS; column++) {
      const start = column * this.#capacity;
      columns.set(this.#columns.subarray(start, start + this.#count), column * capacity);
    }
    this.#columns = columns;
    this.#capacity = capacity;
  }
}
