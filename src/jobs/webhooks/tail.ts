// One consumer of the feed for all webhooks of the process: those that are up to date share its one read.
// Knows neither filters nor receivers.
import type { FeedEvent } from '../../domain/feedEvent.ts';
import type { Position } from '../../domain/feedPosition.ts';
import type { Feed } from '../../feed/reader.ts';

export type Listener = {
  /** What commits, once it is live. */
  hear(events: readonly FeedEvent[]): void;
  /** What commits while it reads the last page before: to be kept. */
  hold(events: readonly FeedEvent[]): void;
  /** Events were missed for good. */
  restart(): void;
};

export type Tail = {
  /** From the next event on. */
  enter(listener: Listener): void;
  hold(listener: Listener): void;
  /** Neither live nor holding any more. */
  leave(listener: Listener): void;
  close(): void;
};

/**
 * @param onChanged called with what tells that owners changed their webhooks, before anybody hears of the page that it is
 * in, so that these can leave it for later: they go on from `before`, where the page begins
 */
export function startTail(
  feed: Feed,
  onChanged: (changes: readonly FeedEvent[], before: Position) => void,
): Tail {
  const live = new Set<Listener>();
  const holding = new Set<Listener>();
  const close = feed.subscribe({
    name: 'webhooks',
    onEvents(events) {
      const changes = events.filter(({ type }) => type === 'webhook.changed');
      const [first] = events;
      if (first !== undefined && changes.length > 0) onChanged(changes, first.positionBefore);
      for (const listener of holding) listener.hold(events);
      // A copy: hearing may make one of them leave.
      for (const listener of [...live]) listener.hear(events);
    },
    onReset() {
      for (const listener of new Set([...live, ...holding])) listener.restart();
    },
  });
  return {
    enter: (listener) => void live.add(listener),
    hold: (listener) => void holding.add(listener),
    leave(listener) {
      live.delete(listener);
      holding.delete(listener);
    },
    close,
  };
}
