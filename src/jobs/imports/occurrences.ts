// How often a row was met before in its file, by a number made from its content. A table of numbers rather than a Map:
// a Map of three million entries takes ten times the memory.

/** Different rows that can be told apart: 48 MB of table. */
export const OCCURRENCES_MAX = 3_000_000;
const SLOTS_AT_FIRST = 4_096;
const LOAD_MAX = 0.75;

/** Open addressing: a slot is free while its count is 0. */
export class Occurrences {
  #hashes = new Float64Array(SLOTS_AT_FIRST);
  #counts = new Uint32Array(SLOTS_AT_FIRST);
  #size = 0;

  /** Different rows noted so far. */
  get size(): number {
    return this.#size;
  }

  /** Notes a row, and answers how often it was noted before. `hash` is a whole number below 2^53. */
  note(hash: number): number {
    if (this.#size + 1 > this.#counts.length * LOAD_MAX) this.#grow();
    const slot = this.#slotOf(hash);
    const before = this.#counts[slot] ?? 0;
    if (before === 0) {
      this.#hashes[slot] = hash;
      this.#size += 1;
    }
    this.#counts[slot] = before + 1;
    return before;
  }

  #slotOf(hash: number): number {
    const slots = this.#counts.length;
    let slot = hash % slots;
    while (this.#counts[slot] !== 0 && this.#hashes[slot] !== hash) slot = (slot + 1) % slots;
    return slot;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const counts = this.#counts;
    this.#hashes = new Float64Array(counts.length * 2);
    this.#counts = new Uint32Array(counts.length * 2);
    for (const [place, count] of counts.entries()) {
      if (count === 0) continue;
      const hash = hashes[place] ?? 0;
      const slot = this.#slotOf(hash);
      this.#hashes[slot] = hash;
      this.#counts[slot] = count;
    }
  }
}
