// The body of `POST /v1/reservations` as a good programmer's zod schema has it: what the floor echoes and the naive way
// takes. Written anew, so that a floor does not move with what it is compared with.
import { z } from 'zod';

const lineOfText = (max: number) => z.string().trim().min(1).max(max);

export const reservationBody = z.strictObject({
  location: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  lines: z
    .array(z.strictObject({ sku: lineOfText(64), quantity: z.int().min(1).max(10_000) }))
    .min(1)
    .max(50),
  ttlSeconds: z.int().min(30).max(14_400).default(900),
  channel: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/)
    .default('web'),
  orderReference: lineOfText(128).optional(),
  customer: z
    .strictObject({
      reference: lineOfText(128).optional(),
      name: lineOfText(200).optional(),
      email: z.email().max(254).optional(),
      phone: z.string().max(32).optional(),
      locale: z.string().max(5).optional(),
    })
    .optional(),
  payment: z.enum(['online', 'in_store']).optional(),
});

export type ReservationBody = z.output<typeof reservationBody>;
