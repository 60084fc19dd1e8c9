// Waiting until what was done here is sent: for whoever takes the tablet over, as whose it would be recorded otherwise.
// Knows neither the outbox nor the network, but what it is told of them.
import { backoffOf } from './outboxRules.ts';

export type Emptying = {
  /** How many actions wait that could be sent. */
  left(): number;
  isOnline(): boolean;
  /** Resolves when all is sent, or something is to be tried again later. */
  send(): Promise<void>;
};

/**
 * How often what is next is tried again, further and further apart: some 15 seconds in all. One action that gets no
 * decision must not keep a store's staff from their work.
 */
const TRIES_MAX = 5;

/** Resolves when nothing waits, or what is next has been held up for long. False: there is no network. */
export async function emptied({ left, isOnline, send }: Emptying): Promise<boolean> {
  let before = Number.POSITIVE_INFINITY;
  let tries = 0;
  for (let now = left(); now > 0; now = left()) {
    // Tried at least once before `isOnline` is asked: the socket comes back later than the network.
    if (now < before) tries = 0;
    else if (!isOnline()) return false;
    else if (tries === TRIES_MAX) return true;
    else await pause(backoffOf(tries++));
    before = now;
    await send();
  }
  return true;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
