// The tablet's clock, put right by the server's: one that is minutes fast would date what people do in the future, and
// every action would be refused. Knows nothing of what is dated.

const PLACE = 'comptoir.clock';
/** A server's `Date` has whole seconds, and an answer takes its time: less than this is no difference. */
const DIFFERENCE_MILLISECONDS_MIN = 3_000;
/** An answer that took longer says too little: the tablet slept meanwhile, or its own clock was set. */
const ANSWER_MILLISECONDS_MAX = 15_000;

let ahead = kept();

/** Milliseconds since 1970, by the server's clock as far as it is known. */
export function serverTime(): number {
  return Date.now() - ahead;
}

/** An answer said what time it is there. `askedAt`: when the question went out, by the clock here. */
export function setClock(date: string | null, askedAt: number): void {
  const there = Date.parse(date ?? '');
  const took = Date.now() - askedAt;
  if (Number.isNaN(there) || took < 0 || took > ANSWER_MILLISECONDS_MAX) return;
  const here = askedAt + took / 2;
  const difference = Math.abs(here - there) < DIFFERENCE_MILLISECONDS_MIN ? 0 : here - there;
  if (Math.abs(difference - ahead) < DIFFERENCE_MILLISECONDS_MIN && difference !== 0) return;
  ahead = difference;
  try {
    localStorage.setItem(PLACE, String(Math.round(ahead)));
  } catch {
    // Known again with the next answer.
  }
}

function kept(): number {
  try {
    return Number(localStorage.getItem(PLACE) ?? '0') || 0;
  } catch {
    return 0;
  }
}
