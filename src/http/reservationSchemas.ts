// How reservations look on the wire: what may be sent, what is shown and to whom.
// Knows shapes only; which move is allowed is the domain's.
import { z } from 'zod';
import { type Caller, mayUse } from '../domain/caller.ts';
import { addressSchema, locationCodeSchema } from '../domain/location.ts';
import {
  isDue,
  isOpen,
  LINE_QUANTITY_MAX,
  LINES_MAX,
  MISSING_REASONS,
  PAYMENTS,
  type Reservation,
  STATUSES,
  TTL_SECONDS,
  unitsAwaited,
  unitsBack,
  unitsShort,
} from '../domain/reservation.ts';
import { lineOfText } from '../domain/text.ts';
import { TRANSFER_STATUSES } from '../domain/transfer.ts';
import type { HistoryEntry } from '../queries/reservationReads.ts';
import { stale } from './availabilityAnswers.ts';
import { skuLines } from './skuLines.ts';

export const reservationId = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: 'A reservation’s id.', examples: ['rsv_01M805GM0VVZQWX59QYNSPH2WS'] });
export const reservationParams = z.strictObject({ id: reservationId });

export const cartLines = skuLines({ linesMax: LINES_MAX, unitsMax: LINE_QUANTITY_MAX });

export const ttlSeconds = z.int().min(TTL_SECONDS.min).max(TTL_SECONDS.max);
export const orderReference = lineOfText(128).meta({
  description: 'The shop’s own order number: unique per channel, for ever.',
  examples: ['FM-2026-000123'],
});

const phone = z.string().regex(/^\+?[0-9 ().-]{4,32}$/, 'Expected a telephone number');

/** Personal data: shown to keys that may read reservations, never in events or logs. */
export const customerSchema = z
  .strictObject({
    reference: lineOfText(128).optional(),
    name: lineOfText(200).optional(),
    email: z.email().max(254).optional(),
    phone: phone.optional(),
    locale: z
      .string()
      .regex(/^[a-z]{2}(-[A-Z]{2})?$/, 'Expected a locale such as fr or fr-FR')
      .optional(),
  })
  .meta({ id: 'Customer' });

/** Personal data too, and kept from the same eyes. */
export const deliverToSchema = addressSchema
  .extend({
    name: lineOfText(200),
    phone: phone.optional(),
    instructions: lineOfText(500).optional().meta({ description: 'For whoever brings it.' }),
  })
  .meta({
    id: 'DeliverTo',
    examples: [
      {
        name: 'Camille Martin',
        street: '12 rue des Lilas',
        postalCode: '59000',
        city: 'Lille',
        country: 'FR',
      },
    ],
  });

/** What the carrier was handed. */
export const dispatchSchema = z
  .strictObject({ carrier: lineOfText(100).optional(), trackingNumber: lineOfText(100).optional() })
  .meta({ id: 'Dispatch', examples: [{ carrier: 'Colissimo', trackingNumber: '6A12345678901' }] });

/** What may be said of every hold, however it is placed. */
export const holdTerms = {
  ttlSeconds: ttlSeconds.default(TTL_SECONDS.default),
  channel: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'Expected lower-case letters, digits, dot, dash, underscore')
    .default('web'),
  customer: customerSchema.optional(),
  payment: z.enum(PAYMENTS).optional(),
  soldAt: locationCodeSchema.optional().meta({
    description: 'With channel `store`: the store that sells. A tablet’s own store, without being said.',
  }),
};

export const placeBody = z
  .strictObject({
    location: locationCodeSchema,
    lines: cartLines,
    ...holdTerms,
    orderReference: orderReference.optional(),
    fulfilment: z.enum(['now', 'transfer']).default('now').meta({
      description:
        '`transfer`: what is missing at the location is sent there by the one that supplies it, with a transfer made together with the hold; or it waits for one that is on its way there already and waits for nobody, where that is sooner.',
    }),
    transferFrom: locationCodeSchema
      .optional()
      .meta({ description: 'With `transfer`: sent by this location instead.' }),
    deliverTo: deliverToSchema.optional().meta({
      description:
        'With channel `store`: sent there from `location`, which need not hand over orders. Personal data.',
    }),
  })
  .meta({ id: 'ReservationInput' });

