// Where an item stands in one location: an aisle, a shelf, a drawer, in the words of its staff.
import { z } from 'zod';
import { skuSchema } from './item.ts';
import { lineOfText } from './text.ts';

/** So many places are told in one call. */
export const PLACES_MAX = 1_000;

export const aisleSchema = lineOfText(32).meta({
  description: 'Where staff find it. Pick lists are sorted by it, numbers as numbers: A2 comes before A10.',
  examples: ['B12'],
});

/** An element of `PUT /v1/locations/{code}/shelves`. */
export const placeInputSchema = z
  .strictObject({
    sku: skuSchema,
    aisle: aisleSchema.nullable().meta({ description: 'Null: nowhere in particular any more.' }),
  })
  .meta({ id: 'PlaceInput' });
export type PlaceInput = z.infer<typeof placeInputSchema>;

export const placeSchema = z.object({ sku: skuSchema, aisle: aisleSchema }).meta({ id: 'Place' });
export type Place = z.infer<typeof placeSchema>;
