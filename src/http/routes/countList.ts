// What staff should count next in idle minutes: the levels of a location that are least to be believed, with reasons.
// Checks, ranks and shows; what a doubt weighs is domain/doubt.ts.
import { z } from 'zod';
import { mayUse } from '../../domain/caller.ts';
import { EVIDENCE_DAYS, type Reason, reasonsOf, scoreOf, WEIGHTS } from '../../domain/doubt.ts';
import { itemNameSchema, skuSchema } from '../../domain/item.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import {
  type Evidence,
  type LevelColumns,
  readEvidence,
  readLevels,
  readNames,
} from '../../queries/doubt.ts';
import type { Tx } from '../../queries/transaction.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { type AnyRoute, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';

const DAY_MS = 86_400_000;
/** Levels a statement, and at a time in memory: 35 ms, and 10 ms to judge them. */
const LEVELS_A_PAGE = 10_000;
/** Before an answer is full, what is ranked too low to be in it is dropped when so many pages have gathered. */
const KEPT_PAGES = 4;
/** The end of the year 9999: a forged cursor may not name an instant that no database knows. */
const INSTANT_MAX = 253_402_300_799_999;

const instant = z.iso.datetime();
const points = z.int().meta({ description: 'Its part of the score.' });

const reasonSchema = z
  .discriminatedUnion('reason', [
    z.object({ reason: z.literal('negative_on_hand'), points, onHand: z.int() }),
    z.object({
      reason: z.literal('short_pick'),
      points,
      picks: z.int().meta({ description: 'Picks since the last count that missed units.' }),
      units: z.int(),
      lastAt: instant.nullable(),
    }),
    z.object({ reason: z.literal('below_reserved'), points, onHand: z.int(), reserved: z.int() }),
    z.object({ reason: z.literal('never_counted'), points }),
    z.object({
      reason: z.literal('long_silence'),
      points,
      since: instant.meta({ description: 'The last movement or count.' }),
      days: z.number(),
      soldPerDay: z.number(),
      expectedUnits: z.number().meta({ description: 'What should have been sold since then.' }),
    }),
    z.object({
      reason: z.literal('high_turnover'),
      points,
      since: instant.nullable().meta({ description: 'The last count; null: never counted.' }),
      movements: z.int(),
      unitsMoved: z.int(),
    }),
    z.object({
      reason: z.literal('source_conflict'),
      points,
      conflicts: z.int(),
      lastAt: instant.nullable(),
    }),
  ])
  .meta({ id: 'DoubtReason' });

const doubtSchema = z
  .object({
    sku: skuSchema,
    location: locationCodeSchema,
    name: itemNameSchema,
    barcodes: z.array(z.string()),
    imageUrl: z.string().nullable(),
    onHand: z.int(),
    reserved: z.int(),
    countedAt: instant.nullable(),
    expected: z.int().meta({
      description: 'Send it with the count: one that somebody else’s sale or count overtook is then refused.',
    }),
    score: z.int().meta({ description: 'The sum of its reasons’ points.' }),
    reasons: z.array(reasonSchema),
  })
  .meta({ id: 'DoubtedLevel' });

type Doubted = {
  itemId: number;
  sku: string;
  onHand: number;
  reserved: number;
  countedAt: number | null;
  score: number;
  reasons: Reason[];
};

/** The instant that the ages are told for, and the last level of the page before. */
const positionSchema = z.tuple([z.int().min(0).max(INSTANT_MAX), z.int(), skuSchema]);

const { shortPick, longSilence, highTurnover, sourceConflict } = WEIGHTS;

