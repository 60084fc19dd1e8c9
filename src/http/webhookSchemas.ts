// Parameters that the webhooks' routes share.
import { z } from 'zod';

export const webhookParams = z.strictObject({
  id: z
    .string()
    .max(64)
    .meta({ examples: ['whk_01JZ8Q6Y3T9V5W7X2A4B6C8D0E'] }),
});
