// Files for shopping sites: what every store has of every item, whole or as changes.
// Checks and answers; rows and changes are localInventory.ts's and localInventoryChanges.ts's.
import { pipeline, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { PAID } from '../../domain/localInventory.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import { sightOf } from '../availabilityAnswers.ts';
import type { Deps } from '../deps.ts';
import {
  type FeedFormat,
  feedHead,
  feedLine,
  fileHeaders,
  promisesAt,
  readNetwork,
  wholeFeed,
} from '../localInventory.ts';
import { type Changes, decodeChanges, encodeChanges, readChanges } from '../localInventoryChanges.ts';
import { type AnyRoute, type Call, type Reply, route } from '../route.ts';
import { queryBoolean, queryInteger } from '../schemas.ts';

const CHANGES_DEFAULT = 5_000;
const CHANGES_MAX = 10_000;

const querySchema = z.strictObject({
  format: z
    .enum(['tsv', 'ndjson'])
    .default('tsv')
    .describe('`tsv`: tab-separated with a header line. `ndjson`: a JSON object a line, the same names.'),
  location: locationCodeSchema.optional().meta({ description: 'Only this store.' }),
  quantity: queryBoolean()
    .default(false)
    .describe('With the column `quantity`: available units. It needs the scope `stock:read` as well.'),
  pickup: z
    .enum(PAID)
    .default('buy')
    .describe(
      'What `pickup_method` says of units on the shelf: paid online (`buy`) or in the store (`reserve`).',
    ),
  cursor: z.string().min(1).max(10_000).optional().meta({
    description: 'The `Next-Cursor` of an answer with the same `location`: only rows that changed since.',
  }),
  limit: queryInteger({ min: 1, max: CHANGES_MAX })
    .default(CHANGES_DEFAULT)
    .describe(
      `With \`cursor\`: rows an answer, ${CHANGES_DEFAULT} unless said otherwise; one event may add a row for each store to it.`,
    ),
});

type FeedQuery = z.output<typeof querySchema>;

const getLocalInventory = route({
  method: 'GET',
  path: '/v1/feeds/local-inventory',
  operationId: 'getLocalInventory',
  summary: 'What each store has, as a file for shopping sites',
  description: `The columns and words of Google’s local inventory feed, which other shopping sites read as well: \`store_code\` (the location), \`id\` (the sku), \`quantity\` (only if asked for), \`availability\`, \`price\`, \`pickup_method\`, \`pickup_sla\`. One row for each store and each item that it, or what replenishes it, has ever had; a pair without a row is out of stock.

- \`availability\`: \`in_stock\` from 3 available units on, \`limited_availability\` for 1 or 2, \`on_display_to_order\` where none is available but what replenishes the store has some and sends it in time for a promise, else \`out_of_stock\`. Buffers are kept back and holds whose time is over are not counted, as everywhere. A store that does not open for 60 days has nothing, and units that a transfer is bringing already are not offered until they arrive, though \`GET /v1/availability\` may promise them.
- \`pickup_method\`: \`buy\` or \`reserve\` for units on the shelf (\`pickup\` says which), \`ship to store\` for units to be sent, \`not supported\` where pickup is disabled or nothing is to be had.
- \`pickup_sla\`: from the promise that an order placed now would get, by the days of the store’s own calendar: \`same day\`, \`next day\`, \`2-day\` to \`6-day\`, \`multi-week\` from a week on. Empty where pickup is not supported.

**Whole**, without \`cursor\`: streamed, by store, each page of rows as it is when it is read; gzip on request. The header \`Next-Cursor\` was taken before the first row was read, so that what changes meanwhile comes again among the changes. A file that was cut short has no proper end: read it again.

**Changes**, with \`cursor\`: rows whose stock, item, store or replenishment changed since, each once and as it is now. Go on with \`Next-Cursor\`: at once while \`Has-More\` is \`true\`, also after an answer without rows. A promise moves with the clock and with the orders in a store’s queue, without a change: read the whole once a day, soon after midnight. A cursor older than the events that are kept gets 410: read the whole again.

A key limited to locations gets their rows only.`,
  tag: 'Availability',
  scopes: ['availability:read'],
  kinds: ['secret'],
  query: querySchema,
  responses: {
    200: {
      description: 'The rows: tab-separated, or NDJSON as `application/x-ndjson`.',
      schema: z.string(),
      contentType: 'text/tab-separated-values',
      headers: {
        'Next-Cursor': 'Where the changes after this answer begin.',
        'Has-More': 'Only with `cursor`. `true`: more has changed already.',
        'Content-Disposition': 'A name for the file.',
      },
    },
  },
  problems: ['invalid-cursor', 'cursor-expired', 'unknown-location'],
  cost: 20,
  examples: {
    lille: { summary: 'One store', query: { location: 'FR-LILLE-01' } },
    ndjson: {
      summary: 'One store with units, a JSON object a line',
      query: { location: 'FR-LILLE-01', format: 'ndjson', quantity: 'true' },
    },
  },
  async handler(call, deps) {
    const { location, cursor, limit } = call.query;
    if (call.query.quantity && !call.caller.scopes.has('stock:read')) {
      throw new Problem('forbidden', 'The column quantity needs a key with the scope stock:read.');
    }
    const from = cursor === undefined ? null : decodeChanges(cursor, { location });
    const sees = await scopeOf(call.caller, location, deps);
    // First how far the events go, then the network, then the rows: whatever they miss is after the cursor.
    await deps.feed.settled();
    const target = deps.feed.horizon();
    const network = () => readNetwork(deps.database, sees);
    const format = formatOf(call.query);
    if (from === null) {
      const headers = {
        ...fileHeaders(format, 'local-inventory'),
        'Next-Cursor': encodeChanges({ position: target, within: null }, { location }),
      };
      return fileReply(call, headers, wholeFeed(await network(), format, deps));
    }
    const changes = await readChanges({ readNetwork: network, from, target, limit }, deps);
    const headers = {
      ...fileHeaders(format, 'local-inventory-changes'),
      'Next-Cursor': encodeChanges(changes.cursor, { location }),
      'Has-More': String(changes.hasMore),
    };
    return fileReply(call, headers, [textOf(changes, format, deps)]);
  },
});

function formatOf({ format, quantity, pickup }: FeedQuery): FeedFormat {
  return { format, quantity, paid: pickup };
}

/** Which locations the answer is about. Throws `unknown-location`. */
async function scopeOf(
  caller: Caller,
  location: string | undefined,
  { catalogue }: Pick<Deps, 'catalogue'>,
): Promise<(code: string) => boolean> {
  const sees = sightOf(caller);
  if (location === undefined) return sees;
  if (sees(location) && (await catalogue.location(location)) !== null) return (code) => code === location;
  throw new Problem('unknown-location', `There is no location ${location}.`);
}

function textOf({ rows }: Changes, format: FeedFormat, deps: Deps): string {
  const now = deps.now();
  const byStore = Map.groupBy(rows, ({ store }) => store);
  const lines = [...byStore].flatMap(([store, theirs]) => {
    const promises = promisesAt(store, deps, now);
    return theirs.map(({ units }) => feedLine(store.location, promises, units, format));
  });
  return feedHead(format) + lines.join('');
}

/**
 * The text as a stream that waits for its reader and ends with it: a client that leaves destroys the last part of the
 * chain, and that ends the first.
 */
function fileReply(
  call: Pick<Call, 'header'>,
  fileHeaders: Record<string, string>,
  text: Iterable<string> | AsyncIterable<string>,
): Reply {
  const rows = Readable.from(text, { objectMode: false });
  const headers = { ...fileHeaders, Vary: 'Accept-Encoding' };
  if (!takesGzip(call.header('accept-encoding'))) return { status: 200, stream: rows, headers };
  const packed = createGzip({ level: constants.Z_BEST_SPEED });
  // An error of the rows destroys the packed stream too, and the answer is cut.
  pipeline(rows, packed, () => {});
  return { status: 200, stream: packed, headers: { ...headers, 'Content-Encoding': 'gzip' } };
}

function takesGzip(accepted = ''): boolean {
  return accepted
    .split(',')
    .some((part) => /^\s*(gzip|\*)\s*(;\s*q=(1(\.0*)?|0?\.\d*[1-9]\d*))?\s*$/i.test(part));
}

export const feedRoutes: readonly AnyRoute[] = [getLocalInventory];
