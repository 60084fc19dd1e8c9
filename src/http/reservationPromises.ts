// What the shopper is told beside a decision: when it will be ready, and where else it is.
// Reads the views; decides nothing.
import { mayUse } from '../domain/caller.ts';
import { Problem } from '../domain/problem.ts';
import { promiseHere } from '../domain/promise.ts';
import type { Deps } from './deps.ts';
import type { Call } from './route.ts';

const ALTERNATIVES_MAX = 5;

/** When an order placed now would be ready at the location; null where it never opens, or is unknown. */
export async function promiseAt(deps: Deps, code: string, now: Date): Promise<{ readyAt: Date } | null> {
  const location = await deps.catalogue.location(code);
  if (location === null) return null;
  return promiseHere({
    hours: location.openingHours,
    timeZone: location.timeZone,
    pickup: location.pickup,
    queuedOrders: deps.availability.openOrders(code),
    now,
  });
}

type Cart = { location: string; lines: readonly { sku: string; quantity: number }[] };

/** A shortage with the nearest locations that could serve the whole cart; any other problem as it is. */
export async function withAlternatives(
  deps: Deps,
  call: Call,
  problem: Problem,
  cart: Cart,
): Promise<Problem> {
  if (problem.code !== 'insufficient-stock' && problem.code !== 'reservation-expired') return problem;
  const alternatives = await alternativesTo(deps, call, cart);
  return new Problem(problem.code, problem.message, { ...problem.extras, alternatives });
}

/** The nearest locations that can serve the whole cart and that the caller may know of. */
export async function alternativesTo(deps: Deps, call: Call, { location, lines }: Cart) {
  const found = await deps.availability.findAlternatives({
    lines,
    near: location,
    limit: ALTERNATIVES_MAX,
    now: call.now,
    sees: (code) => mayUse(call.caller, code),
  });
  return found.map(({ promise, ...rest }) => ({
    ...rest,
    promise: { readyAt: promise.readyAt.toISOString() },
  }));
}
