// Creating, finding and reading transfers. The moves of their life are in transferMoves.ts.
// Checks, shows and says when one should arrive; whether there is stock is decided under the lock.
import { z } from 'zod';
import { mayUse } from '../../domain/caller.ts';
import { EXAMPLE_TRANSFERS } from '../../domain/exampleIds.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { MOVEMENT_QUANTITY_MAX } from '../../domain/movement.ts';
import { Problem } from '../../domain/problem.ts';
import { arrivalByTransfer, TRANSFER_DEFAULT } from '../../domain/promise.ts';
import { LINES_MAX, mergeLines } from '../../domain/reservation.ts';
import { lineOfText } from '../../domain/text.ts';
import { EXPECTED_DAYS_MAX, TRANSFER_STATUSES } from '../../domain/transfer.ts';
import { newId } from '../../newId.ts';
import { createTransfer } from '../../operations/createTransfer.ts';
import { listTransfers } from '../../queries/transferReads.ts';
import { readTransfers } from '../../queries/transfers.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Deps } from '../deps.ts';
import { type AnyRoute, type Call, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';
import { skuLines } from '../skuLines.ts';
import { moverOf, refusalOf, replyOfRefusal, replyOfResource, shownTag, submitOne } from '../stockAnswers.ts';
import {
  maySeeTransfer,
  showTransfer,
  transferId,
  transferParams,
  transferSchema,
} from '../transferSchemas.ts';

const PATH = '/v1/transfers';
const DAY_MILLISECONDS = 86_400_000;

const createBody = z
  .strictObject({
    from: locationCodeSchema,
    to: locationCodeSchema,
    lines: skuLines({ linesMax: LINES_MAX, unitsMax: MOVEMENT_QUANTITY_MAX }),
    expectedAt: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({
        description: `When it should arrive, within ${EXPECTED_DAYS_MAX} days; after this it is late. Without it: by \`replenishment\` of \`to\` where \`from\` supplies it, else as if it took ${TRANSFER_DEFAULT.leadTimeDays} days with a cut-off at ${TRANSFER_DEFAULT.cutOff}.`,
      }),
    reference: lineOfText(128).optional(),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'must be another location than `from`' })
  .meta({ id: 'TransferInput' });

const createRoute = route({
  method: 'POST',
  path: PATH,
  operationId: 'createTransfer',
  summary: 'Create a transfer',
  description:
    'All lines or nothing: the units are reserved at `from` until they are shipped or the transfer is cancelled. What is on hand and not promised may be sent, the buffer included: it is kept from the web only. A key limited to locations may send from or to its own. Both ends are told (`transfer.created`).',
  tag: 'Transfers',
  scopes: ['stock:write'],
  body: createBody,
  responses: { 201: { description: 'The transfer.', schema: transferSchema } },
  problems: ['unknown-item', 'unknown-location', 'insufficient-stock', 'overloaded'],
  idempotency: 'writer',
  cost: 2,
  examples: {
    toLille: {
      summary: 'A coffee table from the warehouse to Lille',
      body: {
        from: 'FR-ENTREPOT-NORD',
        to: 'FR-LILLE-01',
        lines: [{ sku: 'TABLE-BASSE-CHENE-80', quantity: 1 }],
      },
    },
  },
  async handler(call, deps) {
    const { body } = call;
    const ownSource = mayUse(call.caller, body.from);
    if (!ownSource && !mayUse(call.caller, body.to)) throw unknownLocation(body.from);
    const expectedAt = await expectedArrival(body, call, deps);
    const { from, to, reference = null } = body;
    const command = {
      ...{ id: newId('trf', deps.now()), from, to, expectedAt, reference },
      lines: mergeLines(body.lines),
      actor: await moverOf(call, deps),
    };
    const submitted = await submitOne(call, deps, createTransfer, command, {
      status: 201,
      show: showTransfer,
      ...(ownSource ? {} : { refine: withoutCounts }),
    });
    const refusal = refusalOf(submitted);
    if (refusal !== null) return replyOfRefusal(refusal, submitted, call, PATH);
    return replyOfResource(submitted, PATH);
  },
});

async function expectedArrival(
  { from, to, expectedAt }: z.output<typeof createBody>,
  call: Call,
  deps: Deps,
): Promise<Date> {
  if (expectedAt !== undefined) return new Date(expectedAt);
  const [source, destination] = await Promise.all([from, to].map((code) => deps.catalogue.location(code)));
  if (source == null) throw unknownLocation(from);
  if (destination == null) throw unknownLocation(to);
  const usual = destination.replenishment;
  const arrival = arrivalByTransfer({
    destination: {
      hours: destination.openingHours,
      timeZone: destination.timeZone,
      pickup: destination.pickup,
      queuedOrders: 0,
    },
    source: { hours: source.openingHours, timeZone: source.timeZone },
    replenishment: usual?.from === from ? usual : TRANSFER_DEFAULT,
    now: call.now,
  });
  // A destination without opening hours, such as a warehouse, receives on any day.
  return arrival ?? new Date(call.now.getTime() + TRANSFER_DEFAULT.leadTimeDays * DAY_MILLISECONDS);
}

function unknownLocation(code: string): Problem {
  return new Problem('unknown-location', `There is no location with the code ${code}.`, { location: code });
}

/** A store learns that another one lacks units, not how many it has. */
function withoutCounts(problem: Problem): Problem {
  const { shortages } = problem.extras;
  if (!Array.isArray(shortages)) return problem;
  return new Problem(problem.code, problem.message, {
    ...problem.extras,
    shortages: shortages.map(({ sku, requested }) => ({ sku, requested })),
  });
}

const readRoute = route({
  method: 'GET',
  path: `${PATH}/{id}`,
  operationId: 'getTransfer',
  summary: 'Read a transfer',
  description: 'With its lines. For keys of either end.',
  tag: 'Transfers',
  scopes: ['stock:read'],
  params: transferParams,
  responses: { 200: { description: 'The transfer.', schema: transferSchema } },
  problems: ['unknown-transfer'],
  examples: {
    cushions: { summary: 'Cushions for Lille', params: { id: EXAMPLE_TRANSFERS.ship } },
  },
  async handler(call, { database }) {
    const { id } = call.params;
    const [transfer] = await readTransfers(database, [id]);
    if (transfer === undefined || !maySeeTransfer(call, transfer)) {
      throw new Problem('unknown-transfer', `There is no transfer ${id}.`);
    }
    const shown = showTransfer(transfer);
    return { status: 200, body: shown, etag: shownTag(shown) };
  },
});

const statusList = z
  .string()
  .max(100)
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(TRANSFER_STATUSES)).min(1))
  .meta({ override: { type: 'string', examples: ['created,shipped'] } });

