// What identifies a fact that another system reports: who says it, and which of its facts it is.
// And how it names a reservation of whose id it does not know. Knows nothing of what the fact does.
import { z } from 'zod';
import { OWN_SOURCE } from './movement.ts';
import { lineOfText } from './text.ts';

/** The system that reports. */
export const sourceSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"')
  .refine((name) => name !== OWN_SOURCE, `must not be ${OWN_SOURCE}: that is how our own movements are named`)
  .meta({ description: 'The system that reports.', examples: ['pos-lille'] });

/** The source's own id of the fact. */
export const eventIdSchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters without spaces')
  .meta({ description: 'The source’s own id of the fact: unique per source, so that it counts once.' });

/** How a fact may name its reservation: at most one of the three; `channel` goes with an order reference. */
export const reservationNames = {
  reservationId: z.string().regex(/^[!-~]{1,64}$/, 'must be the id of a reservation'),
  orderReference: lineOfText(128),
  channel: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'must be lower-case letters, digits, dot, dash, underscore'),
  pickupCode: z.string().regex(/^[!-~]{1,32}$/, 'must be what the customer shows at the counter'),
};

export type ReservationNames = {
  reservationId?: string | null | undefined;
  orderReference?: string | null | undefined;
  channel?: string | null | undefined;
  pickupCode?: string | null | undefined;
};

/** True where no more than one of the names is given. */
export function namesOneReservation({
  reservationId,
  orderReference,
  pickupCode,
}: ReservationNames): boolean {
  return [reservationId, orderReference, pickupCode].filter((name) => name != null).length <= 1;
}

/** What a till knows of a reservation whose id it does not know; null where it names none, or by its id. */
export function namedOtherwise({ orderReference, channel, pickupCode }: ReservationNames) {
  if (orderReference != null) return { orderReference, channel: channel ?? null };
  return pickupCode == null ? null : { pickupCode };
}
export type NamedOtherwise = ReturnType<typeof namedOtherwise>;
