// How availability is shown: counts to those who may have them, bands to everybody, reasons to those who ask.
// Owns the shapes of the answers; what is where comes from the views.
import { hash } from 'node:crypto';
import { z } from 'zod';
import { BANDS, type Band, bandOf, FULFILMENTS, REFUSALS, refusalsOf } from '../domain/availability.ts';
import { type Caller, mayUse } from '../domain/caller.ts';
import type { CartLine } from '../domain/cart.ts';
import type { KeyKind } from '../domain/key.ts';
import { addressSchema, coordinatesSchema, LOCATION_KINDS } from '../domain/location.ts';
import type { Freshness } from '../queries/availability.ts';
import { roundedKm } from '../views/availability.ts';
import type { Found, Place, Reasons } from '../views/cartSearch.ts';
import { placesTag, placesText } from './placesText.ts';
import type { Call, Reply } from './route.ts';

export const AVAILABILITY_KINDS: readonly KeyKind[] = ['publishable', 'secret', 'device'];

/**
 * A publishable key stands in the shop's pages, the same for every shopper: a CDN may keep its answers for all of
 * them (Vary: Authorization keeps keys apart). A server's answers hold counts and stay its own. A tablet hears of
 * changes by event and asks at once: its browser must not answer from before.
 */
const CACHE_HEADERS: Record<KeyKind, Readonly<Record<string, string>>> = {
  publishable: { 'Cache-Control': 'public, max-age=5, stale-while-revalidate=10' },
  secret: { 'Cache-Control': 'private, max-age=5' },
  device: { 'Cache-Control': 'private, no-cache' },
};

export const asOf = z.iso
  .datetime()
  .meta({ description: 'Everything that was recorded before this instant is in the answer.' });

const instant = z.iso.datetime();

const available = z
  .int()
  .optional()
  .meta({ description: 'Units that may be promised. Not shown to publishable keys.' });

const band = z.enum(BANDS).meta({
  description:
    'in_stock: what is asked for is there, and more than 3 units are. low_stock: some, but at most 3 or fewer than asked for. out_of_stock: none.',
});

/** Only where it is: most places of most answers are fresh. */
export const stale = z.literal(true).optional().meta({
  description:
    'A system that reports from there, or from where the promise has it sent from, is silent: units may have been sold that nobody told of. Absent: none is.',
});

export const unitsSchema = z.object({ status: band, available });

const termsSchema = z
  .object({
    onHand: z.int(),
    reserved: z.int(),
    expiredHolds: z
      .int()
      .meta({ description: 'Of `reserved`: holds whose time is over, not counted any more.' }),
    buffer: z.object({
      quantity: z.int(),
      rule: z.string().nullable().meta({ description: 'The rule (`obj_…`) that set it; null: none did.' }),
      silence: z.int().meta({
        description: 'Of `quantity`: units that may have been sold while a source is silent.',
      }),
    }),
    availableAtSource: z.int().nullable().meta({
      description:
        'At the location that replenishes this one; null: there is none, or the key may not see it.',
    }),
    countedAt: instant.nullable().meta({ description: 'Null: never counted.' }),
    updatedAt: instant.nullable().meta({ description: 'Null: never stocked.' }),
  })
  .meta({ id: 'AvailabilityTerms', description: 'available = onHand − (reserved − expiredHolds) − buffer.' });

const lineSchema = unitsSchema
  .extend({ sku: z.string(), requested: z.int(), terms: termsSchema.optional() })
  .meta({ id: 'AvailabilityLine' });

const reasonsSchema = z
  .object({
    refusals: z
      .array(
        z.object({
          reason: z.enum(REFUSALS),
          sku: z.string().optional(),
          requested: z.int().optional(),
          available: z.int().optional(),
        }),
      )
      .meta({
        description: 'Why the place cannot hand over the whole cart from its own shelves; empty if it can.',
      }),
    hours: z.object({
      timeZone: z.string(),
      open: z.boolean(),
      changesAt: instant
        .nullable()
        .meta({ description: 'When it closes or opens next; null: not for 60 days.' }),
    }),
    queue: z.object({
      openOrders: z.int(),
      ordersPerHour: z.int().nullable(),
      preparationMinutes: z.int(),
    }),
    replenishment: z.object({ from: z.string(), leadTimeDays: z.int(), cutOff: z.string() }).nullable(),
    onItsWay: z
      .object({ transfer: z.string(), expectedAt: instant })
      .nullable()
      .meta({ description: 'The transfer that is on its way there, free, and brings all that is missing.' }),
    staleSince: instant.nullable().meta({
      description:
        'Since when a source of the place, or of what is sent there, has been silent; null: all speak.',
    }),
  })
  .meta({ id: 'AvailabilityReasons' });

export const placeSchema = z
  .object({
    location: z.object({
      code: z.string(),
      name: z.string(),
      address: addressSchema,
      coordinates: coordinatesSchema,
      timeZone: z.string().meta({ description: 'To show `readyAt` as the clock on its wall does.' }),
    }),
    distanceKm: z
      .number()
      .nullable()
      .meta({ description: 'As the crow flies, to 10 m; null without `near`.' }),
    fulfilment: z.enum(FULFILMENTS).meta({
      description:
        'now: the whole cart is there. transfer: what is missing is where the place is supplied from, or is on its way there. partial: some units are there. none: nothing is, or the place never opens.',
    }),
    promise: z.object({ readyAt: instant }).nullable().meta({
      description:
        'When the whole cart would be ready at the counter, ordered now; null for `partial` and `none`.',
    }),
    stale,
    lines: z.array(lineSchema),
    reasons: reasonsSchema.optional(),
  })
  .meta({ id: 'AvailabilityPlace' });

