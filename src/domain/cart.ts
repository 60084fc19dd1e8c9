// A cart and a point as a URL writes them: `items=SKU:2,SKU2:1` and `near=50.63,3.06`.
// Knows what may be asked for, not what there is.
import { z } from 'zod';
import { skuSchema } from './item.ts';
import { mergeLines } from './reservation.ts';

export type CartLine = { sku: string; quantity: number };

export const CART_LINES_MAX = 50;
export const CART_QUANTITY_MAX = 10_000;

/** Fifty lines of the longest sku with the longest quantity fit. */
const CART_CHARACTERS_MAX = 4_000;
const QUANTITY = /^[1-9][0-9]*$/;

/**
 * `SKU:2,SKU2:1`: a sku holds no comma and no colon, so nothing is ever ambiguous. A sku alone is one unit of it.
 * Lines of one sku are merged, quantities added up; the bounds hold for the merged line too.
 */
export const cartSchema = z
  .string()
  .min(1)
  .max(CART_CHARACTERS_MAX)
  .transform((text, context): CartLine[] => {
    const lines: CartLine[] = [];
    const parts = text.split(',');
    if (parts.length > CART_LINES_MAX) {
      context.addIssue({ code: 'custom', message: `must be at most ${CART_LINES_MAX} lines` });
      return z.NEVER;
    }
    for (const part of parts) {
      const line = parseLine(part);
      if (typeof line === 'string') {
        context.addIssue({ code: 'custom', message: line });
        return z.NEVER;
      }
      lines.push(line);
    }
    const merged = mergeLines(lines);
    const large = merged.find((line) => line.quantity > CART_QUANTITY_MAX);
    if (large === undefined) return merged;
    const message = `${large.sku}: must be at most ${CART_QUANTITY_MAX} units in all`;
    context.addIssue({ code: 'custom', message, params: { code: 'too-large' } });
    return z.NEVER;
  })
  .meta({
    override: { type: 'string', minLength: 1, maxLength: CART_CHARACTERS_MAX },
    description:
      `The cart: skus, each with the quantity wanted (1 to ${CART_QUANTITY_MAX}; 1 when left out), at most ` +
      `${CART_LINES_MAX} lines. Lines of one sku are added up.`,
    examples: ['TABLE-BASSE-CHENE-80:1,LAMPE-LIN:2'],
  });

/** The line, or what is wrong with how it is written: whether it is too large is told of what is merged. */
function parseLine(part: string): CartLine | string {
  const [sku = '', quantity = '1', ...rest] = part.split(':');
  if (!skuSchema.safeParse(sku).success) return `${quote(part)}: must be a sku and a quantity, such as SKU:2`;
  if (rest.length > 0 || !QUANTITY.test(quantity)) {
    return `${quote(part)}: the quantity must be a whole number from 1 to ${CART_QUANTITY_MAX}`;
  }
  return { sku, quantity: Number(quantity) };
}

function quote(part: string): string {
  return JSON.stringify(part.length > 80 ? `${part.slice(0, 80)}…` : part);
}

const DEGREES = /^-?\d{1,3}(\.\d{1,15})?$/;

/** `48.86,2.35`: latitude, longitude, WGS 84. */
export const pointSchema = z
  .string()
  .max(64)
  .transform((text, context) => {
    const parts = text.split(',').map((part) => (DEGREES.test(part.trim()) ? Number(part) : Number.NaN));
    const [latitude, longitude] = parts;
    const isPoint =
      parts.length === 2 &&
      latitude !== undefined &&
      longitude !== undefined &&
      Math.abs(latitude) <= 90 &&
      Math.abs(longitude) <= 180;
    if (isPoint) return { latitude, longitude };
    context.addIssue({
      code: 'custom',
      message: 'must be latitude,longitude in degrees, such as 50.63,3.06',
    });
    return z.NEVER;
  })
  .meta({
    override: { type: 'string', pattern: '^-?\\d{1,3}(\\.\\d{1,15})?, ?-?\\d{1,3}(\\.\\d{1,15})?$' },
    description: 'A point: latitude,longitude in degrees (WGS 84).',
    examples: ['50.63,3.06'],
  });
