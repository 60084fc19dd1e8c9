// Items: sellable units, what describes one, and when two descriptions are the same.
// Knows nothing of stock, nor of how items are stored; how they are searched is in itemSearch.ts.
import { z } from 'zod';
import { isKeepable, isPlain, lineOfText } from './text.ts';

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
const ATTRIBUTES_BYTES_MAX = 8_192;
const ATTRIBUTES_DEPTH_MAX = 8;

const attributesSchema = z
  .record(z.string(), z.unknown())
  .superRefine((attributes, context) => {
    const message = whatIsWrongWithAttributes(attributes);
    if (message !== null) context.addIssue({ code: 'custom', message });
  })
  .meta({
    description: 'Anything else worth keeping: JSON, at most 8 kB and 8 levels deep.',
    examples: [{ colour: 'oak' }],
  });

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

/** An item as it is kept. `id` is the database's own and never leaves the process. */
export type ItemRecord = {
  id: number;
  sku: string;
  name: ItemName;
  barcodes: string[];
  imageUrl: string | null;
  price: Price | null;
  category: string | null;
  attributes: Record<string, unknown>;
  version: number;
  createdAt: Date;
  updatedAt: Date;
};

/** The part of an item that stock decisions need. */
export type ItemHead = Pick<ItemRecord, 'id' | 'sku' | 'category' | 'version'>;

/** Why these attributes cannot be kept, or null. Depth is looked at first: the encoder recurses, and must not be led down. */
export function whatIsWrongWithAttributes(attributes: Record<string, unknown>): string | null {
  const wrong = whatIsWrongWithJson(attributes, 1);
  if (wrong !== null) return wrong;
  const bytes = new TextEncoder().encode(JSON.stringify(attributes)).length;
  return bytes > ATTRIBUTES_BYTES_MAX ? `must be at most ${ATTRIBUTES_BYTES_MAX} bytes of JSON` : null;
}

function whatIsWrongWithJson(value: unknown, depth: number): string | null {
  if (depth > ATTRIBUTES_DEPTH_MAX + 1) return `must be at most ${ATTRIBUTES_DEPTH_MAX} levels deep`;
  if (typeof value === 'string') return isKeepable(value) ? null : 'must not hold NUL or broken Unicode';
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'must not hold numbers out of range';
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    if (!isKeepable(key)) return 'must not hold NUL or broken Unicode';
    const wrong = whatIsWrongWithJson(member, depth + 1);
    if (wrong !== null) return wrong;
  }
  return null;
}

function isWebUrl(text: string): boolean {
  return isPlain(text) && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
