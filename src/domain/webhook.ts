// Webhooks: where events are sent, when a failed one is tried again, and when a receiver is given up.
// Knows neither sockets nor tables; the clock and the dice come from the caller.
import { z } from 'zod';
import type { NewEvent } from './event.ts';
import { type EventFilter, typesLike } from './eventFilter.ts';
import { locationCodeSchema } from './location.ts';
import { lineOfText } from './text.ts';

/** Removed ones do not count. */
export const WEBHOOKS_MAX = 500;
/** After a rotation the former secret signs too. */
export const ROTATION_SECONDS = 86_400;
export const SECRET_BYTES = 32;
const SECRET_PREFIX = 'whsec_';

/** Seconds from a failed try to the next, ± 10 %: ten tries in about three days. */
const TRY_DELAYS_SECONDS = [5, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400, 97_200];
export const TRIES_MAX = TRY_DELAYS_SECONDS.length + 1;

/** So many tries in a row that failed, and nothing is sent but one probe at a time until one gets through. */
export const FAILURES_TO_PAUSE = 5;
const PROBE_SECONDS_MIN = 5;
const PROBE_SECONDS_MAX = 600;

/**
 * When a delivery that failed for the `attempts`-th time is tried again; null: never. `dice` from 0 to 1.
 * @param notBefore seconds for which the receiver wants to be left alone
 */
export function nextTryAt(attempts: number, now: Date, dice: number, notBefore = 0): Date | null {
  const seconds = TRY_DELAYS_SECONDS[attempts - 1];
  return seconds === undefined ? null : after(seconds, now, dice, notBefore);
}

/** When a receiver that has failed so many times in a row is probed next: 5 s, then twice as long each time, to 10 min. */
export function nextProbeAt(failures: number, now: Date, dice: number, notBefore = 0): Date {
  const doubled = PROBE_SECONDS_MIN * 2 ** Math.min(20, Math.max(0, failures - FAILURES_TO_PAUSE));
  return after(Math.min(PROBE_SECONDS_MAX, doubled), now, dice, notBefore);
}

/** Some 10 % around the time that was chosen here, and up to 20 % after the one that the receiver chose: never before. */
function after(seconds: number, now: Date, dice: number, notBefore: number): Date {
  const waiting = Math.max(seconds * (0.9 + dice / 5), notBefore * (1 + dice / 5));
  return new Date(now.getTime() + waiting * 1_000);
}