const listRoute = route({
  method: 'GET',
  path: PATH,
  operationId: 'listTransfers',
  summary: 'List transfers',
  description:
    'The newest first. `status` takes several, separated by commas: what a location has to ship is `from` with `created`, what comes to it is `to` with `shipped,partly_received`.',
  tag: 'Transfers',
  scopes: ['stock:read'],
  query: z.strictObject({
    from: locationCodeSchema.optional(),
    to: locationCodeSchema.optional(),
    status: statusList.optional(),
    reservationId: transferId.optional(),
    ...page,
  }),
  responses: { 200: { description: 'A page of transfers.', schema: listOf(transferSchema) } },
  problems: ['invalid-cursor'],
  cost: 2,
  examples: {
    toCome: {
      summary: 'What comes to a store',
      query: { to: 'FR-LILLE-01', status: 'created,shipped,partly_received' },
    },
  },
  async handler(call, { database }) {
    const { limit, cursor, ...filters } = call.query;
    const before = decodeCursor(filters, cursor, z.string().max(64));
    const where = {
      from: filters.from ?? null,
      to: filters.to ?? null,
      statuses: filters.status ?? null,
      reservationId: filters.reservationId ?? null,
      visible: call.caller.locations,
    };
    const rows = await listTransfers(database, where, before, limit + 1);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    const data = rows.slice(0, limit).map(showTransfer);
    return {
      status: 200,
      body: { data, nextCursor: last === undefined ? null : encodeCursor(filters, last.id) },
    };
  },
});

export const transferRoutes: readonly AnyRoute[] = [createRoute, listRoute, readRoute];
