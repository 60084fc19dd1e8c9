// Which of the codes that a camera sees are new: one that stays in the picture is one scan, as with a scanner. Pure.

export type Sight = { code: string | null; at: number };
export const NO_SIGHT: Sight = { code: null, at: Number.NEGATIVE_INFINITY };

/** A code that was out of the picture for so long is shown anew: the next unit of the same article. */
const GONE_MILLISECONDS = 1_200;

/** After a look at the picture: what was seen last, and whether it is a scan. `at` in milliseconds. */
export function isNewSight(last: Sight, code: string | null, at: number): { sight: Sight; isNew: boolean } {
  if (code === null) return { sight: last, isNew: false };
  const isSame = code === last.code && at - last.at < GONE_MILLISECONDS;
  return { sight: { code, at }, isNew: !isSame };
}
