// The outbox: what people did, kept before it is shown, sent one by one in order, each with its own key.
// The rules are outboxRules.ts's; this is where they meet the database, the network and the clock.
import { batch } from '@preact/signals';
import type { Api } from './api.ts';
import { serverTime } from './clock.ts';
import { addAction, type Db, readActions, saveActions, type Unsequenced } from './db.ts';
import type { Action, NewAction, Order, Outcome, ProblemDocument } from './model.ts';
import {
  backoffOf,
  FILTERED_TRIES_MAX,
  isFiltered,
  meanwhileOf,
  nextToSend,
  resumed,
  verdictOf,
  withoutConflict,
  withRefusal,
  withState,
  withTaken,
} from './outboxRules.ts';
import { asProblem, isRecord, nextRequest, refusalIn } from './requests.ts';
import { actions, device, serverOrders, token } from './store.ts';
import { uuid } from './uuid.ts';

const LOCK = 'comptoir-outbox';
/** Tells the other pages of this tablet that the outbox changed. */
const CHANNEL = 'comptoir-outbox';

type Message = 'changed' | { id: string; outcome: Outcome };

/** Whether whoever acted is told of the refusal there and then: it makes no conflict. */
export type ToldHere = (problem: ProblemDocument) => boolean;

export type Outbox = {
  /** Keeps the action and shows it as done; `done` resolves when the server has taken or refused it. */
  add(input: NewAction, isTold?: ToldHere): Promise<{ action: Action; done: Promise<Outcome> }>;
  /** A person has seen the conflict. */
  dismiss(id: string): Promise<void>;
  /** There may be a network now, or something to send. */
  wake(): void;
  /** Sends what waits. Resolves when all is sent, or what is next is to be tried again later. */
  sendAll(): Promise<void>;
};

export type OutboxOptions = {
  db: Db;
  api: Api;
  /** An answer showed an order: the server's newest word on it. */
  onOrder(order: Order): void;
  /** Before an action is sent, or null where nothing is left to send. False: it cannot be sent yet. */
  isReadyFor(action: Action | null): Promise<boolean>;
  /** A refusal: what the order is now, with its history. */
  readOrder(id: string): Promise<Order | null>;
};

