// Owns the demo's only source of chance: a seeded generator, the same on every machine and every run.
// Must not know what is drawn with it, and never touches Math.random or the clock.

const seed = 20_110_917;

/** Draws from one stream. Every method takes the next number of the stream. */
export type Random = {
  /** From 0 (in) to 1 (out). */
  fraction(): number;
  /** A whole number between two bounds, both in. */
  between(lowest: number, highest: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  shuffled<T>(values: readonly T[]): T[];
};

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** mulberry32: 32 bits of state are plenty for a few thousand draws a stream. */
function mulberry32(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The stream of that label. Each use has a stream of its own, so that one more draw for a store, or one more
 * item, does not change everything that is drawn after it.
 */
export function randomStream(label: string): Random {
  const fraction = mulberry32((fnv1a(label) ^ seed) >>> 0);
  const between = (lowest: number, highest: number) =>
    lowest + Math.floor(fraction() * (highest - lowest + 1));

  function pick<T>(values: readonly T[]): T {
    const value = values[between(0, values.length - 1)];
    if (value === undefined) throw new RangeError('Nothing to pick from');
    return value;
  }

  function shuffled<T>(values: readonly T[]): T[] {
    const left = [...values];
    return values.map(() => {
      const place = between(0, left.length - 1);
      const last = left.pop();
      const value = left[place] ?? last;
      if (value === undefined || last === undefined) throw new RangeError('Nothing left to draw');
      if (place < left.length) left[place] = last;
      return value;
    });
  }

  return { fraction, between, chance: (probability) => fraction() < probability, pick, shuffled };
}
