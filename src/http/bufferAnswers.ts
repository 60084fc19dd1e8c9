// How buffer rules are sent and shown, with the figures of those that tune themselves.
// Owns the shapes; who may see or keep which is the routes' to decide.
import { hash } from 'node:crypto';
import { z } from 'zod';
import { BUFFER_QUANTITY_MAX, type BufferWay } from '../domain/buffer.ts';
import type { Caller } from '../domain/caller.ts';
import { skuSchema } from '../domain/item.ts';
import { locationCodeSchema } from '../domain/location.ts';
import { lineOfText } from '../domain/text.ts';
import type { StoredRule } from '../queries/buffers.ts';
import type { Tx } from '../queries/transaction.ts';
import { listTunings, type ShownTuning } from '../queries/tunings.ts';
import { elementsOf } from './bulk.ts';
import { versionTag } from './etag.ts';
import type { Reply } from './route.ts';

const TUNINGS_MAX = 100;
const RULES_MAX = 200;

export const categorySchema = lineOfText(100).meta({ examples: ['tables-basses'] });
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

const fields = {
  location: locationCodeSchema.optional(),
  category: categorySchema.optional(),
  sku: skuSchema.optional(),
  quantity: ways.quantity.optional(),
  percent: ways.percent.optional(),
  exclude: ways.exclude.optional(),
  auto: ways.auto.optional(),
};

export const bufferInputSchema = z
  .strictObject(fields)
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
export type BufferInput = z.output<typeof bufferInputSchema>;

/** One rule, or many: then nothing stands beside them, and each is checked by itself. */
export const putSchema = z
  .strictObject({
    ...fields,
    rules: elementsOf(bufferInputSchema, RULES_MAX)
      .optional()
      .meta({ description: 'Many rules at once instead, each with an outcome of its own.' }),
  })
  .superRefine(({ rules, ...rule }, context) => {
    if (rules === undefined) {
      for (const { path, message } of bufferInputSchema.safeParse(rule).error?.issues ?? []) {
        context.addIssue({ code: 'custom', path: [...path], message });
      }
    } else if (Object.keys(rule).length > 0) {
      context.addIssue({ code: 'custom', path: ['rules'], message: 'must stand alone' });
    }
  })
  .meta({ id: 'BuffersInput' });

const tuningSchema = z.object({
  location: z.string(),
  category: z.string().nullable(),
  picks: z.int().meta({ description: 'Lines picked within 30 days.' }),
  notFound: z.int().meta({ description: 'Of these: lines with units that were not found.' }),
  percent: z.number().meta({ description: 'What the formula makes of them.' }),
  appliedPercent: z.number().meta({ description: 'The same, at most `percentMax`.' }),
  tunedAt: z.iso.datetime(),
});

export const bufferSchema = z
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

export function wayOf({ quantity, percent, auto }: BufferInput): BufferWay {
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

export function showRule(rule: StoredRule): z.input<typeof bufferSchema> {
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
export async function replyOf(tx: Tx, caller: Caller, rule: StoredRule, status: number): Promise<Reply> {
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
