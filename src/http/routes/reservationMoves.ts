// The moves of a reservation's life: confirm, extend, cancel, start, pick, ready, collect, return, put back.
// One table of routes made the same way; which move a state allows is the domain's.
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { skuSchema } from '../../domain/item.ts';
import { Problem, type ProblemCode } from '../../domain/problem.ts';
import { pickupDeadline } from '../../domain/promise.ts';
import {
  LINE_QUANTITY_MAX,
  LINES_MAX,
  MISSING_REASONS,
  PAYMENTS,
  type Reservation,
} from '../../domain/reservation.ts';
import { lineOfText } from '../../domain/text.ts';
import { cancelReservation } from '../../operations/cancelReservation.ts';
import { collectReservation } from '../../operations/collectReservation.ts';
import { confirmReservation } from '../../operations/confirmReservation.ts';
import { extendHold } from '../../operations/extendHold.ts';
import { pickLines } from '../../operations/pickLines.ts';
import { putBackReservation } from '../../operations/putBackReservation.ts';
import { readyReservation } from '../../operations/readyReservation.ts';
import { CONDITIONS, returnLines } from '../../operations/returnLines.ts';
import { startPicking } from '../../operations/startPicking.ts';
import type { StockOperation } from '../../operations/writer/operation.ts';
import { readReservations } from '../../queries/reservations.ts';
import type { Deps } from '../deps.ts';
import { alternativesTo, promiseAt, withAlternatives } from '../reservationPromises.ts';
import {
  customerSchema,
  orderReference,
  reservationParams,
  reservationSchema,
  showReservation,
  ttlSeconds,
} from '../reservationSchemas.ts';
import { type AnyRoute, type Call, type RequestExample, route } from '../route.ts';
import {
  actorOf,
  admitFor,
  maySeeReservation,
  refusalOf,
  replyOfRefusal,
  replyOfResource,
  submitOne,
} from '../stockAnswers.ts';

type MoveCall<Body> = Call<{ id: string }, unknown, Body>;

type Move<Body, Command> = {
  name: string;
  operationId: string;
  summary: string;
  description: string;
  body: z.ZodType<Body>;
  problems: readonly ProblemCode[];
  browsersToo?: true;
  example?: RequestExample;
  operation: StockOperation<Command, Reservation>;
  command(call: MoveCall<Body>, deps: Deps): Promise<Command> | Command;
  /** What the answer tells beyond the reservation, from memory, after COMMIT. */
  beside?(shown: ShownReservation, call: MoveCall<Body>, deps: Deps): Promise<Record<string, unknown>>;
};

type ShownReservation = z.output<typeof reservationSchema>;

function moveRoute<Body, Command>(move: Move<Body, Command>): AnyRoute {
  return route({
    method: 'POST',
    path: `/v1/reservations/{id}/${move.name}`,
    operationId: move.operationId,
    summary: move.summary,
    description: move.description,
    tag: 'Reservations',
    scopes: ['reservations:write'],
    kinds: move.browsersToo ? ['publishable', 'secret', 'device'] : ['secret', 'device'],
    params: reservationParams,
    body: move.body,
    responses: { 200: { description: 'The reservation as it is now.', schema: reservationSchema } },
    problems: [
      'unknown-reservation',
      'invalid-transition',
      'precondition-failed',
      'overloaded',
      ...move.problems,
    ],
    idempotency: 'writer',
    cost: 2,
    ...(move.example === undefined ? {} : { examples: { example: move.example } }),
    async handler(call, deps) {
      const command = await move.command(call, deps);
      const submitted = await submitOne(call, deps, move.operation, command, {
        status: 200,
        show: (reservation) => showReservation(reservation, call.caller, call.now),
      });
      const refusal = refusalOf(submitted);
      if (refusal === null && move.beside === undefined) return replyOfResource(submitted);
      if (refusal === null) {
        const shown: ShownReservation = JSON.parse(submitted.body);
        const body = JSON.stringify({ ...shown, ...(await move.beside?.(shown, call, deps)) });
        return replyOfResource({ ...submitted, body });
      }
      const path = `/v1/reservations/${call.params.id}/${move.name}`;
      return replyOfRefusal(await explained(refusal, call, deps), submitted, call, path);
    },
  });
}

