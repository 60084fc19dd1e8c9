// The holds on one level, by reservation and in the order in which they end: everybody may want the same level, and
// neither another hold nor a look at the clock walks them all. Knows no level and no clock.

/** A hold on an item at one location: its units stop counting at `expiresAt`, swept or not. */
export type Hold = {
  reservationId: string;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** Units of this item that it reserves. */
  reserved: number;
  /** The reservation's version. */
  version: number;
};

export class Holds {
  readonly #byReservation = new Map<string, Hold>();
  /** Ascending by their end. */
  readonly #byEnd: Hold[] = [];

  get size(): number {
    return this.#byEnd.length;
  }

  /** When the first of them ends, in epoch milliseconds; infinity: there is none. */
  get firstEnd(): number {
    return this.#byEnd[0]?.expiresAt ?? Number.POSITIVE_INFINITY;
  }

  /** Notes a hold, or that it was extended; of two versions of one, the newer. */
  set(hold: Hold): void {
    const known = this.#byReservation.get(hold.reservationId);
    if (known !== undefined) {
      if (hold.version < known.version) return;
      this.end(hold.reservationId);
    }
    this.#byReservation.set(hold.reservationId, hold);
    this.#byEnd.splice(this.#placeOf(hold.expiresAt), 0, hold);
  }

  end(reservationId: string): void {
    const hold = this.#byReservation.get(reservationId);
    if (hold === undefined) return;
    this.#byReservation.delete(reservationId);
    this.#byEnd.splice(this.#byEnd.indexOf(hold, this.#placeOf(hold.expiresAt - 1)), 1);
  }

  /** Units of the holds that are over at `now` (epoch milliseconds). */
  unitsOver(now: number): number {
    let units = 0;
    for (const hold of this.#byEnd) {
      if (hold.expiresAt > now) break;
      units += hold.reserved;
    }
    return units;
  }

  /** Where the first hold that ends later stands. */
  #placeOf(end: number): number {
    let [low, high] = [0, this.#byEnd.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#byEnd[middle]?.expiresAt ?? 0) > end) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
