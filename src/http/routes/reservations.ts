// Placing, finding and reading reservations. The moves of their life are in reservationMoves.ts.
// Checks, shows and computes the promise; whether there is stock is decided under the lock.
import { z } from 'zod';
import { EXAMPLE_RESERVATIONS } from '../../domain/exampleIds.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import { isDue, mergeLines, STATUSES, type Status } from '../../domain/reservation.ts';
import { newId } from '../../newId.ts';
import { reserveItems } from '../../operations/reserveItems.ts';
import { listReservations, readHistory } from '../../queries/reservationReads.ts';
import { readReservations } from '../../queries/reservations.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Deps } from '../deps.ts';
import { tagBeside } from '../etag.ts';
import { assertUnderCaps, BROWSER_HOLD_COST, refusalFor } from '../publishableCaps.ts';
import { type Fulfilment, fulfilByTransfer, promiseAt, withAlternatives } from '../reservationPromises.ts';
import {
  orderReference,
  placeBody,
  reservationParams,
  reservationSchema,
  showHistory,
  showReservation,
} from '../reservationSchemas.ts';
import { type AnyRoute, type Call, type Reply, route } from '../route.ts';
import { listOf, page, queryBoolean } from '../schemas.ts';
import {
  maySeeReservation,
  moverOf,
  refusalOf,
  replyOfRefusal,
  replyOfResource,
  shownTag,
  submitOne,
  type Told,
} from '../stockAnswers.ts';
import { sellerOf } from '../storeToWeb.ts';

const PLACE_PATH = '/v1/reservations';

const placeRoute = route({
  method: 'POST',
  path: PLACE_PATH,
  operationId: 'placeReservation',
  summary: 'Hold a cart',
  description:
    'Holds all lines or nothing, for `ttlSeconds`. Not enough: 409 `insufficient-stock` with `shortages`, and `alternatives`: the nearest locations that can serve the whole cart. With `fulfilment: "transfer"` what is missing there is sent by another location. Store to web, channel `store`: sold at `soldAt`, prepared at `location`, there to be collected, or sent home (`deliverTo`). A publishable key may hold at most 10 lines of 10 units for 1,800 s, 20 times a minute from one address, and gives no order reference.',
  tag: 'Reservations',
  scopes: ['reservations:write'],
  kinds: ['publishable', 'secret', 'device'],
  body: placeBody,
  responses: { 201: { description: 'The hold.', schema: reservationSchema } },
  problems: [
    'unknown-item',
    'unknown-location',
    'pickup-disabled',
    'insufficient-stock',
    'order-reference-taken',
    'not-supplied',
    'over-the-cap',
    'overloaded',
  ],
  idempotency: 'required',
  cost: 2,
  browserCost: BROWSER_HOLD_COST,
  examples: {
    coffeeTable: {
      summary: 'A coffee table in Lille',
      headers: { 'Idempotency-Key': 'example-a-coffee-table-1' },
      body: {
        location: 'FR-LILLE-01',
        lines: [{ sku: 'TABLE-BASSE-CHENE-80', quantity: 1 }],
        ttlSeconds: 900,
        customer: { name: 'Camille Martin', email: 'camille@example.com', locale: 'fr' },
      },
    },
    storeToWeb: {
      summary: 'Sold in Paris, sent home from Lille',
      headers: { 'Idempotency-Key': 'example-sent-home-1' },
      body: {
        location: 'FR-LILLE-01',
        lines: [{ sku: 'TABLE-BASSE-CHENE-80', quantity: 1 }],
        channel: 'store',
        soldAt: 'FR-PARIS-01',
        deliverTo: {
          name: 'Camille Martin',
          street: '12 rue des Lilas',
          postalCode: '75020',
          city: 'Paris',
          country: 'FR',
        },
      },
    },
  },
  async handler(call, deps) {
    const { body } = call;
    const lines = mergeLines(body.lines);
    const seller = sellerOf(call.caller, body);
    if (call.caller.kind === 'publishable') assertUnderCaps({ ...body, lines });
    const command = {
      id: newId('rsv', deps.now()),
      location: body.location,
      lines,
      ttlSeconds: body.ttlSeconds,
      channel: body.channel,
      orderReference: body.orderReference ?? null,
      customer: body.customer ?? null,
      payment: body.payment ?? null,
      ...(await fulfilmentOf(body, call, deps)),
      seller,
      deliverTo: body.deliverTo ?? null,
      planId: null,
      actor: await moverOf(call, deps),
    };
    const submitted = await submitOne(call, deps, reserveItems, command, {
      status: 201,
      show: (reservation) => showReservation(reservation, call.caller, call.now),
      refine: refusalFor(call.caller, [command]),
    });
    return placedReply(submitted, call, deps, { location: body.location, lines });
  },
});

