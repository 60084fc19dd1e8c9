// What the doctor finds: one thing looked at, how it is, and what to do about it.

export type Finding = {
  about: string;
  /** `skip`: it could not be looked at, and that is no fault. */
  state: 'ok' | 'warn' | 'fail' | 'skip';
  says: string;
  /** What to do, where something is to be done. */
  advice?: string;
};

/** A finding that is fine unless there is a reason to worry: the first that holds is told. */
export function judge(
  about: string,
  says: string,
  worries: readonly (readonly [when: boolean, state: 'warn' | 'fail', advice: string])[],
): Finding {
  const worry = worries.find(([when]) => when);
  return worry === undefined
    ? { about, state: 'ok', says }
    : { about, state: worry[1], says, advice: worry[2] };
}
