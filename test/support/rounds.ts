// How long tests run that repeat themselves: a little in every run of the suite, more when COMPTOIR_TEST_ROUNDS says so.

const FACTOR = Math.max(1, Number(process.env.COMPTOIR_TEST_ROUNDS ?? 1) || 1);

/** As many rounds as usual, times COMPTOIR_TEST_ROUNDS. */
export function rounds(usual: number): number {
  return usual * FACTOR;
}

/** The time-out that goes with them, in milliseconds: so generous that only a failure reaches it. */
export const ROUNDS_TIMEOUT = 240_000 * FACTOR;
