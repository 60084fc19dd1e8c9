// One answer to "what happened after this cursor": what is there at once, or what comes within the time given.
// Knows filters and time; knows neither callers nor HTTP.
import { type EventFilter, matches } from '../domain/eventFilter.ts';
import type { FeedEvent } from '../domain/feedEvent.ts';
import type { Position } from '../domain/feedPosition.ts';
import type { Tx } from '../queries/transaction.ts';
import { hasArrived, oldestKept, readForward } from './history.ts';
import type { Feed } from './reader.ts';

export type PollRequest = {
  /** `oldest`: from the oldest event kept; `latest`: from now. */
  from: Position | 'oldest' | 'latest';
  filter: EventFilter;
  limit: number;
  waitMilliseconds: number;
  /** Ends the wait: nobody may hear the answer any more, or the process drains. */
  signal: AbortSignal;
};

/** Filtered out or not, everything up to `position` was looked at: nothing before it needs to be read again. */
export type PollAnswer = { events: FeedEvent[]; position: Position };

/** Rows read at a time where a filter may drop most of them. */
const FILTERED_ROWS = 1_000;
/**
 * With them, what one answer may look at before it says how far it came, waiting or not: 20,000 rows, about 100 ms. Again
 * as many once a match was heard, of what came during the wait.
 */
const PAGES_MAX = 20;

/** Throws `cursor-expired`; `unavailable` and database errors when the feed cannot be read. */
export async function pollEvents(tx: Tx, feed: Feed, request: PollRequest): Promise<PollAnswer> {
  const { filter, signal } = request;
  const until = performance.now() + request.waitMilliseconds;
  let from = request.from;
  for (;;) {
    // What was committed before the question is in the answer, by whatever process it was written.
    await feed.settled();
    const target = feed.horizon();
    const watch = watchFor(feed, filter);
    try {
      const found: PollAnswer = await collect(tx, await startOf(tx, from, target), target, request);
      const timeLeft = until - performance.now();
      // Far behind, there is nothing to wait for: who asked goes on from there, and meanwhile others have their turn.
      const isBehind = !hasArrived(found.position, target);
      if (found.events.length > 0 || isBehind || timeLeft <= 0 || signal.aborted) return found;
      from = found.position;
      await watch.heard(timeLeft, signal);
      // Everything after `target` went past the watch, and none of it matched.
      if (!watch.isNews()) return { events: [], position: feed.position() };
    } finally {
      watch.stop();
    }
  }
}

async function startOf(tx: Tx, from: PollRequest['from'], target: Position): Promise<Position> {
  if (from === 'latest') return target;
  return from === 'oldest' ? oldestKept(tx, target) : from;
}

async function collect(
  tx: Tx,
  from: Position,
  target: Position,
  { filter, limit }: PollRequest,
): Promise<PollAnswer> {
  const isNarrow = filter.locations !== null || filter.types !== null || filter.skus !== null;
  const rows = isNarrow ? FILTERED_ROWS : limit;
  const events: FeedEvent[] = [];
  let position = from;
  for (let pages = 0; pages < PAGES_MAX && !hasArrived(position, target); pages++) {
    const page = await readForward(tx, position, target, rows);
    const room = limit - events.length;
    const found = page.events.filter((event) => matches(filter, event));
    events.push(...found.slice(0, room));
    position = page.position;
    if (found.length < room) continue;
    // Full: the rest of the page is for the next answer.
    if (found.length > room) position = found[room - 1]?.position ?? position;
    break;
  }
  return { events, position };
}

type Watch = {
  /** Resolves at the first match since the watch began, when the time is over, or when the signal ends it. */
  heard(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** There was a match, or the feed began anew. */
  isNews(): boolean;
  stop(): void;
};

function watchFor(feed: Feed, filter: EventFilter): Watch {
  let isNews = false;
  let wake = () => {};
  const news = () => {
    isNews = true;
    wake();
  };
  const stop = feed.subscribe({
    name: 'long poll',
    onEvents: (events) => {
      if (!isNews && events.some((event) => matches(filter, event))) news();
    },
    onReset: news,
  });
  return {
    isNews: () => isNews,
    stop,
    heard: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (isNews || signal.aborted) return resolve();
        const timer = setTimeout(end, milliseconds);
        function end(): void {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          resolve();
        }
        wake = end;
        signal.addEventListener('abort', end);
      }),
  };
}
