// What a client may ask to hear: checked, and within what its key may see. Knows no connection and no event.
import { z } from 'zod';
import { type Caller, mayUse } from '../domain/caller.ts';
import { type EventFilter, typesLike } from '../domain/eventFilter.ts';
import { decodeCursor, type Position } from '../domain/feedPosition.ts';
import { skuSchema } from '../domain/item.ts';
import { locationCodeSchema } from '../domain/location.ts';
import { type InputError, Problem } from '../domain/problem.ts';
import { SUBSCRIPTION } from './limits.ts';

const requestSchema = z.strictObject({
  locations: z.array(locationCodeSchema).min(1).max(SUBSCRIPTION.locations).optional(),
  skus: z.array(skuSchema).min(1).max(SUBSCRIPTION.skus).optional(),
  types: z
    .array(z.string().refine((pattern) => typesLike(pattern).length > 0, 'knows no such event type'))
    .min(1)
    .max(SUBSCRIPTION.types)
    .optional(),
  after: z.string().min(1).optional(),
});

/** `after`: where to start; null leaves the socket where it stands. */
export type Subscription = { filter: EventFilter; after: Position | null };

/** Throws `invalid-request`, `invalid-cursor` or `unknown-location`. */
export function readSubscription(caller: Caller, request: unknown, ordered: Ordered): Subscription {
  const parsed = requestSchema.safeParse(request ?? {});
  if (!parsed.success) throw refusal(parsed.error.issues);
  const { locations, skus, types, after } = parsed.data;
  const foreign = locations?.find((code) => !mayUse(caller, code));
  if (foreign !== undefined) throw new Problem('unknown-location', `There is no location ${foreign}.`);
  return {
    filter: {
      ...everythingFor(caller, ordered),
      ...(locations && { locations: new Set(locations) }),
      ...(skus && { skus: new Set(skus) }),
      ...(types && { types: new Set(types.flatMap(typesLike)) }),
    },
    after: after === undefined ? null : decodeCursor(after),
  };
}

/** Which items the open orders of a location hold. */
export type Ordered = { isOrdered(sku: string, location: string): boolean };

/** All that the key may see: for a tablet, its own location, and changes of the items that it works on there. */
export function everythingFor(caller: Caller, ordered: Ordered): EventFilter {
  const { kind, locations } = caller;
  const filter = { locations: locations && new Set(locations), types: null, skus: null };
  if (kind !== 'device') return filter;
  return {
    ...filter,
    hearsItem: (sku) => locations?.some((code) => ordered.isOrdered(sku, code)) ?? true,
  };
}

function refusal(issues: readonly z.core.$ZodIssue[]): Problem {
  const errors: InputError[] = issues.map(({ path, code, message }) => ({
    pointer: path.map((part) => `/${String(part)}`).join(''),
    code: code.replaceAll('_', '-'),
    detail: message,
  }));
  const [first] = errors;
  return new Problem('invalid-request', `${first?.pointer ?? ''}: ${first?.detail ?? ''}`, { errors });
}