const getCountList = route({
  method: 'GET',
  path: '/v1/locations/{code}/count-list',
  operationId: 'listDoubtedLevels',
  summary: 'What to count next',
  description: `The location’s levels that are least to be believed, the highest score first, then by sku; levels that nothing speaks against are not listed. Points add up:

| reason | points |
| --- | --- |
| \`negative_on_hand\` | ${WEIGHTS.negativeOnHand} |
| \`short_pick\`: staff did not find reserved units (\`not_found\`, \`mismatch\`) since the last count | ${shortPick.first}, and ${shortPick.more} for each further pick, at most ${shortPick.most} |
| \`below_reserved\`: on hand does not reach what is reserved, and no count said so | ${WEIGHTS.belowReserved} |
| \`never_counted\` | ${WEIGHTS.neverCounted} |
| \`long_silence\`: units are on hand, and none moved or was counted while at least ${longSilence.from} should have been sold at its own rate | 1 for each ${longSilence.unitsAPoint} of them, at most ${longSilence.most} |
| \`high_turnover\`: at least ${highTurnover.from} units moved since the last count | 1 for each ${highTurnover.unitsAPoint} units, at most ${highTurnover.most} |
| \`source_conflict\`: another source contradicts the count that governs, unless that one is a person’s (a source of kind \`tablet\`) | ${sourceConflict.first}, and ${sourceConflict.more} for each further one, at most ${sourceConflict.most} |

The evidence is the location’s ledger of the last ${EVIDENCE_DAYS} days, at most its last 100,000 entries. Count what is listed and send it to \`POST /v1/stock/counts\` with its \`sku\`, \`location\` and \`expected\`: a fresh count ends the doubt. A level that changes between two pages may be on both, or on none.`,
  tag: 'Stock',
  scopes: ['stock:read'],
  params: z.strictObject({ code: locationCodeSchema }),
  query: z.strictObject(page),
  responses: { 200: { description: 'A page of levels.', schema: listOf(doubtSchema) } },
  problems: ['unknown-location', 'invalid-cursor'],
  cost: 20,
  examples: {
    lille: { summary: 'A store', params: { code: 'FR-LILLE-01' }, query: { limit: '10' } },
  },
  async handler(call, { database, catalogue }) {
    const { code } = call.params;
    const { limit, cursor } = call.query;
    const after = decodeCursor({ code }, cursor, positionSchema);
    const location = mayUse(call.caller, code) ? await catalogue.location(code) : null;
    if (location === null) throw new Problem('unknown-location', `There is no location ${code}.`);
    const at = after?.[0] ?? call.now.getTime();
    const evidence = await readEvidence(database, location.id, new Date(at - EVIDENCE_DAYS * DAY_MS));
    const ranking = new Ranking(limit + 1, after === null ? null : { score: after[1], sku: after[2] });
    for (let item = 0; ; ) {
      const levels = await readLevels(database, location.id, item, LEVELS_A_PAGE);
      if (levels === null) break;
      ranking.add(judge(levels, evidence, at));
      item = levels.itemIds.at(-1) ?? item;
      if (levels.itemIds.length < LEVELS_A_PAGE) break;
    }
    const best = ranking.best();
    const last = best.length > limit ? best[limit - 1] : undefined;
    const nextCursor = last === undefined ? null : encodeCursor({ code }, [at, last.score, last.sku]);
    return { status: 200, body: { data: await shown(database, code, best.slice(0, limit)), nextCursor } };
  },
});

const SILENT = {
  shortPicks: 0,
  unitsMissed: 0,
  lastMissedAt: null,
  movements: 0,
  unitsMoved: 0,
  lastMovedAt: null,
  unitsSold: 0,
  conflicts: 0,
  lastConflictAt: null,
};

/** The levels with something against them. */
function judge(levels: LevelColumns, evidence: Evidence, at: number): Doubted[] {
  return levels.itemIds.flatMap((itemId, place) => {
    const level = {
      onHand: levels.onHand[place] ?? 0,
      reserved: levels.reserved[place] ?? 0,
      countedAt: levels.countedAt[place] ?? null,
    };
    const reasons = reasonsOf({ ...(evidence.byItem.get(itemId) ?? SILENT), ...level }, evidence.from, at);
    if (reasons.length === 0) return [];
    return [{ itemId, sku: levels.skus[place] ?? '', ...level, score: scoreOf(reasons), reasons }];
  });
}

/** Keeps the best `size` after a position, whatever number it is shown. */
class Ranking {
  readonly #size: number;
  readonly #after: Pick<Doubted, 'score' | 'sku'> | null;
  #kept: Doubted[] = [];

  constructor(size: number, after: Pick<Doubted, 'score' | 'sku'> | null) {
    this.#size = size;
    this.#after = after;
  }

  add(levels: readonly Doubted[]): void {
    const after = this.#after;
    for (const level of levels) if (after === null || compare(level, after) > 0) this.#kept.push(level);
    if (this.#kept.length > KEPT_PAGES * this.#size) this.#kept = this.best();
  }

  best(): Doubted[] {
    return this.#kept.sort(compare).slice(0, this.#size);
  }
}

function compare(a: Pick<Doubted, 'score' | 'sku'>, b: Pick<Doubted, 'score' | 'sku'>): number {
  if (a.score !== b.score) return b.score - a.score;
  return a.sku < b.sku ? -1 : Number(a.sku > b.sku);
}

async function shown(database: Tx, location: string, levels: readonly Doubted[]) {
  const names = await readNames(
    database,
    levels.map(({ itemId }) => itemId),
  );
  const byId = new Map(names.map((item) => [item.id, item]));
  return levels.map(({ itemId, sku, onHand, reserved, countedAt, score, reasons }) => {
    const item = byId.get(itemId);
    return {
      sku,
      location,
      name: item?.name ?? { fr: sku },
      barcodes: item?.barcodes ?? [],
      imageUrl: item?.imageUrl ?? null,
      onHand,
      reserved,
      countedAt: show(countedAt),
      expected: onHand,
      score,
      reasons: reasons.map(showReason),
    };
  });
}

function showReason(reason: Reason) {
  const shown: Record<string, unknown> = { ...reason };
  if ('since' in reason) shown.since = show(reason.since);
  if ('lastAt' in reason) shown.lastAt = show(reason.lastAt);
  return shown;
}

function show(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

export const countListRoutes: readonly AnyRoute[] = [getCountList];
