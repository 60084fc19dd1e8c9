// The shop's moves: the order is placed, gets more time, or is called off.
// The store's are in preparation.ts; which move a state allows is the domain's.
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { EXAMPLE_RESERVATIONS } from '../../domain/exampleIds.ts';
import { isDue, PAYMENTS } from '../../domain/reservation.ts';
import { lineOfText } from '../../domain/text.ts';
import { cancelReservation } from '../../operations/cancelReservation.ts';
import { confirmReservation } from '../../operations/confirmReservation.ts';
import { extendHold } from '../../operations/extendHold.ts';
import { commonToSellers, moveRoute, TOLD_PROBLEMS, told, visibleReservation } from '../reservationMove.ts';
import { escalationAt, promiseAt } from '../reservationPromises.ts';
import { customerSchema, orderReference, ttlSeconds } from '../reservationSchemas.ts';
import type { AnyRoute } from '../route.ts';

const PICKUP_CODE_DIGITS = 6;
const PICKUP_CODES_OFFERED = 5;

/** Six digits: easy to say and to type with gloves; five wrong ones lock, so guessing takes years. */
function pickupCodes(): [string, ...string[]] {
  const draw = () => String(randomInt(10 ** PICKUP_CODE_DIGITS)).padStart(PICKUP_CODE_DIGITS, '0');
  return [draw(), ...Array.from({ length: PICKUP_CODES_OFFERED - 1 }, draw)];
}

const confirm = moveRoute({
  name: 'confirm',
  operationId: 'confirmReservation',
  summary: 'Confirm: the order is placed',
  description:
    'No more TTL; a pickup code is made and the store is alerted. A hold that expired takes its stock again if it is still there, else 409 `reservation-expired`. So does a hold whose transfer was cancelled or fell short, else 409 `insufficient-stock` with `shortages` and `alternatives`. An order of which a till sold all meanwhile is `collected` at once. The order reference is unique per channel, for ever.',
  body: z.strictObject({
    orderReference,
    customer: customerSchema.optional(),
    payment: z.enum(PAYMENTS).optional(),
  }),
  problems: ['order-reference-taken', 'reservation-expired', 'insufficient-stock'],
  example: {
    summary: 'Paid for',
    params: { id: EXAMPLE_RESERVATIONS.confirm },
    body: { orderReference: 'FM-107201', payment: 'online' },
  },
  operation: confirmReservation,
  async command(call, actor, deps) {
    const reservation = await visibleReservation(call, deps);
    const { lines, location, channel, deliverTo } = reservation;
    // What a transfer brings has been promised with it, unless the hold ended, and its transfer with it.
    const isFed = !isDue(reservation, call.now) && lines.some((line) => line.awaited > 0);
    // A parcel has no counter.
    const isPromisedHere = deliverTo === null && !isFed;
    return {
      ...commonToSellers(call, actor),
      levels: lines.map(({ sku }) => ({ sku, location })),
      channel,
      orderReference: call.body.orderReference,
      customer: call.body.customer ?? null,
      payment: call.body.payment ?? null,
      promise: isPromisedHere ? await promiseAt(deps, location, call.now) : null,
      escalatesAt: await escalationAt(deps, location, call.now),
      pickupCodes: pickupCodes(),
    };
  },
});

const extend = moveRoute({
  name: 'extend',
  operationId: 'extendHold',
  summary: 'Extend a hold',
  description: 'A new time to live from now, while it is held.',
  body: z.strictObject({ ttlSeconds }),
  problems: ['reservation-expired'],
  example: {
    summary: 'Four hours from now',
    params: { id: EXAMPLE_RESERVATIONS.extend },
    body: { ttlSeconds: 14_400 },
  },
  operation: extendHold,
  command: (call, actor) => ({ ...commonToSellers(call, actor), ttlSeconds: call.body.ttlSeconds }),
});

const cancel = moveRoute({
  name: 'cancel',
  operationId: 'cancelReservation',
  summary: 'Cancel',
  description:
    'Frees what is not collected; units that are ready go to the put-back list first. A publishable key may cancel the holds that it placed.',
  body: z.strictObject({ reason: lineOfText(200).optional(), ...told }),
  problems: [...TOLD_PROBLEMS],
  browsersToo: true,
  example: {
    summary: 'With a reason',
    params: { id: EXAMPLE_RESERVATIONS.cancel },
    body: { reason: 'customer_changed_mind' },
  },
  operation: cancelReservation,
  command: (call, actor) => ({
    ...commonToSellers(call, { ...actor, occurredAt: call.body.occurredAt ?? null }),
    holdsOnly: call.caller.kind === 'publishable',
    reason: call.body.reason ?? null,
  }),
});

export const reservationMoveRoutes: readonly AnyRoute[] = [confirm, extend, cancel];
