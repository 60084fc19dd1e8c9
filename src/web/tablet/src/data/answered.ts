// How long to wait for what becomes of an action: as long as there is a network that may tell it.
import type { Outcome } from './model.ts';
import { online } from './store.ts';

/** The answer; null where there is no network to bring one: what was done is kept, and is told as such. */
export function answerOrOffline(done: Promise<Outcome>): Promise<Outcome | null> {
  return new Promise((resolve) => {
    const stop = online.subscribe((isOnline) => {
      if (isOnline) return;
      resolve(null);
      // `subscribe` calls at once, before it has returned what ends it.
      queueMicrotask(() => stop());
    });
    void done.then((outcome) => {
      resolve(outcome);
      stop();
    });
  });
}
