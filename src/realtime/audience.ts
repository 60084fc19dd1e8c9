// Who is live, and who hears what: one consumer of the feed for all sockets of the process.
// Each event is encoded once for all who receive it. Knows nothing of how a socket came to be live.
import { matches } from '../domain/eventFilter.ts';
import type { FeedEvent } from '../domain/feedEvent.ts';
import { encodeCursor } from '../domain/feedPosition.ts';
import type { Feed } from '../feed/reader.ts';
import type { LiveServer } from './protocol.ts';
import type { Hall, LiveSession } from './session.ts';
import type { Ordered } from './subscription.ts';

export type LiveCounts = {
  /** Events sent, once for each socket. */
  emitted: number;
  /** How often a socket was too slow and was served from the database. */
  fellBehind: number;
  resets: number;
};

/** Which items the open orders of each location hold. */
export type OrderedItems = Ordered & { locationsOf(sku: string): Iterable<string> };

const REVOKED_MAX = 10_000;

export class Audience implements Hall {
  readonly counts: LiveCounts = { emitted: 0, fellBehind: 0, resets: 0 };
  readonly #namespace: ReturnType<LiveServer['of']>;
  readonly #orderedItems: OrderedItems;
  readonly #sessions = new Map<string, Set<LiveSession>>();
  /** Live sessions by the locations they hear; those that hear all of them under null. */
  readonly #live = new Map<string | null, Set<LiveSession>>();
  readonly #holding = new Set<LiveSession>();
  /** A key that is revoked while a socket of it is being let in. */
  readonly #revoked = new Set<string>();

  constructor(namespace: ReturnType<LiveServer['of']>, orderedItems: OrderedItems) {
    this.#namespace = namespace;
    this.#orderedItems = orderedItems;
  }

  /** Registers a socket that was let in; false when its key was revoked on the way. */
  admit(session: LiveSession): boolean {
    const { keyId } = session.caller;
    if (this.#revoked.has(keyId)) return false;
    const sessions = this.#sessions.get(keyId) ?? new Set();
    this.#sessions.set(keyId, sessions.add(session));
    return true;
  }

  dismiss(session: LiveSession): void {
    const { keyId } = session.caller;
    const sessions = this.#sessions.get(keyId);
    sessions?.delete(session);
    if (sessions?.size === 0) this.#sessions.delete(keyId);
  }

  socketsOf(keyId: string): number {
    return this.#sessions.get(keyId)?.size ?? 0;
  }

  enter(session: LiveSession): void {
    for (const room of roomsOf(session)) {
      const sessions = this.#live.get(room) ?? new Set();
      this.#live.set(room, sessions.add(session));
    }
  }

  hold(session: LiveSession): void {
    this.#holding.add(session);
  }

  release(session: LiveSession): void {
    this.#holding.delete(session);
  }

  leave(session: LiveSession): boolean {
    let wasLive = false;
    for (const room of roomsOf(session)) {
      const sessions = this.#live.get(room);
      if (sessions?.delete(session)) wasLive = true;
      if (sessions?.size === 0) this.#live.delete(room);
    }
    return wasLive;
  }

  onEvents(events: readonly FeedEvent[]): void {
    for (const session of this.#holding) session.hold(events);
    for (const event of events) {
      if (event.type === 'key.revoked') this.#revoke(event.subject);
      this.#tell(event);
    }
  }

  onReset(): void {
    for (const sessions of this.#sessions.values()) {
      for (const session of sessions) {
        this.counts.resets += 1;
        session.restart();
      }
    }
  }

  /** Tells everybody who is live where they stand, so that a quiet store need not read a busy network's past again. */
  tellCursor(feed: Feed): void {
    const ids = [...this.#live.values()].flatMap((sessions) => [...sessions].map(({ socket }) => socket.id));
    if (ids.length > 0) this.#namespace.to(ids).emit('cursor', { cursor: encodeCursor(feed.position()) });
  }

  #tell(event: FeedEvent): void {
    const ids: string[] = [];
    for (const session of this.#hearersOf(event)) {
      if (session.filter === null || !matches(session.filter, event)) continue;
      if (session.isBehind()) {
        this.counts.fellBehind += 1;
        session.travel(event.positionBefore);
      } else ids.push(session.socket.id);
    }
    if (ids.length === 0) return;
    this.counts.emitted += ids.length;
    // Sent to rooms, each socket being one, Socket.IO encodes the packet and its WebSocket frame once.
    this.#namespace.to(ids).emit('event', event.envelope());
  }

  /** A copy: telling may make one of them leave. */
  #hearersOf({ location, type, subject }: FeedEvent): LiveSession[] {
    const everywhere = this.#live.get(null) ?? [];
    if (location !== null) return [...everywhere, ...(this.#live.get(location) ?? [])];
    if (type !== 'item.changed') return [...everywhere];
    // Looked up rather than asked of every session: an import tells of 100,000 items.
    const stores = [...this.#orderedItems.locationsOf(subject)];
    const there = new Set(stores.flatMap((code) => [...(this.#live.get(code) ?? [])]));
    return [...everywhere, ...there];
  }

  #revoke(keyId: string): void {
    this.#revoked.add(keyId);
    for (const oldest of this.#revoked) {
      if (this.#revoked.size <= REVOKED_MAX) break;
      this.#revoked.delete(oldest);
    }
    for (const { socket } of [...(this.#sessions.get(keyId) ?? [])]) socket.disconnect(true);
  }
}

function roomsOf({ filter }: LiveSession): Iterable<string | null> {
  return filter === null ? [] : (filter.locations ?? [null]);
}
