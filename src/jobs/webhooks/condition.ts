// How one receiver fares: what failed in a row, since when, when it is probed next, and how quickly it answers.
import { FAILURES_TO_PAUSE, nextProbeAt } from '../../domain/webhook.ts';
import { CONNECTIONS_MAX } from './sender.ts';

/** Slower answers get fewer at a time, so that all slow receivers together leave room for the quick ones. */
const QUICK_MILLISECONDS = 250;
const SLOW_MILLISECONDS = 1_000;

export class Condition {
  failures: number;
  failingSince: Date | null;
  probeAt: Date | null;
  /** Until it has answered a few times it is thought slow: hundreds that never do would take everybody's room. */
  #answerMilliseconds = SLOW_MILLISECONDS;
  /** It asked to be left alone until then. Forgotten with the process: then it says so again. */
  #quietUntil: Date | null = null;

  constructor(kept: { failures: number; failingSince: Date | null; probeAt: Date | null }) {
    this.failures = kept.failures;
    this.failingSince = kept.failingSince;
    this.probeAt = kept.probeAt;
  }

  /** Nothing got through lately: one probe at a time is all that is sent. */
  get isPaused(): boolean {
    return this.failures >= FAILURES_TO_PAUSE;
  }

  /** How many requests may be under way to it. */
  get lanes(): number {
    if (this.#answerMilliseconds < QUICK_MILLISECONDS) return CONNECTIONS_MAX;
    return this.#answerMilliseconds < SLOW_MILLISECONDS ? CONNECTIONS_MAX / 2 : CONNECTIONS_MAX / 4;
  }

  answered(milliseconds: number): void {
    this.#answerMilliseconds += (milliseconds - this.#answerMilliseconds) / 4;
  }

  /** Nothing may be sent, because it wants to be left alone. */
  isQuiet(now: Date): boolean {
    return this.#quietUntil !== null && now < this.#quietUntil;
  }

  /** True once, when it may be sent to again. */
  endsQuiet(now: Date): boolean {
    if (this.#quietUntil === null || this.isQuiet(now)) return false;
    this.#quietUntil = null;
    return true;
  }

  /** Its owner has changed it, or wants something sent at once. */
  tryAtOnce(): void {
    this.probeAt = null;
    this.#quietUntil = null;
  }

  /** Something got through, or its owner has changed it. */
  forgive(): void {
    this.failures = 0;
    this.failingSince = null;
    this.probeAt = null;
  }

  failed(now: Date, dice: number, notBefore = 0): void {
    this.failures += 1;
    this.failingSince ??= now;
    const until = new Date(now.getTime() + notBefore * 1_000);
    if (until > (this.#quietUntil ?? now)) this.#quietUntil = until;
    if (this.isPaused) this.postpone(now, dice, notBefore);
  }

  /** @param notBefore seconds for which it wants to be left alone */
  postpone(now: Date, dice: number, notBefore = 0): void {
    this.probeAt = nextProbeAt(this.failures, now, dice, notBefore);
  }

  isProbeDue(now: Date): boolean {
    return this.isPaused && !this.isQuiet(now) && (this.probeAt === null || this.probeAt <= now);
  }

  /** Nothing got through since then, nor shortly before. */
  nothingSince(instant: Date): boolean {
    return this.failingSince !== null && this.failingSince <= instant;
  }
}
