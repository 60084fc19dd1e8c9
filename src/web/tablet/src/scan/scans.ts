// Where a scanned code goes, whatever scanned it: to the part of the screen that asked last, a dialog before its screen.
import { useEffect, useRef } from 'preact/hooks';

export type OnScan = (code: string) => void;

const asking: { current: OnScan }[] = [];

/** Tells a code. False: nobody asked for one. */
export function tellScan(code: string): boolean {
  const last = asking.at(-1);
  last?.current(code.trim());
  return last !== undefined;
}

/** While the component is drawn, codes are told to it: to the newest of those that ask. Null: it asks for none now. */
export function useScans(onScan: OnScan | null): void {
  const handler = useRef<OnScan>(ignore);
  handler.current = onScan ?? ignore;
  const isAsking = onScan !== null;
  useEffect(() => {
    if (!isAsking) return;
    asking.push(handler);
    return () => {
      asking.splice(asking.indexOf(handler), 1);
    };
  }, [isAsking]);
}

function ignore(): void {}
