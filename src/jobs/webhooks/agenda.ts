// What one webhook is to be sent: the events of its feed, and deliveries that are due again; what goes next, and how far
// all is done. Knows neither requests nor what is answered.
import { type EventFilter, matches } from '../../domain/eventFilter.ts';
import type { FeedEvent } from '../../domain/feedEvent.ts';
import { decodeCursor, encodeCursor, type Position } from '../../domain/feedPosition.ts';
import type { Problem } from '../../domain/problem.ts';
import { filterOf } from '../../domain/webhook.ts';
import { beforeInstant } from '../../feed/revisit.ts';
import { type DueDelivery, findProbe, type HeldWebhook, type Standing } from '../../queries/webhookLeases.ts';
import type { Flow } from './flow.ts';
import { Retries } from './retries.ts';
import { type Sink, Source, type SourceRoom } from './source.ts';
import { type Job, jobOf, retryOf } from './tries.ts';

export type AgendaRoom = SourceRoom & {
  flow(from: Position, handledAt: Date): Flow;
  now: () => Date;
};

export type AgendaOwner = {
  /** Something may be sent. */
  onNews(): void;
  /** Events were gone before they could be sent. */
  onGap(): void;
};

/** An event from before the last one that was handled may have been committed after it: so much earlier is looked again. */
const CLOCKS_MILLISECONDS = 300_000;

export class Agenda implements Sink {
  readonly #id: string;
  readonly #room: AgendaRoom;
  readonly #owner: AgendaOwner;
  readonly #source: Source;
  readonly #retries = new Retries();
  #flow: Flow;
  /** Nothing is read any more. */
  #isOver = false;
  /** How often its owner changed it: what was looked for before may be nothing for it any more. */
  #changes = 0;
  #isLeaving = false;

  /** Reads nothing before `resume`. */
  constructor(held: HeldWebhook, room: AgendaRoom, owner: AgendaOwner) {
    this.#id = held.webhook.id;
    this.#room = room;
    this.#owner = owner;
    this.#flow = room.flow(decodeCursor(held.cursor), held.handledAt);
    this.#source = new Source(room, filterOf(held.webhook), this);
  }

  set filter(filter: EventFilter) {
    this.#changes += 1;
    this.#source.filter = filter;
    this.#retries.forget();
  }

  /** Its owner has changed it: what comes after `before` is not for the filter that is known. */
  stopAt(before: Position): void {
    this.#changes += 1;
    this.#source.stop(before);
  }

