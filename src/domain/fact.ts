// What identifies a fact that another system reports: who says it, and which of its facts it is.
// Knows nothing of what the fact does.
import { z } from 'zod';
import { OWN_SOURCE } from './movement.ts';

/** The system that reports. */
export const sourceSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"')
  .refine((name) => name !== OWN_SOURCE, `must not be ${OWN_SOURCE}: that is how our own movements are named`)
  .meta({ description: 'The system that reports.', examples: ['pos-lille'] });

/** The source's own id of the fact. */
export const eventIdSchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters without spaces')
  .meta({ description: 'The source’s own id of the fact: unique per source, so that it counts once.' });