export const DISABLED_REASONS = ['gone', 'failing', 'request'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** A webhook as it is kept, without its secrets. */
export type WebhookRecord = {
  id: string;
  url: string;
  description: string | null;
  /** Types and families; null: all. */
  types: readonly string[] | null;
  /** Null: all, and what belongs to none. */
  locations: readonly string[] | null;
  enabled: boolean;
  disabledReason: DisabledReason | null;
  disabledAt: Date | null;
  /** Tries that failed in a row. */
  failures: number;
  failingSince: Date | null;
  previousUntil: Date | null;
  version: number;
  /** The key that made, changed or rotated it last; null: from before that was kept. */
  savedBy: string | null;
  createdAt: Date;
  updatedAt: Date;
};

const urlSchema = z
  .string()
  .min(1)
  .max(2_000)
  .meta({
    description: 'https, on a public address; redirects are not followed.',
    examples: ['https://erp.example/comptoir'],
  });

const typeSchema = z
  .string()
  .max(64)
  .refine(
    (pattern) => typesLike(pattern).length > 0,
    'must be an event type, or a family such as `reservation.*`',
  );

const typesSchema = z
  .array(typeSchema)
  .min(1)
  .max(50)
  .meta({
    description: 'Event types and families; absent: all.',
    examples: [['reservation.*', 'stock.changed']],
  });

const locationsSchema = z.array(locationCodeSchema).min(1).max(1_000).meta({
  description: 'Only events of these locations; absent: of all, and those that belong to none.',
});

/** The body of `POST /v1/webhooks`. */
export const webhookInputSchema = z
  .strictObject({
    url: urlSchema,
    types: typesSchema.optional(),
    locations: locationsSchema.optional(),
    description: lineOfText(200).optional(),
  })
  .meta({ id: 'WebhookInput' });

/** The body of `PUT /v1/webhooks/{id}`: what is absent goes back to its default. */
export const webhookUpdateSchema = webhookInputSchema
  .extend({
    enabled: z
      .boolean()
      .default(true)
      .meta({ description: '`false` stops the sending; `true` goes on from where it stopped.' }),
  })
  .meta({ id: 'WebhookUpdate' });
export type WebhookInput = z.infer<typeof webhookUpdateSchema>;

export const WEBHOOK_STATUSES = ['enabled', 'failing', 'disabled'] as const;

/** How the API shows a webhook. */
export const webhookSchema = z
  .object({
    id: z.string().meta({ examples: ['whk_01JZ8Q6Y3T9V5W7X2A4B6C8D0E'] }),
    url: z.string(),
    description: z.string().nullable(),
    types: z.array(z.string()).nullable().meta({ description: 'Null: all.' }),
    locations: z.array(z.string()).nullable().meta({ description: 'Null: all.' }),
    enabled: z.boolean(),
    status: z.enum(WEBHOOK_STATUSES).meta({
      description:
        '`failing`: nothing got through lately; one try at a time is made, every 10 minutes at least.',
    }),
    disabledReason: z.enum(DISABLED_REASONS).nullable().meta({
      description:
        '`gone`: it answered 410. `failing`: ten tries over three days failed. `request`: switched off.',
    }),
    disabledAt: z.iso.datetime().nullable(),
    failingSince: z.iso.datetime().nullable(),
    previousSecretUntil: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'Until then the secret before the rotation signs too.' }),
    version: z.int(),
    savedBy: z
      .string()
      .nullable()
      .meta({
        description:
          'The key that made it, changed it or rotated its secret last. A webhook outlives its key.',
        examples: ['key_01JZ8Q6Y3T9V5W7X2A4B6C8D0E'],
      }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof webhookSchema>;

export const secretSchema = z.string().meta({
  description: 'Shown this once. Receivers check signatures with it, as Standard Webhooks says.',
  examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
});

export function showWebhook(webhook: WebhookRecord): Webhook {
  const isFailing = webhook.failures >= FAILURES_TO_PAUSE;
  return {
    id: webhook.id,
    url: webhook.url,
    description: webhook.description,
    types: webhook.types && [...webhook.types],
    locations: webhook.locations && [...webhook.locations],
    enabled: webhook.enabled,
    status: webhook.enabled ? (isFailing ? 'failing' : 'enabled') : 'disabled',
    disabledReason: webhook.disabledReason,
    disabledAt: webhook.disabledAt?.toISOString() ?? null,
    failingSince: isFailing ? (webhook.failingSince?.toISOString() ?? null) : null,
    previousSecretUntil: webhook.previousUntil?.toISOString() ?? null,
    version: webhook.version,
    savedBy: webhook.savedBy,
    createdAt: webhook.createdAt.toISOString(),
    updatedAt: webhook.updatedAt.toISOString(),
  };
}

/** Standard Webhooks' form of a secret. */
export function secretText(secret: Buffer): string {
  return `${SECRET_PREFIX}${secret.toString('base64')}`;
}

/** Which events it is sent. */
export function filterOf({ types, locations }: Pick<WebhookRecord, 'types' | 'locations'>): EventFilter {
  return {
    types: types && new Set(types.flatMap(typesLike)),
    locations: locations && new Set(locations),
    skus: null,
  };
}

/** Tells the other processes, and for `webhook.disabled` everybody, what a webhook is now. */
export function webhookEvent(
  type: 'webhook.changed' | 'webhook.disabled',
  webhook: WebhookRecord,
  now: Date,
): NewEvent {
  // Who may read events need not know the URL, which may hold a secret of its receiver, nor who there is.
  const { url: _url, savedBy: _savedBy, ...shown } = showWebhook(webhook);
  const data = type === 'webhook.disabled' ? shown : { id: webhook.id };
  return { type, occurredAt: now, location: null, subject: webhook.id, version: webhook.version, data };
}