const lineSchema = z.object({
  sku: z.string(),
  quantity: z.int(),
  awaited: z.int().optional().meta({
    description: 'Units that a transfer is to bring. Not shown to publishable keys.',
  }),
  picked: z.int(),
  missing: z.int(),
  missingReason: z.enum(MISSING_REASONS).nullable(),
  refused: z.int().meta({ description: 'Units that the customer did not take at the counter.' }),
  substitutes: z.string().nullable().meta({
    description:
      'The sku that this line replaces, with the customer’s consent: `history` says how it was given.',
  }),
  aisle: z.string().nullable().optional().meta({
    description:
      'Where the item stands there: what a pick list is sorted by. Null: nobody has said, or the hold is just being made. Not shown to publishable keys.',
  }),
  collected: z.int().meta({ description: 'Units that left the store, told by the counter or by a till.' }),
  returned: z.int().meta({ description: 'Units that came back, told by the counter or by a till.' }),
  atRisk: z.boolean().meta({
    description:
      'On hand no longer covers this line and those reserved before it, or a transfer did not bring it.',
  }),
});

export const historySchema = z.object({
  version: z.int(),
  type: z.string(),
  from: z.enum(STATUSES).nullable(),
  to: z.enum(STATUSES),
  by: z.string(),
  at: z.iso.datetime(),
  occurredAt: z.iso.datetime().nullable().meta({
    description: 'When it was done, where a tablet that was offline told of it at `at`.',
  }),
  data: z.record(z.string(), z.unknown()).nullable(),
});

export const alternativeSchema = z.looseObject({
  location: z.looseObject({ code: z.string(), name: z.string() }),
  promise: z.object({ readyAt: z.iso.datetime() }).nullable(),
  stale,
});

export const reservationSchema = z
  .object({
    id: reservationId,
    status: z.enum(STATUSES),
    location: z.string(),
    channel: z.string(),
    orderReference: z.string().nullable(),
    customer: customerSchema.nullable(),
    payment: z.enum(PAYMENTS).nullable(),
    lines: z.array(lineSchema),
    expiresAt: z.iso.datetime().nullable().meta({ description: 'Set while it is held.' }),
    promise: z.object({ readyAt: z.iso.datetime() }).nullable().meta({
      description:
        'When the order will be ready at the counter; null where the store never opens, and for a delivery.',
    }),
    fulfilment: z
      .enum(['now', 'transfer'])
      .meta({ description: '`transfer`: it waits, or waited, for one.' }),
    transfer: z
      .object({
        id: z.string(),
        from: z.string(),
        status: z.enum(TRANSFER_STATUSES),
        expectedAt: z.iso.datetime(),
        late: z.boolean(),
      })
      .nullable()
      .optional()
      .meta({ description: 'What brings its awaited units. Not shown to publishable keys.' }),
    soldAt: z.string().nullable().meta({
      description: 'The store that sold it, where a store did.',
    }),
    deliverTo: deliverToSchema.nullable().meta({
      description: 'Where it is sent instead of being collected. Personal data.',
    }),
    dispatch: dispatchSchema.nullable().meta({ description: 'What the carrier was handed.' }),
    planId: z
      .string()
      .nullable()
      .meta({
        description: 'The plan that it is part of: its other reservations name the same.',
        examples: ['obj_01M805GM0VVZQWX59QYNSPH2WS'],
      }),
    pickupCode: z.string().optional().meta({
      description:
        'What the customer shows at the counter. Shown to servers and to the store that sold it, not to the tablets where it is collected; a delivery has none.',
    }),
    pickupDeadlineAt: z.iso.datetime().nullable().meta({
      description:
        'When it goes back to the shelves: the location’s `holdDays`, counted in open days since it was ready. Where the store closed on some of them it is put off as it is reached, and told as another `reservation.ready` with `putOff`. Null: it is not ready, is sent, or has no deadline.',
    }),
    shelf: z.string().nullable(),
    takenBy: z.string().nullable(),
    reason: z.string().nullable(),
    putBackPending: z.boolean(),
    acknowledgedAt: z.iso.datetime().nullable().meta({
      description: 'When somebody in the store touched the alert; null: it still rings, if it is confirmed.',
    }),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    history: z.array(historySchema).optional(),
    alternatives: z.array(alternativeSchema).optional(),
  })
  .meta({ id: 'Reservation' });