/** A hold that expired names where else the cart is. */
async function explained(refusal: Problem, call: MoveCall<unknown>, deps: Deps): Promise<Problem> {
  if (refusal.code !== 'reservation-expired') return refusal;
  const reservation = await visibleReservation(call, deps);
  return withAlternatives(deps, call, refusal, reservation);
}

/** The reservation as it is before the move, for what the decision needs to be told; 404 where it is not the caller's. */
async function visibleReservation(call: MoveCall<unknown>, deps: Deps): Promise<Reservation> {
  const [reservation] = await readReservations(deps.database, [call.params.id]);
  if (reservation === undefined || !maySeeReservation(call, reservation)) {
    throw new Problem('unknown-reservation', `There is no reservation ${call.params.id}.`);
  }
  return reservation;
}

function common(call: MoveCall<unknown>) {
  return { id: call.params.id, admit: admitFor(call), actor: actorOf(call) };
}

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
    'No more TTL; a pickup code is made and the store is alerted. A hold that expired takes its stock again if it is still there, else 409 `reservation-expired`. The order reference is unique per channel, for ever.',
  body: z.strictObject({
    orderReference,
    customer: customerSchema.optional(),
    payment: z.enum(PAYMENTS).optional(),
  }),
  problems: ['order-reference-taken', 'reservation-expired'],
  operation: confirmReservation,
  async command(call, deps) {
    const { lines, location, channel } = await visibleReservation(call, deps);
    return {
      ...common(call),
      levels: lines.map(({ sku }) => ({ sku, location })),
      channel,
      orderReference: call.body.orderReference,
      customer: call.body.customer ?? null,
      payment: call.body.payment ?? null,
      promise: await promiseAt(deps, location, call.now),
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
  operation: extendHold,
  command: (call) => ({ ...common(call), ttlSeconds: call.body.ttlSeconds }),
});

const cancel = moveRoute({
  name: 'cancel',
  operationId: 'cancelReservation',
  summary: 'Cancel',
  description:
    'Frees what is not collected; units that are ready go to the put-back list first. A publishable key may cancel the holds that it placed.',
  body: z.strictObject({ reason: lineOfText(200).optional() }),
  problems: [],
  browsersToo: true,
  operation: cancelReservation,
  command: (call) => ({
    ...common(call),
    holdsOnly: call.caller.kind === 'publishable',
    reason: call.body.reason ?? null,
  }),
});

const start = moveRoute({
  name: 'start',
  operationId: 'startPicking',
  summary: 'Start to prepare',
  description:
    'A member of staff takes the order. Taken by another: 409 `already-taken` with the name; `takeOver` forces.',
  body: z.strictObject({ staff: lineOfText(100).optional(), takeOver: z.boolean().default(false) }),
  problems: ['already-taken'],
  operation: startPicking,
  command: (call) => ({
    ...common(call),
    staff: call.body.staff ?? call.caller.name,
    takeOver: call.body.takeOver,
  }),
});

const units = z.int().min(0).max(LINE_QUANTITY_MAX);
const someUnits = z.int().min(1).max(LINE_QUANTITY_MAX);

/** Each sku at most once: two figures for one line would be two answers. */
function linesOf<Line extends z.ZodType<{ sku: string }>>(line: Line) {
  return z
    .array(line)
    .min(1)
    .max(LINES_MAX)
    .refine((lines) => new Set(lines.map(({ sku }) => sku)).size === lines.length, 'must not repeat a sku');
}

