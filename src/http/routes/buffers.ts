// Buffer rules over HTTP: kept by their scope, read, listed, removed.
// Checks and shows; which rule governs a level is the domain's to say.
import { hash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { BUFFER_QUANTITY_MAX, BUFFER_RULES_MAX, type BufferWay } from '../../domain/buffer.ts';
import { type Caller, mayUse } from '../../domain/caller.ts';
import { isId, makeId } from '../../domain/id.ts';
import { skuSchema } from '../../domain/item.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { Problem } from '../../domain/problem.ts';
import { lineOfText } from '../../domain/text.ts';
import { removeBuffer } from '../../operations/removeBuffer.ts';
import { saveBuffer } from '../../operations/saveBuffer.ts';
import { findRule, listRules, type StoredRule } from '../../queries/buffers.ts';
import type { Tx } from '../../queries/transaction.ts';
import { listTunings, type ShownTuning } from '../../queries/tunings.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { versionTag } from '../etag.ts';
import { type AnyRoute, type Call, type Reply, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';
import { writeGuard } from '../writeGuard.ts';

const TUNINGS_MAX = 100;

const categorySchema = lineOfText(100).meta({ examples: ['tables-basses'] });
const percentSchema = z
  .number()
  .min(0)
  .max(100)
  .refine((percent) => Number(percent.toFixed(2)) === percent, 'must have at most two decimals');

const ways = {
  quantity: z.int().min(0).max(BUFFER_QUANTITY_MAX).meta({ description: 'So many units of each level.' }),
  percent: percentSchema.meta({ description: 'Of on hand, rounded up to units.' }),
  exclude: z.literal(true).meta({ description: 'Everything: nothing is promised to the web.' }),
  auto: z.strictObject({ percentMax: percentSchema }).meta({
    description:
      'A percentage that follows the picks of the level’s location and category over 30 days, up to this one: 100 × lines not found ÷ (lines picked + 20), to the nearest whole percent.',
  }),
};

const bodySchema = z
  .strictObject({
    location: locationCodeSchema.optional(),
    category: categorySchema.optional(),
    sku: skuSchema.optional(),
    quantity: ways.quantity.optional(),
    percent: ways.percent.optional(),
    exclude: ways.exclude.optional(),
    auto: ways.auto.optional(),
  })
  .refine(({ category, sku }) => category === undefined || sku === undefined, {
    path: ['category'],
    message: 'must not be given together with sku',
  })
  .refine(
    ({ quantity, percent, exclude, auto }) =>
      [quantity, percent, exclude, auto].filter((way) => way !== undefined).length === 1,
    { message: 'must have exactly one of quantity, percent, exclude and auto' },
  )
  .meta({ id: 'BufferInput' });

const tuningSchema = z.object({
  location: z.string(),
  category: z.string().nullable(),
  picks: z.int().meta({ description: 'Lines picked within 30 days.' }),
  notFound: z.int().meta({ description: 'Of these: lines with units that were not found.' }),
  percent: z.number().meta({ description: 'What the formula makes of them.' }),
  appliedPercent: z.number().meta({ description: 'The same, at most `percentMax`.' }),
  tunedAt: z.iso.datetime(),
});

const ruleSchema = z
  .object({
    id: z.string(),
    location: z.string().nullable().meta({ description: 'Null: every location.' }),
    category: z.string().nullable(),
    sku: z.string().nullable(),
    quantity: ways.quantity.optional(),
    percent: ways.percent.optional(),
    exclude: ways.exclude.optional(),
    auto: ways.auto.optional(),
    tunings: z
      .array(tuningSchema)
      .optional()
      .meta({
        description: `Of a rule with \`auto\`, read by itself: the figures within its scope, the highest first, at most ${TUNINGS_MAX}.`,
      }),
    appliedAt: z.iso.datetime().nullable().meta({
      description:
        'When the last level of its scope showed it. Null: not everywhere yet, while reservations heed it already.',
    }),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Buffer' });

function wayOf({ quantity, percent, auto }: z.output<typeof bodySchema>): BufferWay {
  if (quantity !== undefined) return { kind: 'quantity', quantity };
  if (percent !== undefined) return { kind: 'percent', percent };
  if (auto !== undefined) return { kind: 'auto', percentMax: auto.percentMax };
  return { kind: 'exclude' };
}

function showWay(way: BufferWay) {
  switch (way.kind) {
    case 'quantity':
      return { quantity: way.quantity };
    case 'percent':
      return { percent: way.percent };
    case 'exclude':
      return { exclude: true as const };
    case 'auto':
      return { auto: { percentMax: way.percentMax } };
  }
}

function showRule(rule: StoredRule): z.input<typeof ruleSchema> {
  const { id, location, category, sku, way, version } = rule;
  return {
    id,
    location,
    category,
    sku,
    ...showWay(way),
    appliedAt: rule.appliedAt?.toISOString() ?? null,
    version,
    createdAt: rule.createdAt.toISOString(),
    updatedAt: rule.updatedAt.toISOString(),
  };
}

function showTuning(tuning: ShownTuning, percentMax: number) {
  return {
    ...tuning,
    appliedPercent: Math.min(tuning.percent, percentMax),
    tunedAt: tuning.tunedAt.toISOString(),
  };
}

/** A rule alone, with the figures that it tunes itself by. */
async function replyOf(tx: Tx, caller: Caller, rule: StoredRule, status: number): Promise<Reply> {
  const body = showRule(rule);
  if (rule.way.kind === 'auto') {
    const { percentMax } = rule.way;
    const tunings = await listTunings(tx, { ...rule, visible: caller.locations }, TUNINGS_MAX);
    body.tunings = tunings.map((tuning) => showTuning(tuning, percentMax));
  }
  return { status, body, etag: tagOf(body) };
}

/** Where it is applied and its figures make no version; the tag tells them all the same. */
function tagOf(shown: { version: number }): string {
  return versionTag(shown.version).replace(/"$/, `-${hash('sha1', JSON.stringify(shown), 'base64url')}"`);
}

/** Preconditions look at the version alone: figures that moved are nobody's change. */
function guardOf(call: Pick<Call, 'header'>) {
  return writeGuard({ header: (name) => call.header(name)?.replace(/"v(\d+)-[\w-]+"/g, '"v$1"') });
}

/** Rules that concern every location concern the caller's too. */
function maySee(caller: Caller, rule: StoredRule): boolean {
  return rule.location === null || mayUse(caller, rule.location);
}

function unknownBuffer(id: string): Problem {
  return new Problem('unknown-buffer', `There is no buffer rule ${id}.`);
}

/** A rule without a location binds every store: it is for keys that have them all. */
function assertMayWrite(caller: Caller, location: string | null): void {
  if (location === null && caller.locations !== null) {
    throw new Problem('forbidden', 'A rule without a location needs a key that is not limited to some.');
  }
}

const params = z.strictObject({
  id: z
    .string()
    .max(64)
    .refine((id) => isId('obj', id), 'must be an id that begins with obj_')
    .meta({ examples: ['obj_01JCK2V5Q0F3M6R9T1X4Z7B8C2'] }),
});

const putBuffer = route({
  method: 'PUT',
  path: '/v1/buffers',
  operationId: 'putBuffer',
  summary: 'Keep units from the web',
  description: `Creates the rule of a scope, or replaces it: a location, a category or a sku, a location with either, or none of them for everything. Exactly one of \`quantity\`, \`percent\`, \`exclude\` and \`auto\` says how many units. Where several rules hold for a level, the most specific wins: sku at a location, sku, category at a location, category, location, everything. Reservations heed it from the answer on; levels show it soon after (\`appliedAt\`), each with a \`stock.changed\` of reason \`buffer\`. The same again changes nothing. At most ${BUFFER_RULES_MAX} rules.`,
  tag: 'Catalogue',
  scopes: ['catalogue:write'],
  body: bodySchema,
  responses: {
    200: { description: 'The rule, replaced or as it was.', schema: ruleSchema },
    201: { description: 'The rule, new.', schema: ruleSchema },
  },
  problems: ['unknown-location', 'unknown-item', 'precondition-failed', 'too-many-buffers'],
  examples: {
    category: {
      summary: 'Two of every coffee table stay where they are',
      body: { category: 'tables-basses', quantity: 2 },
    },
    sku: {
      summary: 'A tenth of one item in one store',
      body: { location: 'FR-LILLE-01', sku: 'TABLE-BASSE-CHENE-80', percent: 10 },
    },
    auto: {
      summary: 'A store that tunes itself',
      body: { location: 'FR-LYON-01', auto: { percentMax: 20 } },
    },
  },
  async handler(call) {
    const { location = null, category = null, sku = null } = call.body;
    assertMayWrite(call.caller, location);
    if (location !== null && !mayUse(call.caller, location)) {
      throw new Problem('unknown-location', `There is no location with the code ${location}.`, { location });
    }
    const id = makeId('obj', call.now.getTime(), randomBytes(10));
    const command = { id, location, category, sku, way: wayOf(call.body), guard: guardOf(call) };
    const { outcome, rule } = await saveBuffer(call.tx, command, call.now);
    return replyOf(call.tx, call.caller, rule, outcome === 'created' ? 201 : 200);
  },
});

const getBuffer = route({
  method: 'GET',
  path: '/v1/buffers/{id}',
  operationId: 'getBuffer',
  summary: 'Read a buffer rule',
  description: 'With the figures of one that tunes itself.',
  tag: 'Catalogue',
  scopes: ['stock:read', 'catalogue:write'],
  params,
  responses: { 200: { description: 'The rule.', schema: ruleSchema }, 304: { description: 'As it was.' } },
  problems: ['unknown-buffer'],
  async handler(call) {
    const rule = await findRule(call.tx, call.params.id);
    if (rule === null || !maySee(call.caller, rule)) throw unknownBuffer(call.params.id);
    return replyOf(call.tx, call.caller, rule, 200);
  },
});

const listBuffers = route({
  method: 'GET',
  path: '/v1/buffers',
  operationId: 'listBuffers',
  summary: 'List buffer rules',
  description:
    'The oldest first: those of the locations that the key may see, and those without a location. Filters look for rules that name exactly this.',
  tag: 'Catalogue',
  scopes: ['stock:read', 'catalogue:write'],
  query: z.strictObject({
    location: locationCodeSchema.optional(),
    category: categorySchema.optional(),
    sku: skuSchema.optional(),
    ...page,
  }),
  responses: { 200: { description: 'A page of rules.', schema: listOf(ruleSchema) } },
  problems: ['invalid-cursor'],
  examples: { all: { summary: 'Every rule', query: { limit: '20' } } },
  async handler(call) {
    const { limit, cursor, ...filters } = call.query;
    const after = decodeCursor(filters, cursor, z.string().max(64));
    const { location = null, category = null, sku = null } = filters;
    const where = { location, category, sku, visible: call.caller.locations };
    const found = await listRules(call.tx, where, after, limit + 1);
    const last = found.length > limit ? found[limit - 1] : undefined;
    return {
      status: 200,
      body: {
        data: found.slice(0, limit).map(showRule),
        nextCursor: last === undefined ? null : encodeCursor(filters, last.id),
      },
    };
  },
});

const deleteBuffer = route({
  method: 'DELETE',
  path: '/v1/buffers/{id}',
  operationId: 'deleteBuffer',
  summary: 'End a buffer rule',
  description: 'Its units may be promised from the answer on, as far as no other rule keeps them.',
  tag: 'Catalogue',
  scopes: ['catalogue:write'],
  params,
  responses: { 204: { description: 'It is gone.' } },
  problems: ['unknown-buffer', 'precondition-failed'],
  async handler(call) {
    const { id } = call.params;
    const admit = (rule: StoredRule) => {
      if (!maySee(call.caller, rule)) return false;
      assertMayWrite(call.caller, rule.location);
      return true;
    };
    if (!(await removeBuffer(call.tx, id, { admit, guard: guardOf(call) }))) throw unknownBuffer(id);
    return { status: 204 };
  },
});

export const bufferRoutes: readonly AnyRoute[] = [putBuffer, listBuffers, getBuffer, deleteBuffer];
