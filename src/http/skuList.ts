// Several items in one query parameter: `?skus=A,B,C`.
import { z } from 'zod';
import { skuSchema } from '../domain/item.ts';

const SKUS_MAX = 200;

export const skuList = z
  .string()
  .max(20_000)
  .transform((text) => [...new Set(text.split(',').map((sku) => sku.trim()))])
  .pipe(z.array(skuSchema).min(1).max(SKUS_MAX))
  .meta({
    override: { type: 'string' },
    description: `Only these items: at most ${SKUS_MAX}, with commas between them. Unknown ones are left out.`,
    examples: ['TABLE-BASSE-CHENE-80,ASSIETTE-PLATE-GRES-BLANC-27'],
  });
