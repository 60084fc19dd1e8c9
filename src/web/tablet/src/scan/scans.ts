// Where a scanned code goes, whatever scanned it: to the part of the screen that asked last, a dialog before its screen.
import { useLayoutEffect, useRef } from 'preact/hooks';

export type OnScan = (code: string) => void;

/** In the order in which they were first drawn: a screen before what it shows, that before a dialog over it. */
const asking: { drawn: number; handler: { current: OnScan } }[] = [];
let drawings = 0;

/** Tells a code. False: nobody asked for one. */
export function tellScan(code: string): boolean {
  const last = asking.at(-1);
  last?.handler.current(code.trim());
  return last !== undefined;
}

/** While the component is drawn, codes are told to it: to the newest of those that ask. Null: it asks for none now. */
export function useScans(onScan: OnScan | null): void {
  const handler = useRef<OnScan>(ignore);
  handler.current = onScan ?? ignore;
  const drawn = useRef(0);
  if (drawn.current === 0) drawn.current = ++drawings;
  const isAsking = onScan !== null;
  // Before anything is seen: a scanner may be quicker than the next frame.
  useLayoutEffect(() => {
    if (!isAsking) return;
    const entry = { drawn: drawn.current, handler };
    asking.push(entry);
    asking.sort((a, b) => a.drawn - b.drawn);
    return () => {
      asking.splice(asking.indexOf(entry), 1);
    };
  }, [isAsking]);
}

function ignore(): void {}
