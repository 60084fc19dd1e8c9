// Plans: the whole cart from several stores, or with what is sent to them; and taking one, all or nothing.
// Checks, shows and signs; whether the units are still there is decided under the locks.
import { z } from 'zod';
import { CART_QUANTITY_MAX, pointSchema } from '../../domain/cart.ts';
import { coordinatesSchema, locationCodeSchema } from '../../domain/location.ts';
import { PLAN_LINES_MAX, PLAN_STORES_MAX, STRATEGIES } from '../../domain/plan.ts';
import { PLAN_SECONDS, type PlanQuote, type QuotedLeg } from '../../domain/planQuote.ts';
import { Problem } from '../../domain/problem.ts';
import { mergeLines } from '../../domain/reservation.ts';
import { newId } from '../../newId.ts';
import { reservePlan } from '../../operations/reservePlan.ts';
import type { HoldLines } from '../../operations/writer/holdSteps.ts';
import { searchPlans } from '../../views/planSearch.ts';
import { AVAILABILITY_KINDS, sightOf } from '../availabilityAnswers.ts';
import type { Deps } from '../deps.ts';
import { planId, planSchema, quoteOf, showPlan } from '../planAnswers.ts';
import { assertUnderCaps, BROWSER_HOLD_COST, refusalFor } from '../publishableCaps.ts';
import { fulfilByTransfer, promiseAt } from '../reservationPromises.ts';
import { holdTerms, reservationSchema, showReservation } from '../reservationSchemas.ts';
import { type AnyRoute, type Call, route } from '../route.ts';
import { skuLines } from '../skuLines.ts';
import { actorOf, refusalOf, replayed, replyOfRefusal, submitOne } from '../stockAnswers.ts';
import { sellerOf } from '../storeToWeb.ts';

const LOCATIONS_MAX = 50;
const PLANS = { default: 5, max: 20 } as const;
const RADIUS_KM = { default: 50, max: 20_000 } as const;

const planBody = z
  .strictObject({
    near: z.union([pointSchema, coordinatesSchema]).optional().meta({
      description:
        'Where the shopper is: `"50.63,3.06"`, as in availability, or `{ latitude, longitude }`. This or `locations`.',
    }),
    radiusKm: z
      .number()
      .min(0)
      .max(RADIUS_KM.max)
      .optional()
      .meta({ description: `How far around \`near\`: ${RADIUS_KM.default} unless said otherwise.` }),
    locations: z
      .array(locationCodeSchema)
      .min(1)
      .max(LOCATIONS_MAX)
      .refine((codes) => new Set(codes).size === codes.length, 'must not repeat a location')
      .optional()
      .meta({
        description:
          'The stores that come into question, the preferred first. Those that hand over no orders are left out.',
      }),
    lines: skuLines({ linesMax: PLAN_LINES_MAX, unitsMax: CART_QUANTITY_MAX }),
    strategy: z
      .enum(STRATEGIES)
      .default('fewest_stores')
      .meta({
        description: `\`one_store\`: all at one. \`fewest_stores\`: up to ${PLAN_STORES_MAX}, the fewest first, from the shelf before by transfer, then the shortest way. \`soonest\`: the earliest \`readyAt\` first.`,
      }),
    limit: z.int().min(1).max(PLANS.max).default(PLANS.default),
  })
  .refine(({ near, locations }) => (near === undefined) !== (locations === undefined), {
    path: ['near'],
    message: 'must be given, or `locations`: one of the two',
  })
  .refine(({ near, radiusKm }) => near !== undefined || radiusKm === undefined, {
    path: ['radiusKm'],
    message: 'is around `near`, which is not given',
  })
  .meta({ id: 'PlanInput' });

const searchRoute = route({
  method: 'POST',
  path: '/v1/plans',
  operationId: 'findPlans',
  summary: 'Ways to collect a whole cart',
  description: `Complete plans only, the best first: all of it at one store, at two or three, or with what is missing sent by a transfer, or on its way there already. A line is never torn between stores. For each set of stores there is one plan, the soonest; a set is left out where fewer of its stores do it no later. Around \`near\`, plans are made of the nearest 24 stores that have some line whole, the nearest 10 that have, or can be sent, all, and for a line that none of these has the nearest that has it. Nothing is held yet: a plan is a quote that holds for ${PLAN_SECONDS / 60} minutes, and \`POST /v1/plans/{id}/reserve\` takes it. It changes nothing, so it takes no Idempotency-Key. A publishable key asks for what it may hold: at most 10 lines of 10 units.`,
  tag: 'Plans',
  scopes: ['availability:read'],
  kinds: AVAILABILITY_KINDS,
  body: planBody,
  responses: {
    200: {
      description: 'The plans, the best first; none where the cart cannot be had.',
      schema: z.object({ data: z.array(planSchema) }).meta({ id: 'Plans' }),
      links: {
        take: {
          operationId: 'reservePlan',
          description: 'The id of a plan is a quote of some minutes: this answer gives it.',
          parameters: { id: '$response.body#/data/0/id' },
        },
      },
    },
  },
  problems: ['unknown-item', 'unknown-location', 'over-the-cap'],
  idempotency: 'none',
  cost: 5,
  browserCost: 10,
  examples: {
    soonest: {
      summary: 'A coffee table near Lille, as soon as can be',
      body: {
        near: '50.63,3.06',
        radiusKm: 250,
        lines: [{ sku: 'TABLE-BASSE-CHENE-80', quantity: 1 }],
        strategy: 'soonest',
      },
    },
  },
  async handler(call, deps) {
    const { caller, body, now } = call;
    const { near, locations = [], radiusKm = RADIUS_KM.default, strategy, limit } = body;
    const cart = mergeLines(body.lines);
    if (caller.kind === 'publishable') assertUnderCaps({ lines: cart });
    const among = near === undefined ? { codes: locations } : { near, radiusKm };
    const plans = await searchPlans(deps, cart, { among, strategy, limit, sees: sightOf(caller) }, now);
    const data = await Promise.all(
      plans.map(async (plan) => {
        const quote = quoteOf(plan, cart, now);
        const id = await deps.planQuotes.sign(quote, caller.keyId);
        return showPlan(plan, { quote, id, strategy }, caller);
      }),
    );
    return { status: 200, body: { data } };
  },
});

