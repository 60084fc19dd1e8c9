// What the shopper is told beside a decision: when it will be ready, and where else it is.
// Reads the views; decides nothing.
import type { LocationRecord } from '../domain/location.ts';
import { invalid, Problem } from '../domain/problem.ts';
import {
  arrivalByTransfer,
  type PickupCounter,
  promiseByTransfer,
  promiseHere,
  TRANSFER_DEFAULT,
} from '../domain/promise.ts';
import { newId } from '../newId.ts';
import type { HoldLines } from '../operations/writer/holdSteps.ts';
import { sightOf } from './availabilityAnswers.ts';
import type { Deps } from './deps.ts';
import type { Call } from './route.ts';

const ALTERNATIVES_MAX = 5;

/** When an order placed now would be ready at the location; null where it never opens, or is unknown. */
export async function promiseAt(deps: Deps, code: string, now: Date): Promise<{ readyAt: Date } | null> {
  const location = await deps.catalogue.location(code);
  if (location === null) return null;
  return promiseHere({ ...counterOf(deps, location), now });
}

/** What a hold waits for, and what is promised with it. */
export type Fulfilment = Pick<HoldLines, 'feed' | 'promise'>;

/**
 * What is not at the location comes from its supplier, or from `from`. On whichever way is unusual, the transfer is
 * supposed to take TRANSFER_DEFAULT. Refuses with `unknown-location`, `not-supplied`, `invalid-request`.
 */
export async function fulfilByTransfer(
  deps: Deps,
  code: string,
  from: string | null,
  now: Date,
): Promise<Fulfilment> {
  const location = await knownLocation(deps, code);
  const usual = location.replenishment;
  const sourceCode = from ?? usual?.from;
  if (sourceCode === undefined) throw new Problem('not-supplied', `Nothing supplies ${code}.`);
  if (sourceCode === code)
    throw invalid('/transferFrom', 'transfer-to-itself', 'must be another location than `location`');
  const source = await knownLocation(deps, sourceCode);
  const transfer = {
    destination: counterOf(deps, location),
    source: { hours: source.openingHours, timeZone: source.timeZone },
    replenishment: usual?.from === sourceCode ? usual : TRANSFER_DEFAULT,
    now,
  };
  const expectedAt = arrivalByTransfer(transfer);
  if (expectedAt === null) throw new Problem('not-supplied', `Nothing leaves ${sourceCode} for ${code}.`);
  const feed = {
    from: sourceCode,
    transferId: newId('trf', now),
    expectedAt,
    lines: null,
    promiseHere: promiseHere({ ...transfer.destination, now }),
  };
  return { feed, promise: promiseByTransfer(transfer) };
}

async function knownLocation(deps: Deps, code: string): Promise<LocationRecord> {
  const location = await deps.catalogue.location(code);
  if (location !== null) return location;
  throw new Problem('unknown-location', `There is no location with the code ${code}.`, { location: code });
}

function counterOf(deps: Deps, location: LocationRecord): PickupCounter {
  return {
    hours: location.openingHours,
    timeZone: location.timeZone,
    pickup: location.pickup,
    queuedOrders: deps.availability.openOrders(location.code),
  };
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
    sees: sightOf(call.caller),
  });
  return found.map(({ promise, ...rest }) => ({
    ...rest,
    promise: { readyAt: promise.readyAt.toISOString() },
  }));
}
