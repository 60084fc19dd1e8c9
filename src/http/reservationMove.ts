// How one move of a reservation becomes a route: all of them are made here, so that they answer alike.
// Which move a state allows is the domain's; which moves there are, the routes'.
import type { z } from 'zod';
import { occurredAtSchema } from '../domain/occurred.ts';
import { Problem, type ProblemCode } from '../domain/problem.ts';
import type { Reservation } from '../domain/reservation.ts';
import type { StockOperation } from '../operations/writer/operation.ts';
import type { Actor } from '../operations/writer/outcome.ts';
import { readReservations } from '../queries/reservations.ts';
import type { Deps } from './deps.ts';
import { withAlternatives } from './reservationPromises.ts';
import { reservationParams, reservationSchema, showReservation } from './reservationSchemas.ts';
import { type AnyRoute, type Call, type RequestExample, route } from './route.ts';
import {
  admitFor,
  maySeeReservation,
  moverOf,
  refusalOf,
  replyOfRefusal,
  replyOfResource,
  submitOne,
} from './stockAnswers.ts';

export type MoveCall<Body> = Call<{ id: string }, unknown, Body>;

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
  /** `actor`: the person at a tablet with a shift, else the key. */
  command(call: MoveCall<Body>, actor: Actor, deps: Deps): Promise<Command> | Command;
  /** What the answer tells beyond the reservation, from memory, after COMMIT. */
  beside?(shown: ShownReservation, call: MoveCall<Body>, deps: Deps): Promise<Record<string, unknown>>;
};

type ShownReservation = z.output<typeof reservationSchema>;

export function moveRoute<Body, Command>(move: Move<Body, Command>): AnyRoute {
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
      const command = await move.command(call, await moverOf(call, deps), deps);
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

/** A hold that expired, or for which there is not enough, names where else the cart is. */
async function explained(refusal: Problem, call: MoveCall<unknown>, deps: Deps): Promise<Problem> {
  if (refusal.code !== 'reservation-expired' && refusal.code !== 'insufficient-stock') return refusal;
  const reservation = await visibleReservation(call, deps);
  return withAlternatives(deps, call, refusal, reservation);
}

/** The reservation as it is before the move, for what the decision needs to be told; 404 where it is not the caller's. */
export async function visibleReservation(call: MoveCall<unknown>, deps: Deps): Promise<Reservation> {
  const [reservation] = await readReservations(deps.database, [call.params.id]);
  if (reservation === undefined || !maySeeReservation(call, reservation)) {
    throw new Problem('unknown-reservation', `There is no reservation ${call.params.id}.`);
  }
  return reservation;
}

/** What every move is told. */
export function common(call: MoveCall<unknown>, actor: Actor) {
  return { id: call.params.id, admit: admitFor(call), actor };
}

/** What every move of a store's staff may say: when it was done, for a tablet that was offline. */
export const told = { occurredAt: occurredAtSchema.optional() };

export const TOLD_PROBLEMS = [
  'occurred-in-the-future',
  'occurred-too-early',
] as const satisfies ProblemCode[];

/** What those are told. */
export function commonOfStaff(call: MoveCall<{ occurredAt?: Date | undefined }>, actor: Actor) {
  return common(call, { ...actor, occurredAt: call.body.occurredAt ?? null });
}

/** The same for the moves that are open to the store that sold what another one prepares. */
export function commonToSellers(call: MoveCall<unknown>, actor: Actor) {
  return { ...common(call, actor), admit: admitFor(call, true) };
}
