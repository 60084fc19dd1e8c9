// Who is live, and who hears what: one consumer of the feed for all sockets of the process.
// Who hears the same is asked once and sent one letter. Knows nothing of how a socket came to be live.
import { type EventFilter, matches } from '../domain/eventFilter.ts';
import type { FeedEvent } from '../domain/feedEvent.ts';
import { encodeCursor } from '../domain/feedPosition.ts';
import type { Feed } from '../feed/reader.ts';
import { lettersOf } from './letter.ts';
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
  readonly #orderedItems: OrderedItems;
  readonly #sessions = new Map<string, Set<LiveSession>>();
  /** Live sessions, together with those that hear the same. */
  readonly #choirs = new Map<string, Choir>();
  readonly #places = new Map<LiveSession, Choir>();
  /** The same by the locations they hear; those that hear all of them under null. */
  readonly #live = new Map<string | null, Set<Choir>>();
  readonly #holding = new Set<LiveSession>();
  /** A key that is revoked while a socket of it is being let in. */
  readonly #revoked = new Set<string>();

  constructor(orderedItems: OrderedItems) {
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
    const { filter } = session;
    if (filter === null) return;
    const key = keyOf(session, filter);
    const choir = this.#choirs.get(key) ?? this.#gather(key, filter);
    choir.sessions.add(session);
    this.#places.set(session, choir);
  }

  hold(session: LiveSession): void {
    this.#holding.add(session);
  }

  release(session: LiveSession): void {
    this.#holding.delete(session);
  }

  leave(session: LiveSession): boolean {
    const choir = this.#places.get(session);
    if (choir === undefined) return false;
    this.#places.delete(session);
    choir.sessions.delete(session);
    if (choir.sessions.size === 0) this.#disperse(choir);
    return true;
  }

  onEvents(events: readonly FeedEvent[]): void {
    for (const session of this.#holding) session.hold(events);
    let heard = new Map<Choir, FeedEvent[]>();
    for (const event of events) {
      if (event.type === 'key.revoked') {
        // What was told before is heard before.
        this.#tell(heard);
        heard = new Map();
        this.#revoke(event.subject);
      }
      for (const choir of this.#hearersOf(event)) {
        if (!matches(choir.filter, event)) continue;
        const all = heard.get(choir);
        if (all === undefined) heard.set(choir, [event]);
        else all.push(event);
      }
    }
    this.#tell(heard);
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
    const at = { cursor: encodeCursor(feed.position()) };
    for (const { sessions } of this.#choirs.values()) {
      for (const { socket } of sessions) socket.emit('cursor', at);
    }
  }

  /** Each session gets what is its own in order; it leaves at the first letter that it is too slow for. */
  #tell(heard: ReadonlyMap<Choir, readonly FeedEvent[]>): void {
    for (const [{ sessions }, events] of heard) {
      const letters = lettersOf(events);
      for (const session of sessions) {
        const unsent = letters.find((letter) => !session.receive(letter));
        if (unsent === undefined) continue;
        this.counts.fellBehind += 1;
        session.travel(unsent.from);
      }
    }
  }

  #hearersOf({ location, type, subject }: FeedEvent): Iterable<Choir> {
    const everywhere = this.#live.get(null) ?? NOBODY;
    if (location !== null) return both(everywhere, this.#live.get(location) ?? NOBODY);
    if (type !== 'item.changed') return everywhere;
    // Looked up rather than asked of every session: an import tells of 100,000 items.
    const stores = [...this.#orderedItems.locationsOf(subject)];
    return both(everywhere, new Set(stores.flatMap((code) => [...(this.#live.get(code) ?? NOBODY)])));
  }

  #gather(key: string, filter: EventFilter): Choir {
    const choir = { key, filter, sessions: new Set<LiveSession>() };
    this.#choirs.set(key, choir);
    for (const place of placesOf(filter)) {
      const choirs = this.#live.get(place) ?? new Set();
      this.#live.set(place, choirs.add(choir));
    }
    return choir;
  }

  #disperse(choir: Choir): void {
    this.#choirs.delete(choir.key);
    for (const place of placesOf(choir.filter)) {
      const choirs = this.#live.get(place);
      choirs?.delete(choir);
      if (choirs?.size === 0) this.#live.delete(place);
    }
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

/** Sessions whose filters let the same through. */
type Choir = { readonly key: string; readonly filter: EventFilter; readonly sessions: Set<LiveSession> };

const NOBODY: ReadonlySet<Choir> = new Set();

function both(some: ReadonlySet<Choir>, others: ReadonlySet<Choir>): Iterable<Choir> {
  if (some.size === 0) return others;
  return others.size === 0 ? some : [...some, ...others];
}

function placesOf({ locations }: EventFilter): Iterable<string | null> {
  return locations ?? [null];
}

/** Equal for filters that are. Which items a tablet hears of goes by the locations of its key. */
function keyOf({ caller }: LiveSession, filter: EventFilter): string {
  const own = filter.hearsItem === undefined ? 'none' : caller.locations;
  return JSON.stringify([
    own,
    ...[filter.locations, filter.types, filter.skus].map((set) => set && [...set]),
  ]);
}
