// Sources over HTTP: described, read with what was heard from them, heard without a fact.
// What a rank does is decided in domain/level.ts, what a silence does by the job.
import { z } from 'zod';
import { type Caller, mayUse } from '../../domain/caller.ts';
import { EVIDENCE_DAYS } from '../../domain/doubt.ts';
import { sourceSchema } from '../../domain/fact.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import {
  disagreementRate,
  lagSeconds,
  SOURCE_KINDS,
  type SourceRecord,
  sourceInputSchema,
} from '../../domain/source.ts';
import { saveSource } from '../../operations/saveSource.ts';
import { type ConflictRow, conflictsOf } from '../../queries/countConflicts.ts';
import { findLocations } from '../../queries/locations.ts';
import {
  findSource,
  listSources,
  locationsOf,
  mayBeSpokenBy,
  missedWith,
  noteSources,
} from '../../queries/sources.ts';
import type { Tx } from '../../queries/transaction.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { versionTag } from '../etag.ts';
import { type AnyRoute, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';
import { writeGuard } from '../writeGuard.ts';

/** Shown of one source: the rest is in the list of locations, and in the ledger. */
const LOCATIONS_MAX = 200;
const CONFLICTS_MAX = 20;
const HEARTBEAT_LOCATIONS_MAX = 1_000;

const params = z.strictObject({ name: sourceSchema });
const instant = z.iso.datetime().nullable();

const shown = {
  name: z.string(),
  kind: z.enum(SOURCE_KINDS),
  rank: z.int(),
  heartbeatSeconds: z.int().nullable(),
  lastMessageAt: instant.meta({ description: 'When it spoke last; noted about once a second.' }),
  lastOccurredAt: instant.meta({ description: 'When the latest fact that it told occurred.' }),
  lagSeconds: z.int().nullable().meta({ description: 'From that fact to now.' }),
  silentSince: instant.meta({ description: 'When its heartbeat was due and did not come; null: it speaks.' }),
  counts: z
    .object({
      since: z.iso.datetime().meta({ description: 'When the counting began: with its first message.' }),
      compared: z.int(),
      disagreed: z.int(),
      disagreementRate: z
        .number()
        .nullable()
        .meta({ description: 'Disagreed ÷ compared, of all since then; null: none was compared.' }),
    })
    .meta({ description: 'Its counts that met another source’s count of the same level within a day.' }),
  version: z.int().meta({ description: 'Of its description, as the ETag.' }),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};
const sourceShown = z.object(shown).meta({ id: 'Source' });
const countShown = z.object({
  source: z.string(),
  eventId: z.string(),
  countedAt: z.iso.datetime(),
  onHand: z.int().meta({ description: 'What it says of the instant at which the later of the two counted.' }),
});
const sourceWhole = z
  .object({
    ...shown,
    locations: z
      .array(z.object({ code: z.string(), lastMessageAt: z.iso.datetime() }))
      .meta({ description: `The locations that it speaks for, at most the latest ${LOCATIONS_MAX}.` }),
    locationsTotal: z.int(),
    conflicts: z
      .array(
        z.object({
          sku: z.string(),
          location: z.string(),
          won: z.boolean().meta({ description: 'This source’s count governs.' }),
          winner: countShown,
          loser: countShown,
          recordedAt: z.iso.datetime(),
        }),
      )
      .meta({
        description: `Its latest ${CONFLICTS_MAX} counts that another source contradicts, kept for ${EVIDENCE_DAYS} days unless configured otherwise.`,
      }),
  })
  .meta({ id: 'SourceWithEvidence' });

function show(source: SourceRecord, now: Date): z.input<typeof sourceShown> {
  const { countsCompared: compared, countsDisagreed: disagreed, ...rest } = source;
  return {
    name: rest.name,
    kind: rest.kind,
    rank: rest.rank,
    heartbeatSeconds: rest.heartbeatSeconds,
    lastMessageAt: rest.lastMessageAt?.toISOString() ?? null,
    lastOccurredAt: rest.lastOccurredAt?.toISOString() ?? null,
    lagSeconds: lagSeconds(source, now),
    silentSince: rest.silentSince?.toISOString() ?? null,
    counts: {
      since: rest.createdAt.toISOString(),
      compared,
      disagreed,
      disagreementRate: disagreementRate(source),
    },
    version: rest.version,
    createdAt: rest.createdAt.toISOString(),
    updatedAt: rest.updatedAt.toISOString(),
  };
}

async function showWhole(tx: Tx, source: SourceRecord, caller: Caller, now: Date) {
  const { locations, total } = await locationsOf(tx, source.name, caller.locations, LOCATIONS_MAX);
  const conflicts = await conflictsOf(tx, source.name, caller.locations, CONFLICTS_MAX);
  return {
    ...show(source, now),
    locations: locations.map(({ code, lastMessageAt }) => ({
      code,
      lastMessageAt: lastMessageAt.toISOString(),
    })),
    locationsTotal: total,
    conflicts: conflicts.map((conflict) => showConflict(conflict, source.name)),
  };
}

function showConflict(conflict: ConflictRow, source: string) {
  return {
    sku: conflict.sku,
    location: conflict.location,
    won: conflict.winnerSource === source,
    winner: {
      source: conflict.winnerSource,
      eventId: conflict.winnerEventId,
      countedAt: conflict.winnerCountedAt.toISOString(),
      onHand: conflict.winnerOnHand,
    },
    loser: {
      source: conflict.loserSource,
      eventId: conflict.loserEventId,
      countedAt: conflict.loserCountedAt.toISOString(),
      onHand: conflict.loserOnHand,
    },
    recordedAt: conflict.recordedAt.toISOString(),
  };
}

function unknownSource(name: string): Problem {
  return new Problem('unknown-source', `There is no source ${name}.`, { source: name });
}

const putSource = route({
  method: 'PUT',
  path: '/v1/sources/{name}',
  operationId: 'putSource',
  summary: 'Describe a source',
  description:
    'What kind of system it is, how far its counts are trusted, how often it should speak. A source that nobody described is there from its first message: kind `other`, rank 0, no heartbeat. A new rank holds for counts from now on. The same again changes nothing. Not for keys that are limited to locations: a rank holds everywhere.',
  tag: 'Stock',
  scopes: ['stock:write'],
  params,
  body: sourceInputSchema,
  responses: {
    200: { description: 'The source, described anew or as it was.', schema: sourceShown },
    201: { description: 'The source, new.', schema: sourceShown },
  },
  problems: ['precondition-failed'],
  examples: {
    tills: {
      summary: 'The tills of Lille, every quarter of an hour at least',
      params: { name: 'pos-lille-99' },
      body: { kind: 'pos', rank: 10, heartbeatSeconds: 900 },
    },
  },
  async handler(call) {
    if (call.caller.locations !== null) {
      throw new Problem('forbidden', 'A key that is limited to locations describes no source.');
    }
    const change = { name: call.params.name, input: call.body, guard: writeGuard(call) };
    const { outcome, record } = await saveSource(call.tx, change, call.now);
    return {
      status: outcome === 'created' ? 201 : 200,
      body: show(record, call.now),
      etag: versionTag(record.version),
    };
  },
});

const getSource = route({
  method: 'GET',
  path: '/v1/sources/{name}',
  operationId: 'getSource',
  summary: 'Read a source',
  description:
    'With its lag, the locations that it speaks for, how often another source’s count contradicts it, and the latest of those counts. A key limited to locations sees the sources that speak for them, and of these only what concerns them. The ETag is that of the description, for If-Match: the figures move without it, so this is never 304.',
  tag: 'Stock',
  scopes: ['stock:read'],
  params,
  responses: {
    200: {
      description: 'The source.',
      schema: sourceWhole,
      headers: { ETag: 'The tag of its description, for If-Match.' },
    },
  },
  isNeverSame: true,
  problems: ['unknown-source'],
  examples: { tills: { summary: 'The tills of a store', params: { name: 'pos-lille-01' } } },
  async handler(call) {
    const { name } = call.params;
    const source = await findSource(call.tx, name, call.caller.locations);
    if (source === null) throw unknownSource(name);
    const body = await showWhole(call.tx, source, call.caller, call.now);
    return { status: 200, body, headers: { ETag: versionTag(source.version) } };
  },
});

const getSources = route({
  method: 'GET',
  path: '/v1/sources',
  operationId: 'listSources',
  summary: 'List sources',
  description: 'By name. A key limited to locations sees the sources that speak for one of them.',
  tag: 'Stock',
  scopes: ['stock:read'],
  query: z.strictObject({ ...page }),
  responses: { 200: { description: 'A page of sources.', schema: listOf(sourceShown) } },
  problems: ['invalid-cursor'],
  examples: { all: { summary: 'All sources' } },
  async handler(call) {
    const { limit, cursor } = call.query;
    const after = decodeCursor({}, cursor, z.object({ name: z.string() }));
    const found = await listSources(call.tx, call.caller.locations, after?.name ?? null, limit + 1);
    const last = found.length > limit ? found[limit - 1] : undefined;
    const data = found.slice(0, limit).map((source) => show(source, call.now));
    return { status: 200, body: { data, nextCursor: last ? encodeCursor({}, { name: last.name }) : null } };
  },
});

const postHeartbeat = route({
  method: 'POST',
  path: '/v1/sources/{name}/heartbeat',
  operationId: 'heartbeat',
  summary: 'Say that a source is alive',
  description:
    'For a source that has nothing to tell: its silence would make its locations stale. It speaks for all its locations; with `locations`, for these only, which may be new. A key limited to locations speaks for its own only, and in the name of a source that does so already, or of one that speaks for no location yet.',
  tag: 'Stock',
  scopes: ['stock:write'],
  params,
  body: z.strictObject({
    locations: z.array(locationCodeSchema).min(1).max(HEARTBEAT_LOCATIONS_MAX).optional(),
  }),
  responses: { 200: { description: 'The source.', schema: sourceShown } },
  problems: ['unknown-source', 'unknown-location'],
  examples: {
    night: {
      summary: 'Nothing sold in the night',
      params: { name: 'pos-lille-01' },
      body: { locations: ['FR-LILLE-01'] },
    },
  },
  async handler({ params: { name }, body, caller, tx, now }) {
    const locations = [...new Set(body.locations)];
    const known = new Set((await findLocations(tx, locations)).map(({ code }) => code));
    const strange = locations.find((code) => !known.has(code) || !mayUse(caller, code));
    if (strange !== undefined) {
      throw new Problem('unknown-location', `There is no location with the code ${strange}.`, {
        location: strange,
      });
    }
    if (caller.locations !== null && (await findSource(tx, name, caller.locations)) === null) {
      const [mayIntroduce] = await mayBeSpokenBy(tx, [{ name, visible: caller.locations }]);
      if (mayIntroduce !== true || locations.length === 0) throw unknownSource(name);
    }
    const spokenFor = body.locations === undefined ? await missedWith(tx, name, caller.locations) : locations;
    const heard = { name, messageAt: now, occurredAt: null, compared: 0, disagreed: 0 };
    const note = { ...heard, locations: spokenFor };
    await noteSources(tx, [note], now);
    const source = await findSource(tx, name, null);
    if (source === null) throw new Error(`source ${name} was noted and is not there`);
    return { status: 200, body: show(source, now) };
  },
});

export const sourceRoutes: readonly AnyRoute[] = [putSource, getSource, getSources, postHeartbeat];
