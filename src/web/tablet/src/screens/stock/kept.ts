// Answers that stay readable without a network: kept in the browser, for this store only. Losing them does no harm.
import { type Signal, signal } from '@preact/signals';
import { serverTime } from '../../data/clock.ts';
import { device } from '../../data/index.ts';

type Kept<Value> = { location: string; at: string; value: Value };

export type KeptAnswer<Value> = {
  /** The last one of this store, null where there is none yet. */
  last(): { at: string; value: Value } | null;
  keep(value: Value): void;
};

/** A place for one kind of answer. `name` changes when its shape does. */
export function keptAnswer<Value>(name: string): KeptAnswer<Value> {
  const place = `comptoir.${name}`;
  const shown: Signal<Kept<Value> | null> = signal(read<Value>(place));
  return {
    last() {
      const { value } = shown;
      return value === null || value.location !== device.value?.location.code ? null : value;
    },
    keep(value) {
      const location = device.value?.location.code ?? '';
      shown.value = { location, at: new Date(serverTime()).toISOString(), value };
      try {
        localStorage.setItem(place, JSON.stringify(shown.value));
      } catch {
        // A browser that keeps nothing: remembered as long as the page.
      }
    },
  };
}

function read<Value>(place: string): Kept<Value> | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? 'null');
    const isOurs = typeof kept === 'object' && kept !== null && 'location' in kept && 'value' in kept;
    // Written by `keep` alone, under a name that changes with the shape.
    return isOurs ? (kept as Kept<Value>) : null;
  } catch {
    return null;
  }
}
