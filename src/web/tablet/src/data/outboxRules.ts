// The rules of the outbox: what is sent next, what an answer means for an action and for those that depend on it.
// Pure: lists in, lists out. Keeping and sending are outbox.ts's.
import type { Action, HistoryEntry, ProblemDocument } from './model.ts';
import { NOT_OURS } from './requests.ts';

/** `later`: nobody decided anything, the same request again is right. `revoked`: this tablet may not speak any more. */
export type Verdict = 'taken' | 'later' | 'refused' | 'revoked';

/** How often something on the way refuses an action before it is taken for its word: some ten minutes of waiting. */
export const FILTERED_TRIES_MAX = 20;

const BACKOFF_MILLISECONDS = { first: 500, max: 30_000 } as const;

/** What a status (0: no answer came) and a problem's code mean for an action. */
export function verdictOf(status: number, code: string | null): Verdict {
  if (status >= 200 && status < 300) return 'taken';
  if (code === NOT_OURS) return 'later';
  if (status === 401) return code === 'unauthorized' ? 'revoked' : 'later';
  if (status === 0 || status >= 500 || status === 408 || status === 425 || status === 429) return 'later';
  // The first try is still running there: its answer is the answer.
  return code === 'idempotency-key-in-use' ? 'later' : 'refused';
}

/** Whether something on the way said no to this very request, rather than "sign in", "too slow" or "too many". */
export function isFiltered(status: number, code: string | null): boolean {
  const asksForOther = [401, 407, 408, 425, 429].includes(status);
  return code === NOT_OURS && status >= 400 && status < 500 && !asksForOther;
}

/** The oldest that is still to be sent. One at a time: a later one may rest on it. */
export function nextToSend(actions: readonly Action[]): Action | null {
  return pendingOf(actions)[0] ?? null;
}

/** Those that are not refused, in the order in which they were done. */
export function pendingOf(actions: readonly Action[]): Action[] {
  return actions.filter(({ state }) => state !== 'refused').sort((a, b) => a.sequence - b.sequence);
}

/** After a start: what was being sent when the page ended is sent again, under the same key. */
export function resumed(actions: readonly Action[]): Action[] {
  return actions.map((action) => (action.state === 'sending' ? { ...action, state: 'waiting' } : action));
}

export function withState(actions: readonly Action[], id: string, state: 'waiting' | 'sending'): Action[] {
  return actions.map((action) =>
    action.id === id && action.state !== state ? { ...action, state } : action,
  );
}

/** The server refused `id`: those that were done after it to the same subject rest on it, and are held back. */
export function withRefusal(actions: readonly Action[], id: string, problem: ProblemDocument): Action[] {
  const refused = actions.find((action) => action.id === id);
  if (refused === undefined) return [...actions];
  return actions.map((action) => {
    if (action.id === id) return { ...action, state: 'refused', problem };
    const restsOnIt =
      action.state !== 'refused' && action.subject === refused.subject && action.sequence > refused.sequence;
    return restsOnIt ? { ...action, state: 'refused', problem, because: id } : action;
  });
}

/**
 * The server took an action, which made `version` of its subject: what waits for the same subject has seen it, unless
 * somebody else's change came between.
 */
export function withTaken(actions: readonly Action[], taken: Action, version: number | null): Action[] {
  return actions
    .filter(({ id }) => id !== taken.id)
    .map((action) => {
      const follows =
        action.subject === taken.subject &&
        version !== null &&
        action.knownVersion !== null &&
        version === action.knownVersion + 1;
      return follows ? { ...action, knownVersion: version } : action;
    });
}

/** A person has seen it: it goes, and with it those that were refused because of it. */
export function withoutConflict(actions: readonly Action[], id: string): Action[] {
  return actions.filter(
    (action) => action.state !== 'refused' || (action.id !== id && action.because !== id),
  );
}

/** What others did since the person saw the order. */
export function meanwhileOf(action: Action, history: readonly HistoryEntry[]): HistoryEntry[] {
  const { knownVersion } = action;
  return history.filter(({ version, at }) =>
    knownVersion === null ? Date.parse(at) >= Date.parse(action.at) : version > knownVersion,
  );
}

/** How long to wait after so many tries in a row without an answer, in milliseconds, before a random part. */
export function backoffOf(tries: number): number {
  return Math.min(BACKOFF_MILLISECONDS.max, BACKOFF_MILLISECONDS.first * 2 ** tries);
}