/** A delivery is not ready for anybody to collect: it has no promise. */
async function fulfilmentOf(body: z.output<typeof placeBody>, call: Call, deps: Deps): Promise<Fulfilment> {
  const { location, transferFrom = null } = body;
  if (body.fulfilment === 'transfer')
    return fulfilByTransfer(deps, { location, lines: mergeLines(body.lines) }, transferFrom, call.now);
  const promise = body.deliverTo === undefined ? await promiseAt(deps, location, call.now) : null;
  return { feed: null, promise };
}

async function placedReply(
  submitted: Told,
  call: Call,
  deps: Deps,
  cart: { location: string; lines: readonly { sku: string; quantity: number }[] },
): Promise<Reply> {
  const refusal = refusalOf(submitted);
  if (refusal === null) return replyOfResource(submitted, PLACE_PATH);
  return replyOfRefusal(await withAlternatives(deps, call, refusal, cart), submitted, call, PLACE_PATH);
}

const readRoute = route({
  method: 'GET',
  path: `${PLACE_PATH}/{id}`,
  operationId: 'getReservation',
  summary: 'Read a reservation',
  description: 'With its history. A hold whose time is over reads as expired.',
  tag: 'Reservations',
  scopes: ['reservations:read'],
  params: reservationParams,
  responses: { 200: { description: 'The reservation.', schema: reservationSchema } },
  problems: ['unknown-reservation'],
  examples: { collected: { summary: 'One that was collected', params: { id: EXAMPLE_RESERVATIONS.return } } },
  async handler(call, { database }) {
    const { id } = call.params;
    const [reservation] = await readReservations(database, [id]);
    if (reservation === undefined || !maySeeReservation(call, reservation)) {
      throw new Problem('unknown-reservation', `There is no reservation ${id}.`);
    }
    const history = showHistory(await readHistory(database, id));
    const shown = { ...showReservation(reservation, call.caller, call.now), history };
    // Read before the sweeper comes, its end is not in the history yet, and makes no further version then.
    const etag = isDue(reservation, call.now) ? tagBeside(shown.version, 'due') : shownTag(shown);
    return { status: 200, body: shown, etag };
  },
});

const statusList = z
  .string()
  .max(100)
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(STATUSES)).min(1))
  .meta({ override: { type: 'string', examples: ['confirmed,picking,ready'] } });

const listRoute = route({
  method: 'GET',
  path: PLACE_PATH,
  operationId: 'listReservations',
  summary: 'List reservations',
  description:
    'The newest first. `status` takes several, separated by commas. A key limited to locations sees what these prepare and, asking by `soldAt`, what these sold, wherever it is prepared.',
  tag: 'Reservations',
  scopes: ['reservations:read'],
  query: z.strictObject({
    location: locationCodeSchema.optional(),
    status: statusList.optional(),
    orderReference: orderReference.optional(),
    customerReference: z.string().min(1).max(128).optional(),
    putBackPending: queryBoolean().optional(),
    soldAt: locationCodeSchema.optional(),
    planId: z.string().min(1).max(64).optional(),
    ...page,
  }),
  responses: { 200: { description: 'A page of reservations.', schema: listOf(reservationSchema) } },
  problems: ['invalid-cursor'],
  cost: 2,
  examples: {
    queue: {
      summary: 'A store’s queue',
      query: { location: 'FR-LILLE-01', status: 'confirmed,picking,ready' },
    },
  },
  async handler(call, { database }) {
    const { limit, cursor, ...filters } = call.query;
    const before = decodeCursor(filters, cursor, z.string().max(64));
    const statuses: readonly Status[] | null = filters.status ?? null;
    const where = {
      location: filters.location ?? null,
      statuses,
      orderReference: filters.orderReference ?? null,
      customerReference: filters.customerReference ?? null,
      putBackPending: filters.putBackPending ?? null,
      soldAt: filters.soldAt ?? null,
      planId: filters.planId ?? null,
      visible: call.caller.locations,
    };
    const rows = await listReservations(database, where, before, limit + 1, call.now);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    const data = rows.slice(0, limit).map((row) => showReservation(row, call.caller, call.now));
    return {
      status: 200,
      body: { data, nextCursor: last === undefined ? null : encodeCursor(filters, last.id) },
    };
  },
});

export const reservationRoutes: readonly AnyRoute[] = [placeRoute, listRoute, readRoute];
