// Items over HTTP: kept one by one or a thousand at once, read, listed and searched.
// Checks and shows; what may be saved is decided by the operation.
import { z } from 'zod';
import {
  type ItemRecord,
  itemInputSchema,
  itemSchema,
  itemWithSkuSchema,
  showItem,
  skuSchema,
} from '../../domain/item.ts';
import { searchQuery } from '../../domain/itemSearch.ts';
import type { Scope } from '../../domain/key.ts';
import { Problem } from '../../domain/problem.ts';
import type { Saved } from '../../domain/saved.ts';
import { saveItem, saveItems } from '../../operations/saveItems.ts';
import { findItem, listItems } from '../../queries/items.ts';
import { checkElement, elementProblemSchema, elementsOf, showElementProblem } from '../bulk.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { versionTag } from '../etag.ts';
import { type AnyRoute, route } from '../route.ts';
import { listOf, page } from '../schemas.ts';
import { skuList } from '../skuList.ts';
import { writeGuard } from '../writeGuard.ts';

const BATCH_ITEMS_MAX = 1_000;
/** 1,000 items of 8 kB; most are under 1 kB. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024;
const SEARCH_CHARACTERS_MAX = 200;

/** Whoever works with items may know what they are. A browser reads them from the shop, not from here. */
const READERS: [Scope, ...Scope[]] = [
  'catalogue:write',
  'availability:read',
  'reservations:read',
  'reservations:write',
  'stock:read',
  'stock:write',
  'admin',
];
const params = z.strictObject({ sku: skuSchema });

const exampleItem = {
  name: { fr: 'Table basse en chêne, 90 cm', en: 'Oak coffee table, 90 cm' },
  barcodes: ['3760123456789'],
  price: { amount: 189.9, currency: 'EUR' },
  category: 'Tables basses',
  attributes: { material: 'oak', widthCm: 90 },
};

const putItem = route({
  method: 'PUT',
  path: '/v1/items/{sku}',
  operationId: 'putItem',
  summary: 'Create or replace an item',
  description:
    'The whole description: what is left out is removed. The same again changes nothing: no new version, no event. `If-Match` guards against overwriting somebody else’s change; `If-None-Match: *` only creates.',
  tag: 'Catalogue',
  scopes: ['catalogue:write'],
  params,
  body: itemInputSchema,
  responses: {
    200: { description: 'The item, replaced or as it was.', schema: itemSchema },
    201: { description: 'The item, new.', schema: itemSchema },
  },
  problems: ['precondition-failed'],
  examples: {
    table: { summary: 'A coffee table', params: { sku: 'TABLE-BASSE-CHENE-90' }, body: exampleItem },
  },
  async handler(call) {
    const row = { sku: call.params.sku, input: call.body, guard: writeGuard(call) };
    const { outcome, record } = await saveItem(call.tx, row, call.now);
    return {
      status: outcome === 'created' ? 201 : 200,
      body: showItem(record),
      etag: versionTag(record.version),
    };
  },
});

const itemOutcomeSchema = z
  .object({
    sku: z.string().nullable().meta({ description: 'As sent; null where none was.' }),
    outcome: z.enum(['created', 'updated', 'unchanged', 'rejected']),
    version: z.int().optional().meta({ description: 'The item’s version after the batch.' }),
    problem: elementProblemSchema.optional(),
  })
  .meta({ id: 'ItemOutcome' });
const itemOutcomesSchema = z
  .object({
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    rejected: z.int(),
    outcomes: z.array(itemOutcomeSchema),
  })
  .meta({ id: 'ItemOutcomes', description: 'One outcome for each element, in order.' });
type ItemOutcome = z.infer<typeof itemOutcomeSchema>;

