// One webhook that this process sends for: what it is sent next, what follows from each answer, and when it is paused.
// Everything of it is bounded and its own, so that what it does slowly or not at all delays no other.
import { matches } from '../../domain/eventFilter.ts';
import type { FeedEvent } from '../../domain/feedEvent.ts';
import { decodeCursor, encodeCursor, type Position } from '../../domain/feedPosition.ts';
import type { Problem } from '../../domain/problem.ts';
import { type DisabledReason, filterOf, nextTryAt } from '../../domain/webhook.ts';
import type { Answered, TryResult } from '../../domain/webhookDelivery.ts';
import { beforeInstant } from '../../feed/revisit.ts';
import { newId } from '../../newId.ts';
import { type DueDelivery, findProbe, type HeldWebhook, type Standing } from '../../queries/webhookLeases.ts';
import { Condition } from './condition.ts';
import type { Flow } from './flow.ts';
import type { Account, Ledger } from './ledger.ts';
import { Retries } from './retries.ts';
import { CONNECTIONS_MAX, type Target } from './sender.ts';
import { makeSign, type Sign } from './sign.ts';
import type { Slots } from './slots.ts';
import { type Sink, Source, type SourceRoom } from './source.ts';
import { gapRow, type Job, jobOf, type Outcome, retryOf, rowOf } from './tries.ts';

export type EndpointRoom = SourceRoom & {
  ledger: Ledger;
  slots: Slots;
  target(url: string): Target;
  flow(from: Position, handledAt: Date): Flow;
  now: () => Date;
  /** A number from 0 to 1, by chance. */
  dice: () => number;
  onTried(result: TryResult, seconds: number): void;
  /** It is to be sent nothing any more. */
  onGivenUp(endpoint: Endpoint, reason: DisabledReason): void;
  onLost(endpoint: Endpoint): void;
};

/** Sent and not yet written down: then the sending waits for the database. */
const UNWRITTEN_MAX = 500;
/** An event from before the last one that was handled may have been committed after it: so much earlier is looked again. */
const CLOCKS_MILLISECONDS = 300_000;
const GONE = 410;

export class Endpoint implements Account, Sink {
  readonly id: string;
  readonly #room: EndpointRoom;
  readonly #source: Source;
  readonly #condition: Condition;
  #held: HeldWebhook;
  #sign: Sign;
  #target: Target;
  #flow: Flow;
  readonly #retries = new Retries();
  #unwritten = 0;
  #unwrittenThen = 0;
  #inFlight = 0;
  #retriesInFlight = 0;
  #isProbing = false;
  #isClosed = false;
  #isLeaving = false;
  #isPumping = false;
  readonly #wanted = () => this.#pumpSoon();

