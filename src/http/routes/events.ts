// GET /v1/events: the feed as pages, with a long poll at its end.
// Says who may see which events; how they are found is the feed's.
import { z } from 'zod';
import { type Caller, mayUse } from '../../domain/caller.ts';
import { eventSchema } from '../../domain/event.ts';
import { type EventFilter, typesLike } from '../../domain/eventFilter.ts';
import { decodeCursor, encodeCursor } from '../../domain/feedPosition.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import { pollEvents } from '../../feed/longPoll.ts';
import { requireKeyStill } from '../auth.ts';
import type { Deps } from '../deps.ts';
import { type AnyRoute, route } from '../route.ts';
import { queryInteger } from '../schemas.ts';

const EVENTS_DEFAULT = 100;
const EVENTS_MAX = 1_000;
const WAIT_SECONDS_MAX = 30;

const typesSchema = z
  .string()
  .max(1_000)
  .transform((text, context) => {
    const types = new Set<string>();
    for (const pattern of text.split(',')) {
      const found = typesLike(pattern.trim());
      if (found.length === 0) {
        context.addIssue({ code: 'custom', message: `knows no event type ${JSON.stringify(pattern)}` });
      }
      for (const type of found) types.add(type);
    }
    return types;
  })
  .meta({
    override: { type: 'string' },
    description: 'Types, with commas between them; `reservation.*` is all of a family.',
    examples: ['stock.changed,reservation.*'],
  });

const querySchema = z.strictObject({
  after: z.string().min(1).max(8_000).optional().meta({
    description:
      'A `cursor` or `nextCursor`: only what comes after it. `latest`: only what happens from now on. Absent: from the oldest event that is kept.',
  }),
  location: locationCodeSchema.optional().meta({ description: 'Only events of this location.' }),
  types: typesSchema.optional(),
  limit: queryInteger({ min: 1, max: EVENTS_MAX })
    .default(EVENTS_DEFAULT)
    .describe(`Events a page: ${EVENTS_DEFAULT} unless said otherwise, at most ${EVENTS_MAX}.`),
  wait: queryInteger({ min: 0, max: WAIT_SECONDS_MAX })
    .default(0)
    .describe(
      'Seconds to wait for an event when there is none yet: a long poll. It ends with 401 when the key is revoked. It ends early, with an empty page, where the filters leave out a long past: ask again with `nextCursor`.',
    ),
});

const listEvents = route({
  method: 'GET',
  path: '/v1/events',
  operationId: 'listEvents',
  summary: 'Read what happened, in order',
  description:
    'Nothing is skipped, whatever commits late, and per subject the order is the order of commit. Keep `nextCursor` and ask again with it, also after an empty page: it moves past what the filters leave out. Events are kept 30 days unless configured otherwise; a cursor that is older, or from before a restored database, gets 410: read a snapshot, then go on from `after=latest`. A tablet also reads `item.changed` of the items that open orders of its location hold at that moment; of no others, so that an import of a catalogue floods no store.',
  tag: 'Events',
  scopes: ['events:read'],
  query: querySchema,
  responses: {
    200: {
      description: 'The next events, perhaps none. `nextCursor` is always there.',
      schema: z
        .object({
          data: z.array(eventSchema),
          nextCursor: z.string().meta({ description: 'Where to go on from: pass it as `after`.' }),
        })
        .meta({ id: 'EventPage' }),
    },
  },
  problems: ['invalid-cursor', 'cursor-expired', 'unknown-location'],
  examples: {
    oldest: { summary: 'From the oldest event kept', query: { limit: '5' } },
    latest: { summary: 'A cursor for what happens from now on', query: { after: 'latest' } },
    reservations: { summary: 'Reservations only', query: { types: 'reservation.*', limit: '5' } },
  },
  async handler({ query, caller, signal }, deps) {
    const { events, position } = await pollEvents(deps.database, deps.feed, {
      from:
        query.after === undefined
          ? 'oldest'
          : query.after === 'latest'
            ? 'latest'
            : decodeCursor(query.after),
      filter: await filterFor(caller, query, deps),
      limit: query.limit,
      waitMilliseconds: query.wait * 1_000,
      signal,
    });
    requireKeyStill(signal);
    const data = events.map((event) => event.json()).join(',');
    return { status: 200, json: `{"data":[${data}],"nextCursor":"${encodeCursor(position)}"}` };
  },
});

/**
 * What the caller asks for, within what it may see: of its own locations only, without what belongs to none but the items that a tablet’s
 * open orders hold.
 */
async function filterFor(
  caller: Caller,
  query: { location?: string | undefined; types?: ReadonlySet<string> | undefined },
  { catalogue, orderedItems }: Pick<Deps, 'catalogue' | 'orderedItems'>,
): Promise<EventFilter> {
  const { location, types = null } = query;
  const codes = location === undefined ? caller.locations : [location];
  const filter = { locations: codes && new Set(codes), types, skus: null };
  // A tablet shows what its open orders hold.
  const hears =
    caller.kind !== 'device'
      ? {}
      : { hearsItem: (sku: string) => codes?.some((code) => orderedItems.isOrdered(sku, code)) ?? true };
  if (location === undefined) return { ...filter, ...hears };
  if (!mayUse(caller, location) || (await catalogue.location(location)) === null) {
    throw new Problem('unknown-location', `There is no location ${location}.`);
  }
  return { ...filter, ...hears };
}

export const eventRoutes: readonly AnyRoute[] = [listEvents];
