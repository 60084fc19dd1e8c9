// The service worker's side in the page: registers it, and says when a newer version of the pages waits.
import { signal } from '@preact/signals';

export const updateReady = signal(false);

let waitingWorker: ServiceWorker | null = null;
const ASK_MILLISECONDS = 30 * 60_000;

/** Without one (plain http on another machine than this) the pages work, but not without a network. */
export async function registerWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const workers = navigator.serviceWorker;
  let hadOne = workers.controller !== null;
  const registration = await workers.register('/tablet/sw.js', { scope: '/tablet' });
  const look = () => {
    if (registration.waiting === null || workers.controller === null) return;
    waitingWorker = registration.waiting;
    updateReady.value = true;
  };
  const follow = () => registration.installing?.addEventListener('statechange', look);
  look();
  // One may have been on its way before anybody listened for it.
  follow();
  registration.addEventListener('updatefound', follow);
  // The first worker takes this page over without a word; a later one is a new version, whose page is loaded.
  workers.addEventListener('controllerchange', () => {
    if (hadOne) location.reload();
    hadOne = true;
  });
  setInterval(() => void registration.update().catch(() => undefined), ASK_MILLISECONDS);
}

/** Somebody asked for it: nothing of theirs is lost, since what they did is kept before it is shown. */
export function takeUpdate(): void {
  waitingWorker?.postMessage('take-over');
}
