// Keeps the screen on during a shift. The browser lets go whenever the page is hidden: taken again when it is back.

let isWanted = false;
let lock: WakeLockSentinel | null = null;

/** Keeps the screen on until the answer is called. Browsers that cannot leave it to the device. */
export function keepAwake(): () => void {
  isWanted = true;
  const again = () => void take();
  document.addEventListener('visibilitychange', again);
  again();
  return () => {
    isWanted = false;
    document.removeEventListener('visibilitychange', again);
    void lock?.release();
    lock = null;
  };
}

async function take(): Promise<void> {
  if (!isWanted || !('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
  if (lock !== null && !lock.released) return;
  try {
    const taken = await navigator.wakeLock.request('screen');
    if (isWanted) lock = taken;
    else await taken.release();
  } catch {
    // A battery that saves: the next time that the page is shown asks again.
  }
}
