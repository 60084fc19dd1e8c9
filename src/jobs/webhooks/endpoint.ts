// One webhook that this process sends for: how much at a time, what follows from each answer, and when it is paused.
// Everything of it is bounded and its own, so that what it does slowly or not at all delays no other.
import type { Position } from '../../domain/feedPosition.ts';
import { type DisabledReason, filterOf, nextTryAt } from '../../domain/webhook.ts';
import type { Answered, TryResult } from '../../domain/webhookDelivery.ts';
import { newId } from '../../newId.ts';
import type { DueDelivery, HeldWebhook, Standing } from '../../queries/webhookLeases.ts';
import { Agenda, type AgendaOwner, type AgendaRoom } from './agenda.ts';
import { Condition } from './condition.ts';
import type { Account, Ledger } from './ledger.ts';
import { CONNECTIONS_MAX, type Target } from './sender.ts';
import { makeSign, type Sign } from './sign.ts';
import type { Slots } from './slots.ts';
import { gapRow, type Job, type Outcome, rowOf } from './tries.ts';

export type EndpointRoom = AgendaRoom & {
  ledger: Ledger;
  slots: Slots;
  target(url: string): Target;
  /** A number from 0 to 1, by chance. */
  dice: () => number;
  onTried(result: TryResult, seconds: number): void;
  /** It is to be sent nothing any more. */
  onGivenUp(endpoint: Endpoint, reason: DisabledReason): void;
  onLost(endpoint: Endpoint): void;
};

/** Sent and not yet written down: then the sending waits for the database. */
const UNWRITTEN_MAX = 500;
const GONE = 410;

export class Endpoint implements Account, AgendaOwner {
  readonly id: string;
  readonly #room: EndpointRoom;
  readonly #agenda: Agenda;
  readonly #condition: Condition;
  #held: HeldWebhook;
  #sign: Sign;
  #target: Target;
  /** The version that its owner made of it, as far as the feed has told. */
  #versionTold: number;
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
    this.#versionTold = held.webhook.version;
    this.#sign = makeSign(held, room.now);
    this.#target = room.target(held.webhook.url);
    this.#agenda = new Agenda(held, room, this);
    const { failures, failingSince } = held.webhook;
    this.#condition = new Condition({ failures, failingSince, probeAt: held.probeAt });
    if (!this.#condition.isPaused) this.#agenda.resume();
  }

  /** May be given deliveries that are due. */
  get takesRetries(): boolean {
    return this.#maySend && !this.#agenda.hasRetries;
  }

  /** When its owner saved it as it is known here. */
  get savedAt(): Date {
    return this.#held.webhook.updatedAt;
  }

  /** When the oldest event occurred that waits here; null when it is up to date. */
  oldestWaitingAt(): Date | null {
    return this.#agenda.oldestWaitingAt(this.#condition.isPaused);
  }

