// An item's free attributes: any JSON, within what can be kept and sent on with every event.
import { z } from 'zod';
import { isKeepable } from './text.ts';

const BYTES_MAX = 8_192;
const LEVELS_MAX = 8;

export const attributesSchema = z
  .record(z.string(), z.unknown())
  .superRefine((attributes, context) => {
    const message = whatIsWrong(attributes);
    if (message !== null) context.addIssue({ code: 'custom', message });
  })
  .meta({
    description: `Anything else worth keeping: JSON, at most ${BYTES_MAX} bytes and ${LEVELS_MAX} levels deep.`,
    examples: [{ material: 'oak', widthCm: 80 }],
  });

/** Depth is looked at first: the encoder recurses, and must not be led down. */
function whatIsWrong(attributes: Record<string, unknown>): string | null {
  const wrong = whatIsWrongInside(attributes, 1);
  if (wrong !== null) return wrong;
  const bytes = new TextEncoder().encode(JSON.stringify(attributes)).length;
  return bytes > BYTES_MAX ? `must be at most ${BYTES_MAX} bytes of JSON` : null;
}

function whatIsWrongInside(value: unknown, level: number): string | null {
  if (typeof value === 'string') return isKeepable(value) ? null : 'must not hold NUL or broken Unicode';
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'must not hold numbers out of range';
  if (typeof value !== 'object' || value === null) return null;
  if (level > LEVELS_MAX) return `must be at most ${LEVELS_MAX} levels deep`;
  for (const [key, member] of Object.entries(value)) {
    if (!isKeepable(key)) return 'must not hold NUL or broken Unicode';
    const wrong = whatIsWrongInside(member, level + 1);
    if (wrong !== null) return wrong;
  }
  return null;
}