/** The reservation as this caller may see it. `now` decides whether a hold's time is over. */
export function showReservation(
  reservation: Reservation,
  caller: Caller,
  now: Date,
): z.input<typeof reservationSchema> {
  // A hold that is due reads as it will be once it is swept: what ends it makes one version.
  const due = isDue(reservation, now);
  const isFed = reservation.transfer !== null;
  return {
    id: reservation.id,
    status: due ? 'expired' : reservation.status,
    location: reservation.location,
    channel: reservation.channel,
    orderReference: reservation.orderReference,
    customer: reservation.customer,
    payment: reservation.payment,
    lines: reservation.lines.map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      // With it a browser could tell how many units the place has.
      ...(caller.kind === 'publishable' ? {} : { awaited: unitsAwaited(line) }),
      picked: line.picked,
      missing: line.missing,
      missingReason: line.missingReason,
      refused: line.refused,
      substitutes: line.substitutes,
      ...(caller.kind === 'publishable' ? {} : { aisle: line.aisle }),
      collected: Math.max(line.collected, line.sold),
      returned: unitsBack(line),
      atRisk: line.atRisk || (isFed && !due && isOpen(reservation) && unitsShort(line) > 0),
    })),
    expiresAt: instant(reservation.expiresAt),
    promise: reservation.promise === null ? null : { readyAt: reservation.promise.readyAt.toISOString() },
    fulfilment: isFed ? 'transfer' : 'now',
    ...(caller.kind === 'publishable' ? {} : { transfer: showTransfer(reservation) }),
    soldAt: reservation.soldLocation?.code ?? null,
    deliverTo: reservation.deliverTo,
    dispatch: reservation.dispatch,
    planId: reservation.planId,
    ...(reservation.pickupCode !== null && mayTellCode(reservation, caller)
      ? { pickupCode: reservation.pickupCode }
      : {}),
    pickupDeadlineAt: instant(reservation.pickupDeadlineAt),
    shelf: reservation.shelf,
    takenBy: reservation.takenBy,
    reason: reservation.reason,
    putBackPending: reservation.putBackPending,
    acknowledgedAt: instant(reservation.acknowledgedAt),
    version: reservation.version + (due ? 1 : 0),
    createdAt: reservation.createdAt.toISOString(),
    updatedAt: reservation.updatedAt.toISOString(),
  };
}

function showTransfer({ transfer }: Reservation) {
  if (transfer === null) return null;
  const { id, from, status, expectedAt, late } = transfer;
  return { id, from, status, expectedAt: expectedAt.toISOString(), late };
}

/** Whoever hands over asks the customer for the code; whoever sold it elsewhere tells it. */
function mayTellCode({ deliverTo, location }: Reservation, caller: Caller): boolean {
  if (deliverTo !== null) return false;
  return caller.kind === 'secret' || (caller.kind === 'device' && !mayUse(caller, location));
}

export function showHistory(entries: readonly HistoryEntry[]): z.input<typeof historySchema>[] {
  return entries.map((entry) => ({
    ...entry,
    at: entry.at.toISOString(),
    occurredAt: instant(entry.occurredAt),
  }));
}

function instant(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
