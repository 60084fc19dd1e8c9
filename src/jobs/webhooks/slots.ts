// How many requests may be under way in the whole process. Who finds none free is called when there is one, in turn.

export type Slots = {
  /** True when the caller has one now; else `wanted`, if there is one, is called once, when one is free. */
  take(wanted: (() => void) | null): boolean;
  give(): void;
  used(): number;
};

export function makeSlots(slotsMax: number): Slots {
  let used = 0;
  const waiting = new Set<() => void>();
  return {
    take(wanted) {
      if (used >= slotsMax) {
        if (wanted !== null) waiting.add(wanted);
        return false;
      }
      used += 1;
      return true;
    },
    give() {
      used -= 1;
      const [next] = waiting;
      if (next === undefined) return;
      waiting.delete(next);
      next();
    },
    used: () => used,
  };
}
