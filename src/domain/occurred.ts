// When something was done, as a tablet tells it that was offline: how far its clock is to be believed.
import { z } from 'zod';
import { CLOCK_SKEW_SECONDS_MAX } from './level.ts';
import { Problem } from './problem.ts';

/** What is older was not done by somebody who was merely offline. */
export const OCCURRED_DAYS_MAX = 7;

const DAY_MS = 86_400_000;

export const occurredAtSchema = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .meta({
    override: { type: 'string', format: 'date-time' },
    description: `When it was done, for a tablet that was offline: at most ${OCCURRED_DAYS_MAX} days ago, and not before the reservation was made. Absent: now.`,
  });

/**
 * When it is taken to have happened: no later than now, where a clock runs ahead by no more than clocks do. Throws
 * `occurred-in-the-future`, `occurred-too-early`.
 */
export function occurrenceOf(told: Date, { now, createdAt }: { now: Date; createdAt: Date }): Date {
  const ahead = told.getTime() - now.getTime();
  if (ahead > CLOCK_SKEW_SECONDS_MAX * 1_000) {
    throw new Problem(
      'occurred-in-the-future',
      `${told.toISOString()} is later than now (${now.toISOString()}).`,
    );
  }
  if (-ahead > OCCURRED_DAYS_MAX * DAY_MS) {
    throw new Problem(
      'occurred-too-early',
      `${told.toISOString()} is more than ${OCCURRED_DAYS_MAX} days ago.`,
    );
  }
  if (told < createdAt) {
    throw new Problem(
      'occurred-too-early',
      `${told.toISOString()} is before the reservation was made (${createdAt.toISOString()}).`,
      { createdAt },
    );
  }
  return ahead > 0 ? now : told;
}
