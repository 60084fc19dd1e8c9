// What the shopper is told beside a decision: when it will be ready, and where else it is.
// Reads the views; decides nothing.
import type { LocationRecord } from '../domain/location.ts';
import { invalid, Problem } from '../domain/problem.ts';
import {
  arrivalByTransfer,
  escalation,
  type PickupCounter,
  promiseAfter,
  promiseByTransfer,
  promiseHere,
  TRANSFER_DEFAULT,
} from '../domain/promise.ts';
import { newId } from '../newId.ts';
import type { HoldLines } from '../operations/writer/holdSteps.ts';
import type { OnItsWay } from '../views/incoming.ts';
import { showStale, sightOf } from './availabilityAnswers.ts';
import type { Deps } from './deps.ts';
import type { Call } from './route.ts';

const ALTERNATIVES_MAX = 5;

/** When an order placed now would be ready at the location; null where it never opens, or is unknown. */
export async function promiseAt(deps: Deps, code: string, now: Date): Promise<{ readyAt: Date } | null> {
  const location = await deps.catalogue.location(code);
  return location && deps.availability.promiseAt(location, now);
}

/** When the head office is to hear that nobody there touched an order placed now; null: of none, by the configuration. */
export async function escalationAt(deps: Deps, code: string, now: Date): Promise<Date | null> {
  const minutes = deps.config.unacknowledgedMinutes;
  const location = minutes === 0 ? null : await deps.catalogue.location(code);
  return location && escalation({ hours: location.openingHours, timeZone: location.timeZone, now, minutes });
}

/** What a hold waits for, and what is promised with it. */
export type Fulfilment = Pick<HoldLines, 'feed' | 'promise'>;

/** Transfers on their way that a hold may wait for: it locks the levels of all their lines. */
const JOINS_MAX = 3;

/**
 * What is not at the location comes from its supplier, or with a transfer that is on its way there already and waits
 * for nobody, whichever is sooner; or from `from`, when that is said. On whichever way is unusual, a transfer is
 * supposed to take TRANSFER_DEFAULT. Where neither is to be had the decision refuses it: what was free when a request
 * came first waits for its own order when it is sent again. Refuses with `unknown-location`, `invalid-request`.
 */
export async function fulfilByTransfer(
  deps: Deps,
  { location: code, lines }: Cart,
  from: string | null,
  now: Date,
): Promise<Fulfilment> {
  const location = await knownLocation(deps, code);
  const destination = counterOf(deps, location);
  const usual = location.replenishment;
  const sourceCode = from ?? usual?.from ?? null;
  if (sourceCode === code)
    throw invalid('/transferFrom', 'transfer-to-itself', 'must be another location than `location`');
  const joins = from === null ? await joinsAt(deps, location, lines, destination, now) : [];
  const sent = sourceCode === null ? null : await sentFrom(deps, sourceCode, location, destination, now);
  const { promise = null, expectedAt = now } = sent ?? {};
  const feed = {
    from: sent === null ? null : sourceCode,
    transferId: newId('trf', now),
    ...{ expectedAt, joins, lines: null },
    promiseHere: promiseHere({ ...destination, now }),
  };
  return { feed, promise };
}

/** When what is sent now arrives, and is ready; null where nothing is ever sent. */
async function sentFrom(
  deps: Deps,
  sourceCode: string,
  { replenishment: usual }: LocationRecord,
  destination: PickupCounter,
  now: Date,
) {
  const source = await knownLocation(deps, sourceCode);
  const transfer = {
    ...{ destination, now },
    source: { hours: source.openingHours, timeZone: source.timeZone },
    replenishment: usual?.from === sourceCode ? usual : TRANSFER_DEFAULT,
  };
  const expectedAt = arrivalByTransfer(transfer);
  return expectedAt === null ? null : { expectedAt, promise: promiseByTransfer(transfer) };
}

/** Those first that bring all that is missing, by what is known here: the decision looks again, at these only. */
async function joinsAt(
  deps: Deps,
  location: LocationRecord,
  lines: Cart['lines'],
  destination: PickupCounter,
  now: Date,
) {
  const some = deps.availability
    .onItsWay(location.code, now)
    .filter(({ units }) => lines.some(({ sku }) => (units.get(sku) ?? 0) > 0));
  const coming = some.length > JOINS_MAX ? await wholeFirst(deps, location, lines, some, now) : some;
  return coming.slice(0, JOINS_MAX).flatMap(({ id, expectedAt }) => {
    const promise = promiseAfter(destination, expectedAt, now);
    return promise === null ? [] : [{ transferId: id, promise }];
  });
}

async function wholeFirst(
  { availability }: Deps,
  location: LocationRecord,
  lines: Cart['lines'],
  coming: readonly OnItsWay[],
  now: Date,
): Promise<OnItsWay[]> {
  const skus = lines.map(({ sku }) => sku);
  const units = await availability.unitsOf(skus, [location.code], now);
  const levels = await availability.levelsOf(skus);
  const missing = lines.map(({ quantity }, line) => quantity - (units[line]?.[0] ?? 0));
  const isWhole = (way: OnItsWay) => availability.bringsAll(levels, location, missing, way, now);
  const { whole = [], part = [] } = Object.groupBy(coming, (way) => (isWhole(way) ? 'whole' : 'part'));
  return [...whole, ...part];
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

type Alternatives = ReturnType<typeof lookForAlternatives>;

const looks = new WeakMap<Deps, Map<string, Alternatives>>();

/**
 * The nearest locations that can serve the whole cart and that the caller may know of. The refusals of a batch are all
 * answered in one turn of the program: whoever asks for the same cart in it is told the same, by one look.
 */
export function alternativesTo(deps: Deps, call: Call, cart: Cart): Alternatives {
  const ofTurn = looks.get(deps) ?? new Map<string, Alternatives>();
  looks.set(deps, ofTurn);
  const key = JSON.stringify([
    call.caller.keyId,
    cart.location,
    cart.lines.map(({ sku, quantity }) => [sku, quantity]),
  ]);
  const known = ofTurn.get(key);
  if (known !== undefined) return known;
  const look = lookForAlternatives(deps, call, cart);
  ofTurn.set(key, look);
  setImmediate(() => ofTurn.delete(key));
  return look;
}

async function lookForAlternatives(deps: Deps, call: Call, { location, lines }: Cart) {
  const found = await deps.availability.findAlternatives({
    lines,
    near: location,
    limit: ALTERNATIVES_MAX,
    now: call.now,
    sees: sightOf(call.caller),
  });
  return found.map(({ promise, staleSince, ...rest }) => ({
    ...rest,
    promise: { readyAt: promise.readyAt.toISOString() },
    ...showStale(staleSince),
  }));
}