  /** It is known how its owner changed it: what waits stays, and it reads on from where it stopped. */
  goOn(): void {
    if (!this.#isOver) this.#source.follow(this.#source.position);
  }

  /** When the oldest event occurred that waits here; null when it is up to date. */
  oldestWaitingAt(isPaused: boolean): Date | null {
    const isUpToDate = !isPaused && this.#source.isLive;
    return this.#flow.oldestAt ?? (isUpToDate ? null : this.#flow.doneAt);
  }

  /** Follows the feed from what is done. */
  resume(): void {
    if (this.#isOver) return;
    this.startOver();
    this.#source.follow(this.#flow.doneUpTo);
  }

  /** Follows no more; what waits is found again in the database. */
  pause(): void {
    this.#source.stop();
    this.#retries.forget();
  }

  /** Forgets the events that wait: they are read again. */
  startOver(): void {
    this.#flow = this.#room.flow(this.#flow.doneUpTo, this.#flow.doneAt);
  }

  end(): void {
    this.#isOver = true;
    this.#source.stop();
  }

  /** Begins nothing new: what was done beyond what waits would be sent again by whoever goes on from one place. */
  leave(): void {
    this.#isLeaving = true;
    this.end();
    this.#retries.forget();
    this.#flow.cut();
  }

  /** Of the feed, nothing waits or is under way. */
  get isEmpty(): boolean {
    return this.#flow.isEmpty;
  }

  get hasRetries(): boolean {
    return !this.#retries.isEmpty;
  }

  /** Deliveries that are due. */
  offer(due: readonly DueDelivery[]): void {
    this.#retries.offer(due);
  }

  /** What is sent next: a delivery that is due again, if there is room for one, or the next event. */
  next(takesRetries: boolean): Job | null {
    if (takesRetries || this.#flow.isEmpty) {
      const retry = this.#retries.next();
      if (retry !== null) return retryOf(retry);
    }
    for (let entry = this.#flow.take(); entry !== null; entry = this.#flow.take()) {
      if (matches(this.#source.filter, entry.event)) return jobOf(entry);
      this.#flow.done(entry);
    }
    return null;
  }

  /**
   * The one thing to see with whether it answers again: a delivery that is due, or the next event after the cursor. Null
   * also when it was changed meanwhile: what was found may be nothing for it any more.
   * @param savedAt when its owner saved it as it is known here
   */
  async probe(savedAt: Date): Promise<Job | null> {
    const changes = this.#changes;
    const isSame = () => this.#changes === changes;
    const due = await findProbe(this.#room.tx, { id: this.#id, savedAt }, this.#room.now());
    if (!isSame()) return null;
    if (due !== null && this.#retries.claim(due)) return retryOf(due);
    this.startOver();
    const { doneUpTo, doneAt } = this.#flow;
    const found = await this.#source.next(doneUpTo);
    if (!isSame()) return null;
    if (found.event === null) this.#flow.lookedUpTo(found.position, doneAt);
    else this.#flow.add(found.event);
    const entry = this.#flow.take();
    return entry && jobOf(entry);
  }

  /** It was not sent after all. */
  giveBack({ entry, retry }: Job): void {
    if (entry !== null) this.#flow.giveBack(entry);
    else if (retry !== null) this.#retries.giveBack(retry);
  }

  /** It was delivered, or waits as a row to be tried again. */
  done({ entry, retry }: Job): void {
    if (retry !== null) this.#retries.settled(retry);
    else if (entry !== null) this.#flow.done(entry);
  }

  /** After some was sent: there may be room for more. */
  readOn(): void {
    if (this.#flow.hasRoom) this.#source.goOn();
  }

  /** Everything that was looked at and is not for it counts as done, unless something that is waits. */
  noteHowFar(): void {
    if (this.#isLeaving) return;
    const at = this.#source.isLive ? this.#room.now() : this.#flow.doneAt;
    this.#flow.lookedUpTo(this.#source.position, at);
  }

  get place(): Pick<Standing, 'cursor' | 'handledAt'> {
    return { cursor: encodeCursor(this.#flow.doneUpTo), handledAt: this.#flow.doneAt };
  }

  onWriting(): void {
    this.#retries.onWriting();
  }

  onWritten(): void {
    this.#retries.onWritten();
  }

  get isFull(): boolean {
    return this.#flow.isFull;
  }

  get hasRoom(): boolean {
    return this.#flow.hasRoom;
  }

  add(event: FeedEvent): void {
    this.#flow.add(event);
  }

  onNews(): void {
    this.#owner.onNews();
  }

  onReset(): void {
    this.resume();
  }

  /** Where to go on when the cursor has expired: by time, from the oldest event that is kept if need be. */
  async onExpired(from: Position, { message }: Problem): Promise<Position> {
    const { tx, feed, log } = this.#room;
    const target = feed.horizon();
    const at = new Date(this.#flow.doneAt.getTime() - CLOCKS_MILLISECONDS);
    const position = await beforeInstant(tx, target, at);
    log.warn({ webhook: this.#id, reason: message }, 'a webhook goes on from what is kept');
    this.#flow = this.#room.flow(position, this.#flow.doneAt);
    // Of a restored database nothing is known to be missing: it is another one's cursor that means nothing here.
    if (from.epoch === target.epoch) this.#owner.onGap();
    return position;
  }
}