const reserveRoute = route({
  method: 'POST',
  path: '/v1/plans/{id}/reserve',
  operationId: 'reservePlan',
  summary: 'Take a plan',
  description:
    'Holds everything of the plan in one step, a reservation for each of its stores, or nothing: not enough is 409 `insufficient-stock` with `shortages` by location. A plan is taken once (409 `plan-taken`), until `validUntil` (410 `plan-expired`), by the key that asked for it (another key: 404). Promises are made anew. Each reservation then goes its own way: they are confirmed one by one, each with an order reference of its own, and one may be refused when others are confirmed already; `Location` lists them. A tablet takes plans with channel `store`, for its own store. A publishable key may hold for 1,800 s at most.',
  tag: 'Plans',
  scopes: ['reservations:write'],
  kinds: AVAILABILITY_KINDS,
  params: z.strictObject({ id: planId }),
  body: z.strictObject(holdTerms).meta({ id: 'PlanReservationInput' }),
  responses: {
    201: {
      description: 'The holds, in the order of the plan’s stores.',
      schema: z
        .object({ planId: z.string(), reservations: z.array(reservationSchema) })
        .meta({ id: 'PlanReservations' }),
    },
  },
  problems: [
    'unknown-plan',
    'unknown-item',
    'unknown-location',
    'plan-expired',
    'plan-taken',
    'insufficient-stock',
    'pickup-disabled',
    'not-supplied',
    'over-the-cap',
    'overloaded',
  ],
  idempotency: 'required',
  cost: 5,
  browserCost: BROWSER_HOLD_COST * PLAN_STORES_MAX,
  examples: {
    taken: {
      summary: 'With the `id` of a plan of `POST /v1/plans`',
      headers: { 'Idempotency-Key': 'example-a-plan-1' },
      body: { ttlSeconds: 900 },
    },
  },
  async handler(call, deps) {
    const { caller, body } = call;
    if (caller.kind === 'publishable') assertUnderCaps(body);
    const quote = await deps.planQuotes.open(call.params.id, caller.keyId);
    if (quote === null) throw new Problem('unknown-plan', 'No plan with this id was given to this key.');
    const legs = await Promise.all(quote.legs.map((leg) => holdOf(leg, quote, call, deps)));
    const submitted = await submitOne(
      call,
      deps,
      reservePlan,
      { planId: quote.id, validUntil: quote.validUntil, legs },
      {
        status: 201,
        show: (reservations) => ({
          planId: quote.id,
          reservations: reservations.map((reservation) => showReservation(reservation, caller, call.now)),
        }),
        refine: refusalFor(caller, legs),
      },
    );
    const refusal = refusalOf(submitted);
    if (refusal !== null) return replyOfRefusal(refusal, submitted, call, call.path);
    const headers = { Location: listOfTaken(quote, legs), ...replayed(submitted) };
    return { status: submitted.status, json: submitted.body, headers };
  },
});

/** A store that sells lists what others prepare for it by what it sold. */
function listOfTaken({ id }: PlanQuote, [first]: readonly HoldLines[]): string {
  const seller = first?.seller ?? null;
  return `/v1/reservations?planId=${id}${seller === null ? '' : `&soldAt=${seller.location}`}`;
}

type ReserveCall = Call<{ id: string }, unknown, z.output<z.ZodObject<typeof holdTerms>>>;

/** One store's reservation, with the promise as it is now. */
async function holdOf(leg: QuotedLeg, quote: PlanQuote, call: ReserveCall, deps: Deps): Promise<HoldLines> {
  const { body, caller, now } = call;
  // A tablet knows of every store, and holds elsewhere only what its own store sells.
  const seller = sellerOf(caller, { ...body, location: leg.location, fulfilment: leg.fulfilment });
  const fulfilment =
    leg.fulfilment === 'now'
      ? { feed: null, promise: await promiseAt(deps, leg.location, now) }
      : await fulfilByTransfer(deps, leg, null, now);
  return {
    id: newId('rsv', now),
    location: leg.location,
    lines: leg.lines,
    ttlSeconds: body.ttlSeconds,
    channel: body.channel,
    orderReference: null,
    customer: body.customer ?? null,
    payment: body.payment ?? null,
    ...fulfilment,
    seller,
    deliverTo: null,
    planId: quote.id,
    actor: actorOf(call),
  };
}

export const planRoutes: readonly AnyRoute[] = [searchRoute, reserveRoute];
