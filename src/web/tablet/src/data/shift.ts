// The shift: who works with the tablet, begun and ended also without a network, and told to the server as soon as it
// hears: it records what the tablet sends as done by whoever has the shift there.
import { type Api, noAnswer } from './api.ts';
import { serverTime } from './clock.ts';
import { type Db, keep } from './db.ts';
import type { Action, ProblemDocument, Shift, ShiftStart } from './model.ts';
import { verdictOf } from './outboxRules.ts';
import { shift, token } from './store.ts';

const PATH = '/v1/devices/self/shift';

type Told = { staff: { id: string | null; name: string }; startedAt: string };

export type Shifts = {
  /**
   * Null when it began. Without a network (status 0) a name is taken as it is said, and a PIN cannot be: the caller may
   * offer to start by name. `isReached` false is no network too: what was done before still waits, and would be sent as
   * this one's if the server heard of them first.
   */
  start(start: ShiftStart, isReached: boolean): Promise<ProblemDocument | null>;
  end(): Promise<void>;
  /** Before `action` is sent (null: nothing is left to send). False: the server has not heard yet who works here. */
  isToldFor(action: Action | null): Promise<boolean>;
  /** The pairing ended. */
  forget(): void;
};

/** `since`: when the shift changed and the server did not hear; null: it knows. */
export function makeShifts({ db, api }: { db: Db; api: Api }, since: string | null): Shifts {
  let untoldSince = since;
  let turn: Promise<unknown> = Promise.resolve();

  /** One call after another: an end that is told late must not end the next one's shift. */
  function inTurn<Value>(call: () => Promise<Value>): Promise<Value> {
    const result = turn.then(call);
    turn = result.catch(() => undefined);
    return result;
  }

  /** Until an untold change is told, the first stays its instant: what was done before is still its doer's. */
  async function set(changed: Shift | null, isTold: boolean): Promise<void> {
    const from = isTold ? null : (untoldSince ?? new Date(serverTime()).toISOString());
    await keep(db, { shift: changed, shiftUntoldSince: from });
    untoldSince = from;
    shift.value = changed;
  }

  async function tell(): Promise<boolean> {
    if (untoldSince === null) return true;
    const now = shift.value;
    let answer = now === null ? await api(PATH, { method: 'DELETE' }) : await say(now.name);
    // It may not begin by name: the store has PINs. What is sent is then the tablet's, and not of who was there before.
    if (!answer.ok && isRefusal(answer.problem)) answer = await api(PATH, { method: 'DELETE' });
    if (!answer.ok && !isRefusal(answer.problem)) return false;
    // It may have changed again meanwhile, and is then told anew.
    if (shift.value !== now) return false;
    untoldSince = null;
    await keep(db, { shiftUntoldSince: null });
    return true;
  }

  const say = (name: string) => api(PATH, { method: 'POST', body: { name } });

  async function begin(start: ShiftStart, isReached: boolean): Promise<ProblemDocument | null> {
    const mine = token.value;
    const answer = isReached
      ? await api<Told>(PATH, { method: 'POST', body: start })
      : noAnswer('What was done before is not sent yet');
    const isAlone = !answer.ok && answer.problem.status === 0 && 'name' in start;
    if (!answer.ok && !isAlone) return answer.problem;
    if (token.value !== mine) return null;
    const started: Shift = answer.ok
      ? {
          staffId: answer.value.staff.id,
          name: answer.value.staff.name,
          startedAt: answer.value.startedAt,
        }
      : {
          staffId: null,
          name: 'name' in start ? start.name : '',
          startedAt: new Date(serverTime()).toISOString(),
        };
    await set(started, answer.ok);
    return null;
  }

  return {
    start: (start, isReached) => inTurn(() => begin(start, isReached)),
    end: () => set(null, false),
    async isToldFor(action) {
      if (untoldSince === null || (action !== null && action.at < untoldSince)) return true;
      return inTurn(tell);
    },
    forget() {
      untoldSince = null;
    },
  };
}

function isRefusal({ status, code }: ProblemDocument): boolean {
  return verdictOf(status, code) === 'refused';
}
