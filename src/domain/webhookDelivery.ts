// Deliveries: one event sent to one webhook, its tries, and the log that shows them.
// Knows neither how they are sent nor where they are kept.
import { z } from 'zod';

/** `event`: as it happened; `replay`: asked for again; `gap`: events that were gone before they could be sent. */
export const DELIVERY_KINDS = ['event', 'replay', 'test', 'gap'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Most events of one call to replay a time range. */
export const REPLAYED_EVENTS_MAX = 10_000;
/** Tests and single replays that wait for one webhook at the same time. */
export const WAITING_MAX = 100_000;

/** The log is kept for so many days. */
export const DELIVERED_DAYS = 7;
export const FAILED_DAYS = 30;

/** Why a try failed: none but these reach the log, so that it holds no answer of anybody. */
export const TRY_ERRORS = [
  'status',
  'redirect',
  'timeout',
  'connection',
  'tls',
  'name-not-found',
  'address-refused',
  'events-expired',
] as const;
export type TryError = (typeof TRY_ERRORS)[number];

/** What became of one try. */
export type TryResult = {
  /** Null where no answer came. */
  responseStatus: number | null;
  /** Null: delivered. */
  error: TryError | null;
  durationMs: number;
};

/** Beside what the log keeps: for how long the receiver wants to be left alone; null: it did not say. */
export type Answered = TryResult & { retryAfterSeconds: number | null };

/** However long a receiver wants to be left alone, it is tried again after this. */
export const RETRY_AFTER_SECONDS_MAX = 3_600;
/** "Not now": of other statuses a `Retry-After` is about something else. */
const NOT_NOW = new Set([429, 503]);

/**
 * What a `Retry-After` (seconds, or a date of HTTP) asks for: from 0 to RETRY_AFTER_SECONDS_MAX; null where it says
 * nothing that can be understood, or the status is none that goes with it.
 */
export function retryAfterOf(status: number, header: string | undefined, now: Date): number | null {
  if (header === undefined || !NOT_NOW.has(status)) return null;
  const text = header.trim();
  const seconds = /^\d{1,9}$/.test(text)
    ? Number(text)
    : /^[A-Z][a-z]{2,8},? /.test(text)
      ? (Date.parse(text) - now.getTime()) / 1_000
      : Number.NaN;
  return Number.isNaN(seconds) ? null : Math.min(RETRY_AFTER_SECONDS_MAX, Math.max(0, Math.ceil(seconds)));
}

/** A delivery as it is kept, without its body. */
export type DeliveryRecord = {
  id: string;
  kind: DeliveryKind;
  eventId: string | null;
  eventType: string | null;
  occurredAt: Date | null;
  status: DeliveryStatus;
  attempts: number;
  responseStatus: number | null;
  error: TryError | null;
  durationMs: number | null;
  triedAt: Date | null;
  nextTryAt: Date | null;
  createdAt: Date;
};

export const deliverySchema = z
  .object({
    id: z.string().meta({ examples: ['obj_01JZ8Q6Y3T9V5W7X2A4B6C8D0E'] }),
    kind: z.enum(DELIVERY_KINDS).meta({
      description: '`gap`: events were no longer kept when they could be sent; it stands for all of them.',
    }),
    eventId: z.string().nullable().meta({ description: 'The `webhook-id` that was sent; null for a gap.' }),
    eventType: z.string().nullable(),
    status: z.enum(DELIVERY_STATUSES).meta({ description: '`pending`: it is tried at `nextTryAt`.' }),
    attempts: z.int(),
    responseStatus: z.int().nullable().meta({ description: 'Of the last try; null where no answer came.' }),
    error: z.enum(TRY_ERRORS).nullable().meta({
      description:
        'Why the last try failed. `status`: an answer that is not 2xx; `address-refused`: the name leads to an address that is not public.',
    }),
    durationMs: z.int().nullable().meta({ description: 'Milliseconds that the last try took.' }),
    occurredAt: z.iso.datetime().nullable().meta({ description: 'When the event occurred.' }),
    triedAt: z.iso.datetime().nullable(),
    nextTryAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.infer<typeof deliverySchema>;

export function showDelivery(delivery: DeliveryRecord): Delivery {
  const { id, kind, eventId, eventType, status, attempts, responseStatus, error, durationMs } = delivery;
  return {
    ...{ id, kind, eventId, eventType, status, attempts, responseStatus, error, durationMs },
    occurredAt: delivery.occurredAt?.toISOString() ?? null,
    triedAt: delivery.triedAt?.toISOString() ?? null,
    nextTryAt: delivery.nextTryAt?.toISOString() ?? null,
    createdAt: delivery.createdAt.toISOString(),
  };
}
