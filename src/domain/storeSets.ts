// Sets of a few stores, numbered from 0: all that there are, and which of them could do with fewer.
// Knows nothing of what a store has.

export const SET_SIZE_MAX = 3;

/** The smallest sets first, each ascending. */
export function* setsOf(count: number, sizeMax: number): Generator<readonly number[]> {
  for (let a = 0; a < count; a++) yield [a];
  if (sizeMax < 2) return;
  for (let a = 0; a < count; a++) for (let b = a + 1; b < count; b++) yield [a, b];
  if (sizeMax < 3) return;
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) for (let c = b + 1; c < count; c++) yield [a, b, c];
  }
}

/** When each set of one or two stores can do it: what a larger set must beat. */
export class JudgedSets {
  readonly #count: number;
  /** Row and column are the two stores, the same for one. */
  readonly #readyAt: Float64Array;

  constructor(count: number) {
    this.#count = count;
    this.#readyAt = new Float64Array(count * count).fill(Number.POSITIVE_INFINITY);
  }

  note([first = 0, second = first, third]: readonly number[], readyAt: number): void {
    if (third === undefined) this.#readyAt[first * this.#count + second] = readyAt;
  }

  /** True where some of these stores alone, not all of them, can do it no later. */
  isSpared(set: readonly number[], readyAt: number): boolean {
    for (let a = 0; a < set.length; a++) {
      for (let b = a; b < set.length; b++) {
        const isPart = set.length > (a === b ? 1 : 2);
        const part = (set[a] ?? 0) * this.#count + (set[b] ?? 0);
        if (isPart && (this.#readyAt[part] ?? 0) <= readyAt) return true;
      }
    }
    return false;
  }
}
