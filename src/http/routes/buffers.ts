// Buffer rules over HTTP: kept by their scope, read, listed, removed.
// Checks; how they are shown is bufferAnswers.ts, which rule governs a level is the domain's to say.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { BUFFER_RULES_MAX } from '../../domain/buffer.ts';
import { type Caller, mayUse } from '../../domain/caller.ts';
import { EXAMPLE_BUFFERS } from '../../domain/exampleIds.ts';
import { isId, makeId } from '../../domain/id.ts';
import { skuSchema } from '../../domain/item.ts';
import { locationCodeSchema } from '../../domain/location.ts';
import { invalid, Problem } from '../../domain/problem.ts';
import type { Guard } from '../../domain/saved.ts';
import { removeBuffer } from '../../operations/removeBuffer.ts';
import { saveBuffer } from '../../operations/saveBuffer.ts';
import { findRule, listRules, type StoredRule } from '../../queries/buffers.ts';
import {
  type BufferInput,
  bufferInputSchema,
  bufferSchema,
  categorySchema,
  putSchema,
  replyOf,
  showRule,
  wayOf,
} from '../bufferAnswers.ts';
import { checkElement, elementProblemSchema, showElementProblem } from '../bulk.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { type AnyRoute, type Call, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';
import { writeGuard } from '../writeGuard.ts';

const outcomesSchema = z
  .object({
    outcomes: z.array(
      z.object({
        outcome: z.enum(['created', 'updated', 'unchanged', 'rejected']),
        buffer: bufferSchema.optional(),
        problem: elementProblemSchema.optional(),
      }),
    ),
  })
  .meta({ id: 'BufferOutcomes', description: 'Of each rule, in the order sent.' });

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
  description: `Creates the rule of a scope, or replaces it: a location, a category or a sku, a location with either, or none of them for everything. Exactly one of \`quantity\`, \`percent\`, \`exclude\` and \`auto\` says how many units. Where several rules hold for a level, the most specific wins: sku at a location, sku, category at a location, category, location, everything. Reservations heed it from the answer on; levels show it soon after (\`appliedAt\`), each with a \`stock.changed\` of reason \`buffer\`. The same again changes nothing. With \`rules\`, up to 200 at once, without If-Match. At most ${BUFFER_RULES_MAX} rules.`,
  tag: 'Catalogue',
  scopes: ['catalogue:write'],
  body: putSchema,
  responses: {
    200: {
      description: 'The rule, replaced or as it was; of many rules, what became of each.',
      schema: z.union([bufferSchema, outcomesSchema]),
    },
    201: { description: 'The rule, new.', schema: bufferSchema },
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
    several: {
      summary: 'Several at once',
      body: {
        rules: [
          { category: 'verres', percent: 5 },
          { location: 'FR-PARIS-01', quantity: 1 },
        ],
      },
    },
    auto: {
      summary: 'A store that tunes itself',
      body: { location: 'FR-LYON-01', auto: { percentMax: 20 } },
    },
  },
  async handler(call) {
    const { rules, ...rule } = call.body;
    if (rules !== undefined) {
      assertNoPrecondition(call);
      return { status: 200, body: { outcomes: await saveEach(call, rules) } };
    }
    const saved = await saveOne(call, rule, guardOf(call));
    return replyOf(call.tx, call.caller, saved.rule, saved.outcome === 'created' ? 201 : 200);
  },
});

/** A version is that of one rule: beside several it would be heeded by none. */
function assertNoPrecondition(call: Pick<Call, 'header'>): void {
  for (const name of ['If-Match', 'If-None-Match']) {
    if (call.header(name.toLowerCase()) === undefined) continue;
    throw invalid(`header:${name}`, 'not-for-several', `${name} goes with one rule, not with \`rules\`.`);
  }
}

function saveOne(call: Pick<Call, 'caller' | 'tx' | 'now'>, input: BufferInput, guard: Guard) {
  const { location = null, category = null, sku = null } = input;
  assertMayWrite(call.caller, location);
  if (location !== null && !mayUse(call.caller, location)) {
    throw new Problem('unknown-location', `There is no location with the code ${location}.`, { location });
  }
  const id = makeId('obj', call.now.getTime(), randomBytes(10));
  const command = { id, location, category, sku, way: wayOf(input), guard };
  return saveBuffer(call.tx, command, call.now);
}

/** One after another, so that the last of two for one scope stands. */
async function saveEach(call: Pick<Call, 'caller' | 'tx' | 'now'>, rules: readonly unknown[]) {
  const outcomes: z.input<typeof outcomesSchema>['outcomes'] = [];
  for (const element of rules) {
    try {
      const input = checkElement(bufferInputSchema, element);
      if (input instanceof Problem) throw input;
      const { outcome, rule } = await saveOne(call, input, () => {});
      outcomes.push({ outcome, buffer: showRule(rule) });
    } catch (error) {
      // A refusal comes before the first write of its rule; anything else undoes them all.
      if (!(error instanceof Problem)) throw error;
      outcomes.push({ outcome: 'rejected', problem: showElementProblem(error) });
    }
  }
  return outcomes;
}

const getBuffer = route({
  method: 'GET',
  path: '/v1/buffers/{id}',
  operationId: 'getBuffer',
  summary: 'Read a buffer rule',
  description: 'With the figures of one that tunes itself.',
  tag: 'Catalogue',
  scopes: ['stock:read', 'catalogue:write'],
  params,
  responses: { 200: { description: 'The rule.', schema: bufferSchema }, 304: { description: 'As it was.' } },
  problems: ['unknown-buffer'],
  examples: { sofas: { summary: 'The sofas to sit on', params: { id: EXAMPLE_BUFFERS.read } } },
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
  responses: { 200: { description: 'A page of rules.', schema: listOf(bufferSchema) } },
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
  examples: { candles: { summary: 'The candles of a store', params: { id: EXAMPLE_BUFFERS.remove } } },
  async handler(call) {
    const { id } = call.params;
    const admit = (rule: StoredRule) => {
      if (!maySee(call.caller, rule)) return false;
      assertMayWrite(call.caller, rule.location);
      return true;
    };
    const by = { admit, guard: guardOf(call) };
    if (!(await removeBuffer(call.tx, id, by, call.now))) throw unknownBuffer(id);
    return { status: 204 };
  },
});

export const bufferRoutes: readonly AnyRoute[] = [putBuffer, listBuffers, getBuffer, deleteBuffer];
