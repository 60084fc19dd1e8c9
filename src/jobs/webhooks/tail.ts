// One consumer of the feed for all webhooks of the process: those that are up to date share its one read.
// Knows neither filters nor receivers.
import type { FeedEvent } from '../../domain/feedEvent.ts';
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

/** @param onChanged called with the ids of webhooks that their owners changed */
export function startTail(feed: Feed, onChanged: (ids: readonly string[]) => void): Tail {
  const live = new Set<Listener>();
  const holding = new Set<Listener>();
  const close = feed.subscribe({
    name: 'webhooks',
    onEvents(events) {
      for (const listener of holding) listener.hold(events);
      // A copy: hearing may make one of them leave.
      for (const listener of [...live]) listener.hear(events);
      const changed = events.filter(({ type }) => type === 'webhook.changed');
      if (changed.length > 0) onChanged(changed.map(({ subject }) => subject));
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
