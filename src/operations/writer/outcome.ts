// Who asks and what they are answered: the words that the writer, its operations and its callers share.
// Types only, and the one refusal that has an effect.
import { Problem } from '../../domain/problem.ts';
import type { Reservation } from '../../domain/reservation.ts';

/**
 * Who asks: shown in a reservation's history; at a tablet with a shift, the person. `occurredAt`: when they did it, as
 * a tablet tells later that was offline; absent or null: now.
 */
export type Actor = { keyId: string; name: string; occurredAt?: Date | null };

/**
 * Whether the caller may touch a reservation: false is 404, as if it did not exist.
 * Throws `precondition-failed` where the caller asked for another version (If-Match). Asked under the lock.
 */
export type Admit = (reservation: Reservation) => boolean;

/** A refusal whose changes stay: a wrong pickup code is refused, and counted. */
export class RefusalWithEffect extends Problem {}

/** What became of one command. */
export type Outcome<Value> = { ok: true; value: Value } | { ok: false; problem: Problem };

/** An answer as it is kept under an Idempotency-Key and given again: a status and a body, as text. */
export type Answer = { status: number; body: string };

export type Submitted = Answer & { replayed: boolean };

export type Idempotency = { keyId: string; key: string; requestHash: Buffer };
