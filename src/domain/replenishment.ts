// Who is supplied from whom: a source must exist, and supply must not go round in a circle.
// Pure: is told what exists, and says which changes may stand.
import { invalid, type Problem } from './problem.ts';

/** Every known location's code, and the code it is supplied from (null: from none). */
export type Supply = ReadonlyMap<string, string | null>;

export type SupplyChange = { code: string; from: string | null };

/**
 * The order in which to decide a batch: as sent, except that a location waits for a source that is new in the same
 * batch and comes later (files list stores before the warehouse that supplies them), and that two changes of one
 * location keep their order. Returns positions in `changes`.
 */
export function supplyOrder(changes: readonly SupplyChange[], supply: Supply): number[] {
  const order: number[] = [];
  let waiting = [...changes.keys()];
  while (waiting.length > 0) {
    const later: number[] = [];
    const open = new Map<string, number>();
    for (const at of waiting) open.set(codeAt(at), (open.get(codeAt(at)) ?? 0) + 1);
    const heldBack = new Set<string>();
    for (const at of waiting) {
      const { code, from } = changeAt(at);
      const sourceComes = from !== null && from !== code && !supply.has(from) && open.has(from);
      if (sourceComes || heldBack.has(code)) {
        heldBack.add(code);
        later.push(at);
        continue;
      }
      order.push(at);
      const left = (open.get(code) ?? 1) - 1;
      if (left === 0) open.delete(code);
      else open.set(code, left);
    }
    // They wait for each other: as sent, then, and the sources will be found missing.
    if (later.length === waiting.length) return [...order, ...later];
    waiting = later;
  }
  return order;

  function changeAt(at: number): SupplyChange {
    const change = changes[at];
    if (change === undefined) throw new Error(`no change at ${at}`);
    return change;
  }
  function codeAt(at: number): string {
    return changeAt(at).code;
  }
}

/** Why this location cannot be supplied from there, or null when it can. */
export function refuseSupply({ code, from }: SupplyChange, supply: Supply): Problem | null {
  const pointer = '/replenishment/from';
  if (from === null) return null;
  if (from === code)
    return invalid(pointer, 'replenishment-from-itself', 'A location cannot be supplied from itself.');
  if (!supply.has(from))
    return invalid(pointer, 'unknown-location', `There is no location ${from} to be supplied from.`);
  const seen = new Set<string>();
  for (let at: string | null = from; at !== null && !seen.has(at); at = supply.get(at) ?? null) {
    if (at === code) {
      return invalid(
        pointer,
        'replenishment-circle',
        `${from} is itself supplied, directly or not, from ${code}.`,
      );
    }
    seen.add(at);
  }
  return null;
}
