// How plans look on the wire, and how one becomes a quote.
// Knows shapes only: which plans there are is the domain's, what an id holds domain/planQuote.ts's.
import { z } from 'zod';
import { type Caller, mayUse } from '../domain/caller.ts';
import type { CartLine } from '../domain/cart.ts';
import { addressSchema, coordinatesSchema } from '../domain/location.ts';
import { STRATEGIES, type Strategy } from '../domain/plan.ts';
import { PLAN_ID_CHARACTERS_MAX, PLAN_SECONDS, type PlanQuote } from '../domain/planQuote.ts';
import { newId } from '../newId.ts';
import { roundedKm } from '../views/availability.ts';
import type { FoundPlan } from '../views/planSearch.ts';
import { showStale, stale } from './availabilityAnswers.ts';

export const planId = z
  .string()
  .min(1)
  .max(PLAN_ID_CHARACTERS_MAX)
  .meta({
    description: `A plan’s id: a signed quote, opaque, up to ${PLAN_ID_CHARACTERS_MAX} characters, good for the key that asked.`,
    examples: ['pln_MSBvYmpf.c2lnbmF0dXJl'],
  });

const legSchema = z
  .object({
    location: z.object({
      code: z.string(),
      name: z.string(),
      address: addressSchema,
      coordinates: coordinatesSchema,
      timeZone: z.string(),
    }),
    distanceKm: z.number().nullable().meta({ description: 'Null where `locations` were given.' }),
    fulfilment: z.enum(['now', 'transfer']),
    from: z.string().optional().meta({
      description:
        'With `transfer`: where what is missing is sent from; absent where it is on its way already. Only for keys that may know the location.',
    }),
    lines: z.array(z.object({ sku: z.string(), quantity: z.int() })),
    promise: z.object({ readyAt: z.iso.datetime() }),
    stale,
  })
  .meta({ id: 'PlanLeg', description: 'What is collected at one store.' });

export const planSchema = z
  .object({
    id: planId,
    validUntil: z.iso.datetime().meta({ description: `${PLAN_SECONDS / 60} minutes from now.` }),
    strategy: z.enum(STRATEGIES),
    legs: z.array(legSchema).meta({ description: 'The nearest store first.' }),
    readyAt: z.iso.datetime().meta({ description: 'When the last of it is ready.' }),
  })
  .meta({ id: 'Plan', description: 'A way to collect the whole cart.' });

/** The plan as a quote from now on. */
export function quoteOf(plan: FoundPlan, cart: readonly CartLine[], now: Date): PlanQuote {
  return {
    id: newId('obj', now),
    validUntil: new Date(now.getTime() + PLAN_SECONDS * 1_000),
    legs: plan.legs.map((leg) => ({
      location: leg.location.code,
      fulfilment: leg.fulfilment,
      lines: leg.lines.flatMap((line) => cart[line] ?? []),
    })),
  };
}

export function showPlan(
  plan: FoundPlan,
  { quote, id, strategy }: { quote: PlanQuote; id: string; strategy: Strategy },
  caller: Caller,
): z.input<typeof planSchema> {
  return {
    id,
    validUntil: quote.validUntil.toISOString(),
    strategy,
    legs: plan.legs.map((leg, place) => {
      const { code, name, address, coordinates, timeZone } = leg.location;
      const { distanceKm } = leg.store;
      return {
        location: { code, name, address, coordinates, timeZone },
        distanceKm: distanceKm === null ? null : roundedKm(distanceKm),
        fulfilment: leg.fulfilment,
        ...sourceOf(leg, caller),
        lines: (quote.legs[place]?.lines ?? []).map(({ sku, quantity }) => ({ sku, quantity })),
        promise: { readyAt: new Date(leg.readyAt).toISOString() },
        ...showStale(leg.staleSince),
      };
    }),
    readyAt: new Date(plan.readyAt).toISOString(),
  };
}

/** How the retailer runs its network is not for shoppers. */
function sourceOf({ supply }: FoundPlan['legs'][number], caller: Caller): { from?: string } {
  const from = supply?.from ?? null;
  const isShown = from !== null && caller.kind !== 'publishable' && mayUse(caller, from);
  return isShown ? { from } : {};
}
