// One socket's way through the feed: first what it missed, from the database and at its own pace, then what commits.
// It goes live exactly at the end of a window that the feed has read: no gap, no repeat.
import type { Logger } from 'pino';
import type { Caller } from '../domain/caller.ts';
import { type EventFilter, matches } from '../domain/eventFilter.ts';
import type { FeedEvent } from '../domain/feedEvent.ts';
import { encodeCursor, type Position } from '../domain/feedPosition.ts';
import { Problem } from '../domain/problem.ts';
import { hasArrived, readForward } from '../feed/history.ts';
import type { Feed } from '../feed/reader.ts';
import type { Tx } from '../queries/transaction.ts';
import { type Backlog, backlogOf } from './backlog.ts';
import type { Gate } from './gate.ts';
import { type Letter, lettersOf, post } from './letter.ts';
import type { Limits } from './limits.ts';
import type { LiveSocket } from './protocol.ts';

/** Where sessions hear what commits (audience.ts). */
export type Hall = {
  counts: { emitted: number };
  /** From the next event on, the session hears what its filter lets through. */
  enter(session: LiveSession): void;
  /** Hears nothing any more. Returns whether it did. Call it before the session's filter changes. */
  leave(session: LiveSession): boolean;
  /** From the next event on, the session is given all of them to keep, whatever its filter. */
  hold(session: LiveSession): void;
  release(session: LiveSession): void;
};

export type SessionRoom = {
  tx: Tx;
  feed: Feed;
  audience: Hall;
  gate: Gate;
  limits: Limits;
  log: Logger;
};

const RETRY_MILLISECONDS = 1_000;

export class LiveSession {
  readonly socket: LiveSocket;
  readonly caller: Caller;
  readonly #room: SessionRoom;
  readonly #backlog: Backlog;
  /** Null until the first subscription: then nothing is sent. */
  #filter: EventFilter | null = null;
  /** Where the first subscription starts; null: at the present. */
  #start: Position | null;
  /** Events that came while the last page before them was read; null while none are to be kept. */
  #held: FeedEvent[] | null = null;
  /** Counts the ways through the feed: a new one ends those before. */
  #run = 0;

  constructor(socket: LiveSocket, room: SessionRoom) {
    this.socket = socket;
    this.caller = socket.data.caller;
    this.#start = socket.data.after;
    this.#room = room;
    this.#backlog = backlogOf(socket.conn, room.limits.backlogBytes);
  }

  get filter(): EventFilter | null {
    return this.#filter;
  }

  /** Sends it, unless too much waits for the client already: then it returns false. */
  receive(letter: Letter): boolean {
    if (this.#backlog.isFull()) return false;
    this.#post(letter);
    return true;
  }

  /**
   * Replaces what the socket hears. It starts at `after`; without it the first time at the handshake's `after` or at
   * the present, and later where it stands: the new filter holds from then on.
   */
  follow(filter: EventFilter, after: Position | null): void {
    const isFirst = this.#filter === null;
    const wasLive = this.#room.audience.leave(this);
    this.#filter = filter;
    if (after !== null) this.travel(after);
    else if (isFirst) this.travel(this.#start ?? this.#room.feed.horizon());
    else if (wasLive) this.#room.audience.enter(this);
    this.#start = null;
  }

  /** Sends everything after `from` and stays live from there. Ends any other way that it was on. */
  travel(from: Position): void {
    this.close();
    void this.#arrive(from, this.#run);
  }

  /** Events were missed for good: the client is told, and goes on from the present. */
  restart(): void {
    if (this.#filter === null) return;
    const present = this.#room.feed.horizon();
    this.socket.emit('reset', { cursor: encodeCursor(present) });
    this.travel(present);
  }

  /** Keeps what commits meanwhile, within bounds: too much of it is read from the database instead. */
  hold(events: readonly FeedEvent[]): void {
    if (this.#held === null) return;
    if (this.#held.length + events.length <= this.#room.limits.heldEvents) this.#held.push(...events);
    else this.#held = null;
  }

  /** Ends the way it is on: nothing more is sent. */
  close(): void {
    this.#run += 1;
    this.#held = null;
    this.#room.audience.leave(this);
    this.#room.audience.release(this);
  }

  async #arrive(from: Position, run: number): Promise<void> {
    let position: Position | null = from;
    while (position !== null && run === this.#run) {
      try {
        position = await this.#comeCloser(position, run);
      } catch (error) {
        if (run !== this.#run) return;
        if (error instanceof Problem && error.code === 'cursor-expired') return this.restart();
        this.#room.log.warn({ err: error }, 'A socket cannot read what it missed; it tries again');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS).unref());
      }
    }
  }

  /** Goes live and returns null, or returns how far it came when too much happened on the way. */
  async #comeCloser(from: Position, run: number): Promise<Position | null> {
    const { feed, audience } = this.#room;
    await this.#backlog.drained();
    // Just now the feed stands at the end of a window, and is not behind the process that made the cursor.
    await feed.settled();
    if (run !== this.#run) return null;
    const target = feed.horizon();
    this.#held = [];
    audience.hold(this);
    const position = await this.#readUpTo(target, from, run);
    if (run !== this.#run) return null;
    const held: FeedEvent[] | null = this.#held;
    audience.release(this);
    this.#held = null;
    if (held === null) return position;
    for (const letter of this.#lettersOf(held)) {
      if (!this.receive(letter)) return letter.from;
    }
    audience.enter(this);
    this.socket.emit('ready', { cursor: encodeCursor(feed.position()) });
    return null;
  }

  async #readUpTo(target: Position, from: Position, run: number): Promise<Position> {
    const { tx, gate, limits } = this.#room;
    let position = from;
    while (!hasArrived(position, target) && run === this.#run) {
      const page = await gate(() => readForward(tx, position, target, limits.pageRows));
      if (run !== this.#run) break;
      for (const letter of this.#lettersOf(page.events)) this.#post(letter);
      position = page.position;
      await this.#backlog.drained();
    }
    return position;
  }

  #lettersOf(events: readonly FeedEvent[]): Letter[] {
    const filter = this.#filter;
    return filter === null ? [] : lettersOf(events.filter((event) => matches(filter, event)));
  }

  #post(letter: Letter): void {
    this.#room.audience.counts.emitted += letter.count;
    post(letter, this.socket);
  }
}