  constructor(held: HeldWebhook, room: EndpointRoom) {
    this.id = held.webhook.id;
    this.#room = room;
    this.#held = held;
    this.#sign = makeSign(held, room.now);
    this.#target = room.target(held.webhook.url);
    this.#flow = room.flow(decodeCursor(held.cursor), held.handledAt);
    const { failures, failingSince } = held.webhook;
    this.#condition = new Condition({ failures, failingSince, probeAt: held.probeAt });
    this.#source = new Source(room, filterOf(held.webhook), this);
    if (!this.#condition.isPaused) this.#source.follow(this.#flow.doneUpTo);
  }

  /** May be given deliveries that are due. */
  get takesRetries(): boolean {
    return !this.#condition.isPaused && this.#retries.isEmpty;
  }

  /** When the oldest event occurred that waits here; null when it is up to date. */
  oldestWaitingAt(): Date | null {
    const isUpToDate = !this.#condition.isPaused && this.#source.isLive;
    return this.#flow.oldestAt ?? (isUpToDate ? null : this.#flow.doneAt);
  }

  /** What its owner has made of it. Called after each renewal of the lease. */
  update(held: HeldWebhook, isChanged: boolean): void {
    const { webhook } = this.#held;
    this.#held = held;
    if (held.webhook.url !== webhook.url) {
      void this.#target.retire();
      this.#target = this.#room.target(held.webhook.url);
    }
    if (held.webhook.version !== webhook.version) {
      this.#source.filter = filterOf(held.webhook);
      this.#retries.forget();
      this.#sign = makeSign(held, this.#room.now);
    }
    if (!isChanged) return;
    const wasPaused = this.#condition.isPaused;
    // What was wrong may have been put right: it is tried at once.
    if (held.webhook.updatedAt > webhook.updatedAt) this.#condition.forgive();
    this.#condition.tryAtOnce();
    if (wasPaused && !this.#condition.isPaused) this.#resume();
  }

  /** Deliveries that are due. */
  offer(due: readonly DueDelivery[]): void {
    if (this.#condition.isPaused) return;
    this.#retries.offer(due);
    this.#pumpSoon();
  }

  /** Where it is paused and its time has come: tries one delivery, to see whether it answers again. */
  async probe(): Promise<void> {
    const { now, dice, slots } = this.#room;
    if (this.#condition.endsQuiet(now())) this.#pumpSoon();
    if (!this.#condition.isProbeDue(now()) || this.#isProbing || this.#inFlight > 0) return;
    if (this.#isClosed || this.#isLeaving || !slots.take(null)) return;
    this.#isProbing = true;
    try {
      const job = await this.#probeJob();
      if (job === null) {
        slots.give();
        this.#condition.postpone(now(), dice());
      } else await this.#run(job);
    } finally {
      this.#isProbing = false;
    }
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
    this.#pumpSoon();
  }

  onReset(): void {
    this.#resume();
  }

  standing(): Standing {
    if (!this.#isLeaving) this.#noteHowFar();
    this.#retries.onWriting();
    this.#unwrittenThen = this.#unwritten;
    const { failures, failingSince, probeAt } = this.#condition;
    return {
      id: this.id,
      cursor: encodeCursor(this.#flow.doneUpTo),
      handledAt: this.#flow.doneAt,
      failures,
      failingSince,
      probeAt,
    };
  }

  #noteHowFar(): void {
    if (this.#condition.isPaused) return;
    const at = this.#source.isLive ? this.#room.now() : this.#flow.doneAt;
    this.#flow.lookedUpTo(this.#source.position, at);
  }

  onFlushed(): void {
    this.#retries.onWritten();
    this.#unwritten -= this.#unwrittenThen;
    this.#unwrittenThen = 0;
    this.#pumpSoon();
  }

  onLost(): void {
    this.#room.onLost(this);
  }

  /** Sends nothing more; resolves when what was under way has ended, which `abort` makes happen at once. */
  close(): void {
    this.#isClosed = true;
    this.#source.stop();
  }

  /**
   * Begins nothing new: what comes before the last that was sent is still sent, since whoever is next goes on from one
   * place, and would send what was done beyond it again.
   */
  leave(): void {
    this.#noteHowFar();
    this.#isLeaving = true;
    this.#source.stop();
    this.#retries.forget();
    this.#flow.cut();
  }

  /** It has left, as far as its receiver lets it. */
  get hasLeft(): boolean {
    const canSend = !this.#condition.isPaused && !this.#condition.isQuiet(this.#room.now());
    return this.isIdle && (this.#flow.isEmpty || !canSend);
  }

  get isIdle(): boolean {
    return this.#inFlight === 0 && !this.#isProbing;
  }

  abort(): Promise<void> {
    return this.#target.close();
  }

  /** Where to go on when the cursor has expired: by time, from the oldest event that is kept if need be. */
  async onExpired(from: Position, { message }: Problem): Promise<Position> {
    const { tx, feed, now, log, ledger } = this.#room;
    const target = feed.horizon();
    const at = new Date(this.#flow.doneAt.getTime() - CLOCKS_MILLISECONDS);
    const position = await beforeInstant(tx, target, at);
    log.warn({ webhook: this.id, reason: message }, 'a webhook goes on from what is kept');
    this.#flow = this.#room.flow(position, this.#flow.doneAt);
    // Of a restored database nothing is known to be missing: it is another one's cursor that means nothing here.
    if (from.epoch === target.epoch) {
      this.#unwritten += 1;
      ledger.insert(this, gapRow(this.id, newId('obj', now()), now()));
    }
    return position;
  }

  #pumpSoon(): void {
    if (this.#isPumping || this.#isClosed) return;
    this.#isPumping = true;
    // Not at once: the feed hands a page to hundreds of webhooks, and requests come in between.
    setImmediate(() => {
      this.#isPumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (!this.#isClosed && !this.#condition.isPaused && this.#hasLane()) {
      const job = this.#nextJob();
      if (job === null) break;
      if (!this.#room.slots.take(this.#wanted)) {
        this.#giveBack(job);
        return;
      }
      void this.#run(job);
    }
    if (this.#flow.hasRoom) this.#source.goOn();
  }

  #hasLane(): boolean {
    if (this.#condition.isQuiet(this.#room.now())) return false;
    return this.#inFlight < this.#condition.lanes && this.#unwritten < UNWRITTEN_MAX;
  }

  /** What failed before takes half of the lanes at most: new events go on beside it. */
  #nextJob(): Job | null {
    if (this.#retriesInFlight < CONNECTIONS_MAX / 2 || this.#flow.isEmpty) {
      const retry = this.#retries.next();
      if (retry !== null) return retryOf(retry);
    }
    for (let entry = this.#flow.take(); entry !== null; entry = this.#flow.take()) {
      if (matches(this.#source.filter, entry.event)) return jobOf(entry);
      this.#flow.done(entry);
    }
    return null;
  }

  #giveBack(job: Job): void {
    if (job.entry !== null) this.#flow.giveBack(job.entry);
    else if (job.retry !== null) this.#retries.giveBack(job.retry);
  }

  async #probeJob(): Promise<Job | null> {
    const due = await findProbe(this.#room.tx, this.id, this.#room.now());
    if (due !== null && this.#retries.claim(due)) return retryOf(due);
    // The next event after the cursor, whether it is there already or comes.
    const entry = await this.#nextEntry();
    return entry && jobOf(entry);
  }

  async #nextEntry() {
    this.#startOver();
    const { doneUpTo, doneAt } = this.#flow;
    const found = await this.#source.next(doneUpTo);
    if (found.event === null) this.#flow.lookedUpTo(found.position, doneAt);
    else this.#flow.add(found.event);
    return this.#flow.take();
  }

  async #run(job: Job): Promise<void> {
    const { slots, onTried } = this.#room;
    this.#inFlight += 1;
    if (job.retry !== null) this.#retriesInFlight += 1;
    const result = await this.#target.send(this.#sign(job.eventId, job.body), job.body);
    slots.give();
    this.#inFlight -= 1;
    if (job.retry !== null) this.#retriesInFlight -= 1;
    // What was cut off at the end is not known to have failed: it is sent again by whoever comes next.
    if (this.#isClosed && result.error !== null) return;
    onTried(result, result.durationMs / 1_000);
    this.#settle(job, result);
    if (this.#condition.isPaused && this.#inFlight === 0) this.#startOver();
    this.#pumpSoon();
  }

  #settle(job: Job, { retryAfterSeconds, ...result }: Answered): void {
    const now = this.#room.now();
    const notBefore = retryAfterSeconds ?? 0;
    this.#condition.answered(result.durationMs);
    const attempts = job.attempts + 1;
    const isDelivered = result.error === null;
    const isLast = isDelivered || job.kind === 'test';
    const again = isLast ? null : nextTryAt(attempts, now, this.#room.dice(), notBefore);
    const outcome: Outcome = {
      ...{ attempts, ...result, triedAt: now, nextTryAt: again },
      status: isDelivered ? 'delivered' : again === null ? 'failed' : 'pending',
    };
    this.#unwritten += 1;
    if (job.retry !== null) {
      this.#retries.settled(job.retry);
      this.#room.ledger.change(this, { webhookId: this.id, id: job.retry.id, ...outcome });
    } else if (job.entry !== null) {
      this.#flow.done(job.entry);
      this.#room.ledger.insert(this, rowOf(this.id, newId('obj', now), job.entry, outcome));
    }
    if (isDelivered) this.#succeeded();
    else this.#failed(now, notBefore);
    if (result.responseStatus === GONE) this.#giveUp('gone');
    else if (
      outcome.status === 'failed' &&
      job.kind !== 'test' &&
      this.#condition.nothingSince(job.retry?.createdAt ?? now)
    ) {
      this.#giveUp('failing');
    }
  }

  #succeeded(): void {
    const wasPaused = this.#condition.isPaused;
    this.#condition.forgive();
    if (wasPaused) this.#resume();
  }

  #failed(now: Date, notBefore: number): void {
    this.#condition.failed(now, this.#room.dice(), notBefore);
    if (!this.#condition.isPaused) return;
    this.#source.stop();
    this.#retries.forget();
  }

  #resume(): void {
    if (this.#isClosed || this.#isLeaving) return;
    this.#startOver();
    this.#source.follow(this.#flow.doneUpTo);
  }

  /** Forgets what waits: it is read again. */
  #startOver(): void {
    this.#flow = this.#room.flow(this.#flow.doneUpTo, this.#flow.doneAt);
  }

  #giveUp(reason: DisabledReason): void {
    if (this.#isClosed) return;
    this.close();
    this.#room.onGivenUp(this, reason);
  }
}