export const locationUnitsSchema = unitsSchema
  .extend({
    location: z.object({ code: z.string(), name: z.string(), kind: z.enum(LOCATION_KINDS) }),
    stale,
  })
  .meta({ id: 'LocationAvailability' });

export function seesCounts(caller: Caller): boolean {
  return caller.kind !== 'publishable';
}

/**
 * Whose availability the caller may read. A tablet reads everybody's, though it acts for one location: whoever stands
 * before an empty shelf asks where the item is.
 */
export function sightOf(caller: Caller): (code: string) => boolean {
  if (caller.locations === null || caller.kind === 'device') return () => true;
  const codes = new Set(caller.locations);
  return (code) => codes.has(code);
}

/** A member of an answer about a place, there only when it is stale. */
export function showStale(staleSince: Date | null): { stale?: true } {
  return staleSince === null ? {} : { stale: true };
}

/** A band for everybody, and the count for those who may have it. */
export function showUnits(
  units: number,
  counts: boolean,
  requested = 1,
): { status: Band; available?: number } {
  const status = bandOf(units, requested);
  return counts ? { status, available: units } : { status };
}

export function showPlace(place: Place, cart: readonly CartLine[], counts: boolean) {
  const { code, name, address, coordinates, timeZone } = place.location;
  return {
    location: { code, name, address, coordinates, timeZone },
    distanceKm: place.distanceKm === null ? null : roundedKm(place.distanceKm),
    fulfilment: place.fulfilment,
    promise: place.readyAt === null ? null : { readyAt: new Date(place.readyAt).toISOString() },
    ...showStale(place.staleSince),
    lines: cart.map(({ sku, quantity }, line) => ({
      sku,
      requested: quantity,
      ...showUnits(place.here[line] ?? 0, counts, quantity),
    })),
  };
}

/** The place with every term and why it was refused. `freshness` is that of its own levels, by item id. */
export function explainPlace(
  { place, reasons }: { place: Place; reasons: Reasons },
  cart: readonly CartLine[],
  freshness: ReadonlyMap<number, Freshness>,
  caller: Caller,
) {
  const shown = showPlace(place, cart, true);
  const { pickup, timeZone, replenishment } = place.location;
  const { hours, source, coming } = reasons;
  const maySeeSource = source !== null && mayUse(caller, source.code);
  return {
    ...shown,
    lines: shown.lines.map((line, at) => ({
      ...line,
      terms: showTerms(reasons, at, freshness, maySeeSource),
    })),
    reasons: {
      refusals: refusalsOf(judged(reasons), reasons.opens).map((refusal) =>
        refusal.reason === 'not_enough_at_source' && !maySeeSource
          ? { reason: refusal.reason, sku: refusal.sku }
          : refusal,
      ),
      hours: { timeZone, open: hours.open, changesAt: show(hours.open ? hours.until : hours.opensAt) },
      queue: {
        openOrders: reasons.queuedOrders,
        ordersPerHour: pickup.ordersPerHour ?? null,
        preparationMinutes: pickup.preparationMinutes,
      },
      replenishment,
      onItsWay:
        coming === null
          ? null
          : { transfer: coming.id, expectedAt: new Date(coming.expectedAt).toISOString() },
      staleSince: show(place.staleSince),
    },
  };
}

function judged({ lines }: Reasons) {
  return lines.map(({ sku, requested, here, atSource }) => ({
    sku,
    requested,
    here: here?.available ?? 0,
    atSource,
  }));
}

function showTerms(
  { lines }: Reasons,
  at: number,
  freshness: ReadonlyMap<number, Freshness>,
  maySeeSource: boolean,
) {
  const line = lines[at];
  const fresh = line === undefined ? undefined : freshness.get(line.itemId);
  return {
    onHand: line?.here?.onHand ?? 0,
    reserved: line?.here?.reserved ?? 0,
    expiredHolds: line?.here?.expiredHolds ?? 0,
    buffer: {
      quantity: line?.here?.buffer ?? 0,
      rule: fresh?.bufferRule ?? null,
      silence: fresh?.silenceBuffer ?? 0,
    },
    availableAtSource: maySeeSource ? (line?.atSource ?? null) : null,
    countedAt: show(fresh?.countedAt ?? null),
    updatedAt: show(fresh?.updatedAt ?? null),
  };
}

function show(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}

/**
 * `asOf` moves with every request and says nothing new by itself: the tag is that of the rest, a weak one, so that
 * asking again costs a few bytes as long as nothing changed. Hashing 5 kB takes 10 µs.
 */
export function availabilityReply(call: Pick<Call, 'caller'>, at: Date, rest: object): Reply {
  const text = JSON.stringify(rest);
  const etag = `W/"${hash('sha1', text, 'base64url')}"`;
  return { status: 200, json: () => withAsOf(at, text.slice(1)), etag, headers: headersFor(call) };
}

/**
 * The same for places without reasons. The tag is made from versions and units, of all that the URL does not say
 * already, so that a client that has the answer costs no JSON at all.
 */
export function placesReply(
  call: Pick<Call, 'caller'>,
  at: Date,
  { places, hasMore }: Found,
  cart: readonly CartLine[],
  nextCursor: () => string | null,
): Reply {
  const counts = seesCounts(call.caller);
  const etag = placesTag(places, cart, counts, hasMore);
  const jsonBytes = () =>
    withAsOf(
      at,
      `"locations":${placesText(places, cart, counts)},"nextCursor":${JSON.stringify(nextCursor())}}`,
    );
  return { status: 200, jsonBytes, etag, headers: headersFor(call) };
}

function headersFor({ caller }: Pick<Call, 'caller'>): Readonly<Record<string, string>> {
  return CACHE_HEADERS[caller.kind];
}

function withAsOf(at: Date, rest: string): string {
  return `{"asOf":"${at.toISOString()}",${rest}`;
}
