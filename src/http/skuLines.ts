// The lines that a hold, a plan or a transfer is asked for with: skus and quantities, bounded by line and by sku.
// Knows shapes only; that lines of one sku become one is the domain's.
import { z } from 'zod';
import { skuSchema } from '../domain/item.ts';
import { mergeLines } from '../domain/reservation.ts';

/**
 * 1 to `linesMax` lines, of one sku no more than `unitsMax` in all. What is picked or arrives is told in totals, and none may
 * be more: of a larger sum, an order could never be made ready and a transfer never received whole.
 */
export function skuLines({ linesMax, unitsMax }: { linesMax: number; unitsMax: number }) {
  // Too large by itself, it is not told again as part of a sum.
  const quantity = z.int().min(1).max(unitsMax, { abort: true });
  return z
    .array(z.strictObject({ sku: skuSchema, quantity }))
    .min(1)
    .max(linesMax)
    .superRefine((lines, context) => {
      const large = mergeLines(lines).find((line) => line.quantity > unitsMax);
      if (large === undefined) return;
      const message = `${large.sku}: must be at most ${unitsMax} units in all`;
      context.addIssue({ code: 'custom', message, params: { code: 'too-large' } });
    })
    .meta({
      description: `1 to ${linesMax} lines; lines of the same sku are merged first, at most ${unitsMax.toLocaleString('en')} of one sku in all.`,
    });
}
