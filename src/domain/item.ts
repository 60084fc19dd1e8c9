// Items: sellable units, what describes one, and when two descriptions are the same.
// Knows nothing of stock, nor of how items are stored; how they are searched is in itemSearch.ts.
import { z } from 'zod';
import { attributesSchema } from './attributes.ts';
import { canonicalJson } from './canonical.ts';
import { isPlain, lineOfText } from './text.ts';

/**
 * The retailer's own code. Codes that differ only in case are different items. No comma and no colon, so that a
 * cart can be written `SKU:2,SKU2:1`; no space; the first character keeps `..` out of paths.
 */
export const skuSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][!-+\--9;-~]{0,63}$/,
    'must be 1 to 64 printable ASCII characters without space, comma or colon, the first a letter or digit',
  )
  .meta({
    description: 'The retailer’s own code for the item; case matters.',
    examples: ['TABLE-BASSE-CHENE-80'],
  });

export const itemNameSchema = z
  .strictObject({ fr: lineOfText(300), en: lineOfText(300).optional() })
  .meta({ id: 'ItemName', examples: [{ fr: 'Table basse en chêne', en: 'Oak coffee table' }] });

/** What a scanner reads. Real codes lose leading zeros and are shared between items, so no check digit is asked for. */
export const barcodeSchema = z
  .string()
  .regex(
    /^[!-~]([ -~]{0,46}[!-~])?$/,
    'must be 1 to 48 printable ASCII characters, without a space at either end',
  )
  .meta({ examples: ['3760123456789'] });

export const priceSchema = z
  .strictObject({
    amount: z
      .number()
      .min(0)
      .max(1_000_000_000)
      .refine((amount) => Number(amount.toFixed(3)) === amount, 'must have at most three decimals')
      .meta({ description: 'In the currency’s major unit: 149.9 is €149.90.' }),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR')
      .meta({ examples: ['EUR'] }),
  })
  .meta({ id: 'Price', examples: [{ amount: 149.9, currency: 'EUR' }] });

const IMAGE_URL_CHARACTERS_MAX = 2_048;

const itemFields = {
  name: z
    .union([itemNameSchema, lineOfText(300)])
    .meta({ description: 'In French and English; a string alone is the French name.' }),
  barcodes: z.array(barcodeSchema).max(50).optional(),
  imageUrl: z
    .string()
    .max(IMAGE_URL_CHARACTERS_MAX)
    .refine(isWebUrl, 'must be an http or https URL')
    .nullish()
    .meta({ examples: ['https://images.example/table-basse.jpg'] }),
  price: priceSchema.nullish(),
  category: lineOfText(100)
    .nullish()
    .meta({ examples: ['Tables basses'] }),
  attributes: attributesSchema.optional(),
};

/** The body of `PUT /v1/items/{sku}`: the whole description; what is left out is removed. */
export const itemInputSchema = z.strictObject(itemFields).meta({ id: 'ItemInput' });
/** The same with its sku: an element of `POST /v1/items/batch`. */
export const itemWithSkuSchema = z
  .strictObject({ sku: skuSchema, ...itemFields })
  .meta({ id: 'ItemWithSku' });

export type ItemInput = z.infer<typeof itemInputSchema>;
export type ItemName = z.infer<typeof itemNameSchema>;
export type Price = z.infer<typeof priceSchema>;

/** What is said of an item, in the one form in which it is kept. */
export type ItemDescription = {
  name: ItemName;
  barcodes: string[];
  imageUrl: string | null;
  price: Price | null;
  category: string | null;
  attributes: Record<string, unknown>;
};

/** An item as it is kept. `id` is the database's own and never leaves the process. */
export type ItemRecord = ItemDescription & {
  id: number;
  sku: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
};

/** The part of an item that stock decisions need. */
export type ItemHead = Pick<ItemRecord, 'id' | 'sku' | 'category' | 'version'>;

/** How the API and its events show an item. */
export const itemSchema = z
  .object({
    sku: skuSchema,
    name: itemNameSchema,
    barcodes: z.array(z.string()),
    imageUrl: z.string().nullable(),
    price: priceSchema.nullable(),
    category: z.string().nullable(),
    attributes: z.record(z.string(), z.unknown()),
    version: z.int().min(1).meta({ description: 'Goes up by one with each change.' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Item' });
export type Item = z.infer<typeof itemSchema>;

/** What was sent, in the form in which it is kept: a name alone is French, a barcode sent twice is one. */
export function describeItem(input: ItemInput): ItemDescription {
  return {
    name: typeof input.name === 'string' ? { fr: input.name } : input.name,
    barcodes: [...new Set(input.barcodes ?? [])],
    imageUrl: input.imageUrl ?? null,
    price: input.price ?? null,
    category: input.category ?? null,
    attributes: input.attributes ?? {},
  };
}

/** True when nothing would change: then there is no new version and no event. */
export function sameItem(a: ItemDescription, b: ItemDescription): boolean {
  return canonicalJson(descriptionOf(a)) === canonicalJson(descriptionOf(b));
}

export function showItem(item: ItemRecord): Item {
  return {
    sku: item.sku,
    ...descriptionOf(item),
    version: item.version,
    createdAt: item.createdAt.toISOString(),
    updatedAt: item.updatedAt.toISOString(),
  };
}

function descriptionOf({
  name,
  barcodes,
  imageUrl,
  price,
  category,
  attributes,
}: ItemDescription): ItemDescription {
  return { name, barcodes, imageUrl, price, category, attributes };
}

function isWebUrl(text: string): boolean {
  return isPlain(text) && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
