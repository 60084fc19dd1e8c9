// Lets a few do something at the same time; the others wait their turn.

export type Gate = <Value>(work: () => Promise<Value>) => Promise<Value>;

export function makeGate(atOnce: number): Gate {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (inside >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else inside += 1;
    try {
      return await work();
    } finally {
      // The place goes to the next, if there is one.
      const next = waiting.shift();
      if (next === undefined) inside -= 1;
      else next();
    }
  };
}