const pick = moveRoute({
  name: 'pick',
  operationId: 'pickLines',
  summary: 'Report what was picked and what is missing',
  description:
    'Figures are totals so far, so that the same report twice is one report. Missing units leave on hand at once and are not sold again; the answer offers `alternatives` for them.',
  body: z.strictObject({
    lines: linesOf(
      z
        .strictObject({
          sku: skuSchema,
          picked: units,
          missing: units.default(0),
          reason: z.enum(MISSING_REASONS).optional(),
        })
        .refine(({ missing, reason }) => missing > 0 || reason === undefined, {
          path: ['reason'],
          message: 'says why units are missing, and none are',
        }),
    ),
  }),
  problems: ['unknown-line', 'units-not-here'],
  operation: pickLines,
  command: (call) => ({
    ...common(call),
    lines: call.body.lines.map((line) => ({ ...line, reason: line.reason ?? null })),
  }),
  async beside({ location, lines }, call, deps) {
    const missing = lines.filter((line) => line.missing > 0);
    if (missing.length === 0) return {};
    const cart = missing.map((line) => ({ sku: line.sku, quantity: line.missing }));
    return { alternatives: await alternativesTo(deps, call, { location, lines: cart }) };
  },
});

const ready = moveRoute({
  name: 'ready',
  operationId: 'readyReservation',
  summary: 'Ready at the counter',
  description: 'Every line is picked or missing. The customer is told, and the days for pickup start.',
  body: z.strictObject({ shelf: lineOfText(50).optional() }),
  problems: ['lines-not-picked', 'nothing-picked'],
  operation: readyReservation,
  async command(call, deps) {
    const { location: code } = await visibleReservation(call, deps);
    const location = await deps.catalogue.location(code);
    const deadline =
      location === null
        ? null
        : pickupDeadline({
            hours: location.openingHours,
            timeZone: location.timeZone,
            readyAt: call.now,
            holdDays: location.pickup.holdDays,
          });
    return { ...common(call), shelf: call.body.shelf ?? null, pickupDeadlineAt: deadline };
  },
});

const someLines = linesOf(z.strictObject({ sku: skuSchema, quantity: someUnits }));

const collect = moveRoute({
  name: 'collect',
  operationId: 'collectReservation',
  summary: 'Hand over',
  description:
    'With the customer’s pickup code, or an override with a reason. Units leave on hand. With `lines`, a part: it stays `ready` for the rest. Five wrong codes lock it for 15 minutes.',
  body: z
    .strictObject({
      pickupCode: z.string().min(1).max(32).optional(),
      override: z.strictObject({ reason: lineOfText(200) }).optional(),
      lines: someLines.optional(),
    })
    .refine(({ pickupCode, override }) => (pickupCode === undefined) !== (override === undefined), {
      path: ['pickupCode'],
      message: 'give either a pickupCode or an override with a reason',
    }),
  problems: ['wrong-pickup-code', 'pickup-locked', 'unknown-line', 'units-not-here'],
  operation: collectReservation,
  command: (call) => ({
    ...common(call),
    proof:
      call.body.override === undefined
        ? { pickupCode: call.body.pickupCode ?? '' }
        : { override: call.body.override },
    lines: call.body.lines ?? null,
  }),
});

const giveBack = moveRoute({
  name: 'return',
  operationId: 'returnLines',
  summary: 'Take units back',
  description: 'A collected unit comes back: on hand again, or damaged.',
  body: z.strictObject({
    lines: linesOf(
      z.strictObject({
        sku: skuSchema,
        quantity: someUnits,
        condition: z.enum(CONDITIONS).default('sellable'),
      }),
    ),
  }),
  problems: ['unknown-line', 'units-not-here'],
  operation: returnLines,
  command: (call) => ({ ...common(call), lines: call.body.lines }),
});

const putBack = moveRoute({
  name: 'put-back',
  operationId: 'putBackReservation',
  summary: 'Put back',
  description:
    'The units of a cancelled or expired order that lay ready are on their shelves again: only now are they available. `GET /v1/reservations?putBackPending=true` lists what waits.',
  body: z.strictObject({}),
  problems: ['nothing-to-put-back'],
  operation: putBackReservation,
  command: common,
});

export const reservationMoveRoutes: readonly AnyRoute[] = [
  confirm,
  extend,
  cancel,
  start,
  pick,
  ready,
  collect,
  giveBack,
  putBack,
];