const putItems = route({
  method: 'POST',
  path: '/v1/items/batch',
  operationId: 'putItems',
  summary: 'Create or replace up to 1,000 items',
  description:
    'Each element is saved as a PUT would save it and gets its own outcome, in order; one bad element spoils no other. A sku that comes twice is saved twice: the last one stands.',
  tag: 'Catalogue',
  scopes: ['catalogue:write'],
  body: z.strictObject({ items: elementsOf(itemWithSkuSchema, BATCH_ITEMS_MAX) }),
  responses: { 200: { description: 'What became of each item.', schema: itemOutcomesSchema } },
  problems: [],
  cost: 10,
  bodyBytesMax: BATCH_BYTES_MAX,
  examples: {
    two: {
      summary: 'Two items',
      body: {
        items: [
          { sku: 'TABLE-BASSE-CHENE-90', ...exampleItem },
          { sku: 'LAMPE-POSER-GRES-30', name: 'Lampe à poser en grès, 30 cm' },
        ],
      },
    },
  },
  async handler(call) {
    const checked = call.body.items.map((element) => checkElement(itemWithSkuSchema, element));
    const rows = checked.flatMap((element) => {
      if (element instanceof Problem) return [];
      const { sku, ...input } = element;
      return [{ sku, input }];
    });
    const saved = (await saveItems(call.tx, rows, call.now)).values();
    const outcomes = checked.map((element, at): ItemOutcome => {
      if (element instanceof Problem) return rejected(skuOf(call.body.items[at]), element);
      return outcomeOf(element.sku, saved.next().value);
    });
    return { status: 200, body: { ...tally(outcomes), outcomes } };
  },
});

function outcomeOf(sku: string, saved: Saved<ItemRecord> | undefined): ItemOutcome {
  if (saved === undefined) throw new Error(`no outcome for ${sku}`);
  if (saved.outcome === 'rejected') return rejected(sku, saved.problem);
  return { sku, outcome: saved.outcome, version: saved.record.version };
}

function rejected(sku: string | null, problem: Problem): ItemOutcome {
  return { sku, outcome: 'rejected', problem: showElementProblem(problem) };
}

/** What a rejected element calls itself, as far as it fits into an answer. */
function skuOf(element: unknown): string | null {
  if (typeof element !== 'object' || element === null || !('sku' in element)) return null;
  return typeof element.sku === 'string' ? element.sku.slice(0, 64) : null;
}

function tally(outcomes: readonly ItemOutcome[]) {
  const counts = { created: 0, updated: 0, unchanged: 0, rejected: 0 };
  for (const { outcome } of outcomes) counts[outcome] += 1;
  return counts;
}

const getItem = route({
  method: 'GET',
  path: '/v1/items/{sku}',
  operationId: 'getItem',
  summary: 'Read an item',
  tag: 'Catalogue',
  scopes: READERS,
  params,
  responses: { 200: { description: 'The item.', schema: itemSchema } },
  problems: ['unknown-item'],
  examples: { table: { summary: 'A coffee table', params: { sku: 'TABLE-BASSE-CHENE-80' } } },
  async handler(call) {
    const item = await findItem(call.tx, call.params.sku);
    if (item === null) throw new Problem('unknown-item', `There is no item ${call.params.sku}.`);
    return { status: 200, body: showItem(item), etag: versionTag(item.version) };
  },
});

const getItems = route({
  method: 'GET',
  path: '/v1/items',
  operationId: 'listItems',
  summary: 'List or search items',
  description:
    'By sku. `q` finds items in whose name (in any language), sku or barcodes each of its words begins a word, whatever the case and the accents: `canape` finds `Canapé`. Barcodes are found with and without their leading zeros.',
  tag: 'Catalogue',
  scopes: READERS,
  query: z.strictObject({
    q: z
      .string()
      .min(1)
      .max(SEARCH_CHARACTERS_MAX)
      .optional()
      .meta({ description: 'Words, or the beginnings of words.', examples: ['table chene'] }),
    skus: skuList.optional(),
    ...page,
  }),
  responses: { 200: { description: 'A page of items.', schema: listOf(itemSchema) } },
  problems: ['invalid-cursor'],
  examples: {
    two: {
      summary: 'The items of a pick list',
      query: { skus: 'TABLE-BASSE-CHENE-80,ASSIETTE-PLATE-GRES-BLANC-27' },
    },
    tables: { summary: 'Coffee tables in oak', query: { q: 'table basse chene', limit: '5' } },
  },
  async handler(call) {
    const { q, skus, limit, cursor } = call.query;
    const filters = { q, skus };
    const after = decodeCursor(filters, cursor, skuSchema);
    const search = q === undefined ? null : searchQuery(q);
    // Words of no letter and no digit are in no item.
    if (q !== undefined && search === null) return { status: 200, body: { data: [], nextCursor: null } };
    const items = await listItems(call.tx, { search, skus: skus ?? null, after, limit: limit + 1 });
    const last = items.length > limit ? items[limit - 1] : undefined;
    const nextCursor = last === undefined ? null : encodeCursor(filters, last.sku);
    return { status: 200, body: { data: items.slice(0, limit).map(showItem), nextCursor } };
  },
});

export const itemRoutes: readonly AnyRoute[] = [putItem, putItems, getItem, getItems];