  /**
   * Its owner has changed it, which the feed tells in the page after `before`: until it is known how, nothing begins, and
   * nothing of that page is looked at.
   */
  outdate(version: number, before: Position): void {
    if (version <= this.#held.webhook.version) return;
    this.#versionTold = Math.max(this.#versionTold, version);
    this.#agenda.stopAt(before);
  }

  /** What its owner has made of it. Called after each renewal of the lease. */
  update(held: HeldWebhook, isChanged: boolean): void {
    const { webhook } = this.#held;
    const wasOutdated = this.#isOutdated;
    const wasPaused = this.#condition.isPaused;
    this.#held = held;
    if (held.webhook.url !== webhook.url) {
      void this.#target.retire();
      this.#target = this.#room.target(held.webhook.url);
    }
    if (held.webhook.version !== webhook.version) {
      this.#agenda.filter = filterOf(held.webhook);
      this.#sign = makeSign(held, this.#room.now);
    }
    if (isChanged) {
      // What was wrong may have been put right: it is tried at once.
      if (held.webhook.updatedAt > webhook.updatedAt) this.#condition.forgive();
      this.#condition.tryAtOnce();
    }
    if (this.#condition.isPaused) return;
    if (wasPaused) this.#agenda.resume();
    else if (wasOutdated && !this.#isOutdated) this.#agenda.goOn();
    this.#pumpSoon();
  }

  /** Deliveries that are due. */
  offer(due: readonly DueDelivery[]): void {
    if (!this.#maySend) return;
    this.#agenda.offer(due);
    this.#pumpSoon();
  }

  /** Where it is paused and its time has come: tries one delivery, to see whether it answers again. */
  async probe(): Promise<void> {
    const { now, dice, slots } = this.#room;
    if (this.#condition.endsQuiet(now())) this.#pumpSoon();
    if (!this.#condition.isProbeDue(now()) || this.#isProbing || this.#inFlight > 0) return;
    if (this.#isClosed || this.#isLeaving || this.#isOutdated || !slots.take(null)) return;
    this.#isProbing = true;
    const { version } = this.#held.webhook;
    try {
      const job = await this.#agenda.probe(this.savedAt);
      if (job !== null) return await this.#run(job);
      slots.give();
      // Nothing is known of one that was changed meanwhile: it is looked at again at once.
      if (version === this.#held.webhook.version && !this.#isOutdated)
        this.#condition.postpone(now(), dice());
    } finally {
      this.#isProbing = false;
    }
  }

  onNews(): void {
    this.#pumpSoon();
  }

  onGap(): void {
    const { ledger, now } = this.#room;
    this.#unwritten += 1;
    ledger.insert(this, gapRow(this.id, newId('obj', now()), now()));
  }

  standing(): Standing {
    const { isPaused, failures, failingSince, probeAt } = this.#condition;
    if (!isPaused) this.#agenda.noteHowFar();
    this.#agenda.onWriting();
    this.#unwrittenThen = this.#unwritten;
    return { id: this.id, ...this.#agenda.place, failures, failingSince, probeAt };
  }

  onFlushed(): void {
    this.#agenda.onWritten();
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
    this.#agenda.end();
  }

  /**
   * Begins nothing new: what comes before the last that was sent is still sent, since whoever is next goes on from one
   * place, and would send what was done beyond it again.
   */
  leave(): void {
    if (!this.#condition.isPaused) this.#agenda.noteHowFar();
    this.#isLeaving = true;
    this.#agenda.leave();
  }

  /** It has left, as far as its receiver lets it. */
  get hasLeft(): boolean {
    if (this.#isClosed) return this.isIdle;
    const canSend = this.#maySend && !this.#condition.isQuiet(this.#room.now());
    return this.isIdle && (this.#agenda.isEmpty || !canSend);
  }

  get isIdle(): boolean {
    return this.#inFlight === 0 && !this.#isProbing;
  }

  abort(): Promise<void> {
    return this.#target.close();
  }

  /** It was switched off, removed or saved anew since it was read: nothing more may be sent as it was. */
  get #isOutdated(): boolean {
    return this.#versionTold > this.#held.webhook.version;
  }

  get #maySend(): boolean {
    return !this.#condition.isPaused && !this.#isOutdated;
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
    while (!this.#isClosed && this.#maySend && this.#hasLane()) {
      // What failed before takes half of the lanes at most: new events go on beside it.
      const job = this.#agenda.next(this.#retriesInFlight < CONNECTIONS_MAX / 2);
      if (job === null) break;
      if (!this.#room.slots.take(this.#wanted)) {
        this.#agenda.giveBack(job);
        return;
      }
      void this.#run(job);
    }
    this.#agenda.readOn();
  }

  #hasLane(): boolean {
    if (this.#condition.isQuiet(this.#room.now())) return false;
    return this.#inFlight < this.#condition.lanes && this.#unwritten < UNWRITTEN_MAX;
  }

  async #run(job: Job): Promise<void> {
    const { slots, onTried } = this.#room;
    this.#inFlight += 1;
    if (job.retry !== null) this.#retriesInFlight += 1;
    const target = this.#target;
    const result = await target.send(this.#sign(job.eventId, job.body), job.body);
    slots.give();
    this.#inFlight -= 1;
    if (job.retry !== null) this.#retriesInFlight -= 1;
    // What was cut off at the end is not known to have failed: it is sent again by whoever comes next.
    if (this.#isClosed && result.error !== null) return;
    onTried(result, result.durationMs / 1_000);
    this.#settle(job, result, target);
    if (this.#condition.isPaused && this.#inFlight === 0) this.#agenda.startOver();
    this.#pumpSoon();
  }

  #settle(job: Job, { retryAfterSeconds, ...result }: Answered, target: Target): void {
    const now = this.#room.now();
    const notBefore = retryAfterSeconds ?? 0;
    const attempts = job.attempts + 1;
    const isDelivered = result.error === null;
    const isLast = isDelivered || job.kind === 'test';
    const again = isLast ? null : nextTryAt(attempts, now, this.#room.dice(), notBefore);
    const outcome: Outcome = {
      ...{ attempts, ...result, triedAt: now, nextTryAt: again },
      status: isDelivered ? 'delivered' : again === null ? 'failed' : 'pending',
    };
    this.#unwritten += 1;
    this.#agenda.done(job);
    if (job.retry !== null) {
      this.#room.ledger.change(this, { webhookId: this.id, id: job.retry.id, ...outcome });
    } else if (job.entry !== null) {
      this.#room.ledger.insert(this, rowOf(this.id, newId('obj', now), job.entry, outcome));
    }
    // What a former URL answers says nothing of the one it has now.
    if (target !== this.#target || this.#isOutdated) return;
    this.#condition.answered(result.durationMs);
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
    if (wasPaused) this.#agenda.resume();
  }

  #failed(now: Date, notBefore: number): void {
    this.#condition.failed(now, this.#room.dice(), notBefore);
    if (this.#condition.isPaused) this.#agenda.pause();
  }

  #giveUp(reason: DisabledReason): void {
    if (this.#isClosed) return;
    this.close();
    this.#room.onGivenUp(this, reason);
  }
}