export function makeOutbox(options: OutboxOptions): Outbox {
  const { db } = options;
  const waitingFor = new Map<string, (outcome: Outcome) => void>();
  const toldHere = new Map<string, ToldHere>();
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current: Promise<void> | null = null;
  /** What is next is to be tried again later. */
  let isHeldUp = false;
  /** How often something on the way refused this action. */
  let filtered = { id: '', times: 0 };
  let turn: Promise<void> = Promise.resolve();

  /** One change of the list after another: one that was made on an older list would undo the last. */
  function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = turn.then(work);
    turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** The list as it is from now on: shown (together with what `beside` shows), kept, and told to other pages. */
  function change(update: (now: readonly Action[]) => Action[], beside?: () => void): Promise<void> {
    return inTurn(async () => {
      const before = new Map(actions.value.map((action) => [action.id, action]));
      const next = update(actions.value);
      batch(() => {
        beside?.();
        actions.value = next;
      });
      const left = new Set(next.map(({ id }) => id));
      const gone = [...before.values()].filter(({ id }) => !left.has(id));
      await saveActions(
        db,
        next.filter((action) => before.get(action.id) !== action),
        gone.map(({ sequence }) => sequence),
      );
      channel?.postMessage('changed');
    });
  }

  /** One at a time, the same for all who ask. */
  function run(): Promise<void> {
    current ??= attempt().finally(() => {
      current = null;
      // Done while the lock was given back: whoever did it found this running.
      if (!isHeldUp && isPaired() && nextToSend(actions.value) !== null) void run();
    });
    return current;
  }

  async function attempt(): Promise<void> {
    clearTimeout(timer);
    isHeldUp = false;
    try {
      // One page of the tablet sends; where there are no locks (plain http), the keys alone keep it to one effect.
      if (navigator.locks === undefined) await drain();
      else await navigator.locks.request(LOCK, drain);
    } catch (error) {
      // The browser did not keep what became of an action: as of one without an answer, what is kept is sent again.
      console.error(error);
      later();
    }
  }

  async function drain(): Promise<void> {
    await reread();
    await change(resumed);
    while (isPaired()) {
      const action = nextToSend(actions.value);
      if (!(await options.isReadyFor(action))) return later();
      if (action === null) {
        // Something may have been done meanwhile, by somebody who found this running.
        if (nextToSend(actions.value) === null) return;
        continue;
      }
      await change((current) => withState(current, action.id, 'sending'));
      const isSettled = await send(action);
      if (!isSettled) {
        await change((current) => withState(current, action.id, 'waiting'));
        return later();
      }
      tries = 0;
    }
  }

  function later(): void {
    isHeldUp = true;
    timer = setTimeout(() => void run(), backoffOf(tries) * (0.75 + Math.random() / 2));
    tries += 1;
  }

  /** What another page of this tablet did meanwhile. */
  function reread(): Promise<void> {
    return inTurn(async () => {
      actions.value = await readActions(db);
    });
  }

  /** False: no decision, it is to be tried again. */
  async function send(action: Action): Promise<boolean> {
    if (!isPaired()) return false;
    if (action.location !== device.value?.location.code) {
      await refuse(
        action,
        asProblem({ code: 'other-location', title: 'Done in another store', status: 409 }),
      );
      return true;
    }
    const answers: unknown[] = [];
    for (let next = nextRequest(action, answers); next !== null; next = nextRequest(action, answers)) {
      const { path, key, body } = next;
      const answer = await options.api(path, { method: 'POST', key, body });
      if (!answer.ok) return settle(action, answer.problem);
      answers.push(answer.value);
    }
    const last = answers.at(-1);
    const refusal = refusalIn(action, last);
    if (refusal !== null) await refuse(action, refusal);
    else await take(action, last);
    return true;
  }

  async function settle(action: Action, problem: ProblemDocument): Promise<boolean> {
    const isRefused = verdictOf(problem.status, problem.code) === 'refused';
    if (!isRefused && !(await isFilteredForGood(action, problem))) return false;
    await refuse(action, problem);
    return true;
  }

  /** A filter that dislikes one request would hold up all others for ever. A network that asks to sign in answers none. */
  async function isFilteredForGood({ id }: Action, { status, code }: ProblemDocument): Promise<boolean> {
    if (!isFiltered(status, code)) return false;
    filtered = { id, times: filtered.id === id ? filtered.times + 1 : 1 };
    if (filtered.times < FILTERED_TRIES_MAX) return false;
    return (await options.api('/v1/devices/self')).ok;
  }

  async function take(action: Action, value: unknown): Promise<void> {
    const shown = asOrder(value);
    const version = shown?.id === action.subject ? shown.version : null;
    // Together, or the order would be drawn for an instant as it was before the action.
    await change(
      (current) => withTaken(current, action, version),
      () => shown !== null && options.onOrder(shown),
    );
    answer(action.id, { ok: true, value });
  }

  async function refuse(action: Action, problem: ProblemDocument): Promise<void> {
    const isTold = toldHere.get(action.id)?.(problem) ?? false;
    const heldBack: string[] = [];
    await change((current) => {
      const refused = withRefusal(current, action.id, problem);
      for (const { id, because } of refused) if (because === action.id) heldBack.push(id);
      return isTold ? withoutConflict(refused, action.id) : refused;
    });
    answer(action.id, { ok: false, problem });
    for (const id of heldBack) answer(id, { ok: false, problem });
    if (!isTold) void tellMeanwhile(action);
  }

  async function tellMeanwhile(action: Action): Promise<void> {
    if (!action.subject.startsWith('rsv_')) return;
    const found = await options.readOrder(action.subject);
    if (found?.history === undefined) return;
    const meanwhile = meanwhileOf(action, found.history);
    await change((current) => current.map((one) => (one.id === action.id ? { ...one, meanwhile } : one)));
  }

  /** To whoever waits for it, on this page or on another one of the tablet. */
  function answer(id: string, outcome: Outcome): void {
    channel?.postMessage({ id, outcome });
    tell(id, outcome);
  }

  function tell(id: string, outcome: Outcome): void {
    waitingFor.get(id)?.(outcome);
    waitingFor.delete(id);
    toldHere.delete(id);
  }

  function wake(): void {
    tries = 0;
    void run();
  }

  channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data === 'changed') void reread();
    else tell(data.id, data.outcome);
  });
  addEventListener('online', wake);

  return {
    async add(input, isTold) {
      const action = await inTurn(async () => {
        const made = actionFrom(input);
        const kept: Action = { ...made, sequence: await addAction(db, made) };
        actions.value = [...actions.value, kept];
        return kept;
      });
      const done = new Promise<Outcome>((resolve) => waitingFor.set(action.id, resolve));
      if (isTold !== undefined) toldHere.set(action.id, isTold);
      channel?.postMessage('changed');
      void run();
      return { action, done };
    },
    dismiss: (id) => change((current) => withoutConflict(current, id)),
    wake,
    sendAll: run,
  };
}

function actionFrom(input: NewAction): Unsequenced {
  const id = uuid();
  const order = serverOrders.value.get(input.subject);
  // Clocks are put right to a second or so: nobody picked an order before it was placed.
  const at = Math.max(serverTime(), Date.parse(order?.createdAt ?? '') || 0);
  return {
    ...input,
    id,
    subject: input.kind === 'sell' ? id : input.subject,
    at: new Date(at).toISOString(),
    location: device.value?.location.code ?? '',
    knownVersion: order?.version ?? null,
    state: 'waiting',
  };
}

/** While a pairing is under way there is a token, and nobody knows yet of which location. */
function isPaired(): boolean {
  return token.value !== null && device.value !== null;
}

function asOrder(value: unknown): Order | null {
  if (!isRecord(value) || typeof value.id !== 'string' || !value.id.startsWith('rsv_')) return null;
  // The API answers a move with its reservation.
  return value as Order;
}
