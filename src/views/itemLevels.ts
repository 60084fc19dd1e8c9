// The levels of one item at every location, compact: four integers a level in one typed array, holds beside it.
// Knows no database, no event and no clock. Locations are slots (locations.ts): small numbers, given once.
import { type Hold, Holds } from './holds.ts';

/** What a level says. `version` is the level's own: an older one never replaces a newer one. */
export type LevelUnits = { onHand: number; reserved: number; buffer: number; version: number };

/** A level with what the clock makes of it. */
export type LevelTerms = LevelUnits & { expiredHolds: number; available: number };

// A level is a row of four integers, so that one look at memory finds all of it, and an item that is stocked nearly
// everywhere has no slots to halve. Measured over 400 items, which no near cache holds: a cart of five lines is searched in
// 65 µs, and in 45 since neighbouring locations have neighbouring slots.
const ON_HAND = 0;
const RESERVED = 1;
const BUFFER = 2;
/** The version and one more; 0: there is no level. */
const SEEN = 3;
const WIDTH = 4;

/** An item that is stocked at half of the locations or more has a row for each of them. */
const ROWS_A_LEVEL_MAX = 2;
const ROWS_MIN = 4;

export class ItemLevels {
  readonly itemId: number;
  readonly sku: string;
  /** What buffer rules look at; null: it has none. */
  category: string | null = null;
  #rows: Int32Array;
  /** The rows' slots, ascending; null: a row's place is its slot. */
  #slots: Int32Array | null;
  #count = 0;
  /** By slot; most levels have none, so most items have no map. */
  #holds: Map<number, Holds> | null = null;
  /**
   * When the first hold of the item ends, wherever it is; null: to be looked for. Until then no level is asked for its holds:
   * with two or three on each level, answering for a cart of five lines took 128 µs, and takes 56 so.
   */
  #firstEnd: number | null = null;

  /** With room for `count` levels in slots below `reach`. */
  constructor(itemId: number, sku: string, count = 0, reach = Number.POSITIVE_INFINITY) {
    this.itemId = itemId;
    this.sku = sku;
    const isDense = reach <= count * ROWS_A_LEVEL_MAX;
    this.#rows = new Int32Array((isDense ? reach : count) * WIDTH);
    this.#slots = isDense ? null : new Int32Array(count);
  }

  /** Levels that there is room for: what the entry costs in memory, 20 bytes each at most. */
  get capacity(): number {
    return this.#rows.length / WIDTH;
  }

  /** Takes a level over unless it is older than what is known. True when it changed something. */
  set(slot: number, units: LevelUnits): boolean {
    let at = this.#find(slot);
    if (at < 0) at = this.#insert(slot, ~at);
    else if (units.version < this.#read(SEEN, at)) return false;
    this.#rows[at * WIDTH + ON_HAND] = units.onHand;
    this.#rows[at * WIDTH + RESERVED] = units.reserved;
    this.#rows[at * WIDTH + BUFFER] = units.buffer;
    this.#rows[at * WIDTH + SEEN] = units.version + 1;
    return true;
  }

  /** Notes a hold, or that it was extended. */
  setHold(slot: number, hold: Hold): void {
    this.#holds ??= new Map();
    const holds = this.#holds.get(slot) ?? new Holds();
    this.#holds.set(slot, holds);
    const before = holds.firstEnd;
    holds.set(hold);
    this.#noteFirstEnd(before, holds.firstEnd);
  }

  /** The reservation is no hold any more, whatever it became: from now on its level alone speaks. */
  endHold(slot: number, reservationId: string): void {
    const holds = this.#holds?.get(slot);
    if (holds === undefined) return;
    const before = holds.firstEnd;
    holds.end(reservationId);
    this.#noteFirstEnd(before, holds.firstEnd);
    if (holds.size === 0) this.#holds?.delete(slot);
    if (this.#holds?.size === 0) this.#holds = null;
  }

  /** Of one level. Where it was the item's first, whichever is now is looked for when somebody asks. */
  #noteFirstEnd(before: number, after: number): void {
    if (this.#firstEnd === null) return;
    if (after < this.#firstEnd) this.#firstEnd = after;
    else if (before === this.#firstEnd) this.#firstEnd = null;
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
      version: this.#read(SEEN, at) - 1,
      expiredHolds: Math.min(this.#read(RESERVED, at), this.#expired(slot, now)),
      available: this.available(slot, now),
    };
  }

  /** The reserved units whose hold is over. A level reserves them until the sweeper has been by. */
  #expired(slot: number, now: number): number {
    if (this.#holds === null) return 0;
    this.#firstEnd ??= this.#holds
      .values()
      .reduce((first, holds) => Math.min(first, holds.firstEnd), Number.POSITIVE_INFINITY);
    return now < this.#firstEnd ? 0 : (this.#holds.get(slot)?.unitsOver(now) ?? 0);
  }

  #read(figure: number, at: number): number {
    return this.#rows[at * WIDTH + figure] ?? 0;
  }

  /** The slot's row, or the complement of where it belongs. */
  #find(slot: number): number {
    const slots = this.#slots;
    if (slots === null) return this.#read(SEEN, slot) === 0 ? ~slot : slot;
    let low = 0;
    let high = this.#count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = slots[middle] ?? 0;
      if (found === slot) return middle;
      if (found < slot) low = middle + 1;
      else high = middle - 1;
    }
    return ~low;
  }

  #insert(slot: number, at: number): number {
    const isFull = this.#slots === null ? slot >= this.capacity : this.#count === this.capacity;
    if (isFull) {
      this.#grow(slot);
      return this.#insert(slot, ~this.#find(slot));
    }
    if (this.#slots !== null) {
      this.#rows.copyWithin((at + 1) * WIDTH, at * WIDTH, this.#count * WIDTH);
      this.#slots.copyWithin(at + 1, at, this.#count);
      this.#slots[at] = slot;
    }
    this.#count += 1;
    return at;
  }

  /** By a quarter: items gain locations rarely, one at a time. */
  #grow(slot: number): void {
    const [rows, kept] = [this.#rows, this.#keptSlots()];
    const reach = Math.max(slot, kept.at(-1) ?? 0) + 1;
    const wanted = kept.length + 1;
    const isDense = reach <= wanted * ROWS_A_LEVEL_MAX;
    const capacity = Math.max(ROWS_MIN, Math.ceil((isDense ? reach : wanted) * 1.25));
    const places = this.#slots === null ? kept : [...kept.keys()];
    this.#rows = new Int32Array(capacity * WIDTH);
    this.#slots = isDense ? null : new Int32Array(capacity);
    this.#slots?.set(kept);
    for (const [place, from] of places.entries()) {
      const to = isDense ? (kept[place] ?? 0) : place;
      this.#rows.set(rows.subarray(from * WIDTH, (from + 1) * WIDTH), to * WIDTH);
    }
  }

  /** The slots that have levels, ascending. */
  #keptSlots(): number[] {
    if (this.#slots !== null) return Array.from(this.#slots.subarray(0, this.#count));
    const all = Array.from({ length: this.capacity }, (_, slot) => slot);
    return all.filter((slot) => this.#read(SEEN, slot) !== 0);
  }
}
