// Where one webhook's events come from: the database while it is behind, the shared tail once it is up to date.
// It changes over exactly at the end of a window that the feed has read: no gap. Knows nothing of sending.
import type { Logger } from 'pino';
import { type EventFilter, matches } from '../../domain/eventFilter.ts';
import type { FeedEvent } from '../../domain/feedEvent.ts';
import type { Position } from '../../domain/feedPosition.ts';
import { Problem } from '../../domain/problem.ts';
import { hasArrived, readForward } from '../../feed/history.ts';
import type { Feed } from '../../feed/reader.ts';
import type { Tx } from '../../queries/transaction.ts';
import { pause } from '../pause.ts';
import type { Listener, Tail } from './tail.ts';

/** Where the events go. */
export type Sink = {
  add(event: FeedEvent): void;
  /** Takes no more. */
  readonly isFull: boolean;
  /** Has so little left that reading more is worth it. */
  readonly hasRoom: boolean;
  /** Something was added, or how far was looked moved. */
  onNews(): void;
  /** The position is of no use any more; answers where to go on. */
  onExpired(from: Position, problem: Problem): Promise<Position>;
  /** Events were missed for good: follow again from what was done. */
  onReset(): void;
};

export type SourceRoom = {
  tx: Tx;
  feed: Feed;
  tail: Tail;
  /** Lets a few read the database at the same time. */
  gate<Value>(work: () => Promise<Value>): Promise<Value>;
  /** Events a read, now. */
  pageRows(): number;
  log: Logger;
};

const HELD_MAX = 2_000;
const NEXT_PAGES_MAX = 20;
const RETRY_MILLISECONDS = 1_000;

export class Source implements Listener {
  filter: EventFilter;
  readonly #room: SourceRoom;
  readonly #sink: Sink;
  /** Everything up to here is in the sink; null while live, when the feed knows. */
  #position: Position | null = null;
  #held: FeedEvent[] | null = null;
  #run = new AbortController();
  #roomMade = () => {};

  constructor(room: SourceRoom, filter: EventFilter, sink: Sink) {
    this.#room = room;
    this.filter = filter;
    this.#sink = sink;
  }

  /** How far was looked. Not to be asked while the feed hands events out. */
  get position(): Position {
    return this.#position ?? this.#room.feed.position();
  }

  get isLive(): boolean {
    return this.#position === null;
  }

  /** Puts everything after `from` into the sink, and then what commits. */
  follow(from: Position): void {
    this.stop();
    this.#position = from;
    this.#run = new AbortController();
    void this.#arrive(this.#run.signal);
  }

  /** @param at where it stands if it is live; to be said while the feed hands events out */
  stop(at = this.#room.feed.position()): void {
    this.#position ??= at;
    this.#run.abort();
    this.#held = null;
    this.#room.tail.leave(this);
    this.#roomMade();
  }

  /** The sink has room again. */
  goOn(): void {
    this.#roomMade();
  }

  /** The first event after `from` that the filter lets through, or how far was looked. Not to be asked while it follows. */
  async next(from: Position): Promise<{ event: FeedEvent | null; position: Position }> {
    const { tx, feed, gate } = this.#room;
    await feed.settled();
    const target = feed.horizon();
    let position = from;
    try {
      for (let pages = 0; pages < NEXT_PAGES_MAX && !hasArrived(position, target); pages++) {
        const page = await gate(() => readForward(tx, position, target, this.#room.pageRows()));
        const event = page.events.find((candidate) => matches(this.filter, candidate));
        if (event !== undefined) return { event, position: event.position };
        position = page.position;
      }
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'cursor-expired')) throw error;
      position = await this.#sink.onExpired(position, error);
    }
    return { event: null, position };
  }

  hear(events: readonly FeedEvent[]): void {
    let added = false;
    for (const event of events) {
      if (!matches(this.filter, event)) continue;
      // Too slow for what happens: it reads on from the database, at its own pace.
      if (this.#sink.isFull) {
        this.follow(event.positionBefore);
        return;
      }
      this.#sink.add(event);
      added = true;
    }
    if (added) this.#sink.onNews();
  }

  hold(events: readonly FeedEvent[]): void {
    if (this.#held === null) return;
    if (this.#held.length + events.length <= HELD_MAX) this.#held.push(...events);
    else this.#held = null;
  }

  restart(): void {
    this.#sink.onReset();
  }

  async #arrive(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#position !== null) {
      try {
        await this.#comeCloser(this.#position, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Problem && error.code === 'cursor-expired') await this.#startAnew(error, signal);
        else {
          this.#room.log.warn({ err: error }, 'a webhook’s events cannot be read; it tries again');
          await pause(RETRY_MILLISECONDS, signal);
        }
      }
    }
  }

  async #startAnew(problem: Problem, signal: AbortSignal): Promise<void> {
    try {
      const position = await this.#sink.onExpired(this.position, problem);
      if (!signal.aborted) this.#position = position;
    } catch (error) {
      this.#room.log.warn({ err: error }, 'a webhook’s place cannot be found again; it tries again');
      await pause(RETRY_MILLISECONDS, signal);
    }
  }

  async #comeCloser(from: Position, signal: AbortSignal): Promise<void> {
    const { feed, tail } = this.#room;
    await this.#untilRoom(signal);
    // Just now the feed stands at the end of a window, and is not behind the process that made the cursor.
    await feed.settled();
    if (signal.aborted) return;
    const target = feed.horizon();
    this.#held = [];
    tail.hold(this);
    const arrived = await this.#readUpTo(target, from, signal).finally(() => {
      if (!signal.aborted) tail.leave(this);
    });
    if (signal.aborted) return;
    const held: FeedEvent[] | null = this.#held;
    this.#held = null;
    if (!arrived || held === null) return;
    this.#position = null;
    tail.enter(this);
    this.hear(held);
    this.#sink.onNews();
  }

  /** True when nothing is left before `target`; false when the sink is full before that. */
  async #readUpTo(target: Position, from: Position, signal: AbortSignal): Promise<boolean> {
    const { tx, gate } = this.#room;
    let position = from;
    while (!hasArrived(position, target)) {
      if (!this.#sink.hasRoom) return false;
      const page = await gate(() => readForward(tx, position, target, this.#room.pageRows()));
      if (signal.aborted) return false;
      for (const event of page.events) if (matches(this.filter, event)) this.#sink.add(event);
      position = page.position;
      this.#position = position;
      this.#sink.onNews();
    }
    return true;
  }

  async #untilRoom(signal: AbortSignal): Promise<void> {
    while (!this.#sink.hasRoom && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#roomMade = resolve;
      });
    }
  }
}
